"""What git says of the folder that is measured."""

import os
import select
import signal
import time

from readiness.clean import clean
from readiness.document import Git

TIME_LIMIT = 10.0


class Asking:
    """`git status`, asked early so that the answer is there when it is needed."""

    def __init__(self, folder: str) -> None:
        """Ask about the repository that `folder` is in; starts nothing where there is none."""
        folder = os.path.realpath(folder)
        root = _root(folder)
        self._folder = _below(folder, root) if root else ""
        self._git = _start(folder) if root else None

    def answer(self) -> Git | None:
        """The revision, or None where there is no repository, no commit or no git."""
        if self._git is None:
            return None
        pid, pipe = self._git
        self._git = None
        try:
            output = _read(pipe, time.monotonic() + TIME_LIMIT)
        finally:
            os.close(pipe)
            os.kill(pid, signal.SIGKILL)  # whatever it still does, nobody waits for it
            os.waitpid(pid, 0)
        status = (output or b"").decode("utf-8", "backslashreplace")
        return parse(status, self._folder) if output else None


def parse(status: str, folder: str = "") -> Git | None:
    """Read `git status --porcelain=v2 --branch`, asked in `folder` of the repository."""
    headers = {}
    dirty = False
    for line in status.splitlines():
        if line.startswith("# "):
            name, _, value = line[2:].partition(" ")
            headers[name] = value
        else:
            dirty = True
    commit = headers.get("branch.oid", "(initial)")
    if commit == "(initial)":
        return None
    branch = headers.get("branch.head", "")
    branch = "" if branch == "(detached)" else branch
    return Git(commit=commit, branch=branch, dirty=dirty, folder=folder)


def _start(folder: str) -> tuple[int, int] | None:
    """Return git's process and the end of its pipe; None where there is no git."""
    # What the caller's shell says of another repository must not be believed here.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", folder, "-c", "core.fsmonitor=false"]
    pipe, end = os.pipe()
    try:
        # Not subprocess: to import it takes longer than git does.
        pid = os.posix_spawnp(
            "git",
            [*command, "status", "--porcelain=v2", "--branch"],
            {**environment, "LC_ALL": "C.UTF-8"},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, end, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
            setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
        )
    except (OSError, ValueError):
        os.close(pipe)
        return None
    finally:
        os.close(end)
    return pid, pipe


def _read(pipe: int, until: float) -> bytes | None:
    """Return all that comes; None where that takes too long."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    parts: list[bytes] = []
    while poll.poll(max(until - time.monotonic(), 0) * 1000):
        part = os.read(pipe, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return None


def _root(folder: str) -> str:
    """Return the folder at or above `folder` that is a repository, else an empty text."""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent
    return folder


def _below(folder: str, root: str) -> str:
    """Return the way from `root` to a folder below it; an empty text for `root` itself."""
    return clean(os.path.relpath(folder, root), newlines=False) if folder != root else ""
