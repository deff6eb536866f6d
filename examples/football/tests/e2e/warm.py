"""Runs modules as `python -m` does, forked off a process that knows their libraries.

To import these takes a server longer than all else that it does in a test. Of the
service nothing is imported here: each process reads it anew.
"""

import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LIBRARIES = [
    *(
        "alembic.command",
        "alembic.config",
        "anyio.from_thread",
        "fastapi",
        "pydantic.v1",
    ),
    *(
        "opentelemetry.sdk.trace.export",
        "prometheus_client",
        "sqlalchemy.orm",
        "sqlite3",
    ),
    *("sqlalchemy.dialects.sqlite", "uvicorn.lifespan.on", "uvicorn.main"),
    *("uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto"),
]
LARGEST = 2**20
"""Bytes of a request, most of which is the environment."""


class Program:
    """A process that runs a module; from `told` come its id and, later, its status."""

    def __init__(self, told: IO[bytes]) -> None:
        self._told = told
        self.pid = int(told.readline())

    def wait(self) -> int:
        """Return the status with which it ends."""
        with self._told:
            return int(self._told.readline())


class Warm:
    """The process that others are forked off, as those see it who ask for them."""

    def __init__(self, asking: socket.socket) -> None:
        self._asking = asking

    def start(
        self, words: Sequence[str], environment: dict[str, str], files: Sequence[int]
    ) -> Program:
        """Start a module with arguments; `files` are its output, errors and file 3."""
        told, telling = os.pipe()
        message = json.dumps([words, environment]).encode()
        socket.send_fds(self._asking, [message], [telling, *files])
        os.close(telling)
        return Program(os.fdopen(told, "rb"))


@contextmanager
def warm(folder: Path) -> Iterator[Warm]:
    """Have a process from which others are forked off, until the block ends."""
    asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with asked:
        command = [sys.executable, "-m", __name__]
        process = subprocess.Popen(command, cwd=folder, stdin=asked.fileno())
    with process, asking:
        yield Warm(asking)


def become(words: list[str], environment: dict[str, str], files: Sequence[int]) -> None:
    """Run a module as the one program of this process."""
    for number, file in enumerate(files, start=1):
        os.dup2(file, number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = words[1:]
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def serve(asked: socket.socket) -> None:
    """Fork off what is asked for until nobody can ask any more; wait for all of it."""
    for name in LIBRARIES:
        importlib.import_module(name)
    while True:
        message, files, *_ = socket.recv_fds(asked, LARGEST, 4)
        if not message:
            break
        if not os.fork():
            follow(message, *files)
            return
        for file in files:
            os.close(file)
    with suppress(ChildProcessError):
        while True:
            os.wait()


def follow(message: bytes, telling: int, *files: int) -> None:
    """Start one program, and tell its id and its status."""
    program = os.fork()
    if not program:
        os.close(telling)
        words, environment = json.loads(message)
        become(words, environment, files)
        return
    os.write(telling, b"%d\n" % program)
    watched = select.poll()
    watched.register(telling, 0)
    watched.register(os.pidfd_open(program), select.POLLIN)
    if telling in dict(watched.poll()):  # who asked is gone
        os.kill(program, signal.SIGKILL)
    _, status = os.waitpid(program, 0)
    os.write(telling, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


if __name__ == "__main__":
    with socket.socket(fileno=os.dup(0)) as requests, open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
        serve(requests)
