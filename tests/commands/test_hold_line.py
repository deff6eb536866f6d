"""`--hold-line` on real projects: what is compared with what, and what a second try comes to."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.model.words import Decision
from tests.support.program import LINT, Ended, Project, a_board, number
from tests.support.repositories import commit, git

ERRORS = number("cat errors", "<= 5")
TESTS = {"run": "test -e tests-pass"}


def files(errors: object, *, passing: bool = True) -> dict[str, str | None]:
    """What the board measures: a count, and whether its tests pass."""
    return {"errors": f"errors: {errors}\n", "tests-pass" if passing else "tests-fail": ""}


@pytest.fixture
def board(project: Project) -> Project:
    """A branch of a project that is far from ready, whose tests pass."""
    rules = {"board.yaml": json.dumps(a_board(ERRORS | {"baseline": 40}, TESTS))}
    commit(project.folder, rules | {".gitignore": ".readiness\nrun.json\n"} | files(30))
    git(project.folder, "checkout", "-q", "-b", "topic")
    commit(project.folder, {"README": ""})
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
    assert (line.commit, line.baselines) == (git(board.folder, "rev-parse", "main"), 1)


def test_what_passed_must_not_fail_and_a_second_try_launders_nothing(board: Project) -> None:
    """Not even where it is committed: a branch is compared with where it began."""
    began = git(board.folder, "rev-parse", "main")
    set_to(board, 30, passing=False)
    for _ in range(2):
        slipped = hold(board)
        assert slipped.status == 1, slipped
        assert slipped.run.gate.decision is Decision.WORSE
        (reason,) = slipped.run.gate.reasons
        assert reason.startswith("T1.2 (P0) is worse: exit 1, expected == 0;")
        assert reason.endswith(f"in {began[:10]}: exit 0")
        assert board("check").status == 1
        commit(board.folder, {"more": ""})
    set_to(board, 30)
    assert hold(board).status == 0


def test_on_the_default_branch_what_was_good_last_is_the_line(board: Project) -> None:
    """A second push launders nothing; without a record, it is the commit before."""
    git(board.folder, "checkout", "-q", "main")
    began = git(board.folder, "rev-parse", "main")
    commit(board.folder, {"tests-pass": None})
    assert hold(board, "--history=").status == 1
    commit(board.folder, {"more": ""})
    assert hold(board, "--history=").status == 0
    git(board.folder, "reset", "-q", "--hard", began)
    commit(board.folder, {"good": ""})
    assert hold(board).status == 0
    good = git(board.folder, "rev-parse", "HEAD")
    for files_of_push in ({"tests-pass": None}, {"again": ""}):
        commit(board.folder, files_of_push)
        ended = hold(board)
        assert ended.status == 1, ended
        assert ended.run.gate.line is not None
        assert ended.run.gate.line.commit == good


def test_a_selection_stays_partial(board: Project) -> None:
    """It tells whether what was selected is no worse, and decides nothing more."""
    hold(board)
    set_to(board, 30, passing=False)
    for selector, status in (("T1.1", 0), ("T1.2", 1)):
        ended = hold(board, selector)
        assert ended.status == status, ended
        assert ended.run.gate.decision is Decision.PARTIAL
    assert hold(board).status == 1


def test_recorded_runs_hold_the_line_too(board: Project) -> None:
    """Joined anew: what they do not say of the base is measured there."""
    recorded = board.folder / "run.json"
    set_to(board, 4, passing=False)
    commit(board.folder, {})
    assert board("check", f"--report=json={recorded}").status == 1
    ended = board("score", "--hold-line", "run.json")
    assert ended.status == 1, ended
    began = git(board.folder, "rev-parse", "main")
    assert f"line: commit {began[:10]}, 1 baseline" in ended.out
    set_to(board, 4)
    commit(board.folder, {})
    assert board("check", f"--report=json={recorded}").status == 0
    ended = board("score", "--hold-line", "run.json", "--output-format=json")
    assert (ended.status, ended.run.gate.decision) == (0, Decision.HELD), ended


UNUSED = ("a.py", 3, "F401", "`os` imported but unused")
CASES_OF_FINDINGS = [
    ("another rule in its place", [("a.py", 9, "F821", "Undefined name `x`")], True),
    ("another message elsewhere", [("a.py", 9, "F401", "`sys` imported but unused")], True),
    ("a moved line", [("a.py", 9, *UNUSED[2:])], False),
    ("a moved file", [("b.py", *UNUSED[1:])], False),
    ("reworded by a newer tool", [("a.py", 3, "F401", "Unused import: `os`")], False),
    ("nothing left", [], False),
]


@pytest.mark.parametrize(
    ("then", "now", "is_worse"),
    [pytest.param([UNUSED], now, worse, id=name) for name, now, worse in CASES_OF_FINDINGS]
    + [
        pytest.param([UNUSED], [UNUSED, UNUSED], True, id="one more"),
        pytest.param([UNUSED] * 3, [UNUSED, CASES_OF_FINDINGS[0][1][0]], False, id="two fewer net"),
        pytest.param(
            [("a.py", 1, "E501", "Line too long (101 > 100)")],
            [("a.py", 7, "E501", "Line too long (104 > 100)")],
            False,
            id="another number",
        ),
    ],
)
def test_a_new_finding_is_worse_though_the_count_is_the_same(
    then: list[tuple[object, ...]], now: list[tuple[object, ...]], is_worse: bool, project: Project
) -> None:
    """It is named, and stands first. Twins: what moved, or is said otherwise, is no difference."""

    def write(findings: list[tuple[object, ...]]) -> None:
        items = [dict(zip("flrm", finding, strict=True)) for finding in findings]
        (project.folder / "lint.json").write_text(json.dumps(items))

    rules = json.dumps(a_board({"check": "lint", "baseline": len(then)}))
    write(then)
    commit(project.folder, {"checks/lint.yaml": LINT, "board.yaml": rules})
    write(now)
    ended = hold(project)
    assert ended.status == int(is_worse), ended
    assert ended.run.gate.decision is (Decision.WORSE if is_worse else Decision.HELD)
    if is_worse and len(now) == 1:
        ((path, line, rule, message),) = now
        (reason,) = ended.run.gate.reasons
        sentence = (
            f"T1.1 lint has 1 new finding, with 1 finding in all: {rule} {message} ({path}:{line})"
        )
        assert reason == sentence


def test_what_is_new_is_listed_first(project: Project) -> None:
    """What was there before sorts behind it, in every report. Twin: nothing new, nothing moves."""
    old = [{"f": f"{name}.py", "l": 1, "r": "S1", "m": "skip"} for name in "abc"]
    new = [*old, {"f": "z.py", "l": 4, "r": "S1", "m": "skipped anew"}]
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "lint.yaml").write_text(LINT)
    project.write(a_board({"check": "lint"}))
    for items, first in ((old, "a.py"), (old, "a.py"), (new, "z.py"), (new, "z.py")):
        (project.folder / "lint.json").write_text(json.dumps(items))
        ended = project("check", "--output-format=json")
        assert next(finding.path for finding in ended.run.findings) == first
        assert len(ended.run.findings) == len(items)


def test_the_line_is_the_base_itself(project: Project) -> None:
    """By name, as what it is since the branch left it; recorded runs of others are no matter."""
    board = {"board.yaml": json.dumps(a_board(ERRORS, TESTS)), ".gitignore": ".readiness\n"}
    first = commit(project.folder, board | files(30))
    second = commit(project.folder, {"more": ""})
    git(project.folder, "checkout", "-q", "-b", "change")
    commit(project.folder, {"tests-pass": None})
    git(project.folder, "checkout", "-q", "main")
    commit(project.folder, {"tests-pass": None, "later": ""})
    assert project("check").status == 1
    git(project.folder, "checkout", "-q", "change")
    for more, commit_of_line in (
        ((), second),
        (("--base=main",), second),
        ((f"--base={first}",), first),
    ):
        ended = hold(project, *more)
        assert ended.run.gate.line is not None, ended
        assert (ended.status, ended.run.gate.line.commit) == (1, commit_of_line), ended


def switched(project: Project) -> Path:
    """Leave the branch for another that knows nothing of it."""
    git(project.folder, "checkout", "-q", "main")
    return project.folder


def rebased(project: Project) -> Path:
    """Put a commit below the branch's own, so that its newest commit is another."""
    git(project.folder, "checkout", "-q", "main")
    commit(project.folder, {"more": ""})
    git(project.folder, "checkout", "-q", "topic")
    git(project.folder, "rebase", "-q", "main")
    return project.folder


