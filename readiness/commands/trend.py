"""Follow a number over the runs, and tell when it reaches its target at this pace."""

from collections.abc import Iterator, Sequence

from readiness.commands._options import Argument, Option, Value, Verb
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import recent_runs
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.layout import columns
from readiness.text.sentences import Sentences, for_reader
from readiness.timeline import Point, Trend, trend

BARS = "▁▂▃▄▅▆▇█"
WIDEST = 60
ROWS = 10


def trend_of(settings: RunSettings, subject: str = "score", limit: int = 100) -> int:
    """Print how a criterion, a task or the score went over the last `limit` runs."""
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    found = trend(subject, recent_runs(settings, board, limit=limit))
    if as_json:
        put_json(found)
    else:
        put_text("\n".join(_lines(found, for_reader(board.language))))
    return ExitStatus.READY


def sparkline(values: Sequence[float]) -> str:
    """The values as bars, the last `WIDEST` of them; equal ones as a line in the middle."""
    shown = values[-WIDEST:]
    low, high = min(shown), max(shown)
    if low == high:
        return BARS[3] * len(shown)
    return "".join(BARS[round((value - low) / (high - low) * (len(BARS) - 1))] for value in shown)


def _lines(found: Trend, say: Sentences) -> Iterator[str]:
    values = [point.value for point in found.points]
    yield f"{found.id} {found.title}".rstrip()
    if not values:
        yield f"  {say('trend.nothing')}"
        return
    yield f"  {sparkline(values)}"
    yield f"  {_span(found, values, say)}"
    yield f"  {_outlook(found, say)}"
    if found.left_out:
        yield f"  {say('trend.left_out', count=found.left_out)}"
    yield ""
    rows = [_row(point, say) for point in found.points[-ROWS:]]
    yield columns(rows, say.heads("trend.heads"), right=(2,)).rstrip()


def _span(found: Trend, values: Sequence[float], say: Sentences) -> str:
    return say(
        "trend.span",
        first=f"{values[0]:g}",
        last=f"{values[-1]:g} {found.unit}".rstrip(),
        count=len(values),
        lowest=f"{min(values):g}",
        highest=f"{max(values):g}",
        goal=found.goal,
    )


def _outlook(found: Trend, say: Sentences) -> str:
    if found.reached:
        return say("trend.reached")
    if found.pace is None:
        return say("trend.no_pace")
    pace = f"{found.pace:+.3g}"
    if found.expected_on:
        return say("trend.arrives", pace=pace, date=found.expected_on)
    return say("trend.never", pace=pace)


def _row(point: Point, say: Sentences) -> list[str]:
    verdict = say(f"verdict.{point.verdict}") if point.verdict else ""
    return [point.run, point.at, f"{point.value:g}", verdict]


VERB = Verb(
    trend_of,
    Argument("subject", "ID", "A criterion, a task, or `score`."),
    Option("limit", "N", "How many runs at most.", value=Value.NUMBER, variable=False),
    takes="board profile output_format history",
    prints=Trend,
)
