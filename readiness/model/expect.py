"""Expectations and units: what `< 500 ms` means, whether a value meets it, and how near it is.

Pure, and part of the foundation: every stage may import it. Numbers are compared exactly.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from readiness.model.board import Criterion, Expectation
from readiness.model.units import (
    DOWN,
    EXACT,
    UNITS,
    convert,
    counted,
    factor,
    quantity,
    quote,
    same_kind,
    smallest,
)
from readiness.model.words import Better, Operator
from readiness.startup.patterns import later
from readiness.text.worded import worded

Value: TypeAlias = Decimal | bool | str
Matcher: TypeAlias = Callable[[str, str], bool]

COMPARISONS: dict[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}
FALLING = (Operator.LT, Operator.LE)
RISING = (Operator.GT, Operator.GE)
BOOLEANS = (Operator.TRUE, Operator.FALSE)

# What fails is never whole, however near it comes: `< 50` at 50 would otherwise earn all its credit
# under partial scoring.
ALMOST = Decimal("0.999999")
_WHOLE, _NOTHING = Decimal(1), Decimal(0)

_COMPARISON = later(r"(==|!=|<=|>=|<|>)(?![<=>])\s*(.*)", re.DOTALL)
_WORD = later(r"(between|matches|contains)\b\s*(.*)", re.DOTALL)


# --- reading ------------------------------------------------------------------------------------


def parse(text: str) -> Expectation:
    """Parse an expectation as a board writes it.

    Raises ValueError, with what was found and what is allowed, for anything else, and for a
    text that no value could fail (`matches .*`).
    """
    text = text.strip()
    if text in BOOLEANS:
        return Expectation(text=text, operator=Operator(text))
    if match := _COMPARISON.fullmatch(text):
        number, unit = quantity(match[2])
        return Expectation(text=text, operator=Operator(match[1]), number=number, unit=unit)
    if match := _WORD.fullmatch(text):
        return _PHRASES[match[1]](text, match[2].strip())
    raise ValueError(worded("fault.no_expectation", text=quote(text), advice=_advice(text)))


def _advice(text: str) -> str:
    """Return what to write instead of `text`, as near to it as can be guessed."""
    if text.lower() in BOOLEANS:
        return worded("hint.write", text=f'"{text.lower()}"')
    if re.fullmatch(r"[0-9.+-]+(\s*[a-zA-Z%]+)?", text):
        return worded("hint.compare_like", text=text)
    if found := re.fullmatch(r"(=>|=<|=|≤|≥|≠|<>|===)\s*([^=<>].*)", text, re.DOTALL):
        meant = {"=>": ">=", "=<": "<=", "≤": "<=", "≥": ">=", "≠": "!=", "<>": "!="}
        return worded("hint.write", text=f'"{meant.get(found[1], "==")} {found[2]}"')
    return worded("hint.grammar")


def _between(text: str, ends: str) -> Expectation:
    low_text, joined, high_text = ends.partition(" and ")
    if not joined:
        raise ValueError(worded("fault.no_upper_end", text=quote(text)))
    low, low_unit = quantity(low_text.strip())
    high, high_unit = quantity(high_text.strip())
    low_unit, high_unit = low_unit or high_unit, high_unit or low_unit
    if not same_kind(low_unit, high_unit):
        raise ValueError(
            worded("fault.mixed_units", text=quote(text), low=low_unit, high=high_unit)
        )
    unit = min(low_unit, high_unit, key=factor)
    low, high = convert(low, low_unit, unit), convert(high, high_unit, unit)
    if low > high:
        raise ValueError(worded("fault.holds_for_nothing", text=quote(text)))
    return Expectation(text=text, operator=Operator.BETWEEN, number=low, high=high, unit=unit)


def _matches(text: str, pattern: str) -> Expectation:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        where = "" if error.pos is None else worded("fault.at_position", place=error.pos + 1)
        raise ValueError(
            worded("fault.no_pattern", text=quote(pattern), why=error.msg, where=where)
        ) from None
    except (OverflowError, RecursionError):
        raise ValueError(worded("fault.pattern_large", text=quote(pattern))) from None
    if _matches_anything(compiled):
        raise ValueError(worded("fault.can_never_fail", text=quote(text)))
    return Expectation(text=text, operator=Operator.MATCHES, pattern=pattern)


def _contains(text: str, part: str) -> Expectation:
    if not part:
        raise ValueError(worded("fault.can_never_fail", text=quote(text)))
    return Expectation(text=text, operator=Operator.CONTAINS, pattern=part)


_PHRASES = {"between": _between, "matches": _matches, "contains": _contains}


def _matches_anything(pattern: re.Pattern[str]) -> bool:
    """Return whether the pattern matches every sample, and so all that a probe could print.

    A look-around may forbid a text that no sample holds, so such a pattern is trusted.
    """
    if "(?!" in pattern.pattern or "(?<!" in pattern.pattern:
        return False
    samples = [chr(code) for code in range(33, 127)]
    samples += ["断", "a b", "a\nb", *re.findall(r"\w{2,}", pattern.pattern), "no such text " * 9]
    return all(map(pattern.search, samples))


def can_fail(expectation: Expectation, unit: str) -> bool:
    """Return whether some value of a measure with this unit would fail the expectation.

    A unit names a count or a quantity, which is never negative; a number without one may be.
    """
    if not (unit or expectation.unit):
        return True
    match expectation.operator:
        case Operator.GE:
            return expectation.number > 0
        case Operator.GT | Operator.NE:
            return expectation.number >= 0
        case _:
            return True


def compatible(expectation: Expectation, unit: str) -> bool:
    """Return whether the expectation suits a measure with this unit ("" for none).

    An expectation without a unit is read in the measure's own; text and booleans have none.
    """
    return not expectation.unit or same_kind(expectation.unit, unit)


# --- comparing ----------------------------------------------------------------------------------


def search(pattern: str, text: str) -> bool:
    """Return whether the pattern is found anywhere in the text."""
    return re.search(pattern, text) is not None


def mismatch(expectation: Expectation, value: Value) -> str:
    """Return why this kind of value does not suit the expectation, as a clause; "" if it does.

    A number has to be finite. Text may stand for a boolean (`true`), and anything has a text.
    """
    if isinstance(value, Decimal) and not value.is_finite():
        return worded("reason.no_number_plain", text=value)
    if expectation.operator in BOOLEANS:
        return "" if _boolean(value) is not None else worded("fault.no_boolean", text=_shown(value))
    if not expectation.operator.needs_number or isinstance(value, Decimal):
        return ""
    return worded("reason.no_number_plain", text=_shown(value))


def holds(
    expectation: Expectation, value: Value, unit: str = "", matches: Matcher = search
) -> bool:
    """Return whether the value, in the measure's unit, meets the expectation.

    `matches(pattern, text)` finds patterns; give one that stops a slow pattern where the text is
    not your own. Raises TypeError for a mismatch, ValueError for units that do not fit.
    """
    if problem := mismatch(expectation, value):
        raise TypeError(problem)
    asked = expectation.operator
    if asked in BOOLEANS:
        return _boolean(value) is (asked is Operator.TRUE)
    if asked is Operator.MATCHES:
        return matches(expectation.pattern, _text(value))
    if asked is Operator.CONTAINS:
        return expectation.pattern in _text(value)
    assert isinstance(value, Decimal)  # noqa: S101 - mismatch() has seen to it
    number, low, high = _comparable(expectation, value, unit)
    if asked is Operator.BETWEEN:
        return low <= number <= high
    return COMPARISONS[asked](number, low)


def _comparable(
    expectation: Expectation, value: Decimal, unit: str
) -> tuple[Decimal, Decimal, Decimal]:
    """Convert the value and both ends of the expectation to one unit, exactly."""
    if expectation.unit in ("", unit):
        return value, expectation.number, expectation.high
    if not same_kind(expectation.unit, unit):
        raise ValueError(
            worded(
                "fault.unit_misfit", unit=unit or "a number without unit", expect=expectation.text
            )
        )
    return (
        smallest(value, unit),
        smallest(expectation.number, expectation.unit),
        smallest(expectation.high, expectation.unit),
    )


def _boolean(value: Value) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- progress -----------------------------------------------------------------------------------


def direction(expectation: Expectation) -> Better | None:
    """Return the way that a number must go to meet the expectation; None if it does not say."""
    if expectation.operator in FALLING:
        return Better.LOWER
    if expectation.operator in RISING:
        return Better.HIGHER
    if expectation.operator is Operator.EQ and not expectation.number:
        return Better.LOWER
    return None


def better_of(criterion: Criterion) -> Better | None:
    """Return the direction in which a criterion's number improves; None if nothing says."""
    return direction(criterion.expect) or (criterion.measure.better if criterion.measure else None)


