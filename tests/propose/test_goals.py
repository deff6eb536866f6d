"""From today's value to a goal."""

from decimal import Decimal

import pytest

from readiness.model.board import Criterion, Measure, Position, Reader
from readiness.model.expect import parse
from readiness.model.judgement import Measurement
from readiness.model.words import Better, Format, Goal
from readiness.propose.goals import aim

LOWER, HIGHER = Better.LOWER, Better.HIGHER
CASES = [
    ("nothing is wrong", LOWER, "errors", "== 0", "0", Goal.HOLD, "== 0", None),
    ("what may not be", LOWER, "tests", "== 0", "37", Goal.MEET, "== 0", "37"),
    ("what may stay", LOWER, "suppressions", "== 0", "12", Goal.HOLD, "<= 12", "12"),
    ("short of a limit", HIGHER, "%", ">= 80 %", "43.27", Goal.MEET, ">= 80 %", "43.2"),
    ("beyond a limit", HIGHER, "%", ">= 80 %", "91.97", Goal.MEET, ">= 91 %", None),
    ("a share of a debt", HIGHER, "%", "== 100 %", "52.63", Goal.HOLD, ">= 52 %", "52.6"),
    ("hold what is nearly nothing", HIGHER, "%", ">= 80 %", "0.4", Goal.HOLD, ">= 80 %", "0.4"),
]


@pytest.mark.parametrize(
    ("better", "unit", "expect", "value", "goal", "wanted", "baseline"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_goal_is_one_that_a_maintainer_would_set(
    better: Better,
    unit: str,
    expect: str,
    value: str,
    goal: Goal,
    wanted: str,
    baseline: str | None,
) -> None:
    """Debts grow no further, limits are kept, what is better than its limit stays so."""
    found = aim(criterion(expect, better, unit), Measurement(value=Decimal(value), unit=unit), goal)
    assert (found.expect, found.baseline) == (wanted, baseline and Decimal(baseline))


@pytest.mark.parametrize("value", [True, False, "text", Decimal(2)])
def test_what_is_no_number_or_has_no_direction_has_no_baseline(value: bool | str | Decimal) -> None:
    """A ratchet needs a number that can get worse."""
    found = aim(criterion("true", None, ""), Measurement(value=value), Goal.MEET)
    assert (found.expect, found.baseline) == ("true", None)


def criterion(expect: str, better: Better | None, unit: str) -> Criterion:
    """A criterion that expects this."""
    return Criterion(
        id="T1.1",
        title="",
        task="T1",
        position=Position(line=1, column=1),
        expect=parse(expect),
        measure=Measure(name="n", reader=Reader(format=Format.JSON), unit=unit, better=better),
    )
