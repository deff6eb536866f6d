"""The geometry of the page's pictures: plain numbers in, coordinates out. Nothing here is drawn.

Text inside a picture that is scaled would be too small on a phone. So a picture that has text uses
percentages across and pixels down, and one that is stretched has none.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

import msgspec

from readiness.model.words import Verdict

SPARK_WIDTH, SPARK_HEIGHT = 100, 48
CELL_WIDTH, CELL_HEIGHT, CELL_GAP = 10, 18, 2


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A line through values on a fixed scale: percent across, pixels down.

    `xs` has a place for each value, known or not.

    `due` is the place of a day to come, "" where there is none.
    """

    height: int
    xs: list[str]
    ys: list[float | None]
    due: str = ""


class Spark(msgspec.Struct, frozen=True, kw_only=True):
    """A small line in a box of 100 by 48 that may be stretched: paths, and the height of its end.

    `goal` is the target's line and `changes` where the number changed, empty where there is none;
    `changed` says when that was.
    """

    path: str
    goal: str
    end: int
    changes: str = ""
    changed: str = ""


class Cells(msgspec.Struct, frozen=True, kw_only=True):
    """A grid of verdicts: for each verdict all of its cells as one path, and their marks."""

    width: int
    height: int
    boxes: dict[Verdict, str]
    marks: dict[Verdict, str]


def plot(
    values: Sequence[float | None],
    times: Sequence[float],
    *,
    top: float,
    height: int,
    margin: int = 8,
    due: float | None = None,
) -> Plot:
    """Plot values 0..`top` by their times, up to `due`; an unknown value leaves a gap."""
    first, whole = min(times), max(*times, due or 0.0) - min(times)
    xs = [_percent((time - first) / whole if whole else 0.5) for time in times]
    ys = [None if value is None else level(value, top, height, margin) for value in values]
    end = _percent((due - first) / whole) if due and whole else ""
    return Plot(height=height, xs=xs, ys=ys, due=end)


def level(value: float, top: float, height: int, margin: int = 8) -> float:
    """Return how far down `value` lies on a scale from 0 to `top`."""
    share = min(max(value / top, 0), 1)
    return round(height - margin - share * (height - 2 * margin), 1)


def spark(
    values: Sequence[float], goal: float | None, changes: Sequence[int] = (), changed: str = ""
) -> Spark:
    """Draw two values or more, scaled so that all of them and the goal are in the box.

    Before each of the places in `changes` there is an upright line.
    """
    scale = [*values, *([] if goal is None else [goal])]
    low, high = min(scale), max(scale)
    step = (SPARK_WIDTH - 4) / max(len(values) - 1, 1)
    places = [(round(2 + step * at), _height(value, low, high)) for at, value in enumerate(values)]
    target = "" if goal is None else f"M0 {_height(goal, low, high)}h{SPARK_WIDTH}"
    upright = "".join(f"M{2 + step * (at - 0.5):.4g} 0v{SPARK_HEIGHT}" for at in changes)
    end = places[-1][1]
    return Spark(path=_path(places), goal=target, end=end, changes=upright, changed=changed)


def bar(start: float, length: float, whole: float) -> tuple[int, int]:
    """Return a span of seconds in thousandths of the whole: where it begins, and how long it is.

    It is never too short to be seen.
    """
    whole = max(whole, 1e-9)
    wide = min(max(round(length / whole * 1000), 4), 1000)
    at = min(max(round(start / whole * 1000), 0), 1000 - wide)
    return at, wide


def cells(rows: Sequence[Sequence[Verdict | None]]) -> Cells:
    """Lay out rows of verdicts, one below the other; an unknown verdict leaves its place empty."""
    boxes: dict[Verdict, list[str]] = {}
    marks: dict[Verdict, list[str]] = {}
    for down, row in enumerate(rows):
        for across, verdict in enumerate(row):
            if verdict is None:
                continue
            x, y = across * CELL_WIDTH, down * CELL_HEIGHT
            boxes.setdefault(verdict, []).append(f"M{x} {y + 1}{BOX}")
            if mark := MARK_PATHS.get(verdict):
                marks.setdefault(verdict, []).append(f"M{x} {y + 1}{mark}")
    return Cells(
        width=CELL_WIDTH * max((len(row) for row in rows), default=0),
        height=CELL_HEIGHT * len(rows),
        boxes={verdict: "".join(parts) for verdict, parts in boxes.items()},
        marks={verdict: "".join(parts) for verdict, parts in marks.items()},
    )


BOX = f"h{CELL_WIDTH - 1}v{CELL_HEIGHT - CELL_GAP}h-{CELL_WIDTH - 1}z"
"""One cell of a grid, from its upper left corner."""

MARK_PATHS: Mapping[Verdict, str] = {
    Verdict.WARN: "m4.5 3v6m0 2v2",  # !
    Verdict.FAIL: "m2 3l5 10m0 -10l-5 10",  # a cross
    Verdict.ERROR: "m2 4h5m-5 4h5m-5 4h5",  # three bars
    Verdict.WAIVED: "m2 13l5 -10",  # a slash
    Verdict.SKIP: "m3 8h3",  # a dash
}
"""Marks that tell a cell's verdict without its colour; a cell that passes has none."""


def course(verdicts: Sequence[Verdict | None]) -> list[tuple[int, int, Verdict]]:
    """Return a row of verdicts as stretches: first and last place, from 1, and verdict."""
    stretches = []
    place = 1
    for verdict, group in groupby(verdicts):
        length = sum(1 for _ in group)
        if verdict is not None:
            stretches.append((place, place + length - 1, verdict))
        place += length
    return stretches


def _percent(share: float) -> str:
    return f"{1.5 + 97 * share:.4g}%"


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
