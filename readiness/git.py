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
        root = _root(folder)
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


def _start(folder: str) -> "Popen[bytes] | None":
    import subprocess

    # What the caller's shell says of another repository must not be believed here.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", folder, "-c", "core.fsmonitor=false"]
    try:
        return subprocess.Popen(
            [*command, "status", "--porcelain=v2", "--branch"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "LC_ALL": "C.UTF-8"},
        )
    except OSError:
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
