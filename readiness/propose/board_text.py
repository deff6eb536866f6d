"""A first board as text, made to be read and changed: every criterion says why it is there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from operator import attrgetter
from typing import Final

import msgspec

from readiness.model.words import Priority
from readiness.propose.proposal import Proposal
from readiness.text.languages import Language
from readiness.text.sentences import Sentences, sentences
from readiness.text.worded import in_language, worded
from readiness.text.yaml_lines import comment, mapping_lines, scalar

TARGET: Final = Decimal("8.0")
_PRIORITY: Final = attrgetter("priority")


class PlannedCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion of the board; `missing` says why it could not be measured."""

    proposal: Proposal
    id: str
    missing: str = ""


class PlannedTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task of the board."""

    id: str
    title: str
    priority: Priority
    entries: tuple[PlannedCriterion, ...]


def grouped(proposals: Sequence[Proposal], taken: Collection[str] = ()) -> tuple[PlannedTask, ...]:
    """Return tasks of the proposals: each as important as what is most so in it, with ids.

    None of the ids that are `taken` is used again.
    """
    tasks: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        tasks.setdefault(proposal.task, []).append(proposal)
    order = sorted(tasks.values(), key=lambda proposals: min(map(_PRIORITY, proposals)))
    used = [name.lower() for name in taken]
    free = (
        number
        for number in count(1)
        if not any(name == f"t{number}" or name.startswith(f"t{number}.") for name in used)
    )
    return tuple(
        PlannedTask(
            id=f"T{number}",
            title=proposals[0].task,
            priority=min(map(_PRIORITY, proposals)),
            entries=tuple(
                PlannedCriterion(proposal=proposal, id=f"T{number}.{place}")
                for place, proposal in enumerate(proposals, 1)
            ),
        )
        for number, proposals in zip(free, order, strict=False)
    )


def board_text(
    title: str,
    groups: Sequence[PlannedTask],
    *,
    day: str,
    workdir: str = "",
    score: str = "",
    proven: bool = False,
    python_path: Sequence[str] = (),
    needed: Mapping[str, str] = {},
    code: Sequence[str] = (),
    language: Language = Language.EN,
) -> str:
    """Return the whole file. `score` is today's, "" where nothing was measured.

    With `proven`, what was never seen to fail does not count. `needed` are variables with examples,
    `code` are patterns.
    """
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
    explained = {
        f"target: {TARGET}": say("init.board_target"),
        f"baseline: {score}": say("init.board_baseline", day=day) if score else "",
        "require_proof: true": say("init.board_proven") if proven else "",
        "\n".join(mapping_lines({"code": list(code)})): say("init.board_code") if code else "",
    }
    # Above, for formatters do not agree on what stands between a value and its comment.
    for line, why in explained.items():
        lines += [*comment(why), line] if why else []
    variables = dict(pair for entry in entries(groups) for pair in entry.proposal.env)
    lines += ["", "env:"] if python_path or variables or needed else []
    if python_path:
        lines += comment(say("init.board_path"), "  ")
        lines.append(f"  PYTHONPATH: {scalar(':'.join(python_path))}")
    if variables:
        lines += comment(say("init.board_env"), "  ")
        lines += mapping_lines({**variables}, "  ")
    if needed:
        lines += comment(say("init.board_needed"), "  ")
        lines += mapping_lines({name: f"${{{name}:-{to}}}" for name, to in needed.items()}, "  ")
    lines += ["", "tasks:"]
    for group in groups:
        lines += [*task_lines(group, say), ""]
    return "\n".join(lines).rstrip() + "\n"


def task_lines(group: PlannedTask, say: Sentences) -> list[str]:
    """Return the lines of a task as an item below `tasks:`."""
    title = in_language(group.title, say)
    head = {"title": title, "priority": group.priority.value}
    lines = [f"- id: {group.id}", *mapping_lines(head, "  "), "  criteria:"]
    for entry in group.entries:
        proposal = entry.proposal
        whys = [worded("init.board_missing", why=entry.missing)] if entry.missing else []
        for why in filter(None, [proposal.why, *whys]):
            lines += comment(in_language(why, say), "    ")
        lines += [
            f"    - id: {entry.id}",
            f"      title: {scalar(in_language(proposal.title, say))}",
            *proposal.lines("      "),
        ]
    return [f"  {line}" for line in lines]


def entries(groups: Iterable[PlannedTask]) -> list[PlannedCriterion]:
    """Return all criteria, in order."""
    return [entry for group in groups for entry in group.entries]
