"""Selectors and profiles: which criteria a run is about."""

import pytest

from readiness.model.errors import UsageError
from readiness.plan.selection import select, skip_reason
from tests.support.builders import a_board, a_check, a_criterion, a_task

BOARD = a_board(
    a_task("T1", [a_criterion("T1.1"), a_criterion("T1.2", check=a_check(name="mypy"))], "P0",
           tags=("quality", "fast")),
    a_task("T2", [a_criterion("own-id")], "P1", tags=("quality",), owner="li.wei"),
    a_task("P2", [a_criterion("P2.1")], "P3"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("selectors", "chosen"),
    [
        (["T1"], {"T1.1", "T1.2"}),
        (["T1.2"], {"T1.2"}),
        (["own-id"], {"own-id"}),
        (["P0"], {"T1.1", "T1.2"}),
        (["P1", "T1.1"], {"own-id", "T1.1"}),
        (["tag:quality"], {"T1.1", "T1.2", "own-id"}),
        (["tag:fast", "tag:quality"], {"T1.1", "T1.2", "own-id"}),
        (["check:mypy"], {"T1.2"}),
        (["owner:li.wei"], {"own-id"}),
        (["check:lint"], {"T1.1", "own-id", "P2.1"}),
        (["P2"], {"P2.1"}),
        (["failed"], {"T1.1"}),
        (["failed", "T2"], {"T1.1", "own-id"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_selectors_name_criteria_together(selectors: list[str], chosen: set[str]) -> None:
    """By id of a task or criterion, priority, tag, owner, check, or the last run."""
    assert select(BOARD, selectors, {"T1.1", "gone"}) == chosen


def test_without_a_selector_the_run_is_whole() -> None:
    """Which is not the same as one that selects everything."""
    assert select(BOARD, [], None) is None


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("T3", "selects nothing"),
        ("t1", "selects nothing"),
        ("own-idd", 'did you mean "own-id"'),
        ("tag:qualty", 'did you mean "tag:quality"'),
        ("tag:", "selects nothing"),
        ("chek:mypy", 'did you mean "check:mypy"'),
        ("", "expected a task"),
        ("P9", "selects nothing"),
    ],
)
def test_a_selector_that_names_nothing_is_refused(selector: str, says: str) -> None:
    """A misspelled one must not pass for a run that is all good."""
    with pytest.raises(UsageError, match=says):
        select(BOARD, ["T1", selector], None)


def test_failed_needs_a_run_with_failures() -> None:
    """Without one there is nothing to select."""
    with pytest.raises(UsageError, match="recorded run"):
        select(BOARD, ["failed"], None)
    with pytest.raises(UsageError, match="nothing failed"):
        select(BOARD, ["failed"], set())


def test_what_is_left_out_says_why() -> None:
    """By selection first, then by profile."""
    board = a_board(profile="local", profiles=("local", "production"))
    here, there = a_criterion(profiles=("local",)), a_criterion(profiles=("production",))
    assert skip_reason(a_criterion(), board, None) == ""
    assert skip_reason(here, board, None) == ""
    assert skip_reason(there, board, None) == "only in profile production"
    assert skip_reason(here, board, frozenset({"T1.2"})) == "not selected"
    assert skip_reason(here, board, frozenset({"T1.1"})) == ""
