"""E. History and disk: what is recorded stays recorded, and what was done to it is told."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Ended, Project, a_board, wait_until
from tests.support.repositories import git

READY = a_board({"run": "test -d ."})
LARGE = a_board(*[{"run": f"seq {n}000 {n}999"} for n in range(1, 60)])
"""A run of some hundred kilobytes, of which no probe prints much."""

Rows = list[tuple[int, str, str, object]]


def rows(project: Project) -> Rows:
    """Every entry as it is stored; the file itself is sound."""
    with project.opened_history() as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        query = "select sequence, id, state, document from runs order by sequence"
        return connection.execute(query).fetchall()


def verified(project: Project) -> tuple[int, Any]:
    """The status and the answer of `history --verify`."""
    ended = project("history", "--verify", "--output-format", "json")
    assert "Traceback" not in ended.err
    return ended.status, ended.json


def checked(project: Project, times: int = 1, board: object = READY) -> None:
    """Some healthy runs."""
    project.write(board)
    for _ in range(times):
        assert project("check", "-q").status == 0


# --- 101: many at once ----------------------------------------------------------------------------


@pytest.mark.slow
def test_101_eight_gates_run_twenty_times_each(project: Project) -> None:
    """160 entries, all readable, in one chain. Twin: each of these runs passes."""
    project.write(READY)
    loop = 'for run in $(seq 20); do "$@" || exit; done'
    started = [project.start("check", "-q", prefix=["bash", "-c", loop, "-"]) for _ in range(8)]
    assert [project.end(gate).status for gate in started] == [0] * 8
    entries = rows(project)
    assert [(entry, state) for entry, _, state, _ in entries] == [
        (entry, "finished") for entry in range(1, 161)
    ]
    assert all(json.loads(document)["gate"]["decision"] == "ready" for *_, document in entries)
    status, answer = verified(project)
    assert (status, answer["chained"], answer["altered"]) == (0, 160, [])


# --- 103: no space --------------------------------------------------------------------------------


def ends_without_room(project: Project, before: Rows, ended: Ended) -> None:
    """The verdict is on screen; nothing that was there is harmed, and nothing is there by half."""
    assert ended.status == 5, ended
    assert "history.db" in ended.err
    assert "READY" in ended.out
    assert "Traceback" not in ended.err
    after = rows(project)
    assert after[: len(before)] == before
    assert all(state == "running" and document is None for *_, state, document in after[2:])
    checked(project)
    status, answer = verified(project)
    assert (status, answer["altered"]) == (0, [])
    assert rows(project)[-1][2] == "finished"


@pytest.mark.parametrize("kibibytes", [4, 60, 200])
def test_103_a_file_that_may_not_grow(project: Project, kibibytes: int) -> None:
    """`ulimit -f`, wherever within the run it strikes."""
    checked(project, 2)
    before = rows(project)
    project.write(LARGE)
    limit = f'ulimit -f {kibibytes}; exec "$@"'
    ended = project("check", prefix=["bash", "-c", limit, "-"])
    ends_without_room(project, before, ended)


ON_A_SMALL_DISK = """
mount -t tmpfs -o size=$SIZE tmpfs .readiness
cp -a kept/. .readiness/
"$@"
status=$?
cp -a .readiness/. kept/
exit $status
"""


def can_mount() -> bool:
    """Whether this user may have a disk of its own."""
    attempt = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return (
        shutil.which("unshare") is not None
        and not subprocess.run(attempt, capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount a file system")
@pytest.mark.parametrize("size", ["96k", "300k"])
def test_103_a_full_disk(project: Project, size: str) -> None:
    """All or nothing, on a file system as small as that. Twin: the test with room below."""
    checked(project, 2)
    before = rows(project)
    folder = project.folder
    (folder / ".readiness").rename(folder / "kept")
    (folder / ".readiness").mkdir()
    project.write(LARGE)
    ended = project("check", env={"SIZE": size},
                    prefix=["unshare", "-m", "bash", "-c", ON_A_SMALL_DISK, "-"])  # fmt: skip
    (folder / ".readiness").rmdir()
    (folder / "kept").rename(folder / ".readiness")
    ends_without_room(project, before, ended)


def test_103_with_room_the_same_run_is_recorded(project: Project) -> None:
    """The healthy twin."""
    checked(project, 2)
    checked(project, 1, LARGE)
    assert [state for *_, state, _ in rows(project)] == ["finished"] * 3


# --- 105: garbage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("garbage", ["x'67617262616765'", "null", "'{}'"])
def test_105_a_garbage_row_is_kept_told_and_passed_over(project: Project, garbage: str) -> None:
    """In the middle it is in nobody's way; as the newest, the one before is. Twin: the last."""
    checked(project, 3)
    with project.opened_history() as connection:
        connection.execute(f"update runs set document = {garbage} where sequence in (2, 3)")
    before = rows(project)
    ended = project("check")
    assert ended.status == 0, ended
    assert "history.db run" in ended.err
    assert rows(project)[:3] == before
    assert "history.db run" not in project("check").err
    listed = project("history", "--output-format", "json")
    assert [one["state"] for one in listed.json["runs"]].count("unreadable") == 2
    assert rows(project)[:3] == before
    status, answer = verified(project)
    assert (status, [one["entry"] for one in answer["altered"]]) == (4, [2, 3])


