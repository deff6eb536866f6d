"""`--hold-line` on real projects: what is compared with what, and what a second try comes to."""

import json

import pytest

from readiness.model.words import Decision
from tests.support.program import Ended, Project, a_board, number
from tests.support.repositories import commit, git

ERRORS = number("cat errors", "<= 5")
TESTS = {"run": "test -e tests-pass"}


def files(errors: object, *, passing: bool = True) -> dict[str, str | None]:
    """What the board measures: a count, and whether its tests pass."""
    return {"errors": f"errors: {errors}\n", "tests-pass" if passing else "tests-fail": ""}


@pytest.fixture
def board(project: Project) -> Project:
    """A project that is far from ready, whose tests pass."""
    project.write(a_board(ERRORS | {"baseline": 40}, TESTS))
    set_to(project, 30)
    return project


def set_to(project: Project, errors: object, *, passing: bool = True) -> None:
    """Change what is measured."""
    (project.folder / "errors").write_text(f"errors: {errors}\n")
    (project.folder / "tests-pass").unlink(missing_ok=True)
    if passing:
        (project.folder / "tests-pass").touch()


def hold(project: Project, *more: str) -> Ended:
    """Run the board and hold its line."""
    return project("check", "--hold-line", "--output-format=json", *more)


def test_a_project_that_is_not_ready_holds_its_line(board: Project) -> None:
    """The release gate is red, and a change that makes nothing worse passes all the same."""
    assert board("check").status == 1
    first = hold(board)
    assert first.status == 0, first
    assert first.run.gate.decision is Decision.HELD
    line = first.run.gate.line
    assert line is not None
    assert (line.run, line.baselines) == ("", 1)


def test_what_passed_must_not_fail_and_a_second_try_launders_nothing(board: Project) -> None:
    """The run that slipped is never the one to compare with; the one that held is."""
    good = hold(board).run.id
    set_to(board, 30, passing=False)
    for _ in range(2):
        slipped = hold(board)
        assert slipped.status == 1, slipped
        assert slipped.run.gate.decision is Decision.NOT_READY
        assert slipped.run.gate.line is not None
        assert slipped.run.gate.line.run == good
        (reason,) = slipped.run.gate.reasons
        assert reason.startswith("T1.2 (P0) is worse: exit 1, expected == 0;")
        assert reason.endswith(f"it passed in run {good}: exit 0")
        assert board("check").status == 1, "an ordinary run is no line either"
    set_to(board, 30)
    assert hold(board).status == 0


def test_a_selection_stays_partial(board: Project) -> None:
    """It tells whether what was selected is no worse, and decides nothing more."""
    hold(board)
    set_to(board, 30, passing=False)
    for selector, status in (("T1.1", 0), ("T1.2", 1)):
        ended = hold(board, selector)
        assert ended.status == status, ended
        assert ended.run.gate.decision is Decision.PARTIAL
    ended = hold(board)
    assert ended.status == 1, "a partial run that held is no line"


def test_recorded_runs_hold_the_line_too(board: Project) -> None:
    """Joined anew, against an earlier run and never against themselves."""
    good = hold(board).run.id
    set_to(board, 4, passing=False)
    recorded = board.folder / "run.json"
    assert board("check", f"--report=json={recorded}").status == 1
    ended = board("score", "--hold-line", "run.json")
    assert ended.status == 1, ended
    assert f"line: run {good}, 1 baseline" in ended.out
    set_to(board, 4)
    assert board("check", f"--report=json={recorded}").status == 0
    ended = board("score", "--hold-line", "run.json", "--output-format=json")
    assert ended.status == 0, ended
    assert ended.run.gate.line is not None
    assert ended.run.gate.line.run == good


def test_a_milestone_is_another_question(board: Project) -> None:
    """Both at once are refused before anything runs, and a milestone's run is no line."""
    milestone = {"id": "M1", "title": "m", "requires": {"score": 1}}
    board.write(a_board(ERRORS, TESTS, milestones=[milestone]))
    ended = hold(board, "--milestone=M1")
    assert ended.status == 2
    assert "--hold-line" in ended.err
    assert board("check", "--milestone=M1").status == 0
    set_to(board, 30, passing=False)
    assert hold(board).status == 0


def test_with_a_base_its_own_run_is_the_line(project: Project) -> None:
    """The newest whole run of the base's commit, whatever it decided; then its nearest ancestor."""
    board = {"board.yaml": json.dumps(a_board(ERRORS, TESTS)), ".gitignore": ".readiness\n"}
    first = commit(project.folder, board | files(30))
    assert project("check").status == 1
    second = commit(project.folder, {"more": ""})
    git(project.folder, "checkout", "-q", "-b", "change")
    commit(project.folder, {"tests-pass": None})

    def compared(base: str) -> tuple[int, str]:
        ended = hold(project, f"--base={base}")
        assert ended.run.gate.line is not None, ended
        return ended.status, ended.run.gate.line.commit

    assert compared("main") == (1, first)
    assert compared(first) == (1, first)
    assert hold(project).status == 0, "without a base, no run was ready or held"
    git(project.folder, "checkout", "-q", "main")
    project("check")
    git(project.folder, "checkout", "-q", "change")
    assert compared("main") == (1, second)


def test_a_run_of_a_dirty_tree_is_no_run_of_its_commit(project: Project) -> None:
    """What was never committed is not what the base was."""
    board = {"board.yaml": json.dumps(a_board(ERRORS, TESTS)), ".gitignore": ".readiness\n"}
    first = commit(project.folder, board | files(30))
    assert project("check").status == 1
    set_to(project, 30, passing=False)
    assert project("check").status == 1
    ended = hold(project, "--base=HEAD")
    assert ended.status == 1, ended
    assert ended.run.gate.line is not None
    assert ended.run.gate.line.commit == first
    assert "T1.2" in ended.run.gate.reasons[0]
