"""Of all that was seen of a command, what its result depends on."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from errno import ENOENT, ENOTDIR
from functools import cache
from typing import Final

import msgspec

from readiness.reuse.files import (
    CLOSED,
    GIT_INDEX,
    LISTENING,
    PARTLY_SETTLED,
    TIMED,
    Files,
    content,
    is_cache,
    is_of_interest,
    is_older,
    names_in,
    surely_before,
)
from readiness.reuse.trace import Trace
from readiness.startup.patterns import later
from readiness.text.worded import worded

KERNEL: Final = ("/proc/", "/sys/", "/dev/")
"""Folders of the kernel: they hold the current state, and no files."""

OF_ITSELF: Final = re.compile(
    r"/dev/(?:null|zero|full|tty|u?random|ptmx|pts|fd|std\w+)(?:/.*)?"
    r"|/proc/(?:self|thread-self)(?:/(?:task/\d+/)?(?!mount|cgroup|net|root|cwd).*)?"
)
"""What the kernel tells a process of nobody else, and what is the same at any time."""

SETTLED: Final = re.compile(
    r"/proc/(?:sys/.*|cpuinfo|filesystems|version|cgroups|mounts|cmdline|1/environ)"
    r"|/proc/self/(?:mount\w+|cgroup)"
    r"|/proc/(?:self/)?net/(?:fib_trie|if_inet6|tcp/\d+)|/sys/(?:fs|kernel|devices/system)/.*"
)
"""What the kernel tells of the machine and its settings, by what it says."""

MEMORY: Final = "/dev/shm"  # noqa: S108 - where checks copy a project to
"""The folder that Linux keeps in memory."""

TEMPORARY: Final = ("/tmp", "/var/tmp", MEMORY)  # noqa: S108 - what is made there is left out
"""Folders for temporary files, unless TMPDIR says otherwise."""

GIT_OBJECTS: Final = ".git/objects/"
"""What Git keeps by a digest of it, and touches at will; names that mean it do count."""

LARGE: Final = 1 << 20
"""Number of bytes of a file in which the name of a kernel's file is looked for."""

UNKNOWN: Final = "UNKNOWN"
"""The kind that some file systems report for every name."""


_WORD = later(r"[\w./+-]+")
_ASKS_TIME = later(
    r"\btime\(\)|\btime_ns\(|\b(?:utc)?now\(|\bdatetime\.today\(|\b(?:local|gm|strf|c)time\(|\bDate\.now\b"
    r"|\bnew Date\b|\bEPOCH(?:SECONDS|REALTIME)\b|%\([^)]*\)T\b"
)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """Where a `command` ran: its folder, the repository's, the run's own, those for a while.

    `checks` is the folder of the check's own programs.
    """

    workdir: str
    root: str
    scratch: str
    command: str = ""
    checks: str = ""
    temporary: tuple[str, ...] = TEMPORARY


class Dependence(msgspec.Struct, frozen=True, kw_only=True):
    """The files that a result depends on, there or not, or why that cannot be relied on.

    A path with a / behind it stands for the names in that folder. `asks` is what it asks that is no
    file.
    """

    paths: tuple[str, ...] = ()
    refusal: str = ""
    asks: str = ""


def dependence(trace: Trace, files: Files, setting: Setting, began: float) -> Dependence:
    """Return the files that a command begun at a Unix time read; a refusal if they changed.

    Caches that tools keep for their next run do not count, nor do temporary files of its own.
    """
    if trace.spoke:
        return asking(trace.spoke)
    if trace.gap:
        return Dependence(refusal=trace.gap)
    return _Looking(trace, files, setting, surely_before(began)).dependence()


def asking(what: str) -> Dependence:
    """Return how a result depends on what is no file."""
    return Dependence(refusal=worded("traced.spoke", what=what), asks=what)