def target(expectation: Expectation) -> Decimal | None:
    """Return the number to reach, in the expectation's unit; None where there is not one number."""
    if expectation.operator in COMPARISONS and expectation.operator is not Operator.NE:
        return expectation.number
    return None


def is_worse(
    expectation: Expectation,
    value: Decimal,
    than: Decimal,
    unit: str = "",
    better: Better | None = None,
) -> bool:
    """Return whether a number is worse than another, both in the measure's unit.

    `better` is the way that it improves where the expectation does not say; without one, what is
    farther from the expectation is worse.
    """
    way = direction(expectation) or better
    if way is not None:
        return value > than if way is Better.LOWER else value < than
    return _missed_by(expectation, value, unit) > _missed_by(expectation, than, unit)


def _missed_by(expectation: Expectation, value: Decimal, unit: str) -> Decimal:
    if expectation.operator not in (Operator.EQ, Operator.BETWEEN):
        return _NOTHING if holds(expectation, value, unit) else _WHOLE
    number, low, high = _comparable(expectation, value, unit)
    high = low if expectation.operator is Operator.EQ else high
    return max(DOWN.subtract(low, number), DOWN.subtract(number, high), _NOTHING)


def progress(
    expectation: Expectation,
    value: Value,
    unit: str = "",
    baseline: Decimal | None = None,
    better: Better | None = None,
) -> Decimal:
    """Return how far the value has come, 0..1, to 28 digits; 1 only if the expectation holds.

    `baseline` is in the measure's unit. `better` is the way that `== N` goes; without it, N may
    be missed on either side. Of `between`, the end that is missed counts.
    """
    if holds(expectation, value, unit):
        return _WHOLE
    if not isinstance(value, Decimal) or not expectation.operator.needs_number:
        return _NOTHING
    if expectation.operator is Operator.NE:
        return _NOTHING
    number, low, high = _comparable(expectation, value, unit)
    goal, way = low, direction(expectation) or better
    if expectation.operator is Operator.BETWEEN:
        goal, way = (high if number > high else low), None
    if not goal:
        return _reduced(value, baseline)
    falling = number > goal if way is None else way is Better.LOWER
    # Below 0 the smaller number is the larger amount, which turns the ratio over.
    part, whole = (goal, number) if falling is (goal > 0) else (number, goal)
    return min(_share(part, whole), ALMOST)


