"""The history: many writers, runs that were cut short, files that are none, places without room."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
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
    return next(history.runs("board.yaml", profile, RunDocument, whole=whole), None)


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


# --- many at once -------------------------------------------------------------------------------

WRITER = """
import sys, time
sys.path[:0] = [sys.argv[1]]
from readiness.history.store import History
from tests.history.test_store import AT, a_document
path, name, runs, at = sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
documents = [a_document(f"{name}.{n}") for n in range(runs)]
time.sleep(max(0, at - time.time()))
for document in documents:
    history = History(path)
    history.begin(document.id, "board.yaml", "local", AT)
    history.finish(document, {name: 1.0, "shared": 2.0}, {name: "1"})
"""

Write = Callable[..., subprocess.Popen[bytes]]


def writer(path: Path, name: str, runs: int, at: float = 0.0) -> subprocess.Popen[bytes]:
    """Start a process that records runs, from a time on."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(ROOT), str(path), name, str(runs), str(at)],
        stderr=subprocess.PIPE,
    )


def errors_of(process: subprocess.Popen[bytes]) -> str:
    """What a process complained about, once it has ended."""
    return process.communicate(timeout=60)[1].decode()


def test_eight_gates_write_twenty_runs_each(path: Path) -> None:
    """160 entries, all readable, though none of them found a history there."""
    at = time.time() + 2.0
    writers = [writer(path, f"w{number}", 20, at) for number in range(8)]
    assert [errors_of(process) for process in writers] == [""] * 8
    found = rows(path)
    assert len(found) == 160
    assert {(state, there) for _, state, there in found} == {("finished", True)}
    history = History(str(path))
    assert history.durations()["shared"] == 2.0
    assert last(history) is not None
    connection = sqlite3.connect(path)
    assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()


def test_writers_that_are_killed_leave_it_readable(path: Path) -> None:
    """What was finished before stays; what was running stays visible as unfinished."""
    record(History(str(path)), a_document("first"))
    for attempt in range(4):
        process = writer(path, f"k{attempt}", 1000)
        deadline = time.monotonic() + 10
        while not any(name.startswith(f"k{attempt}.") for name, _, _ in rows(path)):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        errors_of(process)
    found = rows(path)
    assert found[0] == ("first", "finished", True)
    assert all(there == (state == "finished") for _, state, there in found)
    assert sum(state == "running" for _, state, _ in found) <= 4
    record(History(str(path)), a_document("last"))
    newest = last(History(str(path)))
    assert newest is not None
    assert newest.id == "last"


def test_a_lock_that_is_held_is_waited_for_a_bounded_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped process that holds it costs a moment, not a hang."""
    record(History(str(path)), a_document("r1"))
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("begin immediate")
    monkeypatch.setattr("readiness.history.database.LOCK_TIMEOUT", 0.3)
    began = time.monotonic()
    with pytest.raises(NotWrittenError, match="locked"):
        record(History(str(path)), a_document("r2"))
    assert time.monotonic() - began < 60
    assert last(History(str(path))) is not None
    release = threading.Timer(0.1, lambda: holder.execute("rollback"))
    release.start()
    record(History(str(path)), a_document("r3"))
    release.join()
    holder.close()
    assert [name for name, _, _ in rows(path)] == ["r1", "r3"]


# --- what is no history -------------------------------------------------------------------------


def test_a_newer_format_is_refused(path: Path) -> None:
    """It is neither written nor misread; the remedy is named."""
    record(History(str(path)), a_document())
    connection = sqlite3.connect(path)
    connection.execute("pragma user_version = 9")
    connection.close()
    with pytest.raises(NotWrittenError, match="newer readiness"):
        History(str(path)).begin("r2", "board.yaml", "local", AT)
    assert [name for name, _, _ in rows(path)] == ["r1"]


def test_garbage_is_neither_read_nor_overwritten(path: Path) -> None:
    """It is told, with the path."""
    path.parent.mkdir()
    garbage = b"this is no database, though it is long enough to be one" * 40
    path.write_bytes(garbage)
    history = History(str(path))
    with pytest.raises(NotWrittenError, match=r"history\.db.*not a database"):
        last(history)
    with pytest.raises(NotWrittenError, match=r"history\.db.*not a database"):
        history.begin("r1", "board.yaml", "local", AT)
    assert path.read_bytes() == garbage


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


def test_a_name_that_is_taken_is_not_a_history(tmp_path: Path) -> None:
    """A file where the folder should be, a folder where the file should be."""
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "h.db", tmp_path):
        with pytest.raises(NotWrittenError):
            History(str(path)).begin("r1", "board.yaml", "local", AT)


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

LIMITED = """
import resource, sys
sys.path[:0] = [sys.argv[1]]
from readiness.model.errors import NotWrittenError
from readiness.history.store import History
from tests.history.test_store import AT, a_document
history = History(sys.argv[2])
history.begin("r2", "board.yaml", "local", AT)
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    history.finish(a_document("r2", profile="x" * 1_000_000), {}, {})
except NotWrittenError as error:
    print(error)
    sys.exit(5)
"""


@pytest.mark.parametrize("limit", [0, 5_000, 60_000, 500_000])
def test_without_room_all_or_nothing_is_written(path: Path, limit: int) -> None:
    """The older entries are intact, and the run stays visible as unfinished."""
    history = History(str(path))
    record(history, a_document("r1"))
    history.close()
    command = [sys.executable, "-c", LIMITED, str(ROOT), str(path), str(limit)]
    process = subprocess.run(command, capture_output=True, check=False, timeout=30)
    assert process.returncode == 5, process
    assert b"history.db" in process.stdout
    assert rows(path) == [("r1", "finished", True), ("r2", "running", False)]
    record(History(str(path)), a_document("r3"))
    assert rows(path)[2] == ("r3", "finished", True)


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
