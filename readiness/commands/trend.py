"""Show a number over the runs, and when it reaches its target at this pace."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, option
from readiness.command_line.values import whole_number
from readiness.model.errors import ExitStatus
from readiness.model.units import UNITS, counted
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import recent_runs
from readiness.report._shown import elapsed, verdict_part
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, plain, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.sentences import Sentences, for_reader
from readiness.text.worded import in_language
from readiness.timeline.trend import SCORE, ChangePoint, Point, Trend, trend

BARS = "▁▂▃▄▅▆▇█"
WIDEST = 60
ROWS = 10


def trend_of(
    subject: Annotated[str, argument("ID", "A criterion, a task, or `score`.", "ids")] = "score",
    limit: Annotated[
        int, option("--limit", "N", "Maximum number of runs to show.", parser=whole_number)
    ] = 100,
    board_file: options.Board = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
) -> int:
    """Print how a criterion, a task or the score went over the last `limit` runs."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    course = trend(subject, recent_runs(settings, board, limit=limit))
    if as_json:
        put_json(course)
    else:
        put_blocks(_blocks(course, for_reader(board.language)))
    return ExitStatus.READY


def sparkline(values: Sequence[float | None]) -> str:
    """Draw the values as bars, equal ones as a line in the middle; a gap where there is none."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    return "".join(
        " " if value is None else BARS[3] if low == high else BARS[_rank(value, low, high)]
        for value in values
    )


def _rank(value: float, low: float, high: float) -> int:
    return round((value - low) / (high - low) * (len(BARS) - 1))


def over_time(points: Sequence[Point]) -> list[float | None]:
    """Place the values along their time: one a day, the day's last; none for a day without a run.

    Where that is more than `WIDEST` days, each place has several; within a day, one a run.
    """
    days = [datetime.fromisoformat(point.at).date().toordinal() for point in points]
    if days[0] == days[-1]:
        return [point.value for point in points[-WIDEST:]]
    step = (max(days) - min(days)) // WIDEST + 1
    places: list[float | None] = [None] * ((max(days) - min(days)) // step + 1)
    for point, day in zip(points, days, strict=True):
        places[(day - min(days)) // step] = point.value
    return places


def by_day(points: Sequence[Point]) -> list[tuple[Point, int]]:
    """Return the last point of each day and the day's count; each by itself within one day."""
    if points[0].at[:10] == points[-1].at[:10]:
        return [(point, 1) for point in points]
    grouped = (list(same) for _, same in groupby(points, key=lambda point: point.at[:10]))
    return [(same[-1], len(same)) for same in grouped]


def _blocks(course: Trend, say: Sentences) -> Iterator[Block]:
    title = say("score.sum") if course.id == SCORE else f"{course.id}  {course.title}"
    yield Line(parts=((title, Style.STRONG),))
    if not course.points:
        yield from text_lines(f"  {say('trend.nothing')}")
        return
    yield from text_lines(
        f"  {sparkline(over_time(course.points))}",
        f"  {_span(course, say)}",
        *([f"  {_outlook(course, say)}"] if len(course.points) > 1 or course.reached else []),
    )
    for change in course.changes:
        yield from text_lines(f"  {_changed(change, course.unit, say)}")
    if course.left_out:
        yield from text_lines(f"  {say('trend.left_out', count=course.left_out)}")
    yield Line()
    rows = [_row(point, count, say) for point, count in by_day(course.points)[-ROWS:]]
    yield Grid(rows=rows, heads=say.heads("trend.heads"), right=(2,), spare=(1,))


def _span(course: Trend, say: Sentences) -> str:
    points = course.points
    if len(points) == 1:
        first = in_language(_with_unit(points[0].shown, course.unit), say)
        return say("trend.first", first=first, goal=course.goal)
    return say(
        "trend.span",
        first=points[0].shown,
        last=in_language(_with_unit(points[-1].shown, course.unit), say),
        count=len(points),
        lowest=min(points, key=lambda point: point.value).shown,
        highest=max(points, key=lambda point: point.value).shown,
        goal=course.goal,
    )


def _changed(change: ChangePoint, unit: str, say: Sentences) -> str:
    return say(
        "trend.changed",
        before=change.before,
        after=in_language(_with_unit(change.after, unit), say),
        run=change.run,
        commit=change.commit[:10] or say("report.unknown"),
        at=elapsed(change.at, time.time(), say),
    )


def _with_unit(shown: str, unit: str) -> str:
    return counted(shown, unit) if unit and unit not in UNITS else f"{shown} {unit}".rstrip()


def _outlook(course: Trend, say: Sentences) -> str:
    if course.reached:
        return say("trend.reached")
    if course.pace is None:
        return say("trend.no_pace")
    pace = f"{course.pace:+.3g}"
    if course.expected_on:
        return say("trend.arrives", pace=pace, date=course.expected_on)
    return say("trend.never", pace=pace)


def _row(point: Point, count: int, say: Sentences) -> list[Part]:
    verdict = verdict_part(point.verdict, say) if point.verdict else ("", Style.PLAIN)
    again = say("trend.again", count=count) if count > 1 else ""
    at = elapsed(point.at, time.time(), say)
    return [(point.run, Style.STRONG), *plain(at, point.shown), verdict, (again, Style.DIM)]


VERB = Verb(trend_of, prints=Trend)
