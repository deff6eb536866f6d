"""Of all that was seen of a command, what its result depends on."""

import os
from collections.abc import Iterator, Sequence
from errno import ENOENT, ENOTDIR
from functools import cache
from typing import Final

import msgspec

from readiness.reuse.files import Files, is_cache, is_of_interest, is_older, names_in, surely_before
from readiness.reuse.trace import Trace
from readiness.text.worded import worded

KERNEL: Final = ("/proc/", "/sys/", "/dev/")
"""Folders of the kernel: they hold the current state, and no files."""

TEMPORARY: Final = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - what is made there is left out
"""Folders for temporary files, unless TMPDIR says otherwise."""

UNKNOWN: Final = "UNKNOWN"
"""The kind that some file systems report for every name."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """Where a command ran: its folder, that of the repository, the run's own, those for a while."""

    workdir: str
    root: str
    scratch: str
    temporary: tuple[str, ...] = TEMPORARY


class Dependence(msgspec.Struct, frozen=True, kw_only=True):
    """The files that a result depends on, there or not, or why that cannot be relied on.

    A path with a / behind it stands for the names in that folder.
    """

    paths: tuple[str, ...] = ()
    refusal: str = ""


def dependence(trace: Trace, files: Files, setting: Setting, began: float) -> Dependence:
    """Return the files that a command begun at a Unix time read; a refusal if they changed.

    Caches that tools keep for their next run do not count, nor do temporary files of its own.
    """
    if trace.spoke:
        return Dependence(refusal=worded("traced.spoke", what=trace.spoke))
    if trace.gap:
        return Dependence(refusal=trace.gap)
    return _Looking(trace, files, setting, surely_before(began)).dependence()


class _Looking:
    def __init__(self, trace: Trace, files: Files, setting: Setting, began: int) -> None:
        self._trace = trace
        self._files = files
        self._setting = setting
        self._began = began
        self._counts_in = cache(self._counts_in_folder)
        self._real = cache(os.path.realpath)

    def dependence(self) -> Dependence:
        there = self._trace.opened | self._trace.looked_at | self._trace.folders
        paths = []
        for path in sorted(there | self._trace.absent):
            if not self._counts(path) or self._is_of_the_kernel(path):
                continue
            if self._is_another(path, there=path in there):
                return self._refused(path, [path])
            paths.append(path)
        for folder in sorted(self._trace.listed):
            if not self._counts(folder) or self._is_temporary(folder):
                continue
            if folder in self._trace.moving:
                changed = [each for each in self._trace.written if os.path.dirname(each) == folder]
                return self._refused(folder, changed)
            if other := self._others(folder):
                return self._refused(folder, other)
            paths.append(os.path.join(folder, ""))
        unreadable = next((path for path in paths if not _is_text(path)), "")
        if unreadable:
            return Dependence(refusal=worded("traced.name", path=self._display_path(unreadable)))
        self._files.named(paths)
        if moved := self._files.moved(paths):  # while they were read
            return self._refused(moved, [])
        return Dependence(paths=tuple(paths))

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
        if not self._is_temporary(path):
            return True
        return path in self._trace.opened and not self._is_made(path)

    def _counts_in_folder(self, folder: str) -> bool:
        if f"{folder}/".startswith(KERNEL) and not self._is_temporary(folder):
            return False
        return not (
            _is_below(folder, self._setting.scratch) or any(map(is_cache, folder.split("/")))
        )

    def _is_temporary(self, path: str) -> bool:
        return any(_is_below(path, each) for each in self._setting.temporary) and not _is_below(
            path, self._setting.root
        )

    def _is_made(self, path: str) -> bool:
        """Return whether the command created a path, or a folder above it."""
        return any(each in self._trace.written for each in (path, *_above(path)))

    # --- is it as it was? -----------------------------------------------------------------------

    def _is_another(self, path: str, *, there: bool) -> bool:
        stamp = self._files.stamp(path)
        if stamp[0] in (ENOENT, ENOTDIR):
            return there
        return not there or not is_older(stamp, self._began)

    def _is_of_the_kernel(self, path: str) -> bool:
        """Return whether a path leads into `KERNEL` by links, where every look differs."""
        folder, name = os.path.split(path)
        real = os.path.join(self._real(folder), name)
        return f"{os.path.realpath(real) if os.path.islink(real) else real}/".startswith(KERNEL)

    def _others(self, folder: str) -> list[str]:
        """Return the paths in a folder that came, went or changed their kind since listed."""
        seen = self._trace.listed[folder]
        try:
            now = names_in(folder)
        except OSError:
            return [folder]
        return [
            os.path.join(folder, name)
            for name in seen.keys() | now
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


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
