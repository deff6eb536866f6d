"""A first board as text, made to be read and changed: every criterion says why it is there."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from readiness.model.words import Priority
from readiness.propose.facts import Variable
from readiness.propose.goals import Aim
from readiness.propose.proposals import Proposal
from readiness.text.clean import looks_secret
from readiness.text.languages import Language
from readiness.text.sentences import Sentences, sentences
from readiness.text.worded import in_language, worded
from readiness.text.yaml_lines import comment, parameters, quoted, scalar

TARGET: Final = Decimal("8.0")


class PlannedCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion of the board; with `missing` it stands there as a comment."""

    proposal: Proposal
    id: str = ""
    aim: Aim | None = None
    missing: str = ""


class PlannedTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task of the board."""

    id: str
    title: str
    priority: Priority
    entries: tuple[PlannedCriterion, ...]


def grouped(proposals: Sequence[Proposal]) -> tuple[PlannedTask, ...]:
    """Tasks of the proposals, with ids: a task is as important as what is most so in it."""
    tasks: dict[str, list[Proposal]] = {}
    for one in proposals:
        tasks.setdefault(one.task, []).append(one)
    order = sorted(tasks.items(), key=lambda item: min(one.priority for one in item[1]))
    return tuple(
        PlannedTask(
            id=f"T{number}",
            title=title,
            priority=min(one.priority for one in ours),
            entries=tuple(
                PlannedCriterion(proposal=one, id=f"T{number}.{place}")
                for place, one in enumerate(ours, 1)
            ),
        )
        for number, (title, ours) in enumerate(order, 1)
    )


def board_text(
    title: str,
    groups: Sequence[PlannedTask],
    *,
    day: str,
    workdir: str = "",
    score: str = "",
    variables: Sequence[Variable] = (),
    python_path: Sequence[str] = (),
    language: Language = Language.EN,
) -> str:
    """Return the whole file. `score` is today's, "" where nothing was measured."""
    say = sentences(language)
    how = say("init.board_measured", day=day) if score else say("init.board_unmeasured")
    lines = [
        *comment(say("init.board_about", title=title, how=how)),
        "version: 1",
        f"title: {scalar(title)}",
    ]
    lines += [f"language: {language}"] if language is not Language.EN else []
    if workdir not in ("", "."):
        lines.append(f"workdir: {scalar(workdir)}")
    lines.append(f"target: {TARGET}  # {say('init.board_target')}")
    if score:
        lines.append(f"baseline: {score}  # {say('init.board_baseline', day=day)}")
    lines += _environment(variables, python_path, say)
    lines += ["", "tasks:"]
    if all(each.missing for each in entries(groups)):
        lines += [*_last_word(say), ""]
    for group in groups:
        lines += [*_task(group, say), ""]
    return "\n".join(lines).rstrip() + "\n"


def _last_word(say: Sentences) -> list[str]:
    return [
        "  - id: T0",
        f"    title: {scalar(say('init.board_task'))}",
        "    priority: P0",
        "    criteria:",
        *comment(say("init.board_nothing"), "      "),
        "      - id: T0.1",
        f"        title: {scalar(say('init.board_attested'))}",
        "        attest: {}",
    ]


def _environment(
    variables: Sequence[Variable], python_path: Sequence[str], say: Sentences
) -> list[str]:
    """Where the code is imported from, and the settings that it is said to need.

    Settings with an example are set, the others named, and so are secrets.
    """
    lines: list[str] = []
    if python_path:
        lines += comment(say("init.board_path"), "  ")
        lines.append(f"  PYTHONPATH: {scalar(':'.join(python_path))}")
    if variables:
        files = say("joint.names").join(dict.fromkeys(each.path for each in variables))
        lines += comment(say("init.board_settings", files=files), "  ")
    for each in variables:
        usable = _is_usable(each)
        value = f"${{{each.name}:-{each.example}}}" if usable else f"${{{each.name}}}"
        lines.append(f"  {'' if usable else '# '}{each.name}: {quoted(value)}")
    if not lines:
        return []
    named = [line for line in lines if not line.lstrip().startswith("#")]
    secret = [each.name for each in variables if looks_secret(each.name)]
    return [
        "",
        "env:" if named else "env: {}",
        *lines,
        *([f"secrets:  # {say('init.board_secrets')}"] if secret else []),
        *(f"  - {name}" for name in secret),
    ]


def _is_usable(variable: Variable) -> bool:
    return bool(variable.example) and not re.search(r"[${}\x00-\x1f]", variable.example)


def _task(group: PlannedTask, say: Sentences) -> list[str]:
    lines = [
        f"- id: {group.id}",
        f"  title: {scalar(in_language(group.title, say))}",
        f"  priority: {group.priority}",
        "  criteria:",
    ]
    silent = all(entry.missing for entry in group.entries)
    for entry in group.entries:
        body = _criterion(entry, say)
        if entry.missing and not silent:
            body = [f"# {line}" for line in body]
        told = entry.proposal.why
        if entry.missing:
            told = worded("init.board_missing", why=entry.missing)
        lines += comment(in_language(told, say), "    ") if told else []
        lines += [f"    {line}" for line in body]
    # A task without a criterion is none: all of it becomes a comment.
    return [f"  # {line}" if silent else f"  {line}" for line in lines]


def _criterion(entry: PlannedCriterion, say: Sentences) -> list[str]:
    one = entry.proposal
    lines = [f"- id: {entry.id}", f"  title: {scalar(in_language(one.title, say))}"]
    if one.check:
        lines.append(f"  check: {one.check}")
        lines += parameters({name: value for name, value in one.params.items() if value})
        if one.measure:
            lines.append(f"  measure: {one.measure}")
    else:
        lines.append(f"  run: {scalar(one.run)}")
    expect = one.expect or (entry.aim.expect if entry.aim else "")
    if expect and one.check:
        lines.append(f"  expect: {quoted(expect)}")
    if entry.aim and entry.aim.baseline is not None:
        lines += [f"  baseline: {entry.aim.baseline:f}", "  ratchet: true"]
    return lines


def entries(groups: Iterable[PlannedTask]) -> list[PlannedCriterion]:
    """All criteria, in order."""
    return [entry for group in groups for entry in group.entries]
