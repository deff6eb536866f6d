"""The files of two states of a project that differ, and what tells where something stands."""

import os
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable
from typing import TypeVar

import msgspec

from readiness.guard.project.rules import TABLE
from readiness.guard.states import States

Item = TypeVar("Item")

LONGEST = 4000

_SUFFIXES = tuple({suffix for comment in TABLE.comments for suffix in comment.files})
_NAMES = {place.file for tool in TABLE.tools for place in tool.places} | TABLE.hook_files
_PATTERNS = (
    TABLE.makefiles,
    TABLE.scripts,
    TABLE.workflows,
    TABLE.callers,
)
_ANYWHERE = (TABLE.workflows, TABLE.callers)


class Differing(msgspec.Struct, frozen=True, kw_only=True):
    """The files that are not the same, before and after; one that is missing was or is not there.

    `states` have the other files too, and `workdir` is where probes run.
    """

    before: dict[str, str]
    after: dict[str, str]
    states: States
    workdir: str

    def paths(self) -> list[str]:
        """Return all paths that differ, sorted."""
        return sorted(self.before.keys() | self.after.keys())

    def both(self, path: str) -> tuple[str, str]:
        """Return a file's text before and after; empty where the file is not there."""
        return self.before.get(path, ""), self.after.get(path, "")


def differing(states: States, workdir: str, also: Collection[str]) -> Differing:
    """Read the relevant files that differ: those below `workdir`, and settings above it.

    `also` names further files that matter.
    """
    before, after = states.differing(lambda path: path in also or _matters(path, workdir))
    same = {path for path, text in before.items() if text == after.get(path)}
    return Differing(
        before={path: text for path, text in before.items() if path not in same},
        after={path: text for path, text in after.items() if path not in same},
        states=states,
        workdir=workdir,
    )


def lines_of(text: str) -> list[str]:
    """Split a text into lines, each cut at `LONGEST`: patterns are slow beyond that."""
    return [line[:LONGEST] for line in text.split("\n")]


def line_of(text: str, *needles: str) -> int:
    """Return the first line, from 1, that has these words after one another; 0 if there is none.

    Of several needles, each is looked for below the one before it.
    """
    position = 0
    for needle in needles:
        place = text.find(needle, position)
        if place >= 0:
            position = place
    return text.count("\n", 0, position) + 1 if needles and needles[-1] in text else 0


def surplus(
    before: Iterable[Item], after: Iterable[Item], key: Callable[[Item], Hashable]
) -> tuple[list[Item], list[Item]]:
    """Return the items only before and only after, taking those with equal keys as the same."""
    old, new = list(before), list(after)
    return _beyond(old, Counter(map(key, new)), key), _beyond(new, Counter(map(key, old)), key)


def _beyond(
    items: Iterable[Item], known: Counter[Hashable], key: Callable[[Item], Hashable]
) -> list[Item]:
    left = []
    for item in items:
        if known[key(item)]:
            known[key(item)] -= 1
        else:
            left.append(item)
    return left


def _matters(path: str, workdir: str) -> bool:
    name = os.path.basename(path)
    is_setting = name in _NAMES or any(pattern.search(path) for pattern in _PATTERNS)
    below = not workdir or path.startswith(f"{workdir}/")
    if below:
        return is_setting or name.endswith(_SUFFIXES)
    # Tools look for their settings in the folders above, and CI for its workflows in the topmost.
    folder = os.path.dirname(path)
    above = not folder or f"{workdir}/".startswith(f"{folder}/")
    return is_setting and (above or any(each.search(path) for each in _ANYWHERE))