def detached(project: Project) -> Path:
    """Check out the commit that the branch began at."""
    git(project.folder, "checkout", "-q", "--detach", "main")
    return project.folder


def cloned(project: Project) -> Path:
    """Clone without the history, after one more commit, and keep the record of runs."""
    commit(project.folder, {"more": ""})
    clone = project.folder / "ignored" / "project"
    git(project.folder, "clone", "-q", "--depth=1", f"file://{project.folder}", str(clone))
    return clone


def elsewhere(project: Project) -> Path:
    """Add a work tree of main."""
    place = project.folder / "ignored" / "project"
    git(project.folder, "worktree", "add", "-q", "--detach", str(place), "main")
    return place


def moved_on(project: Project) -> Path:
    """Commit more on the branch itself."""
    commit(project.folder, {"more": ""})
    return project.folder


def merged(project: Project) -> Path:
    """Merge the branch into main, which has more."""
    git(project.folder, "checkout", "-q", "main")
    commit(project.folder, {"more": ""})
    git(project.folder, "merge", "-q", "--no-edit", "topic")
    return project.folder


def detached_there(project: Project) -> Path:
    """Check out the commit of the run, without its branch."""
    git(project.folder, "checkout", "-q", "--detach", "topic")
    return project.folder


def worked_on(project: Project) -> Path:
    """Start another branch from the commit of the run."""
    git(project.folder, "checkout", "-q", "-b", "next")
    return project.folder


