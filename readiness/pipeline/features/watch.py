"""`--watch`: the board again whenever a file is saved, with the table in place.

What a saved file cannot change is reused. What was saved is seen by looking, a few times a second.
"""

import gc
import os
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Final, TypeAlias

import msgspec

from readiness.model.board import Board
from readiness.model.errors import ExitStatus, ReadinessError
from readiness.model.settings import RunSettings, find_board, history_path
from readiness.pipeline.features import Command, Feature, Printer
from readiness.pipeline.opening import open_board
from readiness.project.git import GitError, ask, repository
from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.reuse.files import OF_NO_INTEREST
from readiness.startup.patterns import later
from readiness.terminal.ending import tell
from readiness.terminal.output import can_draw
from readiness.text.worded import joined, worded

CLEAR: Final = "\x1b[H\x1b[2J"
PACE: Final = 0.3
"""Seconds from one look at the files to the next."""
BURST: Final = 5
"""Number of looks at most for which saves that follow each other are one."""
MOST_NAMES: Final = 3

State: TypeAlias = dict[str, tuple[int, int, int]]

_PASSED_OVER: Final = OF_NO_INTEREST | {".venv", ".hg", ".svn", ".bzr", ".jj"}
_TEMPORARY = later(r"(?:^|/)(?:\.#[^/]*|[^/]*(?:~|\.sw.|\.py[cod]))$")
"""Files that editors and Python make beside those that people save."""


class Watch(Feature):
    """A run that is repeated after each save."""

    def around(self, command: Command) -> Command:
        """Return what runs the command again and again."""
        return lambda settings, printer: watch(settings, printer, command)


def watch(settings: RunSettings, printer: Printer, run: Command) -> int:
    """Run the board again after each save, until a signal ends it; return its status.

    `run` is given the settings of each run, in a process of its own.
    """

    def in_place(document: RunDocument, settings: RunSettings, context: Context) -> str:
        return CLEAR + printer(document, settings, context)

    gc.enable()  # it goes on for hours
    asked = msgspec.structs.replace(settings, watch=False, reuse=True)
    watched = _Watched(asked)
    board: Board | None = None
    while True:
        board = _opened(settings) or board
        watched.follow(board)
        before = watched.state()
        status = run(asked, in_place if can_draw(os.environ, sys.stdout) else printer)
        if status >= ExitStatus.SIGNAL:
            return status
        if status == ExitStatus.USAGE:
            tell(worded("watch.broken"))
        saved = watched.saved_meanwhile(before)
        if not saved:
            tell(worded("watch.waiting", count=len(before)))
            saved = watched.wait()
        tell(worded("watch.saved", names=_named(saved)))


def _named(paths: Collection[str]) -> str:
    names = [os.path.relpath(path) for path in sorted(paths)]
    first, more = joined(names[:MOST_NAMES], "names"), len(names) - MOST_NAMES
    return worded("watch.and_more", names=first, count=more) if more > 0 else first


def _opened(settings: RunSettings) -> Board | None:
    """Open the board, unless it is broken at the moment: the run then tells of it."""
    try:
        return open_board(settings)
    except ReadinessError:
        return None


class _Watched:
    """The files that people save: those of the project, of the board and of its checks."""

    def __init__(self, settings: RunSettings) -> None:
        self._own = {os.path.realpath(target.path) for target in settings.reports}
        self._settings = settings
        self._roots: list[str] = []
        self._written: set[str] = set()
        self._put_aside: set[str] = set()
        self._state: State = {}

    def follow(self, board: Board | None) -> None:
        """Watch what this board is about; without one, its folder."""
        path = find_board(self._settings, os.environ, os.getcwd())
        folders = {os.path.dirname(os.path.abspath(path))}
        if board is not None:
            folders |= {board.workdir, *map(os.path.abspath, board.catalogues)}
            self._own.add(os.path.realpath(history_path(self._settings, path) or path + "~"))
        there = sorted(filter(os.path.isdir, map(os.path.realpath, folders)))
        inner = {one for one in there for other in there if one.startswith(other + os.sep)}
        self._roots = [one for one in there if one not in inner]

    def state(self) -> State:
        """Record and return what each file looks like now."""
        state: State = {}
        for root in self._roots:
            for name in self._names(root):
                path = os.path.join(root, name)
                if path in self._own or _is_left_out(name):
                    continue
                with suppress(OSError):
                    seen = os.stat(path)
                    state[path] = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
        self._state = state
        return state

    def _names(self, root: str) -> Iterator[str]:
        """Yield the files below a folder: those git knows or would add, else all that are there."""
        if repository(root):
            with suppress(GitError):
                listed = ask(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
                yield from (os.fsdecode(name) for name in set(listed.split(b"\0")) - {b""})
                return
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if not _is_left_out(f"{name}/")]
            yield from (os.path.relpath(os.path.join(folder, name), root) for name in names)

    def saved_meanwhile(self, before: State) -> set[str]:
        """Return what was saved while a run went on.

        What changes with one run after the other is written by them, and put aside until it is
        saved between two.
        """
        written = _differing(before, self.state())
        again = (written & self._written) - self._put_aside
        self._put_aside |= again
        self._written = written
        for path in sorted(again):
            tell(worded("watch.put_aside", name=os.path.relpath(path)))
        return written - self._put_aside

    def wait(self) -> set[str]:
        """Wait for a save; return the files that are others once nothing moves any more."""
        before, looks = self._state, 0
        while True:
            time.sleep(PACE)
            last, state = self._state, self.state()
            if saved := _differing(before, state):
                looks += 1
                if state == last or looks > BURST:
                    self._put_aside -= saved
                    return saved


def _is_left_out(name: str) -> bool:
    """Return whether a file is there for a moment only, or in a folder of caches or packages."""
    folders = name.split("/")[:-1]
    is_installed = "node_modules" in folders or not _PASSED_OVER.isdisjoint(folders)
    is_cache = any(folder[:1] == "." and folder.endswith("cache") for folder in folders)
    return is_installed or is_cache or _TEMPORARY.search(name) is not None


def _differing(one: State, other: State) -> set[str]:
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


FEATURE = Watch
