"""What was seen of a command while it ran, and which files it therefore runs."""

from collections.abc import Iterable
from typing import Final

import msgspec

from readiness.guard.project.rules import TABLE
from readiness.guard.reaching import of_own_use
from readiness.guard.states import States

_MOST_STEPS: Final = 20
"""Imports one after the other up to which code is told from the helpers of a script."""


class Observed(msgspec.Struct, frozen=True):
    """What Python was seen to do with files, by their paths from the root, at base or head.

    It was started with those in `started`, executed the code of those in `executed`, opened those
    in `opened` and no more, and wrote those in `written`.
    """

    started: frozenset[str] = frozenset()
    executed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()


class Called:
    """Tells the files that a command runs from the code that it is about.

    `catalogues` are folders of the base's own checks, wherever they were copied to.
    """

    def __init__(self, states: States, catalogues: Iterable[str]) -> None:
        self._states = states
        self._catalogues = tuple(catalogues)

    def of(self, files: frozenset[str], seen: Observed) -> frozenset[str]:
        """Return the files that are run: as they are seen to be, else as the text has it.

        What tests import is code, and so is what other files import too.
        """
        ran = seen.started | seen.executed
        own = self._of_checks() if ran else frozenset[str]()
        for _ in range(_MOST_STEPS):
            tests = frozenset(filter(TABLE.test_tree.search, ran))
            helpers = of_own_use(sorted(ran - tests), self._states, own | ran - tests)
            of_tests = of_own_use(sorted(tests), self._states, own | ran)
            if ran == (ran := seen.started.union(helpers, of_tests)):
                break
        others = seen.opened | seen.executed
        looked_at = [path for path in others if path.endswith(".py")]
        return files.difference(looked_at, seen.written) | ran

    def _of_checks(self) -> frozenset[str]:
        """Return the files beside the base's own checks."""
        folders = tuple(
            f"{folder}/"
            for folder in self._states.folders
            if any(place.endswith(f"/{folder}") for place in self._catalogues)
        )
        return frozenset(path for path in self._states.after if path.startswith(folders))
