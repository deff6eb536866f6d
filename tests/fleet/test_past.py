"""The history of fleets: the course of each project."""

import sqlite3
from pathlib import Path

import pytest

from readiness.fleet.past import FleetHistory
from readiness.model.errors import NotWrittenError
from readiness.model.words import Decision
from tests.support.fleets import a_criterion_of, a_state, shown


@pytest.fixture
def history(tmp_path: Path) -> FleetHistory:
    """A history in a folder that is not there yet."""
    return FleetHistory(str(tmp_path / ".readiness" / "fleet.db"))


def test_what_was_never_recorded_is_empty(history: FleetHistory) -> None:
    """To ask makes no file."""
    assert (history.fleets(), history.course("a")) == ([], [])


def test_each_project_has_its_course(history: FleetHistory) -> None:
    """Oldest first, by key; a fleet without the project leaves no gap."""
    history.record([a_state("a", score=4.0, run="1"), a_state("b", run="2")], "2026-11-01")
    history.record([a_state("b", run="3")], "2026-11-02")
    history.record([a_state("a", a_criterion_of("x"), score=6.0, run="4")], "2026-11-03")
    course = history.course("a")
    assert [(point.score, point.good, point.in_scope) for point in course] == [
        (4.0, 0, 0),
        (6.0, 1, 1),
    ]


def test_a_run_that_stands_twice_is_one_point(history: FleetHistory) -> None:
    """A recorded run that is shown again is no news; unknown twice is."""
    for at in ("2026-11-01", "2026-11-02"):
        history.record([a_state("a", run="1"), a_state("b", decision=None, run="")], at)
    assert len(history.course("a")) == 1
    assert len(history.course("b")) == 2


def test_a_fleet_is_summed_up(history: FleetHistory) -> None:
    """How many were ready and unknown, and the mean of the scores that there are."""
    states = [
        a_state("a", decision=Decision.READY, score=10.0),
        a_state("b", decision=None, score=None),
        a_state("c", score=5.0),
    ]
    history.record(states, "2026-11-01T00:00:00.000Z")
    (found,) = history.fleets()
    assert (found.projects, found.ready, found.unknown, found.score) == (3, 1, 1, 7.5)


def test_only_the_newest_points_are_asked_for(history: FleetHistory, tmp_path: Path) -> None:
    """And they are found by an index, however many fleets there were."""
    for number in range(40):
        history.record([a_state("a", run=str(number))], "2026-11-01")
    assert [point.run for point in history.course("a", 3)] == ["37", "38", "39"]
    with sqlite3.connect(tmp_path / ".readiness" / "fleet.db") as connection:
        plan = connection.execute(
            "explain query plan select run from points where project = ?"
            " order by fleet desc limit 3",
            ("a",),
        ).fetchall()
    connection.close()
    assert "USING PRIMARY KEY" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    """A file that is no history stays as it is."""
    (tmp_path / "fleet.db").write_text("not a database, but long enough to be looked at" * 9)
    with pytest.raises(NotWrittenError, match=r"fleet\.db"):
        FleetHistory(str(tmp_path / "fleet.db")).record([a_state("a")], "2026-11-01")


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([], ""),
        ([5.0], "new"),
        ([5.0, 6.5], "+1.5"),
        ([5.0, 4.25], "-0.75"),
        ([5.0, 5.0], "="),
        ([None, 5.0], "="),
    ],
)
def test_what_became_of_the_score_is_told(
    history: FleetHistory, scores: list[float | None], told: str
) -> None:
    """Since the project was last measured."""
    for number, score in enumerate(scores):
        history.record([a_state("a", score=score, run=str(number))], "2026-11-01")
    state = a_state("a")
    assert shown([state], {"a": history.course("a")}).change(state) == told
