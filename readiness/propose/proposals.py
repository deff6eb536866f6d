"""Facts and rules → the criteria that apply, the most important first, and what is left out."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

import msgspec
from msgspec import UNSET

from readiness.load.check_definitions import WhenFile
from readiness.load.readers import words
from readiness.model.words import Priority
from readiness.project.own import normal
from readiness.propose.effects import Deed, effect, runs_tests
from readiness.propose.facts import (
    Ecosystem,
    Omission,
    Origin,
    ProjectFacts,
    RunCommand,
    Subproject,
    Suite,
)
from readiness.propose.layout import is_inside, seen_from
from readiness.propose.needs import needs_packages
from readiness.propose.own_commands import MAY_BE_A_PROBE, own_commands, run_by, sentences_of
from readiness.propose.proposal import CI_TASK, TESTS_TASK, Proposal, Proposed
from readiness.propose.rules import ProposalRule
from readiness.propose.steps import ranked
from readiness.propose.suites import is_unittest, unittest_proposal, with_tests
from readiness.propose.tree import lookup, matching
from readiness.propose.values import Sign, breadth, named_paths, says_all, value_of
from readiness.text.worded import joined, worded

FOREIGN: Final = set(map(str, Ecosystem)) - {Ecosystem.PYTHON}


def propose(
    facts: ProjectFacts, rules: Sequence[ProposalRule], added: Collection[str] = ()
) -> Proposed:
    """Propose the criteria that a project asks for, by priority; among equals, CI's first.

    What else applies to it is an offer, but for the checks that are `added`.
    """
    left_out = list(facts.left_out)
    proposals: list[Proposal] = []
    several = len(facts.parts) > 1
    for part in facts.parts:
        for rule in sorted(rules, key=_turn):
            ours = list(_of_rule(rule, part, facts, proposals, left_out))
            proposals += [_within(proposal, part) for proposal in ours] if several else ours
        if is_unittest(part, facts):
            alone = unittest_proposal(part, facts)
            proposals.append(_within(alone, part) if several else alone)
    proposals += _beside(facts, rules, left_out)
    proposals += _of_others(facts, rules, left_out)
    offers = [one for one in proposals if not one.asked and one.check not in added]
    proposals = _unique(one for one in proposals if one.asked or one.check in added)
    checks = {proposal.check for proposal in proposals}
    applying = [
        rule for rule in rules if rule.check in checks or not FOREIGN & {*rule.propose.needs}
    ]
    speaking = [step for rule in applying for step in _speaking(rule.propose.when, facts.steps)]
    proposals += own_commands(facts, {step.words for step in speaking}, left_out)
    proposals = with_tests(proposals, facts.test_target)
    order = sorted(proposals, key=lambda proposal: (proposal.priority, not proposal.early))
    names = {proposal.check for proposal in order}
    return Proposed(
        proposals=tuple(order),
        left_out=tuple(dict.fromkeys(left_out)),
        offers=tuple({one.check: one for one in offers if one.check not in names}.values()),
    )


def known_params(facts: ProjectFacts, rules: Sequence[ProposalRule]) -> dict[str, dict[str, str]]:
    """Return what a project of one part says of each check's parameters, proposed or not."""
    part = facts.parts[0]
    signs = [
        (rule, _first(rule.propose.when, part, ranked(_speaking(rule.propose.when, facts.steps))))
        for rule in rules
        if rule.propose.per != "command" and len(facts.parts) == 1
    ]
    known: dict[str, dict[str, str]] = {}
    for rule, sign in sorted(signs, key=lambda pair: pair[1] is None):
        params = {
            name: value
            for name, candidates in rule.propose.with_.items()
            if "{" in str(candidates)
            if (value := value_of(candidates, part, sign or Sign(), rule.propose.options))
        }
        known.setdefault(rule.check, params)
    return known


def _turn(rule: ProposalRule) -> tuple[bool, int, Priority]:
    """Commands last, for then it is known what checks are about; producers before their readers."""
    return bool(rule.propose.per), len(words(rule.file.after)), rule.propose.priority


