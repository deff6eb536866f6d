"""How long a task takes, as its board estimates it: `4-6h`, `1-2d`, `3 days`, `1w`."""

import re
from fractions import Fraction

import msgspec

MINUTES = {"m": 1, "h": 60, "d": 8 * 60, "w": 5 * 8 * 60}
"""A day of work has eight hours, a week five days."""

_ESTIMATE = re.compile(
    r"(?P<low>\d+(?:\.\d+)?)(?:\s*(?:-|–|~|to)\s*(?P<high>\d+(?:\.\d+)?))?\s*"
    r"(?P<unit>min(?:ute)?s?|m|h(?:(?:ou)?r)?s?|d(?:ay)?s?|w(?:eek)?s?|分钟|小时|天|日|周)"
)
_CHINESE = {"分钟": "m", "小时": "h", "天": "d", "日": "d", "周": "w"}


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """A range of working minutes."""

    low: Fraction
    high: Fraction

    @property
    def likely(self) -> int:
        """The middle of the range, in whole minutes, rounded up."""
        return -int(-(self.low + self.high) // 2)


def effort(estimate: str) -> Effort | None:
    """Read an estimate; None where it is empty or says no time."""
    match = _ESTIMATE.fullmatch(estimate.strip().lower())
    if match is None:
        return None
    unit = match["unit"]
    scale = MINUTES[_CHINESE.get(unit, unit[0])]
    low = Fraction(match["low"]) * scale
    high = Fraction(match["high"]) * scale if match["high"] else low
    return Effort(low=min(low, high), high=max(low, high))


def in_words(minutes: int) -> str:
    """Write working time as a reader plans it: `40m`, `5h`, `2.5d`."""
    if minutes < MINUTES["h"]:
        return f"{minutes}m"
    unit = "h" if minutes < MINUTES["d"] else "d"
    return f"{float(Fraction(minutes, MINUTES[unit])):.3g}{unit}"
