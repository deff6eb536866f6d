"""What git says of the folder that is measured."""

import os
from collections.abc import Sequence
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
        asked = ("status", "--porcelain=v2", "--branch")
        self._process = _command(folder, asked) if root else None

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


def _command(folder: str, words: Sequence[str]) -> "Popen[bytes] | None":
    import subprocess

    # What the caller's shell says of another repository must not be believed here.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", folder, "-c", "core.fsmonitor=false"]
    try:
        return subprocess.Popen(
            [*command, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "LC_ALL": "C.UTF-8"},
        )
    except OSError:
        return None


def ask(folder: str, *words: str) -> bytes | None:
    """What git says of the repository that `folder` is in; None where it fails or is not there."""
    import subprocess

    process = _command(folder, words)
    if process is None:
        return None
    try:
        output, _ = process.communicate(timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    return output if process.returncode == 0 else None


def repository(folder: str) -> str:
    """The top folder of the repository that `folder` is in; "" where there is none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent
    return folder


def _below(folder: str, root: str) -> str:
    """Return the way from `root` to a folder below it; an empty text for `root` itself."""
    return clean(os.path.relpath(folder, root), newlines=False) if folder != root else ""
