"""The whole program looks ahead: `next`."""

import re

import pytest

from tests.support.program import Project

TASKS = [
    {
        "id": "T1",
        "title": "First",
        "priority": "P0",
        "estimate": "4h",
        "criteria": [{"id": "T1.1", "title": "Holds", "run": "test -e one"}],
    },
    {
        "id": "T2",
        "title": "Second",
        "priority": "P2",
        "estimate": "1-2d",
        "depends_on": ["T1"],
        "criteria": [
            {"id": "T2.1", "title": "Holds too", "run": "test -e two"},
            {"id": "T2.2", "title": "Elsewhere", "run": "test -d .", "profiles": ["production"]},
        ],
    },
    {
        "id": "T3",
        "title": "Third",
        "priority": "P2",
        "criteria": [{"id": "T3.1", "title": "Passes", "run": "test -d ."}],
    },
]
BOARD = {
    "version": 1,
    "title": "Ahead",
    "target": 9,
    "profiles": {"local": {}, "production": {}},
    "milestones": [
        {"id": "M1", "title": "Basics", "due": "2025-01-31", "requires": {"priority": "P0"}},
        {"id": "M2", "title": "Half", "requires": {"score": 2}},
    ],
    "tasks": TASKS,
}


@pytest.fixture
def measured(project: Project) -> Project:
    """A project whose board has been run once: only T3 passes."""
    project.write(BOARD)
    assert project("check").status == 1
    return project


def test_without_a_run_all_of_the_profile_is_open(project: Project) -> None:
    """And it is said that nothing was measured."""
    project.write(BOARD)
    ended = project("next")
    assert ended.status == 0, ended
    assert "No run is recorded yet" in ended.out
    assert re.findall(r"^\? error  (\S+)", ended.out, re.MULTILINE) == ["T1.1", "T2.1", "T3.1"]


def test_what_is_open_is_ranked(measured: Project) -> None:
    """With its gain, its verdict, what it waits for, and why it is open."""
    advice = measured("next", "--output-format", "json").json
    assert [step["id"] for step in advice["criteria"]] == ["T1.1", "T2.1"]
    first, second = advice["criteria"]
    assert (first["blocking"], first["gain"], first["after"]) == (True, 5.0, [])
    assert (second["blocking"], second["gain"], second["after"]) == (False, 2.5, ["T1"])
    assert first["reason"].startswith("exit 1")
    assert advice["way"] is None
    assert [(one["met"], one["overdue"], one["missing"]) for one in advice["milestones"]] == [
        (False, True, ["T1"]),
        (None, False, []),
    ]


def test_what_another_profile_knows_is_pointed_out(measured: Project) -> None:
    """With the name of the one that was asked; a trend of one run tells no pace either."""
    says = "1 criterion is measured elsewhere: readiness check --profile production measures T2.2"
    assert says in measured("next").out
    assert "elsewhere" not in measured("next", "--profile", "production").out
    assert "(first run), expected >= 9" in measured("trend", "score").out
    assert "forecast" not in measured("trend", "score").out


def test_a_way_is_given_with_its_cost(measured: Project) -> None:
    """And with what it leads to."""
    told = measured("next", "--to", "7.5", "--output-format", "json").json["way"]
    assert [task["id"] for task in told["tasks"]] == ["T1"]
    assert (told["minutes"], told["score"], told["still_blocking"]) == (240, "7.5", [])
    text = measured("next", "--to", "10").out
    assert "A way to 10.0: 2d of work, score 10.0" in text


def test_a_score_that_nothing_reaches_is_said_to_be_so(project: Project) -> None:
    """With status 1, as where nothing is in scope."""
    elsewhere = [{"title": "Elsewhere", "run": "test -d .", "profiles": ["production"]}]
    project.write(BOARD | {"milestones": [], "tasks": [{"id": "T1", "criteria": elsewhere}]})
    ended = project("next", "--to", "7.5")
    assert ended.status == 1, ended
    assert "All tasks together give 0.0, which is less than 7.5" in ended.out


def test_a_score_that_is_there_needs_nothing(measured: Project) -> None:
    """The way is empty."""
    assert "2.5 is already reached" in measured("next", "--to", "2.5").out


def test_a_board_that_has_changed_is_pointed_out(measured: Project) -> None:
    """The advice rests on a run of another board."""
    measured.write(BOARD | {"title": "Changed"})
    assert "has changed since" in measured("next").out


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["next", "--to", "11"], "expected a score from 0 to 10"),
        (["next", "--to", "-1"], "expected a score from 0 to 10"),
        (["next", "--to", "nan"], "expected a score from 0 to 10"),
        (["next", "--to", ""], "expected a score from 0 to 10"),
    ],
)
def test_a_goal_that_is_none_is_refused(project: Project, command: list[str], says: str) -> None:
    """Before anything is run; nothing is printed but what was expected."""
    project.write(BOARD)
    ended = project(*command)
    assert (ended.status, ended.out) == (2, ""), ended
    assert says in ended.err
    assert not (project.folder / ".readiness").exists()


def test_steps_with_one_cause_are_told_together(project: Project) -> None:
    """What nobody can measure for the same want is one step; equal failures are one each."""
    missing = {"title": "Scanned", "run": "no_such_tool --scan"}
    failing = {"title": "Is there", "run": "test -e there"}
    criteria = [missing, {**missing, "title": "Also scanned"}, failing, failing]
    task = {"id": "T1", "title": "x", "priority": "P0", "steps": ["Do it"], "criteria": criteria}
    project.write({"version": 1, "title": "Steps", "tasks": [task]})
    project("check")
    out = project("next").out
    assert out.count("no_such_tool: not found") == 1
    assert re.search(r"Also +T1\.2  Also scanned", out)
    assert len(re.findall(r"^✗ fail  T1\.[34]  Is there", out, re.MULTILINE)) == 2
    assert re.search(r"Next +.*\n +Do it\n", out)
    assert out.count("Do it") == 1
    assert "4 things to do, +10.00 points together" in out
    assert "Then     readiness check T1.3" in out
