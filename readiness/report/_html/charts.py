"""The geometry of the page's pictures: plain numbers in, coordinates out. Nothing here is drawn.

Text inside a picture that is scaled would be too small on a phone. So a picture that has text uses
percentages across and pixels down, and one that is stretched has none.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

SPARK_WIDTH, SPARK_HEIGHT = 100, 48


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A line through values on a fixed scale: percent across, pixels down.

    `xs` has a place for each value, known or not.
    """

    height: int
    xs: list[str]
    ys: list[float | None]


class Spark(msgspec.Struct, frozen=True, kw_only=True):
    """A small line in a box of 100 by 48 that may be stretched: paths, and the height of its end.

    `goal` is the target's line, empty where there is none.
    """

    path: str
    goal: str
    end: int


def plot(values: Sequence[float | None], top: float, height: int) -> Plot:
    """Plot values 0..`top` side by side; an unknown value leaves a gap."""
    last = max(len(values) - 1, 1)
    xs = [f"{1.5 + 97 * at / last:.4g}%" for at in range(len(values))]
    ys = [None if value is None else level(value, top, height) for value in values]
    return Plot(height=height, xs=xs, ys=ys)


def level(value: float, top: float, height: int, margin: int = 8) -> float:
    """Return how far down `value` lies on a scale from 0 to `top`."""
    share = min(max(value / top, 0), 1)
    return round(height - margin - share * (height - 2 * margin), 1)


def spark(values: Sequence[float], goal: float | None) -> Spark:
    """Draw two values or more, scaled so that all of them and the goal are in the box."""
    scale = [*values, *([] if goal is None else [goal])]
    low, high = min(scale), max(scale)
    step = (SPARK_WIDTH - 4) / max(len(values) - 1, 1)
    places = [(round(2 + step * at), _height(value, low, high)) for at, value in enumerate(values)]
    target = "" if goal is None else f"M0 {_height(goal, low, high)}h{SPARK_WIDTH}"
    return Spark(path=_path(places), goal=target, end=places[-1][1])


def bar(start: float, length: float, whole: float) -> tuple[int, int]:
    """Return a span of seconds in thousandths of the whole: where it begins, and how long it is.

    It is never too short to be seen.
    """
    whole = max(whole, 1e-9)
    wide = min(max(round(length / whole * 1000), 4), 1000)
    at = min(max(round(start / whole * 1000), 0), 1000 - wide)
    return at, wide


def _height(value: float, low: float, high: float) -> int:
    if high == low:
        return SPARK_HEIGHT // 2
    # Halves: the distance of two very large numbers would be infinite.
    share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return round(SPARK_HEIGHT - 3 - share * (SPARK_HEIGHT - 6))


def _path(places: Sequence[tuple[int, int]]) -> str:
    """Join points into a path; of those on one level only the first and last are needed."""
    kept = [
        place
        for at, place in enumerate(places)
        if at in (0, len(places) - 1) or not places[at - 1][1] == place[1] == places[at + 1][1]
    ]
    steps = (f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(kept))
    return f"M{kept[0][0]} {kept[0][1]}l" + " ".join(steps).replace(" -", "-")
