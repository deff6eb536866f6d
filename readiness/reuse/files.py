"""Files by what they are: looked at by their stat, and read only where that has moved.

As git does it, with one more caution: what changed a moment ago may change again without a new
time, so its stat proves nothing yet.
"""

import os
import re
import stat
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from typing import Final

import msgspec

from readiness.model.digests import digest
from readiness.project.git import GitError, ask

CLOCK_TICKS: Final = 20_000_000
"""The resolution of file time stamps, in ns: a change is stamped with the last tick's time."""

KEPT: Final = frozenset(("__pycache__", ".hypothesis", ".readiness"))
"""Folders that tools keep for their next run, beside those whose names end with `CACHES`."""

PASSED_OVER: Final = KEPT | {".git", ".hg", ".svn", ".bzr", ".jj", ".venv", ".tox", ".nox"}
"""Folders that are ignored below a pattern's base: environments, histories, caches."""

CACHES: Final = ("cache",)
"""Endings of the names of hidden folders that are likely to be caches."""

KNOWN_CACHES: Final = KEPT | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache"}
"""Caches of tools whose answers do not depend on them."""

TIMED: Final = "//"
"""Behind a path: its times count too."""

DATA: Final = (".coverage.",)
"""Beginnings of the names of files that tools leave for themselves."""

PARTLY_SETTLED: Final = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat")
"""What libraries ask the kernel for the number of cores and the size of memory."""

_SETTLED_PART: Final = re.compile(
    rb"(?m)^(?:(?:processor|model name|flags|MemTotal|SwapTotal)\b.*|cpu\d+)"
)

GIT_INDEX: Final = "/.git/index"
"""What Git writes anew when it is asked about files whose times have changed."""

CLOSED: Final = "closed"
LISTENING: Final = "/proc/net/tcp/"
"""Stands, with a port behind it, for whether anything listens there on this machine."""

Stamp = tuple[int | str, ...]
"""Changes whenever a file does: its own numbers, and for a link those of its target."""


