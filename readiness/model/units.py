"""Units and quantities: what `500 ms` is, and how two units of one kind compare.

Pure, and part of the foundation. Nothing here rounds unless it says so.
"""

import re
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_DOWN, Context, Decimal
from fractions import Fraction

from readiness.startup.patterns import later
from readiness.text.worded import Worded, worded

TIMES = {"us": 1, "ms": 1_000, "s": 10**6, "m": 60 * 10**6, "h": 3_600 * 10**6, "d": 86_400 * 10**6}
SIZES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
UNITS = ("%", *TIMES, *SIZES, "rps")
JITTERY = (*TIMES, "rps")
"""Units of what is never measured the same twice."""
CENTURY = 36_500 * 86_400

_MEANT = {
    "m": "min mins minute minutes",
    "s": "sec secs second seconds",
    "h": "hr hrs hour hours",
    "d": "day days",
    "ms": "msec msecs millis millisecond milliseconds",
    "us": "usec usecs microsecond microseconds \u00b5s \u03bcs",
    "KiB": "kb kib",
    "MiB": "mb mib",
    "GiB": "gb gib",
    "B": "b byte bytes",
    "%": "percent pct",
    "rps": "rps req/s qps",
}
"""Other spellings of each unit."""

# The contexts of decimal arithmetic: whatever the caller has set does not count.
EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
DOWN = Context(prec=28, rounding=ROUND_DOWN, Emax=MAX_EMAX, Emin=MIN_EMIN)

_QUANTITY = later(
    r"([+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)"
    r"(?:\s*(%|[a-zA-Z]+)|\s+([a-zA-Z][a-zA-Z_-]*))?"
)

# Beyond them no measurement is taken for a number.
_SIZES = range(-400, 309)


def quantity(text: str) -> tuple[Decimal, str]:
    """Parse a finite number and its unit ("" where it has none).

    A name that is not a unit of the contract (`50 errors`) stands apart from its number.
    Raises ValueError with what was found and what to write.
    """
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise ValueError(worded("fault.no_number", text=quote(text), advice=_advice(text)))
    number, unit, name = match.groups()
    if unit and unit not in UNITS and not text[match.end(1)].isspace():
        if meant := meant_unit(unit):
            advice = worded("hint.did_you_mean", word=f"{number} {meant}")
        else:
            advice = worded("hint.units", names=", ".join(UNITS))
        raise ValueError(worded("fault.no_unit", unit=unit, advice=advice))
    made = Decimal(number)
    if made and made.adjusted() not in _SIZES:
        raise ValueError(worded("fault.number_size", text=quote(text)))
    return made, unit or name or ""


def meant_unit(name: str) -> str:
    """Return the unit that is meant by a name such as `min`; empty where none is."""
    known = (unit for unit, names in _MEANT.items() if name.lower() in names.split())
    return "" if name in UNITS else next(known, "")


def _advice(text: str) -> str:
    if re.match(r"[+-]?[0-9]+[,_'][0-9]", text):
        plain = re.sub(r"[,_']", "", text)
        return worded("hint.no_separators", text=plain)
    if re.match(r"[+-]?\.?(nan|inf)", text, re.IGNORECASE):
        return worded("hint.finite")
    return worded("hint.digits")


def duration(text: str) -> float:
    """Convert `10m`, `1.5h`, `180d`, `500ms` to seconds; a bare number is seconds.

    Raises ValueError for what is not a duration, not above 0, or more than a century.
    """
    try:
        number, unit = quantity(text.strip())
    except ValueError:
        number, unit = Decimal(0), "?"
    if unit and unit not in TIMES:
        allowed = ", ".join(TIMES)
        if (meant := meant_unit(unit)) in TIMES:
            advice = worded("hint.did_you_mean", word=f"{number:f}{meant}")
        else:
            advice = worded("hint.duration", allowed=allowed)
        raise ValueError(worded("fault.no_duration", text=quote(text), advice=advice))
    seconds = smallest(number, unit or "s").scaleb(-6, EXACT)
    if float(seconds) <= 0:
        raise ValueError(worded("fault.duration_zero", text=quote(text)))
    if seconds > CENTURY:
        raise ValueError(worded("fault.century", text=quote(text)))
    return float(seconds)


def same_kind(unit: str, other: str) -> bool:
    """Return whether numbers in these units can be compared."""
    if unit in TIMES or unit in SIZES:
        return other in (TIMES if unit in TIMES else SIZES)
    return unit == other or (bool(other) and singular(unit) == singular(other))


def factor(unit: str) -> int:
    """Return how many of its kind's smallest unit this one is."""
    return TIMES.get(unit) or SIZES.get(unit) or 1


def smallest(number: Decimal, unit: str) -> Decimal:
    """Convert the number to its kind's smallest unit, exactly."""
    many = factor(unit)
    return number if many == 1 else EXACT.multiply(number, Decimal(many))


def convert(number: Decimal, source: str, target: str) -> Decimal:
    """Convert the number to another unit of its kind: exactly to a smaller one, else to 28 digits.

    "" takes on any unit. Raises ValueError where the units do not fit.
    """
    if source == target or not source or not target:
        return number
    if not same_kind(source, target):
        raise ValueError(worded("fault.no_conversion", unit=source, other=target))
    ratio = Fraction(factor(source), factor(target))
    if ratio.denominator == 1:
        return EXACT.multiply(number, Decimal(ratio.numerator))
    return DOWN.divide(smallest(number, source), Decimal(factor(target)))


def singular(unit: str) -> str:
    """Return the singular of a unit: `error` for `errors`; the contract's units are kept."""
    if unit in UNITS or not unit.endswith("s") or unit.endswith("ss"):
        return unit
    if unit.endswith("ies"):
        return unit[:-3] + "y"
    return unit[:-2] if unit.endswith(("sses", "xes", "ches", "shes")) else unit[:-1]


def counted(number: str, unit: str) -> str:
    """Format a count of a unit that the contract does not define: `1 error`, `1029 errors`."""
    word = Worded(singular(unit) if number == "1" else unit, f"unit.{unit}")
    return worded("amount.counted", number=number, unit=word)


def named(measure: str, *, one: bool) -> str:
    """Return the name of what a measure counts: `failed`, `undescribed`."""
    word = (singular(measure) if one else measure).replace("_", " ")
    return Worded(word, f"measure.{measure}")


def quote(text: str) -> str:
    """Quote the text, cut to a length that fits a message."""
    return f'"{text}"' if len(text) <= 60 else f'"{text[:59]}…"'
