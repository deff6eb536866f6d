"""What commands reach in a project: the scripts that they call, and what these call in turn.

Text is followed, not run: a word of a command, of a recipe or of a script that is the path of a
file leads on to that file, as it was at the base and as it is now.
"""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Final

import msgspec

from readiness.guard.project.commands import reached_targets
from readiness.guard.project.files import text
from readiness.guard.project.rules import TABLE
from readiness.guard.project.settings import plugins
from readiness.guard.tree import Tree

_WORD: Final = re.compile(r"[\w./@+-]+")
_VARIABLE: Final = re.compile(r"\$\w+(?=/)")
_RUNNERS: Final = "|".join(map(re.escape, sorted(TABLE.runners, key=len, reverse=True)))
_RUNNER: Final = re.compile(rf"(?<![\w.-])(?:{_RUNNERS})(?![\w./-])")
_PIECE: Final = re.compile(r"[a-z0-9]+")
_SEGMENT: Final = re.compile(r"\n|&&|\|\||[;|]")
_MODULE: Final = re.compile(r"(?<![\w-])-m[ \t,'\"]*([A-Za-z_][\w.]*)")
_IMPORT: Final = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+([\w., \t]+)", re.M)
_PYTHON: Final = re.compile(r"(?:^|/)(?:python|pypy)[\d.]*$")
_CALLERS: Final = frozenset(("run", "exec", "executable", "include", "-include", "sinclude"))
MOST_FILES = 2000
_ALIKE: Final = 4
"""From so many letters on, a name and one that begins with it are taken for one tool's."""


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

    def __contains__(self, path: str) -> bool:
        return path in self.before or path in self.after

    def texts(self, path: str) -> tuple[str, ...]:
        """What a file says in both states; once where that is the same."""
        if path not in self._texts:
            found = [text(each) for tree in self._trees for each in tree.read([path]).values()]
            self._texts[path] = tuple(dict.fromkeys(found))
        return self._texts[path]

    def both(self, path: str) -> tuple[str, str]:
        """What a file said and says; empty where it was or is not there."""
        before, after = (text(tree.read([path]).get(path, b"")) for tree in self._trees)
        return before, after


class Reached(msgspec.Struct, frozen=True):
    """What some commands come to: files that are run or obeyed, and all words on the way.

    `words` are in small letters and cut at everything that is no letter or digit.
    """

    files: frozenset[str]
    words: frozenset[str]
    runs_tests: bool

    def speaks_of(self, name: str) -> bool:
        """Whether a tool of this name, or of one that begins like it, is spoken of."""
        return all(map(self._has, _PIECE.findall(name.lower())))

    def speaks_of_part(self, name: str) -> bool:
        """Whether a part of this name is: `pydantic` of `pydantic-mypy`."""
        return any(self._has(piece) for piece in _PIECE.findall(name.lower()) if len(piece) > 2)

    def _has(self, piece: str) -> bool:
        if piece in self.words:
            return True
        if len(piece) < _ALIKE:
            return False
        return any(
            word.startswith(piece) or (len(word) >= _ALIKE and piece.startswith(word))
            for word in self.words
        )


def reached(commands: Iterable[str], states: States, workdir: str) -> Reached:
    """Follow the commands, which are run in `workdir`, a folder below the root of the project."""
    walk = _Following(states, workdir)
    for command in commands:
        walk.read(command, ())
    walk.to_the_end()
    walk.settings()
    return Reached(frozenset(walk.files), frozenset(walk.words), walk.runs_tests)


