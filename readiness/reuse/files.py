"""Files by what they are: looked at by their stat, and read only where that has moved.

As git does it, with one more caution: what changed a moment ago may change again without a new
time, so its stat proves nothing yet.
"""

import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from readiness.model.digests import digest, short_digest
from readiness.reuse.patterns import Pattern, matches

CLOCK_TICKS: Final = 20_000_000
"""The resolution of file time stamps, in ns: a change is stamped with the last tick's time."""

KEPT: Final = frozenset(("__pycache__", ".hypothesis", ".readiness"))
"""Folders that tools keep for their next run, beside those whose names end with `CACHES`."""

PASSED_OVER: Final = KEPT | {".git", ".hg", ".svn", ".bzr", ".jj", ".venv", ".tox", ".nox"}
"""Folders that are ignored below a pattern's base: environments, histories, caches."""

CACHES: Final = ("cache",)
"""Endings of the names of hidden folders that are caches."""

DATA: Final = (".coverage.",)
"""Beginnings of the names of files that tools leave for themselves."""

Stamp = tuple[int | str, ...]
"""Changes whenever a file does: its own numbers, and for a link those of its target."""


class KnownFile(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was: its name, its stamp (empty: not to be relied on) and its content."""

    name: str
    stamp: list[int | str]
    content: str


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """The files that some patterns mean in a folder.

    `digest` is over their names, kinds and contents; `signature` over their names and stamps. It
    is `steady` once no file can change without changing its stamp. `files` are there where any had
    to be read anew.
    """

    digest: str
    signature: str
    steady: bool = True
    files: tuple[KnownFile, ...] | None = None


class Files:
    """The file system at one moment: each folder is listed once, each file looked at once.

    `known` gives what is known of a listing, by its key: the signature it had when it was steady,
    and the digest; `recall` the files of it. `apart` are environments, which are passed over.
    `contents` are what files hold that were read before, by their stamps.
    """

    def __init__(
        self,
        known: Callable[[str], tuple[str, str] | None],
        recall: Callable[[str], Sequence[KnownFile]],
        apart: Sequence[str] = (),
        contents: dict[Stamp, str] | None = None,
    ) -> None:
        self.contents = {} if contents is None else contents
        self.made: dict[str, Listing] = {}
        self._known = known
        self._recall = recall
        self._apart = frozenset(filter(None, map(_inode, apart)))
        self._began = surely_before(time.time())
        self._folders: dict[str, list[os.DirEntry[str]]] = {}
        self._below: dict[str, list[tuple[str, str]]] = {}
        self._stamps: dict[str, Stamp] = {}

    def listing(self, folder: str, patterns: Sequence[Pattern]) -> Listing:
        """Return the files that the patterns match in a folder."""
        key = "\0".join((folder, *sorted(map(str, patterns))))
        if key not in self.made:
            self.made[key] = self._listing(key, dict(self._meant(folder, patterns)))
        return self.made[key]

    def named(self, paths: Collection[str]) -> Listing:
        """Return these files, existing or not; a path with a / at its end stands for its names."""
        key = f"\0{short_digest(chr(0).join(sorted(paths)).encode('utf-8', 'surrogateescape'))}"
        if key not in self.made:
            self.made[key] = self._listing(key, {path: path for path in paths})
        return self.made[key]

    def _listing(self, key: str, paths: dict[str, str]) -> Listing:
        stamps = {name: self.stamp(path) for name, path in sorted(paths.items())}
        steady = all(self._steady(stamp) for stamp in stamps.values())
        signature = _digest(repr(stamps))
        known = self._known(key)
        if known is not None and known[0] == signature:
            return Listing(digest=known[1], signature=signature)
        before = {} if known is None else {file.name: file for file in self._recall(key)}
        files = tuple(
            self._file(name, paths[name], stamp, before.get(name)) for name, stamp in stamps.items()
        )
        whole = "".join(f"{file.name}\0{file.content}\n" for file in files)
        return Listing(
            digest=_digest(whole),
            signature=signature,
            steady=steady,
            files=files,
        )

    def _file(self, name: str, path: str, stamp: Stamp, before: KnownFile | None) -> KnownFile:
        if before is not None and before.stamp and before.stamp == list(stamp):
            self.contents[stamp] = before.content
            return before
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        if not self._steady(stamp):
            return KnownFile(name, [], content(path))
        if stamp not in self.contents:
            self.contents[stamp] = content(path)
        return KnownFile(name, list(stamp), self.contents[stamp])

    def moved(self, paths: Iterable[str]) -> str:
        """Return one of these files that changed since it was looked at, or ""."""
        return next((path for path in paths if _stamp(path) != self.stamp(path)), "")

    def _steady(self, stamp: Stamp) -> bool:
        """Return whether a file last changed so long ago that its next change must show."""
        return is_older(stamp, self._began)

    def stamp(self, path: str) -> Stamp:
        """Return the cached stamp of a file; its error number alone where it cannot be read."""
        if path not in self._stamps:
            self._stamps[path] = _stamp(path)
        return self._stamps[path]

    # --- which files --------------------------------------------------------------------------

    def _meant(self, folder: str, patterns: Sequence[Pattern]) -> Iterator[tuple[str, str]]:
        """Yield the name and the path of each file that a pattern matches."""
        for pattern in patterns:
            base = os.path.normpath(os.path.join(folder, pattern.base))
            start = os.path.join(pattern.base, "") if pattern.base else ""
            if not os.path.isdir(base):
                if os.path.lexists(base):
                    yield pattern.base, base
                continue
            for name, path in self._files_below(base):
                if not pattern.rest or matches(pattern.rest, name):
                    yield start + name, path

    def _files_below(self, base: str) -> list[tuple[str, str]]:
        if base not in self._below:
            self._below[base] = []
            self._walk(base, "", (os.path.realpath(base),), self._below[base])
        return self._below[base]

    def _walk(
        self, folder: str, start: str, above: tuple[str, ...], files: list[tuple[str, str]]
    ) -> None:
        """Add the files below a folder; of a link to a folder `above`, only the link."""
        for entry in self._entries(folder):
            name = entry.name
            if not _is_folder(entry):
                if not name.startswith(DATA):
                    files.append((start + name, entry.path))
            elif is_passed_over(name):
                continue
            elif entry.is_symlink():
                files.append((start + name, entry.path))
                real = os.path.realpath(entry.path)
                if real not in above:
                    self._walk(entry.path, f"{start}{name}/", (*above, real), files)
            elif entry.inode() not in self._apart:
                self._walk(entry.path, f"{start}{name}/", above, files)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        if folder not in self._folders:
            try:
                with os.scandir(folder) as entries:
                    self._folders[folder] = list(entries)
            except OSError:
                self._folders[folder] = []
        return self._folders[folder]


def surely_before(moment: float) -> int:
    """Return the latest stamp of a file changed for certain before a Unix time; in ns."""
    return int(moment * 1e9) - CLOCK_TICKS


def is_older(stamp: Stamp, moment: int) -> bool:
    """Return whether all times of a stamp are before a moment, in ns of Unix time."""
    times = stamp[2:4] + stamp[8:10]
    return not times or max(times) < moment  # type: ignore[operator]


def is_passed_over(name: str) -> bool:
    """Return whether a folder of this name is ignored, wherever it is."""
    return name in PASSED_OVER or is_cache(name)


def is_cache(name: str) -> bool:
    """Return whether a folder of this name holds what tools keep for their next run."""
    return name in KEPT or (name[:1] == "." and name.endswith(CACHES))


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
        if path.endswith("/"):
            return f"names {_digest(repr(sorted(names_in(path).items())))}"
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
    running = sha256()
    with open(path, "rb") as file:
        while data := file.read(1 << 20):
            running.update(data)
    return f"{'program' if mode & stat.S_IXUSR else 'file'} {running.hexdigest()}"


def _digest(text: str) -> str:
    return digest(text.encode("utf-8", "surrogateescape"))


def _stamp(path: str) -> Stamp:
    """Return mode, size, times and place; of a link also those of its target, and its text.

    A folder changes with the names in it, which count only for a path with a / at its end.
    """
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


def _inode(path: str) -> int:
    """Return the inode that a path leads to; 0 where there is none."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
