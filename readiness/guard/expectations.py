"""Whether one expectation asks for less than another: by the values that meet each of them."""

from decimal import Decimal
from typing import TypeAlias

from readiness.guard.changes import Direction
from readiness.model.board import Expectation
from readiness.model.expect import BOOLEANS
from readiness.model.units import same_kind, smallest
from readiness.model.words import Operator

# A border is a number and which side of it is meant: just below it, or just above it.
Border: TypeAlias = tuple[Decimal, int]
Interval: TypeAlias = tuple[Border, Border]

BELOW, ABOVE = -1, 1
LOWEST: Border = (Decimal("-Infinity"), ABOVE)
HIGHEST: Border = (Decimal("Infinity"), BELOW)
ZERO: Border = (Decimal(0), BELOW)


def eased(before: Expectation, after: Expectation, unit: str = "") -> Direction:
    """Return the direction of asking `after` in place of `before`, of a measure with this unit.

    Tightened only where everything that meets `after` meets `before`. What cannot be compared,
    such as one pattern with another, is loosened: nobody has shown that it is not.
    """
    if before.operator.needs_number and after.operator.needs_number:
        return _by_numbers(before, after, unit)
    if before.operator is after.operator and before.pattern == after.pattern:
        return Direction.NEUTRAL
    if before.operator is after.operator is Operator.CONTAINS and before.pattern in after.pattern:
        return Direction.TIGHTENED
    if before.operator is after.operator and before.operator in BOOLEANS:
        return Direction.NEUTRAL
    return Direction.LOOSENED


def _by_numbers(before: Expectation, after: Expectation, unit: str) -> Direction:
    # A number without a unit is read in the measure's own.
    units = before.unit or unit, after.unit or unit
    if not same_kind(*units):
        return Direction.LOOSENED
    is_counted = bool(units[0])
    earlier, later = (
        _accepted(expectation, its_unit, is_counted=is_counted)
        for expectation, its_unit in zip((before, after), units, strict=True)
    )
    if earlier == later:
        return Direction.NEUTRAL
    return Direction.TIGHTENED if _within(later, earlier) else Direction.LOOSENED


def _accepted(expectation: Expectation, unit: str, *, is_counted: bool) -> list[Interval]:
    """Return the intervals of numbers that meet an expectation, in the kind's smallest unit.

    What has a unit is counted or measured, and never below 0.
    """
    low, high = smallest(expectation.number, unit), smallest(expectation.high, unit)
    intervals: dict[Operator, list[Interval]] = {
        Operator.EQ: [((low, BELOW), (low, ABOVE))],
        Operator.NE: [(LOWEST, (low, BELOW)), ((low, ABOVE), HIGHEST)],
        Operator.LT: [(LOWEST, (low, BELOW))],
        Operator.LE: [(LOWEST, (low, ABOVE))],
        Operator.GT: [((low, ABOVE), HIGHEST)],
        Operator.GE: [((low, BELOW), HIGHEST)],
        Operator.BETWEEN: [((low, BELOW), (high, ABOVE))],
    }
    accepted = intervals[expectation.operator]
    if is_counted:
        accepted = [(max(start, ZERO), end) for start, end in accepted]
    return [(start, end) for start, end in accepted if start < end]


def _within(inner: list[Interval], outer: list[Interval]) -> bool:
    return all(any(low <= start and end <= high for low, high in outer) for start, end in inner)
