"""Whether one expectation asks for less than another."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.guard.changes import Direction
from readiness.guard.expectations import eased
from readiness.model.board import Expectation
from readiness.model.expect import compatible, holds, parse

LOOSE, TIGHT, SAME = Direction.LOOSENED, Direction.TIGHTENED, Direction.NEUTRAL

CASES = [
    ("<= 5", "== 0", "errors", TIGHT),
    ("< 50", "<= 49", "errors", TIGHT),
    ("== 0", "<= 0", "errors", SAME),
    ("== 0", "<= 0", "", LOOSE),
    ("< 500 ms", "< 0.5 s", "ms", SAME),
    ("< 500 ms", "< 500 us", "ms", TIGHT),
    ("between 1 and 5", "between 2 and 4", "", TIGHT),
    ("true", "false", "", LOOSE),
    ("true", "true", "", SAME),
    ("contains ok", "contains all ok", "", TIGHT),
    ("contains all ok", "contains ok", "", LOOSE),
    ("matches ^ok$", "matches ok", "", LOOSE),
    ("matches ^ok$", "matches ^ok!$", "", LOOSE),
    ("matches ok", "matches  ok", "", SAME),
    ("== 0", "true", "", LOOSE),
    ("true", "== 0", "", LOOSE),
]


@pytest.mark.parametrize(("before", "after", "unit", "direction"), CASES)
def test_direction(before: str, after: str, unit: str, direction: Direction) -> None:
    """By the values that meet each; what cannot be told is loosened."""
    assert eased(parse(before), parse(after), unit) is direction


UNITS = ["", "ms", "s", "%", "errors", "MiB"]
NUMBERS = st.integers(-6, 6).map(lambda n: Decimal(n) / 2)


@st.composite
def expectations(draw: st.DrawFn, unit: str) -> Expectation:
    """An expectation that a board may hold against a measure with this unit."""
    of_kind = [one for one in UNITS if compatible(parse(f"< 1 {one}".strip()), unit)]
    suffix = draw(st.sampled_from(of_kind))
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    texts = [f"{sign} {low} {suffix}" for sign in ("==", "!=", "<", "<=", ">", ">=")]
    texts.append(f"between {low} {suffix} and {high} {suffix}".replace("  ", " "))
    return parse(draw(st.sampled_from(texts)).strip())


@given(st.data(), st.sampled_from(UNITS))
def test_what_is_tightened_lets_nothing_in(data: st.DataObject, unit: str) -> None:
    """No value passes the new expectation and fails the old one; neutral, nor the other way."""
    before, after = data.draw(expectations(unit)), data.draw(expectations(unit))
    direction = eased(before, after, unit)
    # What has a unit is never negative, and comes in other units of its kind too.
    scales = [Decimal(1), Decimal(1000), Decimal("0.001"), Decimal(1048576)]
    values = [Decimal(n) / 4 * scale for n in range(-14, 15) for scale in scales]
    for value in values:
        if unit and value < 0:
            continue
        old, new = holds(before, value, unit), holds(after, value, unit)
        if direction is TIGHT:
            assert old or not new, (before.text, after.text, value)
        elif direction is SAME:
            assert old is new, (before.text, after.text, value)


@given(st.data(), st.sampled_from(UNITS))
def test_there_and_back_is_never_tightened_twice(data: st.DataObject, unit: str) -> None:
    """Of a change and its reversal one loosens, unless both change nothing."""
    before, after = data.draw(expectations(unit)), data.draw(expectations(unit))
    ways = {eased(before, after, unit), eased(after, before, unit)}
    assert ways == {SAME} or LOOSE in ways
    assert eased(before, before, unit) is SAME
