"""What a hook remembers of a session, in the user's cache: a file for each session of a project."""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import msgspec

KEPT = 200
"""So many sessions are remembered; the oldest are forgotten."""


class Memory(msgspec.Struct, kw_only=True):
    """What was answered so far.

    `prompt` is the user's message that was worked on last, `blocks` how often its stop was blocked,
    `reason` what the last block was about, and `given_up` that the stop was let go all the same.
    `reported` is what was told once and is not told again. `seen` is the state of the project at
    the last measurement, and `assessment` what that came to. `head` is the commit at which the
    session began; `base` the one that the change is compared with, while `at` holds.
    """

    prompt: str = ""
    blocks: int = 0
    reason: str = ""
    given_up: str = ""
    reported: list[str] = []
    seen: str = ""
    assessment: bytes = b""
    head: str = ""
    base: str = ""
    at: str = ""


def folder_of(environ: Mapping[str, str]) -> str:
    """Where sessions are remembered; "" where the user has no place for it."""
    cache = environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(cache):
        home = environ.get("HOME", "")
        cache = os.path.join(home, ".cache") if os.path.isabs(home) else ""
    return os.path.join(cache, "readiness", "hooks") if cache else ""


class Kept:
    """A session's memory and the file that it is kept in; "" where it cannot be kept."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.memory = _read(path)
        self._known = msgspec.json.encode(self.memory)

    def save(self) -> bool:
        """Write down what is remembered now; return whether it is kept."""
        data = msgspec.json.encode(self.memory)
        if not self._path:
            return False
        if data != self._known:
            beside = f"{self._path}.{os.getpid()}"
            try:
                with open(beside, "wb") as file:
                    file.write(data)
                os.replace(beside, self._path)
            except OSError:
                return False
        self._known = data
        return True


@contextmanager
def remembered(folder: str, project: str, session: str) -> Iterator[Kept]:
    """Hold the memory of a session of a project, which one process at a time has."""
    name = hashlib.sha256(f"{os.path.realpath(project)}\0{session}".encode()).hexdigest()[:32]
    path = os.path.join(folder, f"{name}.json") if folder else ""
    try:
        if not path:
            raise OSError
        os.makedirs(folder, mode=0o700, exist_ok=True)
        lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        yield Kept("")
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(path):
            _forget(folder)
        yield Kept(path)
    finally:
        os.close(lock)


def _read(path: str) -> Memory:
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=Memory)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Memory()


def _forget(folder: str) -> None:
    """Remove the oldest sessions, which nobody has open any more."""
    with suppress(OSError):
        files = [entry for entry in os.scandir(folder) if entry.name.endswith(".json")]
        for entry in sorted(files, key=lambda each: each.stat().st_mtime)[:-KEPT]:
            for path in (entry.path, f"{entry.path}.lock"):
                with suppress(OSError):
                    os.unlink(path)