class _Looking:
    def __init__(self, trace: Trace, files: Files, setting: Setting, began: int) -> None:
        self._trace = trace
        self._files = files
        self._setting = setting
        self._began = began
        self._counts_in = cache(self._counts_in_folder)
        self._own: set[str] | None = None

    def dependence(self) -> Dependence:
        if asked := self._time():
            return asking(asked)
        there = self._trace.opened | self._trace.looked_at | self._trace.folders
        paths = []
        for path in sorted(there | self._trace.absent | self._trace.refused):
            answer = self._path(path, there=path in there)
            if isinstance(answer, Dependence):
                return answer
            paths += [answer] if answer else []
        for folder in sorted(self._trace.listed):
            answer = self._names(folder)
            if isinstance(answer, Dependence):
                return answer
            paths += [answer] if answer else []
        unreadable = next((path for path in paths if not _is_text(path)), "")
        if unreadable:
            return Dependence(refusal=worded("traced.name", path=self._display_path(unreadable)))
        self._files.state(paths)
        if moved := self._files.moved(paths):  # while they were read
            return self._refused(moved, [])
        return Dependence(paths=tuple(paths))

    def _path(self, path: str, *, there: bool) -> str | Dependence:
        """Return what depends on a path that was looked for; "" for one that does not count."""
        # That these are there, as everywhere, and how much room there is for copies.
        if not self._counts(path) or f"{path}/" in KERNEL or path == MEMORY:
            return ""
        if kernel_path := self._kernels(path):
            if not self._is_lasting(kernel_path, os.path.lexists(kernel_path)):
                return asking(path)
            return "" if OF_ITSELF.fullmatch(kernel_path) else kernel_path
        is_timed = path in self._trace.timed and not path.endswith(GIT_INDEX)
        is_mark = path in self._trace.touched - self._trace.written and _is_empty(path)
        if is_mark and there and not is_timed:
            return path  # it was there before, and all that is new are its times
        if path not in self._trace.refused and self._is_another(path, there=there):
            return self._refused(path, [path])
        return path + TIMED if is_timed else path

    def _names(self, folder: str) -> str | Dependence:
        """Return what depends on the names in a folder; "" where it does not count."""
        if not self._counts(folder) or folder in self._setting.temporary:
            return ""
        if kernel_path := self._kernels(folder):
            if OF_ITSELF.fullmatch(kernel_path):
                return ""
            if not SETTLED.fullmatch(kernel_path):
                return asking(folder)
        elif folder in self._trace.moving:
            changed = [each for each in self._trace.written if os.path.dirname(each) == folder]
            return self._refused(folder, changed)
        elif folder in self._trace.partial and self._is_another(folder + "/", there=True):
            return self._refused(folder, [])
        elif other := self._others(folder):
            return self._refused(folder, other)
        return os.path.join(folder, "")

    def _refused(self, path: str, changed: Sequence[str]) -> Dependence:
        shown = self._display_path(path)
        if self._trace.written.isdisjoint(changed):
            return Dependence(refusal=worded("traced.foreign", path=shown))
        return Dependence(refusal=worded("traced.own", path=shown))

    def _display_path(self, path: str) -> str:
        inside = path.startswith(os.path.join(self._setting.root, ""))
        return os.path.relpath(path, self._setting.workdir) if inside else path

    # --- what counts ----------------------------------------------------------------------------

    def _counts(self, path: str) -> bool:
        if not self._counts_in(os.path.dirname(path)) or not is_of_interest(os.path.basename(path)):
            return False
        if path == self._setting.scratch:  # on the way to what lies in it
            return False
        if path.endswith(f"{GIT_INDEX}.lock") and path in self._trace.written:
            return False  # made and moved in place of the index, which counts
        if path in self._trace.opened:
            return not (self._temporary_folder(path) and self._is_made(path))
        return self._temporary_folder(path) not in self._own_folders()

    def _counts_in_folder(self, folder: str) -> bool:
        return not (
            _is_below(folder, self._setting.scratch)
            or any(map(is_cache, folder.split("/")))
            or GIT_OBJECTS in f"{folder}/"
        )

    def _temporary_folder(self, path: str) -> str:
        """Return the first folder or file on the way to one for a while; "" for one that lasts."""
        if _is_below(path, self._setting.root):
            return ""
        for folder in self._setting.temporary:
            start = os.path.join(folder, "")
            if path.startswith(start):
                return start + path[len(start) :].partition("/")[0]
        return ""

    def _own_folders(self) -> set[str]:
        """Return those of the first folders and files for a while in which the command wrote."""
        if self._own is None:
            self._own = {self._temporary_folder(path) for path in self._trace.written} - {""}
        return self._own

    def _is_made(self, path: str) -> bool:
        """Return whether the command created a path, or a folder above it."""
        return any(each in self._trace.written for each in (path, *_above(path)))

    # --- is it as it was? -----------------------------------------------------------------------

    def _is_another(self, path: str, *, there: bool) -> bool:
        if path.endswith(GIT_INDEX) and there and self._files.is_as_known(path):
            return False
        stamp = self._files.stamp(path)
        if stamp[0] in (ENOENT, ENOTDIR):
            return there
        return not there or not is_older(stamp, self._began)

    def _kernels(self, path: str) -> str:
        """Return what the kernel calls a path that leads into `KERNEL`, also by links; else ""."""
        if not _is_kernels(path):
            path = self._files.real(path).replace(f"/proc/{os.getpid()}/", "/proc/self/")
        if not _is_kernels(path) or self._temporary_folder(path):
            return ""
        own = re.match(r"/proc/(\d+)(?=/|$)", path)
        return f"/proc/self{path[own.end() :]}" if own and own[1] in self._trace.processes else path

    def _is_lasting(self, path: str, there: bool) -> bool:
        """Return whether the kernel would tell the same again while its settings are as now."""
        if path.startswith(LISTENING):
            return content(path) == CLOSED
        if path in PARTLY_SETTLED:
            return not self._is_named(path.encode())
        return not there or bool(OF_ITSELF.fullmatch(path) or SETTLED.fullmatch(path))

    def _time(self) -> str:
        """Return how the command, a file that it names or its check asks for the time, or ""."""
        texts = [self._setting.command]
        words = _WORD.findall(self._setting.command)
        named = {os.path.join(self._setting.workdir, word) for word in words} & self._trace.opened
        programs = set(self._imported(self._setting.checks)) if self._setting.checks else set()
        for path in filter(os.path.isfile, named | programs):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read(LARGE))
        asked = next(filter(None, map(_ASKS_TIME.search, texts)), None)
        return asked[0] if asked else ""

    def _imported(self, below: str) -> Iterator[str]:
        """Yield the files of Python below a folder that were not just read, but imported."""
        for path in self._trace.opened | self._trace.absent | self._trace.written:
            if path.endswith(".pyc") and _is_below(path, below):
                folder, name = os.path.split(path)
                yield os.path.join(os.path.dirname(folder), f"{name.partition('.')[0]}.py")

    def _is_named(self, name: bytes) -> bool:
        """Return whether the project itself asks for what libraries ask for too."""
        own = [self._setting.command.encode("utf-8", "surrogateescape")]
        for path in self._trace.opened:
            if _is_below(path, self._setting.workdir) and "/site-packages/" not in path:
                with suppress(OSError), open(path, "rb") as file:
                    own.append(file.read(LARGE))
        return any(name in text for text in own)

    def _others(self, folder: str) -> list[str]:
        """Return the paths in a folder that came, went or changed their kind since listed."""
        seen = self._trace.listed[folder]
        try:
            now = names_in(folder)
        except OSError:
            return [folder]
        return [
            os.path.join(folder, name)
            for name in (seen if folder in self._trace.partial else seen.keys() | now)
            if name not in seen or name not in now or not _is_kind(seen[name], now[name])
        ]


def _is_kind(seen: str, now: str) -> bool:
    return seen in (now, UNKNOWN) or (not now and seen not in ("DIR", "REG", "LNK"))


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _above(path: str) -> Iterator[str]:
    while (folder := os.path.dirname(path)) != path:
        yield folder
        path = folder


def _is_empty(path: str) -> bool:
    return os.path.isfile(path) and not os.path.getsize(path)


def _is_kernels(path: str) -> bool:
    return f"{path}/".startswith(KERNEL) and not path.startswith(f"{MEMORY}/")


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
