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
) -> str:
    """The whole file. `score` is today's, "" where nothing was measured."""
    told = (
        f"`baseline` is what was measured on {day}, and `ratchet` lets nothing get worse than"
        " that; `expect` is the goal."
        if score
        else "`readiness check` measures it."
    )
    lines = [
        *comment(
            f"What stands between {title} and its release: a first board, made by `readiness"
            f" init` from what is here, and yours to change. {told}"
        ),
        "version: 1",
        f"title: {scalar(title)}",
    ]
    if workdir not in ("", "."):
        lines.append(f"workdir: {scalar(workdir)}")
    lines.append(f"target: {TARGET}  # the score, of 10, that a release needs")
    if score:
        lines.append(f"baseline: {score}  # the score of {day}")
    lines += _environment(variables, python_path)
    lines += ["", "tasks:"]
    if all(each.missing for each in entries(groups)):
        lines += [*_LAST_WORD, ""]
    for group in groups:
        lines += [*_task(group), ""]
    return "\n".join(lines).rstrip() + "\n"


_LAST_WORD: Final = [
    "  - id: T0",
    "    title: What a release needs",
    "    priority: P0",
    "    criteria:",
    "      # Nothing here could be measured yet; write what can be, and take this away.",
    "      - id: T0.1",
    "        title: Somebody has said what this project must show before it is released",
    "        attest: {}",
]


def _environment(variables: Sequence[Variable], python_path: Sequence[str]) -> list[str]:
    """Where the code is imported from, and the settings that it is said to need.

    Settings with an example are set, the others named, and so are secrets.
    """
    lines: list[str] = []
    if python_path:
        lines += comment("So that what lies here is measured, and no installed copy of it.", "  ")
        lines.append(f"  PYTHONPATH: {scalar(':'.join(python_path))}")
    if variables:
        files = ", ".join(dict.fromkeys(each.path for each in variables))
        lines += comment(
            f"Settings that the code needs, as {files} has them. What is set where the board is"
            " run wins over the example.",
            "  ",
        )
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
        *(["secrets:  # passed on to the probes, and masked wherever they show"] if secret else []),
        *(f"  - {name}" for name in secret),
    ]


def _is_usable(variable: Variable) -> bool:
    return bool(variable.example) and not re.search(r"[${}\x00-\x1f]", variable.example)


def _task(group: PlannedTask) -> list[str]:
    lines = [
        f"- id: {group.id}",
        f"  title: {scalar(group.title)}",
        f"  priority: {group.priority}",
        "  criteria:",
    ]
    silent = all(entry.missing for entry in group.entries)
    for entry in group.entries:
        body = _criterion(entry)
        if entry.missing and not silent:
            body = [f"# {line}" for line in body]
        told = f"Not measured here: {entry.missing}" if entry.missing else entry.proposal.why
        lines += comment(told, "    ") if told else []
        lines += [f"    {line}" for line in body]
    # A task without a criterion is none: all of it becomes a comment.
    return [f"  # {line}" if silent else f"  {line}" for line in lines]


def _criterion(entry: PlannedCriterion) -> list[str]:
    one = entry.proposal
    lines = [f"- id: {entry.id}", f"  title: {scalar(one.title)}"]
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
