"""Earlier runs as a report shows them: one mark for those of a day that found the same."""

from collections.abc import Iterable

from readiness.record.document import RunDocument
from readiness.record.earlier import PastPoint


def past_point(run: RunDocument) -> PastPoint:
    """Return what a report shows of an earlier run."""
    criteria = [record for record in run.criteria() if record.verdict.in_scope]
    return PastPoint(
        id=run.id,
        started_at=run.started_at,
        commit="" if run.git is None else run.git.commit,
        board_digest=run.board.digest,
        decision=run.gate.decision,
        score=run.score.value,
        shown=run.score.shown,
        verdicts={record.id: record.verdict for record in criteria},
        values={
            record.id: float(record.value)
            for record in criteria
            if isinstance(record.value, int | float) and not isinstance(record.value, bool)
        },
    )


def folded(points: Iterable[PastPoint]) -> list[PastPoint]:
    """Merge successive runs of a day with equal results into one point: the last of them."""
    marks: list[PastPoint] = []
    for point in points:
        marks[-1:] = [point] if marks and _alike(marks[-1], point) else [*marks[-1:], point]
    return marks


def _alike(point: PastPoint, other: PastPoint) -> bool:
    return (
        point.started_at[:10] == other.started_at[:10]
        and (point.board_digest, point.decision, point.shown, point.score)
        == (other.board_digest, other.decision, other.shown, other.score)
        and point.verdicts == other.verdicts
    )
