"""Which criteria of different projects are one, and which are lacked most."""

import pytest

from readiness.fleet.project import ProjectCriterion
from readiness.fleet.rows import rows
from tests.support.fleets import a_criterion_of, a_state


def mypy(title: str, verdict: str = "pass") -> ProjectCriterion:
    """Return a criterion that reads the errors of mypy."""
    return a_criterion_of(title, verdict, check="mypy", measure="errors")


@pytest.mark.parametrize(
    ("projects", "expected"),
    [
        ([["Builds"], ["Builds"]], [("Builds", 2)]),
        ([["Builds"], ["builds  "]], [("Builds", 2)]),
        ([["Builds"], ["Is built"]], [("Builds", 1), ("Is built", 1)]),
        ([[mypy("Types")], [mypy("No type errors")]], [("mypy errors", 2)]),
        ([[mypy("Types")], [mypy("Types")], [mypy("Clean")]], [("Types", 3)]),
        (
            [[mypy("Source"), mypy("Tests")], [mypy("Source"), mypy("Tests")]],
            [("Source", 2), ("Tests", 2)],
        ),
        ([[mypy("Types")]], [("Types", 1)]),
    ],
)
def test_criteria_are_one_by_title_or_by_what_they_read(
    projects: list[list[str | ProjectCriterion]], expected: list[tuple[str, int]]
) -> None:
    """One title is one row; what each project calls otherwise is one by check and measure."""
    states = [
        a_state(
            str(number),
            *(one if isinstance(one, ProjectCriterion) else a_criterion_of(one) for one in each),
        )
        for number, each in enumerate(projects)
    ]
    assert [(row.title, len(row.cells)) for row in rows(states)] == expected


def test_the_worst_of_a_project_is_what_counts() -> None:
    """Where a project has several criteria in a row, the row has the worst verdict."""
    state = a_state("a", mypy("One"), mypy("Two", "error"), mypy("Three", "fail"))
    (row,) = rows([state])
    assert row.cells[0].verdict == "error"


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
