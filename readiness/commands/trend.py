"""Show a number over the runs, and when it reaches its target at this pace."""

import time
from collections.abc import Iterator, Sequence
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, option
from readiness.command_line.values import whole_number
from readiness.model.errors import ExitStatus
from readiness.model.units import UNITS, counted
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import recent_runs
from readiness.project.change import default_branch
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
    branch: Annotated[
        str | None,
        option(
            "--branch", "NAME", "Follow this branch. Default: the default branch, if it has runs."
        ),
    ] = None,
    board_file: options.Board = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
) -> int:
    """Print how a criterion, a task or the score went over the last `limit` runs."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    default = default_branch(board.workdir)
    course = trend(subject, recent_runs(settings, board, limit=limit), branch, default)
    if as_json:
        put_json(course)
    else:
        put_blocks(_blocks(course, for_reader(board.language)))
    return ExitStatus.READY


def sparkline(values: Sequence[float]) -> str:
    """Draw the values as bars, equal ones as a line in the middle."""
    low, high = min(values), max(values)
    if low == high:
        return BARS[3] * len(values)
    return "".join(BARS[_rank(value, low, high)] for value in values)


def _rank(value: float, low: float, high: float) -> int:
    return round((value - low) / (high - low) * (len(BARS) - 1))


def _blocks(course: Trend, say: Sentences) -> Iterator[Block]:
    title = say("score.sum") if course.id == SCORE else f"{course.id}  {course.title}"
    yield Line(parts=((title, Style.STRONG),))
    if not course.points:
        yield from text_lines(f"  {say('trend.nothing')}")
        return
    yield from text_lines(
        f"  {sparkline([point.value for point in course.points[-WIDEST:]])}",
        f"  {_span(course, say)}",
        *([f"  {_outlook(course, say)}"] if len(course.points) > 1 or course.reached else []),
    )
    for change in course.changes:
        yield from text_lines(f"  {_changed(change, course.unit, say)}")
    if course.left_out:
        yield from text_lines(f"  {say('trend.left_out', count=course.left_out)}")
    if course.others:
        others = ", ".join(f"{name or '-'} ({count})" for name, count in course.others.items())
        yield from text_lines(f"  {say('trend.others', branch=course.branch, others=others)}")
    yield Line()
    rows = [_row(point, say) for point in course.points[-ROWS:]]
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


def _row(point: Point, say: Sentences) -> list[Part]:
    verdict = verdict_part(point.verdict, say) if point.verdict else ("", Style.PLAIN)
    at = elapsed(point.at, time.time(), say)
    return [(point.run, Style.STRONG), *plain(at, point.shown), verdict]


VERB = Verb(trend_of, prints=Trend)
