"""What git says of the folder that is measured."""

import os
from typing import TYPE_CHECKING

from readiness.clean import clean
from readiness.document import Git

if TYPE_CHECKING:
    from subprocess import Popen

TIME_LIMIT = 10.0


class Asking:
    """`git status`, asked early so that the answer is there when it is needed."""

    def __init__(self, folder: str) -> None:
        """Ask about the repository that `folder` is in; starts nothing where there is none."""
        folder = os.path.realpath(folder)
        root = repository(folder)
        self._folder = _below(folder, root) if root else ""
        self._process = _start(folder) if root else None

    def answer(self) -> Git | None:
        """The revision, or None where there is no repository, no commit or no git."""
        if self._process is None:
            return None
        from subprocess import TimeoutExpired

        try:
            output, _ = self._process.communicate(timeout=TIME_LIMIT)
        except TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return None
        status = output.decode("utf-8", "backslashreplace")
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


class GitError(Exception):
    """Git could not answer; the message is its own."""


def ask(folder: str, *arguments: str, given: bytes = b"", seconds: float = 120.0) -> bytes:
    """What git prints when it is asked from `folder`, with `given` on its standard input.

    Replaced objects are not followed: what has a hash is what is read. Raises `GitError`.
    """
    import subprocess

    command = _command(folder, "--no-replace-objects", *arguments)
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, env=_environment(), timeout=seconds
        )
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git {arguments[0]} takes more than {seconds:g} s") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace").strip()
        raise GitError(said.splitlines()[0] if said else f"status {done.returncode}")
    return done.stdout


def _start(folder: str) -> "Popen[bytes] | None":
    import subprocess

    try:
        return subprocess.Popen(
            _command(folder, "status", "--porcelain=v2", "--branch"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    except OSError:
        return None


def _command(folder: str, *arguments: str) -> list[str]:
    command = ["git", "--no-optional-locks", "-C", folder, "-c", "core.fsmonitor=false"]
    return [*command, *arguments]


def _environment() -> dict[str, str]:
    """What git gets: what the caller's shell says of another repository must not be believed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0"}


def repository(folder: str) -> str:
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