class _Following:
    def __init__(self, states: States, workdir: str) -> None:
        self._states = states
        self._workdir = workdir
        self._waiting: list[str] = []
        self._folders = {workdir: None, "": None}
        self.files: dict[str, None] = {}
        self.words: set[str] = set()
        self.runs_tests = False

    def to_the_end(self) -> None:
        while self._waiting and len(self.files) < MOST_FILES:
            path = self._waiting.pop()
            targets = bool(TABLE.makefiles.search(path))
            for said in self._states.texts(path):
                if targets:
                    said = reached_targets(path, said, self.words)
                elif path.endswith(".py"):
                    self._imports(path, said)
                self.read(said, (os.path.dirname(path),), script=path.endswith(".py"))

    def settings(self) -> None:
        """Follow the settings of the tools that were spoken of to the files that they name.

        What these say of other tools is not said of the command.
        """
        for tool in TABLE.tools:
            if tool.name in self.words:
                for name in {place.file for place in tool.places}:
                    for folder in list(self._folders):
                        self._mentioned(_joined(folder, name))
                        self._plugins(folder, name)
        while self._waiting:
            path = self._waiting.pop()
            for said in self._states.texts(path):
                self._imports(path, said)

    def _plugins(self, folder: str, name: str) -> None:
        path = _joined(folder, name)
        for said in self._states.texts(path) if path in self._states else ():
            for plugin in plugins(name, said):
                self._add(_joined(folder, plugin))
                self._module(plugin, self._folders)

    def _mentioned(self, path: str) -> None:
        if path in self._states:
            for said in self._states.texts(path):
                for word in _WORD.findall(said):
                    named = _joined(os.path.dirname(path), word)
                    if named in self._states and named not in self.files and _is_no_source(named):
                        self.files[named] = None
                        self._mentioned(named)

    def read(self, said: str, beside: Collection[str], *, script: bool = False) -> None:
        """Take in a text; `beside` are folders to which its words may be relative."""
        self.runs_tests = self.runs_tests or bool(TABLE.test_runners.search(said))
        self.words.update(_PIECE.findall(said.lower()))
        places = {**self._folders, **dict.fromkeys(beside)}
        for module in _MODULE.findall(said):
            self._module(module, places)
        for segment in _SEGMENT.split(_VARIABLE.sub("", said)):
            self._segment(_WORD.findall(segment), places, script=script)
        self._folders.update(places)
        for runner in dict.fromkeys(_RUNNER.findall(said)):
            for name in TABLE.runners[runner]:
                for place in list(self._folders):
                    self._add(_joined(place, name))

    def _segment(self, words: list[str], places: dict[str, None], *, script: bool) -> None:
        called = script or bool(words and "/" in words[0])
        for number, word in enumerate(words):
            name = os.path.basename(word)
            if name in TABLE.interpreters or word in _CALLERS or _PYTHON.search(word):
                called = True
            if word.rstrip("/").rpartition("/")[2] not in self._states.names:
                continue  # most words of a long text are no path, wherever one looks
            for place in list(places):
                path = _joined(place, word)
                if path in self._states.folders:
                    places[path] = None
                elif path in self._states and (called or not number or _is_no_source(path)):
                    self._add(path)

    def _module(self, module: str, places: Iterable[str]) -> None:
        inside = module.replace(".", "/")
        for place in places:
            for path in (f"{inside}.py", f"{inside}/__main__.py", f"{inside}/__init__.py"):
                self._add(_joined(place, path))

    def _imports(self, path: str, said: str) -> None:
        """A script's helpers stand in its own folder; what it imports from elsewhere is code."""
        folder = os.path.dirname(path)
        for source, names in _IMPORT.findall(said):
            for module in (source, *names.split(",")):
                last = module.strip().split(" ")[0].strip(".").rpartition(".")[2]
                self._add(_joined(folder, f"{last}.py"))

    def _add(self, path: str) -> None:
        if path in self._states and path not in self.files:
            self.files[path] = None
            self._waiting.append(path)


def _joined(place: str, word: str) -> str:
    """A path as a word gives it; what stood before its first slash may have been a variable."""
    return os.path.normpath(os.path.join(place, word.lstrip("/")))


def _is_no_source(path: str) -> bool:
    return not (TABLE.sources.search(path) or TABLE.prose.search(path))


def of_runners(names: Mapping[str, Collection[str]], name: str) -> list[str]:
    """The runners that obey a file of this name."""
    return [runner for runner, files in names.items() if name in files]
