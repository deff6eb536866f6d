"""What earlier runs tell: the score, each criterion's verdicts, each number's way to its target."""

import math
from collections.abc import Sequence

from readiness.model.words import Verdict
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.earlier import PastPoint
from readiness.record.pace import number_to_reach
from readiness.record.points import past_point
from readiness.record.scores import goal_text
from readiness.report._html.charts import Spark, level, spark
from readiness.report._html.criteria import Viewer
from readiness.report._shown import badge_of, number
from readiness.text.sentences import Sentences

ROWS = 60
"""Number of criteria in the heat map."""

_HEIGHT = 168


def marks(run: RunDocument) -> list[PastPoint]:
    """Return the earlier runs, and this one last where it is whole."""
    return [*run.past, past_point(run)] if run.whole else run.past


def score_history(
    run: RunDocument, points: Sequence[PastPoint], say: Sentences
) -> dict[str, object]:
    """Return the picture of the score over two runs or more, side by side, and its table.

    A run without a score has no `y`; `changed` says that the board changed before it.
    """
    dates = _dates(points)
    rows = [
        {
            "x": f"{1.5 + 97 * at / (len(points) - 1):.4g}%",
            "y": None if (score := _finite(point.score)) is None else _level(score),
            "date": dates[at],
            "commit": point.commit[:10],
            "decision": point.decision,
            "score": _score(point, say),
            "changed": at > 0 and point.board_digest != points[at - 1].board_digest,
        }
        for at, point in enumerate(points)
    ]
    target = goal_text(run.score.target)
    return {
        "height": _HEIGHT,
        "target_y": _level(run.score.target),
        "target": target,
        "ticks": [(_level(tick), number(tick)) for tick in (0.0, 5.0, 10.0)],
        "rows": rows,
        "description": say(
            "page.score_from_to",
            first=rows[0]["score"],
            since=dates[0],
            last=rows[-1]["score"],
            until=dates[-1],
            target=target,
        ),
    }


def _level(score: float) -> float:
    return level(score, 10.0, _HEIGHT)


def heat(
    run: RunDocument, points: Sequence[PastPoint], viewer: Viewer, say: Sentences
) -> dict[str, object]:
    """Return the verdicts of at most `ROWS` criteria in the runs, those not good now first."""
    courses = {
        criterion.id: [point.verdicts.get(criterion.id) for point in points]
        for criterion in run.criteria()
    }
    present = [criterion for criterion in run.criteria() if any(courses[criterion.id])]
    chosen = sorted(present, key=lambda record: record.verdict.good)[:ROWS]
    seen = {verdict for criterion in chosen for verdict in courses[criterion.id]}
    return {
        "rows": [
            {
                "link": viewer.criterion_link(criterion),
                "title": viewer.short(criterion.title),
                "verdicts": courses[criterion.id],
            }
            for criterion in chosen
        ],
        "badges": [badge_of(verdict, say) for verdict in Verdict if verdict in seen],
        "total": len(present),
        "days": _dates(points),
    }


def sparks(run: RunDocument, points: Sequence[PastPoint]) -> dict[str, Spark]:
    """Return the small picture of each number that is not always the same.

    What this run measured though it is no point, being of a part, comes last.
    """
    pictures = {}
    for criterion in run.criteria():
        past = [point.values[criterion.id] for point in points if criterion.id in point.values]
        values = [number for number in past if math.isfinite(number)]
        value = _number(criterion)
        if value is not None and not run.whole and criterion.carried is None:
            values.append(value)
        if value is not None and len(set(values)) > 1:
            pictures[criterion.id] = spark(values, number_to_reach(criterion))
    return pictures


def _number(criterion: CriterionRecord) -> float | None:
    value = criterion.number
    try:
        return _finite(None if value is None else float(value))
    except OverflowError:
        return None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _score(point: PastPoint, say: Sentences) -> str:
    """Return the score as its run showed it."""
    if point.score is None:
        return say("report.unknown")
    return point.shown or f"{math.floor(point.score * 100) / 100:.2f}"


def _dates(points: Sequence[PastPoint]) -> list[str]:
    """Return the day of each point; with the time where all are of one day."""
    if len({point.started_at[:10] for point in points}) > 1:
        return [point.started_at[:10] for point in points]
    return [point.started_at[:16].replace("T", " ") for point in points]
