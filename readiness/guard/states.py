"""A project in two states: which files there are, and what they say."""

import os
import re
from collections.abc import Collection, Mapping
from functools import cached_property, partial
from typing import Final

from readiness.guard.calling import LOADED
from readiness.guard.tree import Tree, Wanted, followed

_IMPORT: Final = re.compile(
    r"^[ \t]*(?:from\b.*\bimport[ \t]*\([^)]*|(?:from|import)\b(?:.*\\\n)*.*)", re.M
)
_NAME: Final = re.compile(r"\w+")
_PART: Final = re.compile(r"\w+(?:\.$)?")


class States:
    """A project before and after: which files there are, and what both states of them say."""

    def __init__(self, base: Tree, head: Tree) -> None:
        self._trees = base, head
        self._texts: dict[str, tuple[str, ...]] = {}
        self._importers: dict[frozenset[str], frozenset[str]] = {}
        self._imported: dict[str, set[str]] = {}

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
        """Return every folder that has a file."""
        folders: set[str] = set()
        for path in (*self.before, *self.after):
            while (path := os.path.dirname(path)) and path not in folders:
                folders.add(path)
        return frozenset(folders)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The last part of each path that a word may mean."""
        paths = (*self.before, *self.after, *self.folders)
        return frozenset((*map(os.path.basename, paths), os.pardir))

    def meant(self, word: str, places: Collection[str]) -> list[str]:
        """Return the paths that a word may mean, as seen from one of the places."""
        parts = [part for part in word.split("/") if part not in ("", os.curdir)]
        if not parts or parts[-1] not in self._names:
            return []  # most words of a long text are no path, wherever one looks
        found = [os.path.normpath(os.path.join(place, *parts)) for place in places]
        return [path for path in found if path in self or path in self.folders]

    @cached_property
    def all_paths(self) -> list[str]:
        """Return every file that was or is there, sorted."""
        return sorted(self.before.keys() | self.after.keys())

    @cached_property
    def by_folder(self) -> dict[str, list[str]]:
        """Return every file that was or is there by the folder that it is in, "." for the root."""
        files: dict[str, list[str]] = {}
        for path in self.all_paths:
            files.setdefault(os.path.dirname(path) or os.curdir, []).append(path)
        return files

    @cached_property
    def links(self) -> dict[str, str]:
        """Return where links within the project lead."""
        return {**self._trees[0].links, **self._trees[1].links}

    def real(self, path: str) -> str:
        """Resolve a path through links of files or folders."""
        return followed(path, self.links)

    def importers(self, path: str) -> frozenset[str]:
        """Return the files that import a module of this name, but for the module itself.

        What is loaded by a name that is computed may be each module of the package it is in.
        """
        folder = os.path.basename(os.path.dirname(path))
        names = frozenset((module_name(path), f"{folder}."))
        if names not in self._importers:
            python = (each for each in self.after if each.endswith(".py"))
            self._importers[names] = frozenset(filter(partial(self._imports, names), python))
        return self._importers[names] - {path}

    def _imports(self, names: frozenset[str], path: str) -> bool:
        """Return whether a file imports what is called so; only a text that has it is searched."""
        if not any(name in said for said in self.texts(path) for name in names):
            return False
        if path not in self._imported:
            texts = self.texts(path)
            statements = (each for said in texts for each in _IMPORT.findall(said))
            words = {word for each in statements for word in _NAME.findall(each)}
            loaded = (each for said in texts for each in LOADED.findall(said))
            self._imported[path] = words.union(*map(_PART.findall, loaded))
        return not names.isdisjoint(self._imported[path])

    def __contains__(self, path: str) -> bool:
        return any(each in self.before or each in self.after for each in (path, self.real(path)))

    def texts(self, path: str) -> tuple[str, ...]:
        """Return the texts of a file in both states; one text where they are equal."""
        path = self.real(path)
        if path not in self._texts:
            same = self.before.get(path) == self.after.get(path)
            trees = self._trees[1:] if same else self._trees  # what git need not be asked for
            texts = [text(data) for tree in trees for data in tree.read([path]).values()]
            self._texts[path] = tuple(dict.fromkeys(texts))
        return self._texts[path]

    def text(self, path: str, side: int) -> str | None:
        """Return a file's text before (0) or after (1); None where the file is not there."""
        data = self._trees[side].read([path]).get(path)
        return None if data is None else text(data)

    def both(self, path: str) -> tuple[str, str]:
        """Return a file's text before and after; empty where it was or is not there."""
        return self.text(path, 0) or "", self.text(path, 1) or ""

    def differing(self, wanted: Wanted) -> tuple[dict[str, str], dict[str, str]]:
        """Return the texts, before and after, of the wanted files whose contents differ."""
        digests = [tree.digests(wanted) for tree in self._trees]
        changed = set(digests[0].items()) ^ set(digests[1].items())
        before, after = (
            {
                path: text(data)
                for path, data in tree.read({path for path, _ in changed} & known.keys()).items()
            }
            for tree, known in zip(self._trees, digests, strict=True)
        )
        return before, after


def module_name(path: str) -> str:
    """Return the last part of the name by which a module is imported."""
    return os.path.basename(path.removesuffix("/__init__.py").removesuffix(".py"))


def text(data: bytes) -> str:
    """Decode a file's text with newlines alone: how lines end is no difference."""
    return data.decode("utf-8-sig", "backslashreplace").replace("\r\n", "\n").replace("\r", "\n")
