"""How fast a number changes over runs, and when it arrives at this pace."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from readiness.model import expect, units
from readiness.record.document import CriterionRecord

DAY = 86_400.0
SHORTEST = 1 / 24
"""Shortest time that runs must span to show a pace, in days: one hour."""
FARTHEST = 3650
"""Days ahead beyond which no date is named, as so slow a pace is no progress."""


def pace(moments: Sequence[str], values: Sequence[float]) -> float | None:
    """Return the slope of the least-squares line per day; None if the runs are too close.

    `moments` are when the runs started, in ISO form.
    """
    times = [datetime.fromisoformat(moment).timestamp() / DAY for moment in moments]
    if not times or max(times) - min(times) < SHORTEST:
        return None
    mean_time = sum(times) / len(times)
    mean_value = sum(values) / len(values)
    spread = sum((time - mean_time) ** 2 for time in times)
    together = sum(
        (time - mean_time) * (value - mean_value) for time, value in zip(times, values, strict=True)
    )
    return together / spread


def number_to_reach(criterion: CriterionRecord) -> float | None:
    """Return the number to reach, in the criterion's own unit; None if there is none."""
    try:
        expectation = expect.parse(criterion.expect)
        wanted = expect.target(expectation)
        if wanted is None:
            return None
        value = float(units.convert(wanted, expectation.unit, criterion.unit))
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def arrival(moment: str, value: float, target: float | None, change: float | None) -> str | None:
    """Return the day on which `value`, measured at `moment`, reaches its target; None for never."""
    if target is None or not change:
        return None
    days = (target - value) / change
    if not 0 < days <= FARTHEST:
        return None
    return (datetime.fromisoformat(moment) + timedelta(days=days)).date().isoformat()
