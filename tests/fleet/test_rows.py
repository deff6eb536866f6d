"""Which criteria of different projects are one, and which are lacked most."""

import pytest

from readiness.fleet.rows import rows
from tests.support.fleets import a_criterion_of, a_state


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["Builds", "Builds"], [("Builds", 2)]),
        (["Builds", "builds  "], [("Builds", 2)]),
        (["Builds", "Is built"], [("Builds", 1), ("Is built", 1)]),
    ],
)
def test_criteria_of_one_title_are_one(titles: list[str], expected: list[tuple[str, int]]) -> None:
    """Whatever the case of its letters."""
    states = [a_state(str(number), a_criterion_of(title)) for number, title in enumerate(titles)]
    assert [(row.title, len(row.cells)) for row in rows(states)] == expected


def test_the_worst_of_a_project_is_what_counts() -> None:
    """Where a project has several criteria in a row, the row has the worst verdict."""
    verdicts = ("pass", "error", "fail")
    (row,) = rows([a_state("a", *(a_criterion_of("One", verdict) for verdict in verdicts))])
    assert row.cells[0] == "error"


def test_what_most_lack_comes_first() -> None:
    """Fail and error are lacked; a waiver and a warning are not, and a skip does not count."""
    verdicts = {
        "fails once": ["fail", "pass", "pass"],
        "fails twice": ["fail", "error", "pass"],
        "doubted": ["warn", "waived", "pass"],
        "out of scope": ["skip", "skip", "fail"],
    }
    states = [
        a_state(
            str(place), *(a_criterion_of(title, each[place]) for title, each in verdicts.items())
        )
        for place in range(3)
    ]
    found = rows(states)
    assert [(row.title, row.lacking, len(row.cells)) for row in found] == [
        ("fails twice", 2, 3),
        ("fails once", 1, 3),
        ("out of scope", 1, 1),
        ("doubted", 0, 3),
    ]
