"""`--hold-line` in a fresh clone: the base is measured where it has to be, and nowhere else."""

import copy
import json
import venv
from collections.abc import Mapping
from subprocess import DEVNULL

import pytest

from readiness.model.words import Decision, Lack
from tests.support.few_programs import few_own_programs
from tests.support.heard import heard
from tests.support.program import LINT, Ended, Project, a_board, number, untried
from tests.support.repositories import commit, git

WORKS = {"run": "test ! -e broken"}
ERRORS = number("cat errors", "<= 5")
OLD = {"f": "a.py", "l": 3, "r": "F401", "m": "`os` imported but unused"}
MOVED, OTHER = OLD | {"l": 9}, {"f": "b.py", "l": 1, "r": "E711", "m": "comparison to None"}
FILES = {"checks/lint.yaml": LINT, ".gitignore": ".readiness/\n", "lint.json": "[]"}

Files = Mapping[str, str | None]


def board(*criteria: Mapping[str, object], **changes: object) -> str:
    """A board as a file."""
    return json.dumps(untried(a_board(*criteria, **changes)))


def errors(count: int) -> Files:
    """What `cat errors` prints."""
    return {"errors": f"errors: {count}\n"}


def lint(*findings: Mapping[str, object]) -> Files:
    """What the linter finds."""
    return {"lint.json": json.dumps(findings)}


def changed(project: Project, base: Files, branch: Files) -> Project:
    """Commit a base on main and a change of it on a branch; return a fresh clone of that."""
    commit(project.folder, {**FILES, **base})
    git(project.folder, "checkout", "-q", "-b", "topic")
    commit(project.folder, branch)
    return fresh(project)


def fresh(project: Project, *options: str) -> Project:
    """Clone the project, as CI does."""
    clone = copy.copy(project)
    clone.folder = project.folder.parent / "clone"
    git(project.folder, "clone", "-q", *options, f"file://{project.folder}", str(clone.folder))
    return clone


def hold(project: Project, *more: str) -> Ended:
    """Hold the line against where the branch left main."""
    return project("check", "--hold-line", "--output-format=json", *more)


