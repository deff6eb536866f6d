"""A project in two states: which files there are, and what they say."""

import os
from collections.abc import Mapping
from functools import cached_property

from readiness.guard.project.files import text
from readiness.guard.tree import Tree


class States:
    """A project before and after: which files there are, and what both states of them say."""

    def __init__(self, base: Tree, head: Tree) -> None:
        self._trees = base, head
        self._texts: dict[str, tuple[str, ...]] = {}

    @cached_property
    def before(self) -> Mapping[str, str]:
        """The digest of each file that was there."""
        return self._trees[0].digests(bool)

    @cached_property
    def after(self) -> Mapping[str, str]:
        """The digest of each file that is there."""
        return self._trees[1].digests(bool)

    @cached_property
    def changed(self) -> list[str]:
        """The paths of the files that are not the same, sorted."""
        paths = self.before.keys() | self.after.keys()
        return sorted(path for path in paths if self.before.get(path) != self.after.get(path))

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that has a file."""
        found: set[str] = set()
        for path in (*self.before, *self.after):
            while (path := os.path.dirname(path)) and path not in found:
                found.add(path)
        return frozenset(found)

    @cached_property
    def names(self) -> frozenset[str]:
        """The last part of every path of a file or a folder, and of what stands for a folder."""
        paths = (*self.before, *self.after, *self.folders)
        return frozenset((*map(os.path.basename, paths), "", os.curdir, os.pardir))

    @cached_property
    def all_paths(self) -> list[str]:
        """Every file that was or is there, sorted."""
        return sorted(self.before.keys() | self.after.keys())

    @cached_property
    def links(self) -> dict[str, str]:
        """Where links within the project lead."""
        return {**self._trees[0].links(), **self._trees[1].links()}

    def real(self, path: str) -> str:
        """The file that a path leads to through links, of files or of folders."""
        parts = path.split("/")
        for count in range(len(parts), 0, -1) if self.links else ():
            target = self.links.get("/".join(parts[:count]))
            if target is not None:
                return os.path.normpath(os.path.join(target, *parts[count:]))
        return path

    def __contains__(self, path: str) -> bool:
        return any(each in self.before or each in self.after for each in (path, self.real(path)))

    def texts(self, path: str) -> tuple[str, ...]:
        """What a file says in both states; once where that is the same."""
        path = self.real(path)
        if path not in self._texts:
            found = [text(each) for tree in self._trees for each in tree.read([path]).values()]
            self._texts[path] = tuple(dict.fromkeys(found))
        return self._texts[path]

    def both(self, path: str) -> tuple[str, str]:
        """What a file said and says; empty where it was or is not there."""
        before, after = (text(tree.read([path]).get(path, b"")) for tree in self._trees)
        return before, after
