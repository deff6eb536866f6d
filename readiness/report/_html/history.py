"""What earlier runs tell: the score, each criterion's verdicts, each number's way to its target."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import msgspec

from readiness.model.words import Decision, Verdict
from readiness.record.document import CriterionRecord, MilestoneRecord, RunDocument
from readiness.record.earlier import PastPoint
from readiness.record.pace import number_to_reach
from readiness.record.points import folded, past_point
from readiness.record.scores import goal_text
from readiness.record.values import unix_seconds
from readiness.report._html.charts import Plot, Spark, cells, course, level, plot, spark
from readiness.report._html.criteria import Link, Viewer
from readiness.report._shown import badge_of, moment, number
from readiness.statistics.sequences import stretches
from readiness.text.layout import literal, wrap
from readiness.text.sentences import Sentences

ROWS = 60
"""Number of criteria in the heat map."""

SEVERAL = 3
"""Number of days from which on the axis is time; before, each run has a mark of its own."""

_HEIGHT, _LOW, _TOP = 168, 88, 10.0
_ID_CELLS, _TITLE_CELLS = 14, 44


def marks(run: RunDocument) -> list[PastPoint]:
    """Return the earlier runs, and this one last where it is whole.

    Reruns of a day that found the same are folded, once there are several days.
    """
    points = folded([*run.past, past_point(run)] if run.whole else run.past)
    if by_time(points):
        return points
    return [
        msgspec.structs.replace(point, started_at=moment, again=[])
        for point in points
        for moment in (*point.again, point.started_at)
    ]


def by_time(points: Sequence[PastPoint]) -> bool:
    """Return whether the axis is time: the points are of several days."""
    return len({point.started_at[:10] for point in points}) >= SEVERAL


def score_history(
    run: RunDocument, points: Sequence[PastPoint], say: Sentences
) -> dict[str, object]:
    """Return the picture of the score over the time of two points or more, and its table.

    `changes` are the places where the board changed, `released` says of each point whether it was
    ready for release, `ends` are the days along it. `again` of a row of the table has the earlier
    runs of that day that found the same.
    """
    digests = [point.board_digest for point in points]
    dates = _dates(points)
    axis = _axis(run, points)
    changed = [at > 0 and digests[at] != digests[at - 1] for at in range(len(digests))]
    rows = [
        {
            "number": at + 1,
            "date": dates[at],
            "commit": point.commit[:10],
            "decision": say(f"decision.{point.decision}"),
            "score": _score(point, say),
            "board_changed": changed[at],
            "again": list(map(moment, point.again)),
        }
        for at, point in enumerate(points)
    ]
    picture = axis.plot([_finite(point.score) for point in points], _TOP, _HEIGHT)
    target = goal_text(run.score.target)
    return {
        "plot": picture,
        "released": [point.decision is Decision.READY for point in points],
        "target_y": level(run.score.target, _TOP, _HEIGHT),
        "target": target,
        "ticks": [(level(tick, _TOP, _HEIGHT), number(tick)) for tick in (0.0, 5.0, 10.0)],
        "changes": [x for x, is_change in zip(picture.xs, changed, strict=True) if is_change],
        "rows": rows,
        "ends": axis.ends,
        "description": say(
            "page.score_from_to",
            first=rows[0]["score"],
            since=dates[0],
            last=rows[-1]["score"],
            until=dates[-1],
            target=target,
        ),
        "burn_up": _burn_up(run, points, axis, say),
    }


class _Axis(msgspec.Struct, frozen=True, kw_only=True):
    """Where points stand along a picture: by time with the next milestone's day, or run by run."""

    places: list[float]
    due: float | None
    ends: list[str]

    def plot(self, values: Sequence[float | None], top: float, height: int) -> Plot:
        return plot(values, self.places, top=top, height=height, due=self.due)


def _axis(run: RunDocument, points: Sequence[PastPoint]) -> _Axis:
    """Return the axis of these points; a milestone is on it unless it is too far away."""
    dates = _dates(points)
    if not by_time(points):
        places = [float(at) for at in range(len(points))]
        return _Axis(places=places, due=None, ends=[dates[0], dates[-1]])
    times = [unix_seconds(point.started_at) or 0.0 for point in points]
    goal = next_milestone(run)
    due = unix_seconds(f"{goal.due}T00:00:00Z") if goal and goal.due else None
    if due is None or not 0 < due - times[-1] <= 2 * (times[-1] - times[0]):
        due = None
    end = due or times[-1]
    middle = datetime.fromtimestamp((times[0] + end) / 2, UTC).isoformat()[:10]
    last = datetime.fromtimestamp(end, UTC).isoformat()[:10]
    return _Axis(places=times, due=due, ends=[dates[0], middle, last])


