"""Other names of files: a command may make links and copies, and read those until it is over."""

import os
from collections.abc import Sequence
from typing import Final

from readiness.project.room import COPIED, COPYING
from readiness.reuse.call import LINKING, MOVING, POINTING, SystemCall
from readiness.startup.patterns import later

MOST: Final = 40
"""How many links Linux follows on the way to a file."""
_LOOKING: Final = ("stat", "lstat", "newfstatat", "statx")
_READING: Final = ("open", "openat", "readlink", "readlinkat")
_DIRECTORY = later(r"S_IFDIR|O_DIRECTORY")
_END = later(r"(?<=.)(?:/|$)")


class Aliases:
    """The links that a command made, wherever it moved them, and where they lead.

    What a check only copies it does not read: a copy is another name of its original. `folders`
    are those of which it copies something, whoever told it what they hold.
    """

    def __init__(self) -> None:
        self.folders: set[str] = set()
        self._links: dict[str, set[str]] = {}
        self._moves: list[Sequence[str]] = []
        self._original = ""
        self._is_copying = False

    def take(self, call: SystemCall, paths: Sequence[str]) -> None:
        """Process a call that changed these paths."""
        if len(paths) != 2:
            return
        if call.name in (*LINKING, *POINTING):
            self._links.setdefault(paths[1], set()).add(paths[0])
        elif call.name in MOVING:
            self._moves.append(paths)

    def is_copying(self, line: str) -> bool:
        """Return whether a process only copies, by what it said up to this line."""
        self._is_copying = COPYING in line or (self._is_copying and COPIED not in line)
        return self._is_copying

    def copies(self, call: SystemCall, paths: Sequence[str]) -> bool:
        """Process a call of a process that copies; return whether that is all that it does.

        Where a file is opened, or a link asked where it leads, its copy is made right afterwards.
        """
        if call.error or not paths or _DIRECTORY.search(call.arguments):
            return False
        is_making = call.name in POINTING or "O_CREAT" in call.arguments
        if is_making and self._original:
            self._links.setdefault(paths[-1], set()).add(self._original)
            self.folders.add(os.path.dirname(self._original))
        self._original = paths[0] if call.name in _READING and not is_making else ""
        return self._original != "" or call.name in _LOOKING

    def settle(self) -> bool:
        """Follow the links that were moved, by themselves or in a folder; return if there are any.

        Who moved what first is not known, as each process has a trace of its own.
        """
        waiting = [*self._links]
        within = {link[: end.start()] for link in waiting for end in _END.finditer(link)}
        moves = [each for each in self._moves if each[0] in within]
        while waiting:
            link = waiting.pop()
            for before, after in moves:
                place = after + link.removeprefix(before)
                known = self._links.get(place, set())
                if f"{link}/".startswith(f"{before}/") and not self._links[link] <= known:
                    self._links[place] = known | self._links[link]
                    waiting.append(place)
        return bool(self._links)

    def of(self, path: str) -> set[str]:
        """Return the other names of a path."""
        names = [path]
        for name in names:
            place = name if len(names) < MOST else ""
            while place:
                for target in self._links.get(place, ()):
                    inside = name[len(place) + 1 :]
                    other = os.path.join(target, inside) if inside else target
                    if other not in names:
                        names.append(other)
                place = place[: place.rfind("/")]
        return {*names[1:]}

    def within(self, path: str) -> set[str]:
        """Return the same of what lies behind a link; none for a link, which was none before."""
        return set() if path in self._links else self.of(path)