class KnownFile(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was: its stamp (empty: not to be relied on) and what is to be known of it."""

    stamp: Stamp
    content: str


class Files:
    """The file system at one moment: each file is looked at once.

    `known` are files as they were, by path. A path with a / at its end stands for the names in that
    folder. `looked_at` has what was asked for.
    """

    def __init__(self, known: Mapping[str, KnownFile]) -> None:
        self.looked_at: dict[str, KnownFile] = {}
        self._known = known
        self._began = surely_before(time.time())
        self._stamps: dict[str, Stamp] = {}
        self.real = cache(self._leads_to)

    def state(self, paths: Iterable[str]) -> str:
        """Return a digest of what these files are, there or not: kinds, contents and names."""
        text = "".join([f"{path}\0{self._file(path).content}\n" for path in paths])
        return digest(text.encode("utf-8", "surrogateescape"))

    def _file(self, path: str) -> KnownFile:
        if path not in self.looked_at:
            stamp, known = self.stamp(path), self._known.get(path)
            if known is None or known.stamp != stamp:
                held = content(path.removesuffix(TIMED))
                if path.endswith(TIMED):  # the right to it, its times and those of its target
                    held += f" {[*stamp[:1], *stamp[2:3], *stamp[8:9]]}"
                known = KnownFile(stamp if is_older(stamp, self._began) else (), held)
            self.looked_at[path] = known
        return self.looked_at[path]

    def is_as_known(self, path: str) -> bool:
        """Return whether a file is what it was known to be, though its stamp may have moved."""
        return path in self._known and self._known[path].content == self._file(path).content

    def moved(self, paths: Iterable[str]) -> str:
        """Return one of these files that changed since it was looked at, or ""."""
        return next((path for path in paths if _stamp(path) != self.stamp(path)), "")

    def _leads_to(self, path: str) -> str:
        """Return where a path leads, by whatever links; each on its way is looked at once."""
        above, name = os.path.split(path)
        if not name or name in (".", ".."):
            return os.path.realpath(path)
        place = os.path.join(self.real(above), name)
        return os.path.realpath(place) if os.path.islink(place) else place

    def stamp(self, path: str) -> Stamp:
        """Return the cached stamp of a file; its error number alone where it cannot be read."""
        if path not in self._stamps:
            self._stamps[path] = _stamp(path)
        return self._stamps[path]


def surely_before(moment: float) -> int:
    """Return the latest stamp of a file changed for certain before a Unix time; in ns."""
    return int(moment * 1e9) - CLOCK_TICKS


def is_older(stamp: Stamp, moment: int) -> bool:
    """Return whether all times of a stamp are before a moment, in ns of Unix time."""
    times = stamp[2:4] + stamp[8:10]
    return not times or max(times) < moment  # type: ignore[operator]


def is_passed_over(name: str) -> bool:
    """Return whether a folder of this name is of no interest to people, wherever it is."""
    return name in PASSED_OVER or (name[:1] == "." and name.endswith(CACHES))


def is_cache(name: str) -> bool:
    """Return whether a folder of this name holds what tools keep for their next run."""
    return name in KNOWN_CACHES


def names_in(folder: str) -> dict[str, str]:
    """Return the relevant names in a folder, each with its kind: DIR, REG, LNK or none."""
    with os.scandir(folder) as entries:
        return {entry.name: _kind(entry) for entry in entries if is_of_interest(entry.name)}


def is_of_interest(name: str) -> bool:
    """Return whether it matters that something of this name is in a folder."""
    return not (is_cache(name) or name.startswith(DATA))


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "LNK"
    return "DIR" if entry.is_dir() else "REG" if entry.is_file() else ""


def content(path: str) -> str:
    """Return a file's kind, whether it may be executed, and a digest of its content.

    A path with a / at its end stands for the names in that folder.
    """
    try:
        if path.startswith(LISTENING):
            return "listening" if _listens(int(path.removeprefix(LISTENING))) else CLOSED
        if path.endswith("/"):
            return f"names {sorted(names_in(path).items())}"
        if os.path.islink(path):
            leads = os.readlink(path)
            inside = "" if os.path.isdir(path) or not os.path.exists(path) else _held(path)
            return f"link {leads} {inside}"
        return _held(path)
    except OSError as error:
        return f"unreadable {error.errno}"


def _held(path: str) -> str:
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        return f"special {stat.S_IFMT(mode):o}"
    if path.endswith(GIT_INDEX):
        with suppress(GitError):
            return f"index {_indexed(path.removesuffix(GIT_INDEX))}"
    running = sha256()
    with open(path, "rb") as file:
        while data := file.read(1 << 20):
            if path in PARTLY_SETTLED:
                data = b"\n".join(_SETTLED_PART.findall(data))
            running.update(data)
    return f"{'program' if mode & stat.S_IXUSR else 'file'} {running.hexdigest()}"


def _indexed(root: str) -> str:
    """Return a digest of what an index says, whatever it remembers of the files' times.

    Some commands of Git take a file for changed until the index is told of its new times.
    """
    entries = ask(root, "ls-files", "-z", "--stage", "-v")
    moved = set(ask(root, "diff-files", "-z", "--name-only").split(b"\0"))
    changed = set(ask(root, "ls-files", "-z", "--modified").split(b"\0"))
    return digest(entries + b"\0".join(sorted(moved - changed)))


def _listens(port: int) -> bool:
    """Return whether something on this machine listens at a port of TCP."""
    asked = re.compile(rf"(?m)^ *\d+: \w+:{port:04X} \w+:0000 0A ")
    for name in ("/proc/net/tcp", "/proc/net/tcp6"):
        if os.path.exists(name):
            with open(name, encoding="ascii") as file:
                if asked.search(file.read()):
                    return True
    return False


def _stamp(path: str) -> Stamp:
    """Return mode, size, times and place; of a link also those of its target, and its text.

    A folder changes with the names in it, which count only for a path with a / at its end. What the
    kernel tells has no times, and is read.
    """
    path = path.removesuffix(TIMED)
    if path.startswith(("/proc/", "/sys/")):
        return (content(path),)
    try:
        status = os.lstat(path)
        stamp = _numbers(status, names=path.endswith("/"))
        if not stat.S_ISLNK(status.st_mode):
            return stamp
        stamp += _numbers(os.stat(path)) if os.path.exists(path) else ()
        return (*stamp, os.readlink(path))
    except OSError as error:
        return (error.errno or 0,)


def _numbers(status: os.stat_result, *, names: bool = False) -> tuple[int, ...]:
    if stat.S_ISDIR(status.st_mode) and not names:
        return (status.st_mode, 0, 0, 0, status.st_ino, status.st_dev)
    return (
        *(status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns),
        *(status.st_ino, status.st_dev),
    )
