"""The geometry of the page's pictures: plain numbers in, coordinates out. Nothing here is drawn.

Text inside a picture that is scaled would be too small on a phone. So a picture that has text uses
percentages across and pixels down, and one that is stretched has none.
"""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 100, 48
"""The box of a spark, which may be stretched."""


class Spark(NamedTuple):
    """A small line: its path, and that of its target, "" where there is none."""

    path: str
    goal: str


def level(value: float, top: float, height: int, margin: int = 8) -> float:
    """Return how far down `value` lies on a scale from 0 to `top`."""
    share = min(max(value / top, 0), 1)
    return round(height - margin - share * (height - 2 * margin), 1)


def spark(values: Sequence[float], goal: float | None) -> Spark:
    """Draw two values or more, scaled so that all of them and the goal are in the box."""
    scale = [*values, *([] if goal is None else [goal])]
    low, high = min(scale), max(scale)
    step = (WIDTH - 4) / max(len(values) - 1, 1)
    places = [f"{round(2 + step * at)} {_y(value, low, high)}" for at, value in enumerate(values)]
    target = "" if goal is None else f"M0 {_y(goal, low, high)}h{WIDTH}"
    return Spark(f"M{' '.join(places)}", target)


def bar(start: float, length: float, whole: float) -> tuple[int, int]:
    """Return a span of seconds in thousandths of the whole: where it begins, and how long it is.

    It is never too short to be seen.
    """
    whole = max(whole, 1e-9)
    wide = min(max(round(length / whole * 1000), 4), 1000)
    at = min(max(round(start / whole * 1000), 0), 1000 - wide)
    return at, wide


def _y(value: float, low: float, high: float) -> int:
    if high == low:
        return HEIGHT // 2
    # Halves: the distance of two very large numbers would be infinite.
    share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return round(HEIGHT - 3 - share * (HEIGHT - 6))
