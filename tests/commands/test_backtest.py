"""`readiness backtest` as a whole program: real histories, and nothing of them touched."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.heard import heard
from tests.support.program import Project, a_board
from tests.support.repositories import commit, git

BOARD = a_board({"run": "test -e src/a.py"}, {"run": "sh lint.sh"})
TEST = "def test_one():\n    assert 1 + 1 == 2\n"
READ = ("backtest", "--no-run", "--output-format", "json")


@pytest.fixture
def past(project: Project) -> Project:
    """A history without a board: a change, a suppression, a merge that hides a test; a board."""
    folder = project.folder
    commit(folder, {"src/a.py": "x = 1\n", "lint.sh": "grep -q x src/a.py\n", "test_a.py": TEST})
    commit(folder, {"src/a.py": "x = 2\n"}, "Innocent")
    commit(folder, {"src/a.py": "x = 2  # noqa\n"}, "Silenced")
    git(folder, "switch", "-q", "-c", "topic")
    commit(folder, {"src/b.py": "y = 1\n"})
    commit(folder, {"test_a.py": "import pytest\n\n\n@pytest.mark.skip\n" + TEST})
    git(folder, "switch", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "-m", "Merged", "topic")
    (folder / ".git" / "info" / "exclude").write_text("board.yaml\n")
    project.write(BOARD)
    return project


def by_subject(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the commits of a backtest by their subjects."""
    return {result["subject"]: result for result in document["commits"]}


def state(folder: Path) -> tuple[str, ...]:
    """Return all that a backtest must leave as it is: the index, refs, objects and the tree."""
    asked = (("status", "--porcelain"), ("for-each-ref",), ("count-objects", "-v"), ("reflog",))
    tree = sorted(str(path) for path in folder.rglob("*") if ".git/" not in str(path))
    index = (folder / ".git" / "index").read_bytes().hex()
    return (*(git(folder, *words) for words in asked), str(tree), index)


def test_what_loosens_is_named_and_what_does_not_is_not(past: Project) -> None:
    """A merge is its whole branch; today's board judges commits that have none."""
    before = state(past.folder)
    ended = past(*READ)
    assert ended.status == 0, ended
    results = by_subject(ended.json)
    assert {subject: result["decision"] for subject, result in results.items()} == {
        "Merged": "loosened",
        "Silenced": "loosened",
        "Innocent": "not_loosened",
    }
    (change,) = results["Silenced"]["loosened"]
    assert (change["kind"], change["path"], change["line"]) == ("suppression", "src/a.py", 1)
    assert [change["kind"] for change in results["Merged"]["loosened"]] == ["skipped test"]
    assert results["Innocent"].keys() == {
        *("commit", "at", "subject", "decision", "loosened", "duration_s", "todays_board")
    }
    counts = {"commits": 3, "loosened": 2, "not_loosened": 1, "unknown": 0, "todays_board": 3}
    assert ended.json["totals"].items() >= counts.items()
    assert ended.err.count("\n") == 3
    assert state(past.folder) == before
    assert past.left() == []


def test_people_read_each_commit_and_what_it_loosens(past: Project) -> None:
    """With the totals, and whose board was used."""
    ended = past("backtest", "--no-run", "--last", "2")
    assert ended.status == 0, ended
    assert "src/a.py:1  suppression added (noqa)" in ended.out
    assert "2 commits and their parents have no board" in ended.out
    assert "2 commits: 2 loosened, 0 not loosened, 0 unknown" in ended.out


def test_since_limits_it_and_a_wrong_name_is_wrong_usage(past: Project) -> None:
    """The revision itself is not measured."""
    ended = past(*READ, "--since", "HEAD~1")
    assert by_subject(ended.json).keys() == {"Merged"}
    ended = past(*READ, "--since", "mian")
    assert ended.status == 2
    assert "misspelt" in ended.err
    shutil.rmtree(past.folder / ".git")
    assert past(*READ).status == 2


def test_what_is_known_is_not_measured_again(past: Project) -> None:
    """Until the board changes; a commit that is new is."""
    first = past(*READ)
    commit(past.folder, {"src/a.py": "x = 3\n"}, "New")
    again = past(*READ)
    assert again.err.count("earlier backtest") == 3
    assert again.json["commits"][1:] == first.json["commits"]
    past.write(a_board({"run": "test -d src"}))
    assert "earlier backtest" not in past(*READ).err


def test_what_cannot_be_measured_is_unknown_and_ends_nothing(past: Project) -> None:
    """A board of its own that does not load, and a commit whose files are not here."""
    commit(past.folder, {"readiness.yaml": "version: 1\ntusks: []\n"}, "Broken board")
    commit(past.folder, {"src/c.py": "z = 26\n", "readiness.yaml": None}, "Lost file")
    git(past.folder, "rm", "-q", "--cached", "src/c.py")
    lost = git(past.folder, "hash-object", "src/c.py")
    (past.folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    results = by_subject(past(*READ).json)
    assert [results[name]["decision"] for name in ("Broken board", "Lost file")] == ["unknown"] * 2
    assert "readiness.yaml" in results["Broken board"]["reason"]
    assert lost in results["Lost file"]["reason"]
    assert results["Innocent"]["decision"] == "not_loosened"


def test_with_check_the_board_is_run_at_each_commit(past: Project) -> None:
    """On the files of that commit, measured by guard too; no history of the project is written."""
    ended = past("backtest", "--check", "--last", "2", "--output-format", "json")
    results = by_subject(ended.json)
    assert {result["check"] for result in results.values()} == {"ready"}
    assert results["Merged"]["decision"] == "loosened"
    commit(past.folder, {"src/a.py": None, "lint.sh": "true\n"}, "Emptied")
    ended = past("backtest", "--check", "--last", "1")
    assert "not ready" in ended.out
    assert not (past.folder / ".readiness").exists()


def test_a_signal_ends_it_and_the_next_call_goes_on(past: Project) -> None:
    """What runs is ended with it, and nothing of it is left."""
    with heard() as log:
        commit(past.folder, {"lint.sh": f"bash -c '{log.say('slow')}; sleep 60'\n"}, "Slow")
        commit(past.folder, {"src/b.py": "y = 3\n"}, "Newest")
        process = past.start("backtest", "--last", "2")
        log.wait()
        os.kill(process.pid, signal.SIGINT)
        ended = past.end(process)
    assert ended.status == 130, ended
    assert "1 of 2 commits" in ended.err
    assert past.left() == []
    assert "earlier backtest" in past("backtest", "--last", "1").err
