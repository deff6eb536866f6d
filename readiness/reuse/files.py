"""What the files of a project hold. Git's index knows most of it: only what differs is read."""

import os
import stat
from collections.abc import Collection, Container
from contextlib import suppress
from typing import Final

from readiness.project.environments import is_environment
from readiness.project.git import GitError, ask, parse
from readiness.project.worktree import MAX_BYTES, blob_id, id_of
from readiness.text.worded import worded

OF_NO_INTEREST: Final = frozenset(
    (".git", "__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".readiness")
) | {".ruff_cache", ".import_linter_cache", ".nox", ".tox", ".idea", ".DS_Store"}
"""What tools and editors keep for themselves, and no answer depends on; unless Git tracks it."""

DATA: Final = ".coverage."
"""The beginning of the names of files that many processes leave for one to collect."""

GIT: Final = ".git/HEAD"
"""Stands for what Git knows beside the files: the commit, references, and what is staged."""

MOST_FILES: Final = 200_000


class ProjectFiles:
    """The files below a folder at one moment, each with what stands for its content in `held`.

    What Git ignores, and all that is not known `by_git`, is known by size and times. `changed`
    has when a file was changed last, in ns of Unix time; `environments` are folders in which
    something is installed, which is not among the files. A `problem` is why not all can be known.
    `left_out` are files by device and inode.
    """

    def __init__(self, root: str, left_out: Container[tuple[int, int]], *, by_git: bool) -> None:
        self.root = root
        self.held: dict[str, str] = {}
        self.changed: dict[str, int] = {}
        self.environments: list[str] = []
        self.problem = ""
        self._left_out = left_out
        self._followed = {root}
        self._by_git = by_git
        try:
            if by_git:
                self._ask_git()
            else:
                self._take(root)
        except GitError as error:
            self.problem = error.args[0]  # as it was worded, for any language

    def ignored(self, paths: Collection[str]) -> set[str]:
        """Return those of the paths that Git ignores."""
        inside = b"\0".join([os.fsencode(os.path.relpath(path, self.root)) for path in paths])
        try:
            if inside and self._by_git:
                names = ask(self.root, "check-ignore", "-z", "--stdin", stdin=inside).split(b"\0")
                return set(map(self._path, names))
        except GitError:  # its status where it ignores none
            pass
        return set()

    def _ask_git(self) -> None:
        status = ask(
            *(self.root, "status", "--porcelain=v2", "--branch", "-z", "--no-renames"),
            *("--untracked-files=all", "--ignored=matching"),
        )
        index = ask(self.root, "ls-files", "-z", "--stage", "-v")
        heads, changed, untracked = parse(status)
        beside = (index, ask(self.root, "for-each-ref"), repr(sorted(heads.items())).encode())
        self.held[os.path.join(self.root, GIT)] = id_of(b"\0".join(beside), "sha1")
        dirty = {*changed}
        for entry in filter(None, index.split(b"\0")):
            head, _, name = entry.partition(b"\t")
            # Another mark than H is a file that Git was told not to look at.
            clean = head[:2] == b"H " and name not in dirty
            self._take(self._path(name), head.split(b" ")[2].decode() if clean else "", name)
        ignored = (record[2:] for record in status.split(b"\0") if record[:2] == b"! ")
        for name in (*untracked, *ignored):
            if all(map(_is_of_interest, os.fsdecode(name).split("/"))):
                self._take(self._path(name), name=name if name in untracked else b"")

    def _path(self, name: bytes) -> str:
        return os.path.join(self.root, os.fsdecode(name)).removesuffix("/")

    def _take(self, path: str, known: str = "", name: bytes = b"") -> None:
        """Add a file, or all below a folder; one with a `name` for Git is known by its content."""
        try:
            status = os.lstat(path)
        except OSError:
            return
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            self._walk(path)
        elif (status.st_dev, status.st_ino) not in self._left_out:
            if len(self.held) == MOST_FILES:
                raise GitError(worded("not_kept.many", count=MOST_FILES, path=self.root))
            if name and not known and status.st_size <= MAX_BYTES:
                known = blob_id(self.root, name, "sha1")
            if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
                self.changed[path] = status.st_ctime_ns
                known = known or f"{status.st_mtime_ns} {status.st_ino}"
            self.held[path] = f"{mode:o} {status.st_size} {known}"
            target = os.path.realpath(path) if stat.S_ISLNK(mode) else self.root
            if not f"{target}/".startswith(f"{self.root}/") and target not in self._followed:
                self._followed.add(target)
                self._take(target)

    def _walk(self, folder: str) -> None:
        is_installed = is_environment(folder) or os.path.basename(folder) == "node_modules"
        if is_installed and folder != self.root:
            self.environments.append(folder)
            return
        with suppress(OSError):
            for name in filter(_is_of_interest, sorted(os.listdir(folder))):
                self._take(os.path.join(folder, name))


def _is_of_interest(name: str) -> bool:
    return name not in OF_NO_INTEREST and not name.startswith(DATA)
