"""What a project's own commands become that no check is about."""

import re
from collections.abc import Iterator
from typing import Final

from readiness.model.words import Priority
from readiness.propose.effects import Deed, effect, runs_tests
from readiness.propose.facts import Omission, Origin, ProjectFacts, RunCommand
from readiness.propose.proposal import CI_TASK, Proposal
from readiness.propose.recipes import MANAGERS
from readiness.propose.steps import USES, shown
from readiness.text.worded import joined, mapped, worded

RECIPE_TASK: Final = worded("propose.recipe_task")
MAY_BE_A_PROBE: Final = (Deed.LOOKS, Deed.NEUTRAL, Deed.UNKNOWN)
_WITH_COLOURS: Final = "env -u NO_COLOR "
"""Before tests of colours: the variable is set for what tools print."""


def run_by(step: RunCommand) -> str:
    """Return who runs a command, and where."""
    if step.origin is Origin.RECIPE:
        return worded("propose.recipe_runs", command=step.source, place=step.path)
    who = step.origin.value
    return worded("propose.runs", who=who, command=step.source, place=step.path)


def sentences_of(evidence: str, why: str) -> str:
    """Return what speaks for a criterion and why it matters, on one line."""
    text = joined(list(filter(None, (evidence, why))), "colon")
    return mapped(text, lambda part: re.sub(r"\s+", " ", part))


def own_commands(
    facts: ProjectFacts, spoken_for: set[tuple[str, ...]], left_out: list[Omission]
) -> Iterator[Proposal]:
    """Yield what CI or a recipe runs and no check is about, where it only looks.

    Commands that are `spoken_for` are those of a check.
    """
    taken: set[tuple[str, str]] = set()
    # Scripts of package.json that run tests in a way of their own stand for all that they run.
    tests = [step for step in facts.steps if step.words[0] in MANAGERS and runs_tests(step.words)]
    whole = [step for step in tests if not any(map(runs_tests, spoken_for & {*step.inner}))]
    spoken_for.update(*(step.inner for step in whole))
    for step in facts.steps:
        deed = effect(step.words)
        folder = step.folder if step.origin is Origin.RECIPE else ""  # what CI runs there is a part
        is_whole = step in whole or not step.recipe
        if step.words in spoken_for or (folder, step.text) in taken or not is_whole:
            continue
        if step.origin is Origin.HOOK or step.words[0] == USES:
            continue
        if step.alone or deed is not Deed.LOOKS:  # a part may be whole elsewhere
            taken.add((folder, step.text))
        if step.origin is Origin.RECIPE and deed is Deed.UNKNOWN:
            continue  # nothing says that it has to do with a release
        if why := _refusal(step, deed):
            left_out.append(Omission(what=f"{shown(step.text)} ({step.path})", why=why))
        else:
            by_ci, is_test = step.origin is Origin.CI, runs_tests(step.words)
            yield Proposal(
                title=joined(
                    [*filter(None, [folder]), worded("propose.passes", command=step.text)], "colon"
                ),
                workdir=folder,
                task=CI_TASK if by_ci else RECIPE_TASK,
                priority=Priority.P0 if by_ci else Priority.P2,
                why=sentences_of(run_by(step), ""),
                run=f"{_WITH_COLOURS * (is_test and facts.of_colours)}{step.text}",
                early=by_ci,
                tests=is_test,
                steps=(step.words,),
                env=step.env,
            )


def _refusal(step: RunCommand, deed: Deed) -> str:
    """Return why a command is no probe; "" where it may be one."""
    if deed not in MAY_BE_A_PROBE:
        return worded("propose.it_does", deed=worded(f"propose.deed.{deed}"))
    if deed is not Deed.LOOKS:
        return worded("propose.unknown")
    if "$" in step.text:
        return worded("propose.needs_caller")
    return "" if step.alone else worded("propose.is_part")