def _reduced(value: Decimal, baseline: Decimal | None) -> Decimal:
    """Return the progress towards 0 from the baseline; none without a baseline."""
    if not baseline or (value and value.is_signed() != baseline.is_signed()):
        return _NOTHING
    return min(DOWN.subtract(_WHOLE, _share(value, baseline)), ALMOST)


def _share(part: Decimal, whole: Decimal) -> Decimal:
    """Divide part by whole, within 0..1; what would start after the 28th decimal is 0."""
    if not part or not whole or part.is_signed() != whole.is_signed():
        return _NOTHING
    share = DOWN.divide(part, whole)
    return _NOTHING if share.adjusted() < -28 else min(share, _WHOLE)


# --- showing ------------------------------------------------------------------------------------


def format_value(value: Value, unit: str = "", expectation: Expectation | None = None) -> str:
    """Write the value as people read it: `1029 errors`, `99.96 %`, `1 error`, `true`.

    With the expectation it was held against, decimals past the second are dropped as far as the
    value does not come to look like the limit, or as on its other side. Without, none are.
    """
    if not isinstance(value, Decimal):
        return _text(value)
    number = _plain(value if expectation is None else _shortened(value, unit, expectation))
    if not unit or unit in UNITS:
        return f"{number} {unit}".rstrip()
    return counted(number, unit)


def _plain(number: Decimal) -> str:
    """Format a number without an exponent, unless that would take a line of zeros."""
    return f"{number:f}" if -30 < number.adjusted() < 30 else str(number)


def _shortened(value: Decimal, unit: str, expectation: Expectation) -> Decimal:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -2 or not compatible(expectation, unit):
        return value
    sides = _sides(value, unit, expectation)
    for places in range(2, min(-exponent, 12)):
        short = value.quantize(Decimal(1).scaleb(-places), context=EXACT)
        if _sides(short, unit, expectation) == sides:
            return short
    return value


def _sides(value: Decimal, unit: str, expectation: Expectation) -> tuple[Decimal, ...]:
    """Return on which side of the expectation's two ends the value is."""
    number, *ends = _comparable(expectation, value, unit)
    return tuple(number.compare(end) for end in ends)


def _shown(value: Value) -> str:
    return quote(value) if isinstance(value, str) else _text(value)
