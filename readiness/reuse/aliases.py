"""Other names of files: a command may make links, and read through them until it is over."""

import os
from collections.abc import Sequence
from typing import Final

from readiness.reuse.call import LINKING, MOVING, POINTING, SystemCall

MOST: Final = 40
"""How many links Linux follows on the way to a file."""


class Aliases:
    """The links that a command made, wherever it moved them, and where they lead."""

    def __init__(self) -> None:
        self._links: dict[str, set[str]] = {}
        self._moves: list[Sequence[str]] = []

    def take(self, call: SystemCall, paths: Sequence[str]) -> None:
        """Process a call that changed these paths."""
        if len(paths) != 2:
            return
        if call.name in (*LINKING, *POINTING):
            self._links.setdefault(paths[1], set()).add(paths[0])
        elif call.name in MOVING:
            self._moves.append(paths)

    def settle(self) -> bool:
        """Follow the links that were moved, by themselves or in a folder; return if there are any.

        Who moved what first is not known, as each process has a trace of its own.
        """
        waiting = [*self._links]
        while waiting:
            link = waiting.pop()
            for before, after in self._moves:
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
        """Return the same of what lies behind a link; what is done to a link itself ends there."""
        return set() if path in self._links else self.of(path)
