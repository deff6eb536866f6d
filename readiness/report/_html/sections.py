"""What to do next: the open criteria as steps."""

from readiness.model.words import Verdict
from readiness.record.document import RunDocument
from readiness.report._html.criteria import Link, Viewer, newly_bad
from readiness.report._reasons import reason_of
from readiness.report._shown import causes, measured, open_criteria, worth
from readiness.text.sentences import Sentences

NEXT = 12
"""Number of steps to show in full."""

FINDINGS = 3
"""Number of places to name under a step; the criterion has the others."""


def steps(run: RunDocument, viewer: Viewer, say: Sentences) -> list[dict[str, object]]:
    """Return all open criteria, those with one cause together; what the gate names comes first.

    `others` of a step are the further criteria, `alike` says how many there are in all.
    `printed_at` is the earlier step that shows what the same probe printed.
    """
    why = reason_of(run)
    blocks = causes(open_criteria(run))
    blocks.sort(key=lambda block: not any(criterion.id in why for _, criterion in block))
    made = []
    shown_at: dict[tuple[str, str], Link] = {}
    for number, block in enumerate(blocks):
        task, criterion = block[0]
        text = measured(criterion)
        complete = criterion.attestation is not None or criterion.expect in text
        complete = complete or criterion.verdict.unknown  # what was not measured misses nothing
        if run.gate.line is not None and criterion.id in why:  # it says what is worse than what
            text, complete = why[criterion.id], True
        others = [
            (viewer.criterion_link(other), viewer.short(other.title)) for _, other in block[1:]
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
                "alike": say("report.one_cause", count=len(block)) if others else "",
                "command": viewer.command(criterion) if in_full else "",
                "printed": "" if printed_at else printed,
                "printed_at": printed_at,
                "findings": viewer.findings(criterion, FINDINGS) if in_full else [],
                "facts": [task.priority.value, *worth(block, say)],
                "blocking": task.blocking and criterion.verdict is not Verdict.WARN,
                "newly": any(newly_bad(other) for _, other in block),
                "outcome": viewer.short(text),
                "expect": "" if complete else viewer.short(criterion.expect),
                "hint": viewer.short(criterion.hint or ""),
            }
        )
    return made