def garbage_file(path: Path) -> None:
    """No database, though long enough to be one."""
    path.write_bytes(b"this is no database, though it is long enough to be one" * 400)


def half_a_file(path: Path) -> None:
    """A copy that was cut short."""
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)


def a_folder(path: Path) -> None:
    """A directory in its place."""
    path.unlink()
    path.mkdir()


def a_newer_format(path: Path) -> None:
    """What a later release may write."""
    connection = sqlite3.connect(path)
    connection.execute("pragma user_version = 99")
    connection.close()


@pytest.mark.parametrize("spoil", [garbage_file, half_a_file, a_folder, a_newer_format])
def test_105_what_is_no_history_is_not_written_over(
    project: Project, spoil: Callable[[Path], None]
) -> None:
    """The verdict is on screen, the file named, and it ends with 5."""
    checked(project, 3)
    path = project.folder / ".readiness" / "history.db"
    with project.opened_history() as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    ended = project("check")
    assert ended.status == 5, ended
    assert "READY" in ended.out
    assert "history.db" in ended.err
    assert "Traceback" not in ended.err
    assert (path.read_bytes() if path.is_file() else b"") == before


# --- 131, 139: what was done to records -----------------------------------------------------------


FORGE = """
import sqlite3
connection = sqlite3.connect(".readiness/history.db")
connection.execute(
    "insert into runs (id, board, profile, started_at, state, document)"
    " select 'fake', board, profile, started_at, state, document from runs where sequence = 1")
connection.commit()
"""
BETTER = """
import sqlite3
connection = sqlite3.connect(".readiness/history.db")
connection.execute("update runs set document = cast(replace(cast(document as text),"
                   " 'ready', 'READY') as blob) where sequence = 1")
connection.commit()
"""


