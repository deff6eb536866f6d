"""A server that has readiness imported and forks a process for every command of a test.

Most of a short command is the start of Python and the imports: 60 ms of a `list` that takes five.
What is forked is a whole process otherwise: it has its own streams, session, folder, environment
and end, and nothing of what the commands before it did is in its memory. What depends on how
Python is started (its own variables, the locale) needs a start of its own: see `takes`.

The two halves talk over a pair of sockets: a request is a JSON message with four descriptors,
those of the command's standard streams, and of a pipe for its id and its status.
"""

import atexit
import contextlib
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

ROOT = Path(__file__).parents[2]

COLD = "READINESS_TESTS_COLD"
"""Where this variable is set, every command is started with Python, as if there were no server."""

LARGEST_REQUEST = 30_000
"""A message has to hold so many bytes, which are written as up to six times as many."""

_AT_START = ("DASK_", "PYTHON", "LC_", "LD_", "LANG", "TZ", "MALLOC_", "GLIBC_")
"""How variables begin that Python or the C library reads at its start."""

_LAZY = (
    "jmespath", "json", "msgspec.json", "rich.console", "rich.progress", "rich.table",
    "sqlite3", "tempfile", "yaml",
)  # fmt: skip
"""What commands import only when they need it."""


class Result(NamedTuple):
    """The status of a command, and what it wrote."""

    status: int
    out: bytes
    err: bytes


class ForkServer:
    """The client's half: starts the server when it is first needed."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def takes(self, arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
        """Whether a message holds the request, and Python starts the same with this environment."""
        words = [*arguments, *environment.keys(), *environment.values()]
        return (
            sys.platform == "linux"
            and not os.environ.get(COLD)
            and sum(map(len, map(os.fsencode, words))) < LARGEST_REQUEST
            and not any(
                os.fsdecode(name).startswith(_AT_START)
                for name, value in environment.items()
                if (name, value) != ("PYTHONPATH", str(ROOT))
            )
        )

    def prepare(self) -> None:
        """Start the server now, where commands are forked at all, so that no test waits for it."""
        if self.takes((), {}):
            self.start()

    def start(self) -> socket.socket:
        """Start the server, unless it is there, and wait until it has all that is slow to import.

        Return the socket for requests.
        """
        with self._lock:
            if self._socket is None or self._process is None or self._process.poll() is not None:
                self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    self._process = subprocess.Popen(
                        [sys.executable, "-m", __name__, str(theirs.fileno())],
                        cwd=ROOT,
                        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
                        pass_fds=[theirs.fileno()],
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        start_new_session=True,
                    )
                self._socket.recv(1)
            return self._socket

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: str | Path,
        limit: float,
        stdin: int | None = None,
    ) -> Result:
        """Run a command to its end, and to that of whatever holds its streams."""
        request = {
            "words": [os.fsdecode(word) for word in arguments],
            "environment": {os.fsdecode(k): os.fsdecode(v) for k, v in environment.items()},
            "folder": os.fsdecode(folder),
        }
        message = json.dumps(request).encode()
        readers, writers = zip(os.pipe(), os.pipe(), os.pipe(), strict=True)
        try:
            with open(os.devnull, "rb") as nothing:
                source = nothing.fileno() if stdin is None else stdin
                socket.send_fds(self.start(), [message], [source, *writers])
        except BaseException:
            for reader in readers:
                os.close(reader)
            raise
        finally:
            for writer in writers:
                os.close(writer)
        out, err, ending = (bytearray() for _ in readers)
        try:
            _read_all(dict(zip(readers, (out, err, ending), strict=True)), limit)
        except TimeoutError:
            os.kill(int(ending.split()[0]), signal.SIGTERM)
            raise
        return Result(int(ending.split()[1]), bytes(out), bytes(err))

    def close(self) -> None:
        """End the server: it ends when nobody can ask it for anything more."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.wait(timeout=10)
        self._socket = self._process = None


SERVER = ForkServer()
atexit.register(SERVER.close)


def _read_all(texts: Mapping[int, bytearray], limit: float) -> None:
    """Read pipes to their ends into these texts, all at the same time, and close them."""
    left = set(texts)
    end = time.monotonic() + limit
    poll = select.poll()
    for descriptor in texts:
        poll.register(descriptor, select.POLLIN)
    try:
        while left:
            if time.monotonic() > end:
                raise TimeoutError(f"a command did not end within {limit} s")
            for descriptor, _ in poll.poll(max(end - time.monotonic(), 0) * 1000):
                data = os.read(descriptor, 1 << 16)
                texts[descriptor].extend(data)
                if not data:
                    poll.unregister(descriptor)
                    left.remove(descriptor)
    finally:
        for descriptor in texts:
            os.close(descriptor)


def serve(requests: socket.socket) -> None:
    """Fork a process for each request and tell its status at its end, until no more come."""
    import gc

    gc.collect()
    gc.freeze()
    waiting: dict[int, tuple[int, int]] = {}
    poll = select.poll()
    poll.register(requests, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor != requests.fileno():
                pid, asker = waiting.pop(descriptor)
                poll.unregister(descriptor)
                _tell(asker, str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
                os.close(asker)
                os.close(descriptor)
                continue
            message, descriptors, _, _ = socket.recv_fds(requests, 1 << 20, 4)
            if not message:
                return
            pid = os.fork()
            if not pid:
                _become(json.loads(message), descriptors)
            for descriptor in descriptors[:3]:
                os.close(descriptor)
            _tell(descriptors[3], f"{pid} ")
            handle = os.pidfd_open(pid)
            waiting[handle] = pid, descriptors[3]
            poll.register(handle, select.POLLIN)


def _tell(asker: int, text: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # it waits no longer
        os.write(asker, text.encode())


def _become(request: Mapping[str, Any], descriptors: Sequence[int]) -> NoReturn:
    """Be the process that was asked for: `python -m readiness` with these words."""
    status = 1
    try:
        os.setsid()
        for number, descriptor in enumerate(descriptors[:3]):
            os.dup2(descriptor, number)
        os.closerange(3, max(64, *descriptors) + 64)
        os.chdir(request["folder"])
        coerced = os.environ.get("LC_CTYPE")
        os.environ.clear()
        os.environ.update(request["environment"])
        if coerced:
            os.environ["LC_CTYPE"] = coerced
        words = request["words"]
        sys.argv = [str(ROOT / "readiness" / "__main__.py"), *words]
        sys.orig_argv = [sys.executable, "-m", "readiness", *words]
        sys.path[0] = os.getcwd()
        from readiness.__main__ import main

        status = main()
        sys.stdout.flush()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - as Python ends
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def preload() -> None:
    """Import all that a command may need, and compile the templates of its pages."""
    import readiness

    for module in pkgutil.walk_packages(readiness.__path__, "readiness."):
        importlib.import_module(module.name)
    for name in _LAZY:
        importlib.import_module(name)
    from readiness.fleet.page import TEMPLATES
    from readiness.report._html.page import FOLDER, environment

    for page in (environment(FOLDER), environment(TEMPLATES, FOLDER)):
        for template in page.list_templates(["html"]):
            page.get_template(template)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    preload()
    with socket.socket(fileno=int(sys.argv[1])) as ours:
        ours.send(b"!")
        serve(ours)