def next_milestone(run: RunDocument) -> MilestoneRecord | None:
    """Return the milestone that is not met and due first."""
    missed = [milestone for milestone in run.milestones if not milestone.met]
    return min(missed, key=lambda milestone: milestone.due or "9", default=None)


def _burn_up(
    run: RunDocument, points: Sequence[PastPoint], axis: _Axis, say: Sentences
) -> dict[str, object] | None:
    """Return the picture of how many criteria held that the next milestone asks for."""
    goal = next_milestone(run)
    asked = {
        criterion.id
        for task in run.tasks
        for criterion in task.in_scope()
        if goal is not None and goal.priority in (None, task.priority)
    }
    if goal is None or not asked:
        return None
    counts = [
        sum(verdict.good for name, verdict in point.verdicts.items() if name in asked)
        for point in points
    ]
    return {
        "goal": goal,
        "due": say("report.due", date=goal.due) if goal.due else "",
        "plot": axis.plot(counts, len(asked), _LOW),
        "total": len(asked),
        "text": say("page.burn_up", first=counts[0], last=counts[-1], count=len(asked)),
    }


def heat(
    run: RunDocument, points: Sequence[PastPoint], viewer: Viewer, say: Sentences
) -> dict[str, object]:
    """Return the verdicts of at most `ROWS` criteria over the points, and each course in words.

    Where there are more criteria, those count that are not good now or have not always been. The
    rows are of one height, so that ids and titles are cut where they would need two lines.
    """
    courses = {
        criterion.id: [point.verdicts.get(criterion.id) for point in points]
        for criterion in run.criteria()
    }
    present = [criterion for criterion in run.criteria() if any(courses[criterion.id])]
    chosen = present
    if len(present) > ROWS:
        ranked = sorted(present, key=lambda record: _interest(courses[record.id]), reverse=True)
        kept = {criterion.id for criterion in ranked[:ROWS]}
        chosen = [criterion for criterion in present if criterion.id in kept]
    dates = _dates(points)
    grid = cells([courses[criterion.id] for criterion in chosen])
    return {
        "cells": grid,
        "rows": [
            {
                "id": criterion.id,
                "link": Link(_one_line(criterion.id, _ID_CELLS), viewer.anchor(criterion)),
                "title": _one_line(criterion.title, _TITLE_CELLS),
                "course": _in_words(courses[criterion.id], say),
            }
            for criterion in chosen
        ],
        "badges": [badge_of(verdict, say) for verdict in grid.boxes],
        "total": len(present),
        "first": dates[0],
        "last": dates[-1],
    }


def ways(run: RunDocument, points: Sequence[PastPoint]) -> dict[str, list[float]]:
    """Return the numbers of each criterion over the points, where there are two.

    What this run measured though it is no point, being of a part, comes last.
    """
    courses: dict[str, list[float]] = {}
    for criterion in run.criteria():
        value = _number(criterion)
        if value is None:
            continue
        past = [point.values[criterion.id] for point in points if criterion.id in point.values]
        values = [number for number in past if math.isfinite(number)]
        if not run.whole and criterion.carried is None:
            values.append(value)
        if len(values) > 1:
            courses[criterion.id] = values
    return courses


def sparks(
    run: RunDocument, points: Sequence[PastPoint], courses: Mapping[str, Sequence[float]]
) -> dict[str, Spark]:
    """Return the small picture of each number that is not always the same."""
    pictures = {}
    for criterion in run.criteria():
        values = courses.get(criterion.id, ())
        if len(set(values)) > 1:
            measured = [point for point in points if criterion.id in point.values]
            changes = [part.start for part in stretches(values)[1:]]
            places = [measured[at] for at in changes if at < len(measured)]
            changed = ", ".join(f"{one.started_at[:10]} ({one.commit[:10]})" for one in places)
            goal = number_to_reach(criterion)
            pictures[criterion.id] = spark(values, goal, changes, changed)
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
    """Return the day of each point; with the time where the axis is not time."""
    if by_time(points):
        return [point.started_at[:10] for point in points]
    return [point.started_at[:16].replace("T", " ") for point in points]


def _interest(verdicts: Sequence[Verdict | None]) -> tuple[bool, int]:
    known = [verdict for verdict in verdicts if verdict is not None]
    changes = sum(one != other for one, other in pairwise(known))
    return not known[-1].good, changes


def _one_line(text: str, cells: int) -> str:
    first, *more = wrap(literal(text), cells)
    return f"{first}…" if more else first


def _in_words(verdicts: Sequence[Verdict | None], say: Sentences) -> str:
    """Format a course: `1-9 fail, 10-31 pass`."""
    return say("report.comma").join(
        f"{first if first == last else f'{first}–{last}'} {say(f'verdict.{verdict}')}"
        for first, last, verdict in course(verdicts)
    )
