"""Tiers hold a part of every family and every room, and fit into their budgets."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.durations import Name, recorded_durations
from tests.support.tiers import BUDGETS, Budget, Tier, expensive_tests, outside

TESTS = Path(__file__).parent
ROOMS = sorted({path.parent for path in TESTS.rglob("test_*.py")} - {TESTS / "live"})
A = "tests/a/test_a.py"
OTHERS = {Name(A, "", ""): 500}
ROWS = {Name(A, "test_row", row): 400 + 100 * number for number, row in enumerate("cab")}
SINGLE = {Name(A, "test_single", ""): 2000}
SHARED = {Name(A, "", "server"): 3000, Name(A, "", "browser"): 4000}
LONG = {Name(A, "test_long", row): 60_000 for row in "ab"}
RECORD = {**LONG, **SHARED, **SINGLE, **ROWS, **OTHERS}


FIRST = [("test_row", "c"), ("test_single", ""), ("", "server"), ("", "browser")]
ALL = [*FIRST, ("test_row", "a"), ("test_row", "b"), ("test_long", "a"), ("test_long", "b")]


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (Budget(0.5, 100), []),
        (Budget(1.0, 100), FIRST[:1]),
        (Budget(3.4, 100), [*FIRST[:2], ("test_row", "a")]),
        (Budget(9.9, 100), FIRST),
        (Budget(10.4, 100), [*FIRST, ("test_row", "a")]),
        (Budget(69.9, 100), [*FIRST, ("test_long", "a")]),
        (Budget(1000.0, 100), ALL),
        (Budget(1000.0, 3), [*FIRST[:3], *ALL[4:6]]),
    ],
)
def test_one_row_of_each_family_comes_before_the_others(
    budget: Budget, expected: list[tuple[str, str]]
) -> None:
    """The cheapest first: of families by their cheapest row, of what shares a fixture by its sum.

    What is not listed by itself is in, and has its time before all of them. What takes longer than
    the budget lets it is out.
    """
    chosen = {(name.family, name.row) for name in expensive_tests(RECORD, budget)}
    assert chosen == set(expected)


def test_the_choice_is_the_same_in_every_process() -> None:
    """Rows that take the same are chosen by name."""
    backwards = dict(reversed(RECORD.items()))
    for seconds in (70.0, 75.0):
        budget = Budget(seconds, 100)
        assert expensive_tests(RECORD, budget) == expensive_tests(backwards, budget)


@pytest.mark.parametrize("tier", BUDGETS)
def test_a_tier_fits_into_its_budget(tier: Tier) -> None:
    """What is recorded is chosen within the budget."""
    durations = recorded_durations()
    chosen = expensive_tests(durations, BUDGETS[tier])
    others = [name for name in durations if not name.family and not name.row]
    assert sum(durations[name] for name in [*chosen, *others]) <= BUDGETS[tier].total_s * 1000


def test_the_tiers_are_all_tests_between_them() -> None:
    """The quick one is a part of the full one, and what is not full is nightly."""
    durations = recorded_durations()
    names = {*durations, Name(A, "test_new", "")}
    quick, full, nightly = (
        names - outside(tier, names, durations) for tier in (Tier.QUICK, Tier.FULL, Tier.NIGHTLY)
    )
    assert quick <= full
    assert full | nightly == names - outside(Tier.ALL, names, durations)
    assert not full & nightly
    assert Name(A, "test_new", "") in quick


def families(path: Path) -> Iterator[tuple[str, str]]:
    """Give the test functions of a file as the record names them."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield str(path.relative_to(TESTS.parent)), node.name


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_no_room_is_without_quick_tests(room: Path) -> None:
    """Each has test functions that have no record, or a row that is chosen."""
    recorded = {(name.path, name.family) for name in recorded_durations()}
    chosen = {
        (name.path, name.family)
        for name in expensive_tests(recorded_durations(), BUDGETS[Tier.QUICK])
    }
    here = {family for path in room.glob("test_*.py") for family in families(path)}
    assert here & chosen or here - recorded
