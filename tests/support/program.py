"""The whole program for tests, as a process in a project of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from readiness.record.document import RunDocument, from_json
from readiness.walls import find_wall
from tests.support.few_programs import few_programs
from tests.support.forkserver import SERVER
from tests.support.terminal import on_a_terminal

ROOT = Path(__file__).parents[2]
LONGEST = 120
LINT = """\
summary: Findings of a linter
run: cat lint.json
measures:
  count: {as: json, query: length(@), unit: findings, better: lower}
findings: {as: json, query: "[*].{path: f, line: l, rule: r, message: m}"}
expect: "== 0"
"""
"""A check file whose findings stand in lint.json."""


class Ended:
    """What a finished command left: its status and what it wrote.

    Where it says that this machine has no wall to try commands in, the test `needs_wall`, and is
    skipped.
    """

    def __init__(self, status: int, out: bytes, err: bytes, *, needs_wall: bool = True) -> None:
        if needs_wall and b"bubblewrap" in out + err and find_wall(os.environ) is None:
            pytest.skip("this machine has no wall in which commands could be tried")
        self.status = status
        self.raw = out
        self.out = out.decode()
        self.err = err.decode()

    @property
    def json(self) -> Any:
        """Standard output, parsed as strict JSON."""
        return json.loads(self.raw, parse_constant=_refuse)

    @property
    def run(self) -> RunDocument:
        """Standard output as a run document."""
        return from_json(self.raw, "stdout")

    def __repr__(self) -> str:
        """All of it, for a failing test."""
        return f"status {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Project:
    """A folder with a board, in which the program is run; `tmp` is its folder for scratch.

    `longest` is how many seconds one run may take.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        self.tmp = folder / "tmp"
        self.tmp.mkdir()
        self.environment = {
            "PATH": few_programs(),
            "TMPDIR": str(self.tmp),
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
        }
        self.longest = LONGEST
        SERVER.prepare()
        self.started: list[subprocess.Popen[bytes]] = []

    def write(self, board: object, name: str = "board.yaml") -> None:
        """Write a board: text as it is, anything else as JSON, which is YAML.

        A command is not tried unless `trial` says so: most tests are about something else.
        """
        text = board if isinstance(board, str) else json.dumps(untried(board))
        (self.folder / name).write_text(text, encoding="utf-8")

    def __call__(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        **options: Any,
    ) -> Ended:
        """Run the program to its end: forked, unless Python itself has to be started otherwise."""
        environment = {**self.environment, **(env or {})}
        if (
            os.environ.get("COLD")
            or prefix
            or options.keys() - {"cwd"}
            or not SERVER.takes(arguments, environment)
        ):
            return self.end(self.start(*arguments, env=env, prefix=prefix, **options))
        folder = options.get("cwd", self.folder)
        stdin = options["stdin"].fileno() if "stdin" in options else None
        return Ended(*SERVER.run(arguments, environment, folder, self.longest, stdin))

    def process(self, *arguments: str, **options: Any) -> Ended:
        """Run the program to its end, as a process that starts with Python, as a user's does."""
        return self.end(self.start(*arguments, **options))

    def start(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        source: str = "",
        **options: Any,
    ) -> subprocess.Popen[bytes]:
        """Start the program in the project, in a session of its own; or `source`, as Python."""
        defaults: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "cwd": self.folder,
            "start_new_session": True,
        }
        process = subprocess.Popen(
            [
                *prefix,
                sys.executable,
                *(("-c", source) if source else ("-m", "readiness")),
                *arguments,
            ],
            env={**self.environment, **(env or {})},
            **(defaults | options),
        )
        self.started.append(process)
        return process

    def start_patched(self, patch: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start the program after some Python that changes what it is made of."""
        source = f"import sys\n{patch}\nfrom readiness.__main__ import main\nsys.exit(main())"
        return self.start(*arguments, source=source, **options)

    def on_a_terminal(self, line: str, columns: int, stderr: int | None = None) -> str:
        """Return what a terminal of so many columns shows of a command."""
        command = [sys.executable, "-m", "readiness", *line.split()]
        code = (
            f"import os, subprocess; os.chdir({str(self.folder)!r});"
            f" subprocess.run({command!r}, env={self.environment!r}, stderr={stderr})"
        )
        return on_a_terminal(code, columns=columns)

    def end(self, process: subprocess.Popen[bytes]) -> Ended:
        """Wait for a started program."""
        out, err = process.communicate(timeout=self.longest)
        return Ended(process.returncode, out or b"", err or b"")

    @contextmanager
    def opened_history(self) -> Iterator[sqlite3.Connection]:
        """Open the history as anybody may, also to do to it what no gate would."""
        with closing(sqlite3.connect(self.folder / ".readiness" / "history.db")) as connection:
            yield connection
            connection.commit()

    def entries(self) -> list[tuple[str, bool]]:
        """The state of each run in the history, oldest first, and whether it has a document."""
        if not (self.folder / ".readiness" / "history.db").exists():
            return []
        with self.opened_history() as connection:
            rows = connection.execute("select state, document from runs order by sequence")
            return [(state, document is not None) for state, document in rows]

    def last_run(self) -> RunDocument:
        """The newest document in the history, of whatever state."""
        query = "select document from runs where document is not null order by sequence desc"
        with self.opened_history() as connection:
            (document,) = connection.execute(f"{query} limit 1").fetchone()
        return from_json(document, "history")

    def close(self) -> None:
        """End what a failing test left running."""
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=LONGEST)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def left(self) -> list[str]:
        """What the program leaves in the folder for scratch; the watcher goes on clearing it."""
        give_up = time.monotonic() + 60  # on a loaded machine
        while os.listdir(self.tmp) and time.monotonic() < give_up:
            time.sleep(0.02)
        return os.listdir(self.tmp)


def run(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> Ended:
    """Run the program in a folder that is no project of its own, with nothing to watch over."""
    if SERVER.takes(arguments, environment):
        return Ended(*SERVER.run(arguments, environment, folder, LONGEST))
    command = [sys.executable, "-m", "readiness", *arguments]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def a_board(*criteria: Mapping[str, object], **changes: object) -> dict[str, object]:
    """Make a board of one blocking task with these criteria, which are not tried."""
    task = {"id": "T1", "title": "A task", "priority": "P0"}
    numbered = [
        {"title": f"Criterion {n}"} | ({} if "attest" in given else {"trial": False}) | dict(given)
        for n, given in enumerate(criteria, 1)
    ]
    return {"version": 1, "title": "A board", "tasks": [task | {"criteria": numbered}]} | changes


def tried(command: str) -> dict[str, object]:
    """Make a criterion whose command is tried in broken copies of the project, as users' are."""
    return {"run": command, "trial": True}


def untried(board: object) -> object:
    """Return a board whose commands are not tried, but where it says something of that itself."""
    match board:
        case dict():
            plain = {key: untried(value) for key, value in board.items()}
            criteria = plain.get("criteria")
            for criterion in criteria if isinstance(criteria, list) else ():
                if isinstance(criterion, dict) and criterion.keys() & {"run", "check"}:
                    criterion.setdefault("trial", False)
            return plain
        case list() | tuple():
            return [untried(value) for value in board]
        case _:
            return board


def number(command: str, expect: str = "<= 5", **changes: object) -> dict[str, object]:
    """Make a criterion that reads `errors: N` from what the command prints."""
    read = {"as": "text", "regex": r"errors: (\S+)", "unit": "errors"}
    return {"run": command, "read": read, "expect": expect} | changes


def wait_until(path: Path, seconds: float = 60.0) -> None:
    """Wait for a file to appear."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} never appeared"
        time.sleep(0.01)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
