"""Earlier runs as a report shows them: one mark for those of a day that found the same."""

from collections.abc import Iterable

import msgspec

from readiness.record.document import RunDocument
from readiness.record.earlier import PastPoint
from readiness.record.excerpts import PastRun


def past_point(run: RunDocument | PastRun) -> PastPoint:
    """Return what a report shows of an earlier run."""
    criteria = [one for task in run.tasks for one in task.criteria if one.verdict.in_scope]
    return PastPoint(
        id=run.id,
        started_at=run.started_at,
        commit="" if run.git is None else run.git.commit,
        board_digest=run.board.digest,
        decision=run.gate.decision,
        score=run.score.value,
        shown=run.score.shown,
        milestone=run.gate.milestone,
        verdicts={one.id: one.verdict for one in criteria},
        values={
            one.id: float(one.value)
            for one in criteria
            if isinstance(one.value, int | float) and not isinstance(one.value, bool)
        },
    )


def folded(points: Iterable[PastPoint]) -> list[PastPoint]:
    """Merge successive runs of a day with equal results into one point: the last of them.

    Its `again` lists the times at which the others started.
    """
    marks: list[PastPoint] = []
    for point in points:
        if marks and _alike(marks[-1], point):
            again = [*marks[-1].again, marks[-1].started_at, *point.again]
            marks[-1] = msgspec.structs.replace(point, again=again)
        else:
            marks.append(point)
    return marks


def _alike(one: PastPoint, other: PastPoint) -> bool:
    return (
        one.started_at[:10] == other.started_at[:10]
        and (one.board_digest, one.decision, one.milestone, one.shown, one.score)
        == (other.board_digest, other.decision, other.milestone, other.shown, other.score)
        and one.verdicts == other.verdicts
    )
