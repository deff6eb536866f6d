"""How long a task takes, as its board estimates it: `4-6h`, `1-2d`, `3 days`, `1w`."""

import re
from fractions import Fraction

MINUTES = {"m": 1, "h": 60, "d": 8 * 60, "w": 5 * 8 * 60}
"""A day of work has eight hours, a week five days."""

_ESTIMATE = re.compile(
    r"(?P<low>\d+(?:\.\d+)?)(?:\s*(?:-|–|~|to)\s*(?P<high>\d+(?:\.\d+)?))?\s*"
    r"(?P<unit>min(?:ute)?s?|m|h(?:(?:ou)?r)?s?|d(?:ay)?s?|w(?:eek)?s?|分钟|小时|天|日|周)"
)
_CHINESE = {"分钟": "m", "小时": "h", "天": "d", "日": "d", "周": "w"}


def effort(estimate: str) -> int | None:
    """Return the middle of an estimate, in whole working minutes, rounded up; None without one."""
    match = _ESTIMATE.fullmatch(estimate.strip().lower())
    if match is None:
        return None
    unit = match["unit"]
    scale = MINUTES[_CHINESE.get(unit, unit[0])]
    low = Fraction(match["low"])
    high = Fraction(match["high"] or match["low"])
    return -int(-(low + high) * scale // 2)


def in_words(minutes: int) -> str:
    """Write working time as a reader plans it: `40m`, `5h`, `2.5d`."""
    if minutes < MINUTES["h"]:
        return f"{minutes}m"
    unit = "h" if minutes < MINUTES["d"] else "d"
    return f"{float(Fraction(minutes, MINUTES[unit])):.3g}{unit}"
