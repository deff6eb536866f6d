"""The history: many writers, runs that were cut short, files that are none, places without room."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from readiness.history.store import REMEMBERED, History, board_key
from readiness.model.errors import NotWrittenError
from readiness.record.document import RunDocument
from tests.support import documents
from tests.support.program import ROOT

AT = "2026-11-24T13:10:42.000Z"


def a_document(name: str = "r1", **changes: object) -> RunDocument:
    """A run document with this id, of board.yaml in the profile `local`."""
    run = documents.a_document()
    board = msgspec.structs.replace(run.board, path="board.yaml")
    fields = {"id": name, "board": board, "profile": "local", "partial": False, **changes}
    return msgspec.structs.replace(run, **fields)


def record(history: History, document: RunDocument) -> None:
    """Begin and finish a run."""
    history.begin(document.id, board_key(document.board.path), document.profile, AT)
    history.finish(document, {}, {})


def last(history: History, profile: str = "local", *, whole: bool = True) -> RunDocument | None:
    """Return the newest run of board.yaml in a profile."""
    return next(history.runs("board.yaml", profile, whole=whole), None)


def rows(path: Path) -> list[tuple[str, str, bool]]:
    """The id and state of all runs in order, and whether they have a document."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("select id, state, document from runs order by sequence")
        return [(name, state, document is not None) for name, state, document in found]
    finally:
        connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the history will be."""
    return tmp_path / ".readiness" / "history.db"


# --- what is recorded ---------------------------------------------------------------------------


def test_a_run_is_read_back_as_it_was(path: Path) -> None:
    """By another process, later."""
    document = a_document()
    record(History(str(path)), document)
    assert last(History(str(path))) == document


def test_a_history_that_is_not_there_is_empty(path: Path) -> None:
    """And reading makes none."""
    history = History(str(path))
    assert last(history, whole=False) is None
    assert (history.durations(), history.versions()) == ({}, {})
    assert not path.parent.exists()


def test_the_last_run_is_of_the_same_board_and_profile(path: Path) -> None:
    """The newest one, finished; whole where that is asked."""
    history = History(str(path))
    other = msgspec.structs.replace(documents.a_document().board, path="other.yaml")
    for document in (
        a_document("r1"),
        a_document("r2", partial=True),
        a_document("r3", profile="production"),
        a_document("r4", board=other),
        a_document("r5", interrupted=True),
    ):
        record(history, document)
    history.begin("r6", "board.yaml", "local", AT)

    newest = [last(history), last(history, whole=False), last(history, "production")]
    assert [run.id for run in newest if run] == ["r1", "r2", "r3"]
    assert last(history, "nowhere", whole=False) is None
    assert rows(path)[4:] == [("r5", "interrupted", True), ("r6", "running", False)]


def test_what_runs_teach_is_kept_and_in_time_forgotten(path: Path) -> None:
    """The newest duration and version by key; what only old runs knew goes."""
    history = History(str(path))
    for number in range(REMEMBERED + 3):
        name = f"r{number}"
        history.begin(name, "board.yaml", "local", AT)
        learned = {"always": float(number), **({"once": 1.0} if number == 1 else {})}
        history.finish(a_document(name), learned, {"tool": "1"} if number < 2 else {})
        if number == 50:
            assert set(history.durations()) == {"always", "once"}
            assert history.versions() == {"tool": "1"}
    assert history.durations() == {"always": REMEMBERED + 2.0}
    assert history.versions() == {}


def test_a_folder_that_is_made_for_it_is_hidden_from_git(tmp_path: Path) -> None:
    """A folder that was there already is left as it is; a bare name is in this folder."""
    record(History(str(tmp_path / "new" / "h.db")), a_document())
    assert (tmp_path / "new" / ".gitignore").read_text() == "*\n"
    record(History(str(tmp_path / "h.db")), a_document())
    assert not (tmp_path / ".gitignore").exists()


# --- what is no history -------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"garbage", b'{"version": 99}', None, 7])
def test_an_entry_that_is_damaged_is_kept_and_passed_over(path: Path, damage: object) -> None:
    """The one before it is the last; what was passed over is noted."""
    history = History(str(path))
    for name in ("r1", "r2"):
        record(history, a_document(name))
    history.close()
    connection = sqlite3.connect(path)
    connection.execute("update runs set document = ? where id = 'r2'", (damage,))
    connection.commit()
    connection.close()
    newest = last(history)
    assert newest is not None
    assert newest.id == "r1"
    assert len(history.damaged) == 1
    assert len(rows(path)) == 2


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_history_that_is_taken_away_meanwhile_is_noticed(path: Path, how: str) -> None:
    """The run is recorded in what is there now, and it is told."""
    history = History(str(path))
    record(history, a_document("before"))
    history.begin("r1", "board.yaml", "local", AT)
    for name in os.listdir(path.parent):
        (path.parent / name).unlink()
    if how == "replaced":
        record(History(str(path)), a_document("another"))
    with pytest.raises(NotWrittenError, match="entry was gone"):
        history.finish(a_document("r1"), {}, {})
    assert rows(path)[-1] == ("r1", "finished", True)


def test_a_finished_run_is_not_rewritten(path: Path) -> None:
    """A second end of the same run is refused, and the first stays."""
    history = History(str(path))
    record(history, a_document("r1", profile="local"))
    with pytest.raises(NotWrittenError):
        history.finish(a_document("r1", interrupted=True), {}, {})
    assert rows(path) == [("r1", "finished", True)]


# --- no room, no right --------------------------------------------------------------------------

READER = """
import os, sys
import urllib.parse  # the other user may not be able to read where Python lies
sys.path[:0] = [sys.argv[1]]
from readiness.model.errors import NotWrittenError
from readiness.history.store import History
from tests.history.test_store import AT, last
os.setgid(54321); os.setuid(54321)
history = History(sys.argv[2])
print(last(history).id)
try:
    history.begin("r2", "board.yaml", "local", AT)
except NotWrittenError as error:
    sys.exit(5)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
@pytest.mark.parametrize("closed", [True, False])
def test_a_read_only_folder_can_be_read(path: Path, tmp_path: Path, closed: bool) -> None:
    """Whether the last writer had the time to put everything into one file or not."""
    history = History(str(path))
    record(history, a_document("r1"))
    if closed:
        history.close()
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o005)
    process = subprocess.run(
        [sys.executable, "-c", READER, str(ROOT), str(path)], capture_output=True, check=False
    )
    assert (process.returncode, process.stdout) == (5, b"r1\n"), process.stderr
    history.close()


def test_a_stopped_writer_blocks_no_reader(path: Path) -> None:
    """Who holds the lock keeps nobody from reading what is there."""
    record(History(str(path)), a_document("r1"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    holder.execute("update runs set profile = 'other'")
    began = time.monotonic()
    assert last(History(str(path))) is not None
    assert time.monotonic() - began < 60
    holder.close()
