"""Numbers and moments as a document has them."""

import math
import time
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

EXACT_IN_JSON = 2**53


def number(value: Decimal) -> int | float | None:
    """Return the number as JSON holds it; None for one that is too large for that."""
    if value == value.to_integral_value() and abs(value) < EXACT_IN_JSON:
        return int(value)
    written = float(value)
    return written if math.isfinite(written) else None


def exact(value: int | float | bool | str | None) -> Decimal | bool | str | None:
    """Return a value of a document as it is judged: a number as the decimal that was written."""
    if isinstance(value, bool | str) or value is None:
        return value
    return Decimal(str(value))


def below(number: Fraction, limit: Decimal | int) -> float:
    """Round a number to six decimals, or to as many as keep it below the limit if it is."""
    for written in (round(float(number), 6), float(number)):
        if number >= limit or written < limit:
            return written
    return math.nextafter(float(limit), 0.0)


def timestamp(seconds: float) -> str:
    """Format Unix time as ISO 8601 in UTC, to the millisecond."""
    whole, part = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_second(whole)}.{part // 1000:03d}Z"


def unix_seconds(moment: str | None) -> float | None:
    """Convert a moment of a document to Unix time; None if it is not one."""
    from datetime import datetime

    try:
        parsed = datetime.fromisoformat(moment or "")
        return parsed.timestamp() if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
