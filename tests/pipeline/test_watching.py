"""`--watch`: the board again after each save, and nothing else."""

import fcntl
import os
import pty
import queue
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.support.program import Project
from tests.support.repositories import git

WAITING = "press Ctrl-C to stop"
LONGEST = 60.0

CHECK = """\
summary: counts, and notes that it did
run: echo x >> "$log"; grep -c bad a.txt || true
params: {log: {help: where it notes that it ran}}
exit: {ok: [0, 1]}
measures: {n: {as: text, regex: '\\d+'}}
expect: "== 0"
ignores: ["**/log", other.txt]
"""


def board(log: Path, *more: dict[str, Any]) -> dict[str, Any]:
    """A board of a check that ignores files, which notes each of its runs."""
    counts = {"title": "no bad", "check": "count", "with": {"log": str(log)}}
    return {
        "version": 1,
        "title": "Watched",
        "tasks": [{"id": "T1", "title": "t", "priority": "P0", "criteria": [counts, *more]}],
    }


class Watching:
    """A program that watches: what it tells on stderr, line by line."""

    def __init__(self, process: "subprocess.Popen[bytes]", project: Project) -> None:
        self.process, self.project = process, project
        self.lines: queue.Queue[str] = queue.Queue()
        self.seen: list[str] = []
        assert process.stderr is not None
        threading.Thread(target=self._follow, args=(process.stderr,), daemon=True).start()

    def _follow(self, stream: IO[bytes]) -> None:
        for line in stream:
            self.lines.put(line.decode())

    def until(self, words: str) -> list[str]:
        """Wait for a line with these words; return all lines up to it."""
        lines = []
        end = time.monotonic() + LONGEST
        while True:
            line = self.lines.get(timeout=max(end - time.monotonic(), 0.1))
            lines.append(line)
            self.seen.append(line)
            if words in line:
                return lines

    def save(self, name: str, text: str) -> None:
        """Save a file of the project."""
        (self.project.folder / name).write_text(text)

    def is_quiet(self) -> bool:
        """Say whether nothing was told since the last run.

        One more save is: the system tells of changes in their order, so whatever else was about to
        start a run has started one before, or is named with it.
        """
        self.save("last.txt", "x")
        return self.until(WAITING)[0].strip() == "saved: last.txt"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the check notes that it ran: outside of the project."""
    return tmp_path / "log"


def runs(log: Path) -> int:
    """How often the check was run."""
    return len(log.read_text().split()) if log.exists() else 0


@pytest.fixture
def watching(project: Project, log: Path) -> Iterator[Callable[..., Watching]]:
    """Start to watch a board, of a check that ignores files unless another is given."""
    begun: list[subprocess.Popen[bytes]] = []
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "count.yaml").write_text(CHECK)
    (project.folder / "a.txt").write_text("good\n")

    def begin(*more: dict[str, Any], words: tuple[str, ...] = ()) -> Watching:
        project.write(board(log, *more))
        process = project.start("check", "--watch", *words, stdout=subprocess.DEVNULL)
        begun.append(process)
        return Watching(process, project)

    yield begin
    for process in begun:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(LONGEST)


def test_a_save_is_a_run_of_what_it_can_change(
    watching: Callable[..., Watching], log: Path
) -> None:
    """Told by its name; what it cannot change is reused."""
    watched = watching()
    watched.until(WAITING)
    time.sleep(0.1)  # a file that was changed a moment ago may change again unseen
    watched.save("notes.txt", "x")
    watched.until("saved: notes.txt")
    watched.until(WAITING)
    before = runs(log)
    watched.save("other.txt", "x")
    watched.until(WAITING)
    assert runs(log) == before
    watched.save("a.txt", "bad\n")
    told = watched.until(WAITING)
    assert runs(log) == before + 1
    assert told[0].strip() == "saved: a.txt"


def test_a_burst_of_saves_is_one_run(watching: Callable[..., Watching], log: Path) -> None:
    """Editors and formatters save many files within a moment."""
    watched = watching()
    watched.until(WAITING)
    for number in range(20):
        watched.save("a.txt", f"bad {number}\n")
        watched.save(f"b{number}.txt", "x")
    told = watched.until(WAITING)
    assert "and 18 more" in told[0], told
    assert watched.is_quiet()


def test_a_board_that_is_broken_is_told_and_waited_on(watching: Callable[..., Watching]) -> None:
    """And mended, it is run again."""
    watched = watching()
    watched.until(WAITING)
    whole = (watched.project.folder / "board.yaml").read_text()
    watched.save("board.yaml", "tasks: [")
    told = watched.until(WAITING)
    assert any("board.yaml:" in line for line in told)
    assert "nothing could be run" in told[-2]
    watched.save("board.yaml", whole)
    assert "saved: board.yaml" in watched.until(WAITING)[0]


def test_what_a_run_writes_itself_starts_none_for_ever(
    watching: Callable[..., Watching], log: Path
) -> None:
    """It is named and put aside."""
    writer = {"title": "writes", "run": "date +%s.%N > made.txt"}
    watched = watching(writer)
    assert any("made.txt changes with every run" in line for line in watched.until(WAITING))
    assert watched.is_quiet()


def test_what_git_ignores_is_not_watched(watching: Callable[..., Watching]) -> None:
    """Caches and reports are no source."""
    watched = watching(words=("--report", "json=run.json"))
    watched.until(WAITING)
    git(watched.project.folder, "init", "-q")
    watched.save(".gitignore", "*.log\n")
    watched.until(WAITING)
    watched.save("x.log", "x")
    assert watched.is_quiet()


def test_ctrl_c_ends_at_once(watching: Callable[..., Watching]) -> None:
    """While it waits, and while a probe would run for a minute."""
    watched = watching()
    watched.until(WAITING)
    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(10) in (-signal.SIGINT, 130)
    started = watched.project.folder.parent / "started"
    busy = watching({"title": "slow", "run": f"touch {started}; sleep 60"})
    end = time.monotonic() + LONGEST
    while not started.exists() and time.monotonic() < end:
        time.sleep(0.02)
    busy.process.send_signal(signal.SIGINT)
    assert busy.process.wait(20) == 130


def test_on_a_terminal_the_table_stays_in_its_place(project: Project) -> None:
    """Each replaces the one before."""
    project.write(
        {
            "version": 1,
            "title": "Watched",
            "tasks": [{"id": "T1", "criteria": [{"title": "one", "run": "test ! -e broken"}]}],
        }
    )
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    environment = {"TERM": "xterm", "COLUMNS": "100"}
    process = project.start("check", "--watch", "-q", stdout=slave, stderr=slave, env=environment)
    os.close(slave)

    def until(words: bytes) -> bytes:
        seen = b""
        while words not in seen:
            seen += os.read(master, 65536)
        return seen

    assert until(WAITING.encode()).count(b"\x1b[H\x1b[2J") == 1
    (project.folder / "broken").touch()
    assert until(WAITING.encode()).count(b"\x1b[H\x1b[2J") == 1
    process.send_signal(signal.SIGINT)
    process.wait(LONGEST)
    os.close(master)