APART = [switched, rebased, detached, cloned, elsewhere]
ON_TOP = [moved_on, merged, detached_there, worked_on]


CASES = [(move, False) for move in (*APART, *ON_TOP)] + [(switched, True), (moved_on, True)]


@pytest.mark.parametrize(("move", "inside"), CASES)
def test_a_run_is_shown_beside_one_that_the_tree_descends_from(
    move: Callable[[Project], Path], inside: bool, project: Project, tmp_path: Path
) -> None:
    """A run of another branch is not in the column of what was before. Twins: an ancestor's is."""
    board = {"board.yaml": json.dumps(a_board(ERRORS, TESTS)), ".gitignore": ".readiness\nignored"}
    if inside:
        commit(tmp_path / "part", board | files(30, passing=False))
        commit(project.folder, {"README": ""})
        add = ("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "part"))
        git(project.folder, *add, "project")
        project.folder = project.folder / "project"
    else:
        commit(project.folder, board | files(30, passing=False))
    git(project.folder, "checkout", "-q", "-b", "topic")
    commit(project.folder, {"tests-fail": None, "tests-pass": "", "topic": ""})
    assert project("check").status == 1
    history = project.folder / ".readiness" / "history.db"
    project.folder = move(project)
    ended = project("check", f"--history={history}", "--output-format=json")
    previous = [criterion.previous is not None for criterion in ended.run.criteria()]
    assert previous == [move in ON_TOP] * 2


def test_guard_says_that_a_shallow_clone_has_nothing_to_compare_with(project: Project) -> None:
    """It never says "not loosened" of that. Twins: a whole clone, and what is not committed yet."""
    commit(project.folder, {"board.yaml": json.dumps(a_board(TESTS)), ".gitignore": "ignored"})
    assert project("guard", "--no-run").status == 0
    project.folder = cloned(project)
    ended = project("guard", "--no-run")
    assert (ended.status, ended.out) == (2, "")
    assert "git fetch --unshallow" in ended.err
    (project.folder / "tests-pass").touch()
    assert project("guard", "--no-run").status == 0


def test_a_run_of_a_dirty_tree_is_no_run_of_its_commit(project: Project) -> None:
    """What was never committed is not what the base was."""
    board = {"board.yaml": json.dumps(a_board(ERRORS, TESTS)), ".gitignore": ".readiness\n"}
    first = commit(project.folder, board | files(30, passing=False))
    set_to(project, 30)
    assert project("check").status == 1
    set_to(project, 30, passing=False)
    ended = hold(project, "--base=HEAD")
    assert ended.status == 0, ended
    assert ended.run.gate.line is not None
    assert (ended.run.gate.line.commit, ended.run.gate.line.run) == (first, "")
