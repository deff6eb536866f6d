"""Why, and what next: the open criteria as steps, and the reasons that no step tells."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from readiness.model.words import Verdict
from readiness.record.document import GateRecord, RunDocument
from readiness.record.wording import Wording
from readiness.report._html.criteria import Link, Viewer, newly_bad
from readiness.report._shown import Entry, causes, measured, open_criteria, worth
from readiness.text.sentences import Sentences

Step: TypeAlias = dict[str, Any]
"""An open criterion, or several of a kind: what was found, and what to do, by its name."""

NEXT = 12
"""Number of steps to show in full."""

ALIKE = 3
"""Number of failures of a kind from which on they are one step."""

FINDINGS = 3
"""Number of places to name under a step; the criterion has the others."""


def steps(run: RunDocument, viewer: Viewer, say: Sentences) -> list[Step]:
    """Return all open criteria, those with one cause together; what the gate names comes first.

    `others` of a step are the further criteria, each with what was found of it where that is not
    one cause; `alike` says how many there are in all. `printed_at` is the earlier step that shows
    what the same probe printed, `names` has the criteria.
    """
    why = _reasons_by_criterion(run.gate)
    blocks = causes(open_criteria(run))
    blocks.sort(key=lambda block: not any(criterion.id in why for _, criterion in block))
    blocks = _kinds(blocks, why)
    made = []
    shown_at: dict[tuple[str, str], Link] = {}
    for number, block in enumerate(blocks):
        task, criterion = block[0]
        text = measured(criterion)
        complete = criterion.attestation is not None or criterion.expect in text
        complete = complete or criterion.verdict.unknown  # what was not measured misses nothing
        if run.gate.line is not None and criterion.id in why:  # it says what is worse than what
            text, complete = why[criterion.id], True
        one_cause = criterion.verdict.unknown and len({measured(other) for _, other in block}) == 1
        others = [
            (
                viewer.criterion_link(other),
                viewer.short(other.title),
                "" if one_cause else viewer.short(measured(other)),
            )
            for _, other in block[1:]
        ]
        in_full = number < NEXT
        link = viewer.criterion_link(criterion)
        printed = viewer.printed(criterion) if in_full else ""
        decisive = criterion.decisive or next(iter(criterion.probes), "")
        printed_at = shown_at.get((decisive, printed))
        if printed:
            shown_at.setdefault((decisive, printed), link)
        made.append(
            {
                "badge": viewer.badge(criterion),
                "link": link,
                "title": viewer.short(criterion.title),
                "others": others,
                "alike": _alike(block, say, one_cause=one_cause) if others else "",
                "command": viewer.command(criterion) if in_full else "",
                "printed": "" if printed_at else printed,
                "printed_at": printed_at,
                "findings": viewer.findings(criterion, FINDINGS) if in_full else [],
                "facts": [task.priority.value, *worth(block, say)],
                "blocking": task.blocking and criterion.verdict is not Verdict.WARN,
                "newly": any(newly_bad(other) for _, other in block),
                "outcome": viewer.short(text),
                "expect": ""
                if complete or (others and one_cause)
                else viewer.short(criterion.expect),
                "hint": viewer.short(criterion.hint or ""),
                "names": {other.id for _, other in block},
            }
        )
    return made


def _kinds(blocks: list[list[Entry]], why: Mapping[str, str]) -> list[list[Entry]]:
    """Merge blocks of one criterion where several of a kind fail: one check, as urgent, as new."""
    kinds: dict[object, list[list[Entry]]] = {}
    for place, block in enumerate(blocks):
        (task, criterion), *others = block
        urgency = criterion.id in why, task.priority, task.blocking, newly_bad(criterion)
        kind = criterion.check, criterion.measure, criterion.verdict, *urgency
        kinds.setdefault(place if others or not criterion.check else kind, []).append(block)
    made = []
    for same in kinds.values():
        made += same if len(same) < ALIKE else [[entry for block in same for entry in block]]
    return made


def _alike(block: list[Entry], say: Sentences, *, one_cause: bool) -> str:
    if one_cause:
        return say("report.one_cause", count=len(block))
    return say("page.alike", count=len(block), check=block[0][1].check)


def reasons(gate: GateRecord, listed: list[Step]) -> list[str]:
    """Return the gate's reasons that no step on the page shows."""
    shown = {name for step in listed for name in step["names"]}
    if len(gate.wordings) != len(gate.reasons):
        return gate.reasons
    return [
        reason
        for reason, wording in zip(gate.reasons, gate.wordings, strict=True)
        if not (names := _criteria_of(wording)) or not shown.issuperset(names)
    ]


def _reasons_by_criterion(gate: GateRecord) -> Mapping[str, str]:
    """Return the gate's reason by the criteria that it names."""
    if len(gate.wordings) != len(gate.reasons):
        return {}
    return {
        name: reason
        for reason, wording in zip(gate.reasons, gate.wordings, strict=True)
        for name in _criteria_of(wording)
    }


def _criteria_of(wording: Wording) -> list[str]:
    """Return the criteria that a reason of the gate is about."""
    names = wording.facts.get("names") if wording.key.startswith("complaint.") else None
    parts = names.facts.values() if isinstance(names, Wording) else [names]
    return [part for part in parts if isinstance(part, str)]