def _unique(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return each criterion once, whatever speaks for it."""
    kept: dict[tuple[object, ...], Proposal] = {}
    for proposal in proposals:
        params = tuple(sorted(proposal.params.items()))
        key = (proposal.check, proposal.measure, proposal.workdir, params)
        kept.setdefault(key, proposal)
    return list(kept.values())


def _within(proposal: Proposal, part: Subproject) -> Proposal:
    name = os.path.basename(part.folder) or part.name
    task = worded("propose.task_of", task=proposal.task, part=name)
    title = joined([name, proposal.title], "colon")
    return msgspec.structs.replace(proposal, task=task, title=title)


def _beside(
    facts: ProjectFacts, rules: Sequence[ProposalRule], left_out: list[Omission]
) -> Iterator[Proposal]:
    """Yield what files that lie in no part ask for: they count as configuration, not as code."""
    folders = [part.folder for part in facts.parts]
    if "" in folders:
        return
    beside = tuple(path for path in facts.files if not is_inside(path, folders))
    part = Subproject(folder="", name=facts.name, files=beside)
    alone = msgspec.structs.replace(facts, steps=())
    for rule in rules:
        terms = rule.propose
        if terms.when.files and not set(terms.needs) - {"git"} and terms.per != "command":
            only = msgspec.structs.replace(terms, when=WhenFile(files=terms.when.files))
            rule = msgspec.structs.replace(rule, propose=only)
            yield from _of_rule(rule, part, alone, [], left_out)


def _of_others(
    facts: ProjectFacts,
    rules: Sequence[ProposalRule],
    left_out: list[Omission],
) -> Iterator[Proposal]:
    """Yield what applies to projects of other languages, each run in the project's own folder."""
    several = len(facts.others) + any(part.source for part in facts.parts) > 1
    for part in facts.others:
        steps = tuple(
            msgspec.structs.replace(step, folder=seen_from(step.folder, part.folder))
            for step in facts.steps
            if not part.folder or is_inside(step.folder, [part.folder])
        )
        own = msgspec.structs.replace(facts, steps=steps)
        here = msgspec.structs.replace(part, folder="")
        for rule in rules:
            if part.ecosystem in rule.propose.needs:
                for proposal in _of_rule(rule, here, own, [], left_out):
                    there = msgspec.structs.replace(proposal, workdir=part.folder)
                    yield _within(there, part) if several else there


# --- checks ---------------------------------------------------------------------------------------


def _of_rule(
    rule: ProposalRule,
    part: Subproject,
    facts: ProjectFacts,
    earlier: Sequence[Proposal],
    left_out: list[Omission],
) -> Iterator[Proposal]:
    terms = rule.propose
    here: dict[str, bool] = {
        "python": any(path.endswith(".py") for path in part.files),
        "source": bool(part.source),
        "tests": bool(part.tests) and not is_unittest(part, facts),
        "no-tests": not part.tests,
        "doctests": part.suite is Suite.DOCTEST,
        "git": facts.git,
        "dependencies": needs_packages(part.folder, part.settings),
        **{need: need == part.ecosystem for need in FOREIGN},
    }
    lacks_files = bool(terms.files) and not _matching(terms.files, part)
    if lacks_files or not all(here[need] for need in terms.needs):
        return
    for evidence in _evidence(rule, part, facts, earlier, left_out):
        params = _producer_params(rule, earlier)
        for name, candidates in terms.with_.items():
            if value := value_of(candidates, part, evidence, terms.options):
                params[name] = value
        required = [name for name, param in rule.file.params.items() if param.default is UNSET]
        lacking = [name for name in required if not params.get(name)]
        if lacking:
            names = joined(lacking, "names")
            why = worded("propose.no_value", evidence=evidence.text, names=names)
            left_out.append(Omission(what=rule.check, why=why))
            continue
        by_ci = evidence.step is not None and evidence.step.origin is Origin.CI
        is_test = terms.task == TESTS_TASK
        inner = evidence.step.inner if evidence.step and terms.per == "command" else ()
        argument = (*evidence.files, *(evidence.step.words[1:] if evidence.step else ()), "")[0]
        yield Proposal(
            title=terms.title.replace("{argument}", argument),
            # A task that a check names as ours is called is ours.
            task=CI_TASK if terms.task == CI_TASK else terms.task,
            priority=Priority.P0 if by_ci or is_test else max(terms.priority, Priority.P1),
            why=sentences_of(evidence.text, terms.why),
            check=rule.check,
            params=params,
            measure=terms.measure,
            goal=terms.goal,
            early=by_ci,
            asked=evidence.asked or is_test,
            tests=is_test or any(map(runs_tests, inner)),
            steps=tuple(step.words for step in _speaking(terms.when, facts.steps)),
            env=evidence.step.env if evidence.step else (),
        )


def _producer_params(rule: ProposalRule, earlier: Sequence[Proposal]) -> dict[str, str]:
    """Return the parameters of the check before this one, so that it runs once for both."""
    for name in words(rule.file.after):
        for proposal in reversed(earlier):
            if proposal.check == name:
                params = proposal.params.items()
                return {name: value for name, value in params if name in rule.file.params}
    return {}


def _evidence(
    rule: ProposalRule,
    part: Subproject,
    facts: ProjectFacts,
    earlier: Sequence[Proposal],
    left_out: list[Omission],
) -> Iterator[Sign]:
    terms, when = rule.propose, rule.propose.when
    speaking = [step for step in _speaking(when, facts.steps) if _is_about(step, part, facts)]
    if terms.per == "command":
        covered = {command for proposal in earlier for command in proposal.steps}
        for step in speaking:
            if step.origin is Origin.CI and _is_worth_it(step, covered, left_out):
                yield Sign(text=run_by(step), step=step, steps=(step,), asked=True)
        return
    if terms.per == "file":
        for path in _matching(when.files, part):
            yield Sign(text=worded("propose.is_there", path=path), files=(path,))
        return
    by_hooks = [step for step in speaking if step.origin is Origin.HOOK]
    if by_hooks and len(by_hooks) == len(speaking) and terms.task != TESTS_TASK:
        return  # pre-commit runs it, in an environment of its own
    speaking = [step for step in speaking if step.origin is not Origin.HOOK]
    is_alone = all(effect(step.words) is not Deed.LOOKS for step in facts.steps)
    # What is about more comes first: a part of the tests in a job of its own is not the tests.
    speaking.sort(key=lambda step: -breadth(step, part, terms.options))
    evidence = _first(when, part, ranked(speaking), is_alone=is_alone)
    if evidence is not None:
        yield evidence
    elif when.otherwise == "always" and not _matching(when.unless, part):
        yield Sign()


def _is_about(step: RunCommand, part: Subproject, facts: ProjectFacts) -> bool:
    """Return whether a command is run for this part, not in another's folder or on its files."""
    if not part.folder:
        return True
    if step.folder and not is_inside(step.folder, [part.folder]):
        return False
    whole = msgspec.structs.replace(part, folder="", files=facts.files)
    named = [path for path in named_paths(step, whole, ()) if path != "."]
    return not named or any(is_inside(path, [part.folder]) for path in named)


def _first(
    when: WhenFile, part: Subproject, spoken: Sequence[RunCommand], *, is_alone: bool = False
) -> Sign | None:
    """Return what speaks loudest: the first of `spoken`, settings, a file, a dependency.

    Settings ask for a check where they are `is_alone`: nobody runs anything that looks.
    """
    files = _matching(when.files, part)
    setting = next((reference for reference in when.settings if _is_set(reference, part)), "")
    file, _, table = setting.partition(":")
    own = os.path.join(part.folder, file) if setting else ""
    config = own if part.folder else ""
    if spoken:
        alike = tuple(step for step in spoken if step.origin is spoken[0].origin)
        text = run_by(spoken[0])
        return Sign(text=text, step=spoken[0], steps=alike, files=files, config=config, asked=True)
    if setting:
        named = worded("propose.has_table", path=own, table=table)
        text = named if table else worded("propose.is_there", path=own)
        return Sign(text=text, files=files, config=config, asked=is_alone)
    if files:
        return Sign(text=worded("propose.is_there", path=files[0]), files=files)
    for name in when.dependencies:
        if by := part.dependencies.get(normal(name)):
            return Sign(text=worded("propose.asks_for", by=by, name=name))
    return None


def _speaking(when: WhenFile, steps: Iterable[RunCommand]) -> list[RunCommand]:
    """Return the commands that ask for a check; one that rewrites files asks nothing of them."""
    return ranked(
        step
        for step in steps
        if any(_begins(step, command) for command in when.commands)
        and (step.origin is Origin.HOOK or effect(step.words) is not Deed.REWRITES)
    )


def _begins(step: RunCommand, command: str) -> bool:
    start = tuple(command.rstrip("$*").split())
    if command.endswith("*") and not says_all(step):
        return False
    return start == (step.words if command.endswith("$") else step.words[: len(start)])


def _is_set(reference: str, part: Subproject) -> bool:
    file, _, table = reference.partition(":")
    if not table:
        return os.path.join(part.folder, file) in part.files
    return lookup(part.settings, part.folder, reference) is not None


def _matching(patterns: Iterable[str], part: Subproject) -> tuple[str, ...]:
    return matching(
        patterns, {os.path.relpath(path, part.folder or "."): path for path in part.files}
    )


# --- commands -------------------------------------------------------------------------------------


def _is_worth_it(step: RunCommand, covered: set[tuple[str, ...]], left_out: list[Omission]) -> bool:
    """Return whether running a recipe is safe, and says more than the checks do."""
    why = ""
    for command in step.inner:
        deed = effect(command)
        if deed not in MAY_BE_A_PROBE:
            does = worded(f"propose.deed.{deed}")
            why = worded("propose.it_does_by", deed=does, command=" ".join(command))
            break
        if deed is Deed.UNKNOWN:
            why = why or worded("propose.unknown_command", command=" ".join(command))
    if not step.inner:
        why = worded("propose.unknown_command", command=step.source)
    if why:
        left_out.append(Omission(what=step.source, why=why))
    return not why and not set(step.inner) <= covered
