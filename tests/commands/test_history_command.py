"""`readiness history`: the list of runs, and `--verify`."""

from pathlib import Path

import pytest

from tests.support.program import Project, a_board
from tests.support.repositories import git

BOARD = a_board({"run": "test -d ."}, {"run": "test ! -e broken"})


@pytest.fixture
def past(project: Project) -> Project:
    """A repository with a board, in which JSON files are ignored."""
    project.write(BOARD)
    git(project.folder, "init", "-q")
    (project.folder / ".gitignore").write_text("*.json\n")
    commit(project)
    return project


def commit(project: Project) -> str:
    """Commit everything; return the commit's id."""
    git(project.folder, "add", ".")
    git(project.folder, "commit", "-qm", "more", "--allow-empty")
    return git(project.folder, "rev-parse", "HEAD")


def run(project: Project, name: str = "run.json") -> str:
    """Run the board and keep the document in a file of this name."""
    project("check", "-q", "--report", f"json={name}")
    return name


def change(project: Project, statement: str) -> None:
    """Do something to the history that no gate would do."""
    with project.opened_history() as connection:
        connection.execute(statement)


# --- the list -----------------------------------------------------------------------------------


def test_the_newest_run_comes_first(past: Project) -> None:
    """With commit, decision, score; what was dirty is called so."""
    head = git(past.folder, "rev-parse", "HEAD")
    run(past)
    (past.folder / "broken").touch()
    run(past)
    listed = past("history", "--output-format", "json").json["runs"]
    assert [(run_["decision"], run_["score"], run_["dirty"]) for run_ in listed] == [
        ("not_ready", "5.0", True),
        ("ready", "10.0", False),
    ]
    assert {run_["commit"] for run_ in listed} == {head}
    _, *rows = past("history").out.splitlines()
    assert listed[0]["id"] in rows[1]
    assert f"{head[:10]} (dirty)" in rows[1]
    assert f"{head[:10]} (dirty)" not in rows[2]
    assert len(past("history", "--limit", "1", "--output-format", "json").json["runs"]) == 1
    assert past("history", "--limit", "0").status == 2


def test_boards_in_one_folder_have_lists_of_their_own(past: Project) -> None:
    """A history that is named is listed whole where there is no board."""
    run(past)
    past.write(BOARD, "other.yaml")
    assert past("history", "--board", "other.yaml", "--output-format", "json").json == {"runs": []}
    assert "No run is recorded" in past("history", "--board", "other.yaml").out
    away = past.tmp.parent / "away"
    away.mkdir()
    assert past("history", cwd=away).status == 2
    named = past("history", "--history", past.folder / ".readiness" / "history.db", cwd=away)
    assert named.out.count("UTC") + named.out.count(" ago") == 1


# --- verifying ----------------------------------------------------------------------------------


def test_an_untouched_history_is_as_recorded(past: Project) -> None:
    """Entry by entry."""
    for _ in range(3):
        run(past)
    ended = past("history", "--verify")
    assert ended.status == 0, ended
    assert "3 entries, 3 chained" in ended.out
    verification = past("history", "--verify", "--output-format", "json").json
    assert (verification["sound"], verification["altered"]) == (True, [])


def test_an_edited_entry_is_named(past: Project) -> None:
    """Status 4; and the next run does not hide it."""
    run(past)
    run(past)
    change(past, "update runs set document = cast(replace(cast(document as text), '10.0', '10.1')"
                 " as blob) where sequence = 1")  # fmt: skip
    for _ in range(2):
        ended = past("history", "--verify")
        assert ended.status == 4, ended
        assert "(entry 1) was edited" in ended.out
        run(past)
    altered = past("history", "--verify", "--output-format", "json").json["altered"]
    assert [one["entry"] for one in altered] == [1]


def test_there_is_something_to_verify(past: Project) -> None:
    """Without a history, or with none named, the status is 2."""
    ended = past("history", "--verify")
    assert ended.status == 2, ended
    assert "no history" in ended.err
    run(past)
    ended = past("history", "--verify", "--history", "")
    assert (ended.status, ended.out) == (2, ""), ended


@pytest.mark.parametrize("garbage", [b"no database at all, but long enough to be one" * 40])
def test_a_file_that_is_no_history_cannot_be_verified(past: Project, garbage: bytes) -> None:
    """It is not sound, and not touched."""
    path: Path = past.folder / "h.db"
    path.write_bytes(garbage)
    ended = past("history", "--verify", "--history", "h.db")
    assert (ended.status, ended.out) == (5, ""), ended
    assert path.read_bytes() == garbage