SITUATIONS = {
    "breaks what worked": ([WORKS], {}, {"broken": ""}, "worse", "T1.1 (P0) is worse"),
    "breaks nothing": ([WORKS], {}, {"other": ""}, "held", ""),
    "mends": ([WORKS], {"broken": ""}, {"broken": None}, "held", ""),
    "was broken before": ([WORKS], {"broken": ""}, {"other": ""}, "held", ""),
    "passes the limit": ([ERRORS], errors(3), errors(8), "worse", "rose from 3 errors to 8"),
    "stays beyond the limit": ([ERRORS], errors(8), {"other": ""}, "held", ""),
    "worse beyond the limit": ([ERRORS], errors(8), errors(9), "worse", "rose from 8 errors to 9"),
    "better beyond the limit": ([ERRORS], errors(9), errors(8), "held", ""),
    "within its baseline": ([ERRORS | {"baseline": 9}], errors(8), errors(8), "held", ""),
    "worse than a baseline, as the base is": (
        [ERRORS | {"baseline": 4}],
        errors(8),
        {"other": ""},
        "held",
        "",
    ),
    "worse than the baseline and the base": (
        [ERRORS | {"baseline": 4}],
        errors(4),
        errors(5),
        "worse",
        "rose from 4 errors to 5",
    ),
    "the same findings": ([{"check": "lint"}], lint(OLD), lint(MOVED), "held", ""),
    "another finding": ([{"check": "lint"}], lint(OLD), lint(OTHER), "worse", "1 new finding"),
    "cannot be measured now": (
        [ERRORS],
        errors(3),
        {"errors": None},
        "worse",
        "T1.1 (P0) is worse",
    ),
    "failed, cannot be measured now": ([ERRORS], errors(8), {"errors": None}, "worse", "8 errors"),
    "cannot be measured on either": ([ERRORS, WORKS], {}, {"other": ""}, "held", "nor on the base"),
    "has no tool on either": (
        [{"run": "absent-tool --strict"}, WORKS],
        {},
        {"other": ""},
        "undecided",
        "absent-tool: not found (127); install it",
    ),
    "could not be measured, and fails": (
        [ERRORS],
        {},
        errors(8),
        "undecided",
        "the base could not be measured",
    ),
    "could not be measured, and passes": ([ERRORS], {}, errors(3), "held", ""),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_change_is_compared_with_its_base(name: str, project: Project) -> None:
    """Without any history, and with none of it but what this run recorded itself."""
    criteria, base, branch, decision, sentence = SITUATIONS[name]
    clone = changed(project, {"board.yaml": board(*criteria), **base}, branch)
    for _ in range(2):
        ended = hold(clone)
        assert ended.run.gate.decision == decision, ended
        assert ended.status == {"held": 0, "worse": 1, "undecided": 3}[decision]
        assert sentence in "\n".join(ended.run.gate.reasons)
        assert bool(ended.run.gate.reasons) == bool(sentence)


def test_what_is_measured_again(project: Project) -> None:
    """What is bad alone, and once: kept outside of the project, it is known from then on."""
    with heard() as log:
        names = ("good", "bad", "worse")
        rules = board(*({"run": f"{log.say(name)}; test ! -e {name}"} for name in names))
        clone = changed(project, {"board.yaml": rules, "bad": ""}, {"worse": ""})
        assert hold(clone).status == 1
        assert log.words() == ["bad", "bad", "good", "worse", "worse"]
        git(clone.folder, "clean", "-qxdf")
        assert hold(clone).status == 1
        assert log.words() == ["bad", "good", "worse"]
        commit(project.folder, {"worse": None, "bad": None})
        git(clone.folder, "pull", "-q")
        assert hold(clone).status == 0
        assert log.words() == ["bad", "good", "worse"], "where all is good nothing runs twice"


def test_a_history_that_says_it_was_bad_is_not_believed(project: Project) -> None:
    """It lies where the change can write. Twin: what it says was good is, and saves the time."""
    with heard() as log:
        rules = board({"run": f"{log.say('ran')}; test ! -e broken"})
        clone = changed(project, {"board.yaml": rules}, {"broken": ""})
        git(clone.folder, "checkout", "-q", "origin/main")
        assert clone("check").status == 0
        assert log.words() == ["ran"]
        git(clone.folder, "checkout", "-q", "topic")
        ended = hold(clone)
        assert (ended.status, log.words()) == (1, ["ran"]), ended
        with clone.opened_history() as history:
            rows = history.execute("select sequence, document from runs").fetchall()
            for sequence, document in rows:
                forged = json.loads(document)
                for task in forged["tasks"]:
                    for criterion in task["criteria"]:
                        criterion |= {"verdict": "fail", "value": "1"}
                stored = json.dumps(forged).encode()
                query = "update runs set document=? where sequence=?"
                history.execute(query, (stored, sequence))
        ended = hold(clone)
        assert (ended.status, ended.run.gate.decision) == (1, Decision.WORSE), ended
        assert log.words() == ["ran", "ran"], "here, and there"


def test_by_the_bases_board_nothing_is_measured_twice_either(project: Project) -> None:
    """Though that board is written to another place each time."""
    clone = changed(project, {"board.yaml": board(WORKS, {"check": "lint"})}, {"broken": ""})
    assert "measuring 1 criterion on the base" in hold(clone, "--base=origin/main").err
    again = hold(clone, "--base=origin/main")
    assert (again.status, "measuring" in again.err) == (1, False), again


def test_what_a_change_loosens_is_measured_once(project: Project) -> None:
    """For the same files, board and tools; guard then tells what the check has seen."""
    with heard() as log:
        script = log.say("ran") + "\n"
        base = {
            "board.yaml": board({"run": "bash lint.sh"}),
            "lint.sh": f"{script}grep -q good src/a.py\n",
            "src/a.py": "good = 1\n",
        }
        clone = changed(project, base, {"lint.sh": script, "src/a.py": "bad = 1\n"})

        def started(*command: str) -> int:
            ended = clone(*command, "--base=origin/main")
            assert ended.status == 4, ended
            assert "lint.sh" in ended.out + ended.err
            return len(log.words())

        assert started("check", "--hold-line") > 1
        assert started("guard") == 0
        assert started("score", "--hold-line") == 1
        (clone.folder / "other").write_text("")
        assert started("guard") > 1


def test_what_a_branch_did_comes_first(project: Project) -> None:
    """What fails on the base too is a line; where nothing else is bad, all of it fits a screen."""
    red = [{"run": f"test -e never{number}"} for number in range(20)]
    rules = board(*red, WORKS, {"run": "test -e mended"}, number("cat gone"))
    clone = changed(project, {"board.yaml": rules}, {"mended": ""})
    assert clone("check", "--hold-line", "T1.21").status == 0
    git(clone.folder, "checkout", "-q", "origin/main")
    clone("check", "-q")
    git(clone.folder, "checkout", "-q", "topic")
    shown = clone.on_a_terminal("check --hold-line", 80, DEVNULL)
    assert len(shown.rstrip().splitlines()) <= 24, shown
    assert "20 more fail on the base as well: -v" in shown
    assert "Mended: T1.22" in shown
    assert "Measured neither here nor on the base: T1.23" in shown
    assert "but 1 criterion cannot be measured" in shown
    commit(clone.folder, {"broken": ""})
    for text in (
        clone.on_a_terminal("check --hold-line", 80, DEVNULL),
        clone("check", "--hold-line").out,
    ):
        assert text.index("✗ fail  T1.21") < text.index("20 more fail on the base"), text
    assert "T1.1 " not in clone.on_a_terminal("check --hold-line", 80, DEVNULL)
    assert "T1.1 " in clone("check", "--hold-line").out, "in a log nothing is left out"


@pytest.mark.parametrize(
    ("old", "new", "files", "decision"),
    [
        ([], WORKS, {"broken": ""}, "worse"),
        ([], {"run": "test -e never"}, {}, "held"),
        ([], {"run": "sh gate.sh"}, {"gate.sh": "exit 1\n"}, "held"),
        ([ERRORS], number("cat errors", "<= 2"), {}, "held"),
        ([ERRORS], number("cat errors other", "<= 5", read=ERRORS["read"] | {"pick": "sum"}),
         {"other": "errors: 4\n"}, "undecided"),
    ],
)  # fmt: skip
def test_what_a_criterion_is_now_decides(
    old: list[dict[str, object]],
    new: dict[str, object],
    files: Files,
    decision: str,
    project: Project,
) -> None:
    """A new one, or one that is defined otherwise, is measured on the base as it is now.

    A run of the base's own recorded something else.
    """
    good = {"run": "true", "id": "always"}
    base = {"board.yaml": board(good, *old), **errors(4)}
    clone = changed(project, base, {"board.yaml": board(good, new), **files})
    git(clone.folder, "checkout", "-q", "origin/main")
    clone("check")
    git(clone.folder, "checkout", "-q", "topic")
    ended = hold(clone)
    assert ended.run.gate.decision == decision, ended


def plain(project: Project, lack: Lack, *more: str) -> None:
    """Expect that a run is compared with nothing, says why, and decides as one without a line."""
    for broken in (False, True):
        (project.folder / "broken").unlink(missing_ok=True)
        if broken:
            (project.folder / "broken").touch()
        ended = project("check", "--hold-line", *more, "--output-format=json", "--history=")
        assert ended.run.gate.line is not None
        assert ended.run.gate.line.lack is lack, ended
        assert ended.run.gate.decision is (Decision.NOT_READY if broken else Decision.READY)
        assert ended.status == int(broken)
    text = project("check", "--hold-line", *more)
    assert "compared with nothing: " in text.out
    assert "HELD" not in text.out


def test_without_git_it_decides_as_a_release(project: Project) -> None:
    """There is no base, whatever baselines say."""
    project.write(a_board(WORKS | {"baseline": 1}))
    plain(project, Lack.NO_GIT)


def test_the_first_commit_of_a_board_decides_as_a_release(project: Project) -> None:
    """On the first commit, after others, and on a branch that brings the board."""
    commit(project.folder, {"board.yaml": board(WORKS), ".gitignore": ".readiness/\nbroken\n"})
    plain(project, Lack.FIRST)


def test_a_base_without_a_board_decides_as_a_release(project: Project) -> None:
    """With its name as without."""
    commit(project.folder, {".gitignore": ".readiness/\nbroken\n"})
    git(project.folder, "checkout", "-q", "-b", "topic")
    commit(project.folder, {"board.yaml": board(WORKS)})
    plain(project, Lack.NO_BOARD)
    plain(project, Lack.NO_BOARD, "--base=main")


def test_a_clone_of_one_commit_says_how_to_get_more(project: Project) -> None:
    """It fetches nothing by itself, and holds no line against nothing."""
    commit(project.folder, {"board.yaml": board(WORKS), ".gitignore": ".readiness/\nbroken\n"})
    commit(project.folder, {"other": ""})
    clone = fresh(project, "--depth=1")
    plain(clone, Lack.SHALLOW)
    assert "git fetch --unshallow" in clone("check", "--hold-line").out
    git(clone.folder, "fetch", "-q", "--unshallow")
    (clone.folder / "broken").unlink()
    assert hold(clone).run.gate.decision is Decision.HELD


TESTS = {
    "src/work.py": "def double(number):\n    return 2 * number\n",
    "tests/test_work.py": "from work import double\n\ndef test_it():\n    assert double(2) == 4\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
}
SUITE = {"check": "pytest", "measure": "failed", "expect": "== 0"}


@pytest.mark.parametrize(
    ("work", "decision", "sentence"),
    [
        (TESTS["src/work.py"].replace("2 *", "3 *"), "worse", "rose from 0 tests to 1 test"),
        ("import gone\n", "worse", "is worse"),
        ("def double(number):\n    return number + number\n", "held", ""),
    ],
)
def test_a_suite_of_real_tests(work: str, decision: str, sentence: str, project: Project) -> None:
    """It is broken, cannot be imported any more, or is as good as before."""
    project.environment["PATH"] = few_own_programs()
    base = {**TESTS, "board.yaml": board(SUITE)}
    clone = changed(project, base, {"src/work.py": work})
    ended = hold(clone, "--base=origin/main")
    assert ended.run.gate.decision == decision, ended
    assert sentence in "\n".join(ended.run.gate.reasons)


def test_what_is_installed_editable_is_the_bases_own(project: Project) -> None:
    """The copy of the base imports its own code, though the environment leads to the change's."""
    base = {
        "board.yaml": board({"run": "python -c 'import work; assert work.double(1) == 2'"}),
        ".gitignore": ".readiness/\n.venv/\n",
    }
    clone = changed(project, {**TESTS, **base}, {"src/work.py": "def double(n):\n    return 3\n"})
    venv.create(clone.folder / ".venv", symlinks=True)
    (site,) = (clone.folder / ".venv").glob("lib/python*/site-packages")
    (site / "work.pth").write_text(f"{clone.folder}/src\n")
    ended = hold(clone)
    assert ended.run.gate.decision is Decision.WORSE, ended
