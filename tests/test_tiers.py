"""The quick tier holds a part of every family and every room, and fits into its budget."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.durations import Name, recorded_durations
from tests.support.tiers import BUDGET_S, expensive_tests_of_quick

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
    ("budget_s", "expected"),
    [
        (0.5, []),
        (1.0, FIRST[:1]),
        (3.4, [*FIRST[:2], ("test_row", "a")]),
        (9.9, FIRST),
        (10.4, [*FIRST, ("test_row", "a")]),
        (69.9, [*FIRST, ("test_long", "a")]),
        (1000.0, ALL),
    ],
)
def test_one_row_of_each_family_comes_before_the_others(
    budget_s: float, expected: list[tuple[str, str]]
) -> None:
    """The cheapest first: of families by their cheapest row, of what shares a fixture by its sum.

    What is not listed by itself is in, and has its time before all of them.
    """
    chosen = {(name.family, name.row) for name in expensive_tests_of_quick(RECORD, budget_s)}
    assert chosen == set(expected)


def test_the_choice_is_the_same_in_every_process() -> None:
    """Rows that take the same are chosen by name."""
    backwards = dict(reversed(RECORD.items()))
    for budget_s in (70.0, 75.0):
        assert expensive_tests_of_quick(RECORD, budget_s) == expensive_tests_of_quick(
            backwards, budget_s
        )


def test_the_quick_tier_fits_into_its_budget() -> None:
    """What is recorded is chosen within the budget."""
    durations = recorded_durations()
    chosen = expensive_tests_of_quick(durations)
    others = [name for name in durations if not name.family and not name.row]
    assert sum(durations[name] for name in [*chosen, *others]) <= BUDGET_S * 1000


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
    chosen = {(name.path, name.family) for name in expensive_tests_of_quick(recorded_durations())}
    here = {family for path in room.glob("test_*.py") for family in families(path)}
    assert here & chosen or here - recorded