@pytest.mark.parametrize("script", [FORGE, BETTER, ""], ids=["appends", "edits", "twin"])
def test_131_a_probe_that_writes_to_the_history_is_found_out(project: Project, script: str) -> None:
    """At the end of its own run. Twin: one that leaves it alone is ready."""
    checked(project)
    (project.folder / "forge.py").write_text(script)
    project.write(a_board({"run": f"{sys.executable} forge.py"}))
    ended = project("check")
    assert ended.status == (5 if script else 0), ended
    assert ("changed by others" in ended.err) == bool(script)
    assert len(rows(project)) == (3 if script == FORGE else 2)
    assert verified(project)[0] == (4 if script else 0)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ('echo \'{"gate": {"decision": "ready"}}\' > run.json', 1),
        ("rm -f run.json", 1),
        ("ln -sf board.yaml run.json", 1),
        ("true", 0),
    ],
)
def test_131_what_a_probe_makes_of_a_report_does_not_last(
    project: Project, command: str, status: int
) -> None:
    """The report is written anew, or, through a link, refused; never does it say what it likes."""
    failing = {"run": "false"} if status else {"run": "test -d ."}
    board = a_board({"run": command}, failing)
    project.write(board)
    (project.folder / "run.json").write_text('{"gate": {"decision": "ready"}}')
    ended = project("check", "--report", "json=run.json")
    assert ended.status == status, ended
    assert json.loads((project.folder / "board.yaml").read_text()) == board
    if "ln" in command:
        assert "symbolic link" in ended.err
    else:
        document = json.loads((project.folder / "run.json").read_text())
        assert document["gate"]["decision"] == ("ready" if not status else "not_ready")
        assert len(document["tasks"]) == 1


def test_133_139_a_record_is_of_the_commit_that_it_measured(project: Project) -> None:
    """Not of another, nor of uncommitted edits. Twin: of its own commit it is."""
    project.write(READY)
    (project.folder / ".gitignore").write_text("*.json\n")
    git(project.folder, "init", "-q")
    git(project.folder, "add", ".")
    git(project.folder, "commit", "-qm", "one")
    first = git(project.folder, "rev-parse", "HEAD")
    run = ("check", "--report", "json=run.json")
    assert project(*run).status == 0
    assert project("score", "run.json").status == 0
    git(project.folder, "update-index", "--assume-unchanged", ".gitignore")
    with open(project.folder / ".gitignore", "a", encoding="utf-8") as file:
        file.write("# edited\n")
    dirty = project(*run)
    assert "dirty" in dirty.out
    assert json.loads((project.folder / "run.json").read_text())["git"]["dirty"] is True
    git(project.folder, "commit", "-qm", "two", "--allow-empty")
    second = git(project.folder, "rev-parse", "HEAD")
    ended = project("score", "run.json")
    assert ended.status == 2, ended
    assert first in ended.err
    assert second in ended.err


# --- 109: the clock -------------------------------------------------------------------------------


def test_109_a_clock_that_was_set_back(project: Project) -> None:
    """Runs keep their order, and it is remarked. Twin: without that there is no remark."""
    checked(project)
    project.write(a_board({"run": "false"}))
    back = "import time; now = time.time; time.time = lambda: now() - 86400"
    ended = project.end(project.start_patched(back, "check", "--output-format", "json"))
    assert ended.status == 1, ended
    assert "warning: the clock" in ended.err
    assert ended.run.duration_s >= 0
    listed = project("history", "--output-format", "json").json["runs"]
    assert [one["decision"] for one in listed] == ["not_ready", "ready"]
    assert listed[0]["started_at"] < listed[1]["started_at"]
    assert verified(project)[0] == 0
    assert "warning" not in project("check").err


# --- 111: a lock ----------------------------------------------------------------------------------

HOLDER = """
import os, signal, sqlite3
connection = sqlite3.connect(".readiness/history.db", isolation_level=None)
connection.execute("begin immediate")
open("held", "w").close()
os.kill(os.getpid(), signal.SIGSTOP)
"""


@contextmanager
def lock_held(project: Project) -> Iterator[None]:
    """A process that is stopped while it holds the history's lock."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], cwd=project.folder)
    try:
        wait_until(project.folder / "held")
        yield
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()


def test_111_a_lock_held_by_a_stopped_process(project: Project) -> None:
    """A bounded wait, the verdict, and status 5. Twin: once it is gone, all is as before."""
    checked(project, 2)
    before = rows(project)
    with lock_held(project):
        began = time.monotonic()
        ended = project("check")
        assert time.monotonic() - began < 60
    assert ended.status == 5, ended
    assert "READY" in ended.out
    assert "locked" in ended.err
    assert rows(project) == before
    checked(project)
    assert verified(project)[0] == 0
