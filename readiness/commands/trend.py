"""Follow a number over the runs, and tell when it reaches its target at this pace."""

from collections.abc import Iterator, Sequence

from readiness.commands._options import Argument, Option, Value, Verb
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import recent_runs
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.layout import columns
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
        put_text("\n".join(_lines(found)))
    return ExitStatus.READY


def sparkline(values: Sequence[float]) -> str:
    """The values as bars, the last `WIDEST` of them; equal ones as a line in the middle."""
    shown = values[-WIDEST:]
    low, high = min(shown), max(shown)
    if low == high:
        return BARS[3] * len(shown)
    return "".join(BARS[round((value - low) / (high - low) * (len(BARS) - 1))] for value in shown)


def _lines(found: Trend) -> Iterator[str]:
    values = [point.value for point in found.points]
    unit = f" {found.unit}" if found.unit else ""
    yield f"{found.id} {found.title}".rstrip()
    if not values:
        yield "  nothing was measured yet"
        return
    yield f"  {sparkline(values)}"
    yield f"  {_span(values, unit)}, expected {found.goal}"
    yield f"  {_outlook(found)}"
    if found.left_out:
        yield f"  {found.left_out} runs are left out: not measured, or measured in another way"
    yield ""
    rows = [_row(point) for point in found.points[-ROWS:]]
    yield columns(rows, ["run", "started", "value", "verdict"], right=(2,)).rstrip()


def _span(values: Sequence[float], unit: str) -> str:
    first, last = values[0], values[-1]
    return (
        f"{first:g} → {last:g}{unit} in {len(values)} runs"
        f" (lowest {min(values):g}, highest {max(values):g})"
    )


def _outlook(found: Trend) -> str:
    if found.reached:
        return "the goal is reached"
    if found.pace is None:
        return "the runs are less than an hour apart: that shows no pace"
    pace = f"{found.pace:+.3g} a day"
    if found.expected_on:
        return f"{pace}: at this pace the goal is reached on {found.expected_on}"
    return f"{pace}: at this pace the goal is not reached"


def _row(point: Point) -> list[str]:
    return [point.run, point.at, f"{point.value:g}", point.verdict.value if point.verdict else ""]


VERB = Verb(
    trend_of,
    Argument("subject", "ID", "A criterion, a task, or `score`."),
    Option("limit", "N", "How many runs at most.", value=Value.NUMBER, variable=False),
    takes="board profile output_format history",
    prints=Trend,
)
