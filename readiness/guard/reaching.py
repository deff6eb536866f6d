"""What commands reach in a project: the scripts that they call, and what these call in turn.

Text is followed, not run: a word of a command, of a recipe or of a script that is the path of a
file leads on to that file, as it was at the base and as it is now.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
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
_SAME: Final = frozenset(("", os.curdir))
_ALIKE: Final = 4
"""From so many letters on, a name and one that begins with it are taken for one tool's."""


class _Segment(msgspec.Struct, frozen=True):
    """One command of a text, as far as it may lead on: words, and which of them call what follows.

    `calls` is whether the first word does, by its look.
    """

    calls: bool
    words: list[tuple[str, bool, bool]]  # the word, whether it is the first, whether it calls


class _Said(msgspec.Struct, frozen=True):
    """What a text has to say, whoever leads to it."""

    runs_tests: bool
    pieces: frozenset[str]
    modules: list[str]
    segments: list[_Segment]
    runners: list[str]


class States:
    """A project before and after: which files there are, and what both states of them say."""

    def __init__(self, base: Tree, head: Tree) -> None:
        self._trees = base, head
        self._texts: dict[str, tuple[str, ...]] = {}
        self._said: dict[str, _Said] = {}

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
    def named(self) -> Mapping[str, frozenset[str]]:
        """The paths of files and folders by their last part."""
        found: dict[str, set[str]] = {}
        for path in (*self.before, *self.after, *self.folders):
            found.setdefault(os.path.basename(path), set()).add(path)
        return {name: frozenset(paths) for name, paths in found.items()}

    def said(self, text: str) -> _Said:
        """Take a text apart, once however many commands lead to it."""
        if text not in self._said:
            self._said[text] = _Said(
                runs_tests=bool(TABLE.test_runners.search(text)),
                pieces=frozenset(_PIECE.findall(text.lower())),
                modules=_MODULE.findall(text),
                segments=list(self._segments(text)),
                runners=list(dict.fromkeys(_RUNNER.findall(text))),
            )
        return self._said[text]

    def _segments(self, text: str) -> Iterator[_Segment]:
        for segment in _SEGMENT.split(_VARIABLE.sub("", text)):
            words = _WORD.findall(segment)
            told = [
                (word, not number, calls)
                for number, word in enumerate(words)
                if (calls := _calls(word)) or self._may_mean(word)
            ]
            if told:
                yield _Segment("/" in words[0], told)

    def _may_mean(self, word: str) -> bool:
        """Whether a path ends as this word does: most words of a long text are none."""
        last = word.rstrip("/").rpartition("/")[2]
        return last in self.named or last == os.pardir or (last in _SAME and bool(word.strip("./")))

    def meant(self, word: str, places: Collection[str]) -> list[str]:
        """The paths of files and folders that a word may mean, as seen from one of the places."""
        parts = [part for part in word.split("/") if part not in ("", os.curdir)]
        if os.pardir in parts:
            found = (_joined(place, word) for place in places)
            return [path for path in found if path in self or path in self.folders]
        alike = self.named.get(parts[-1], frozenset()) if parts else frozenset()
        inside = "/".join(parts)
        if len(places) < len(alike):  # a large project has many files of one name, or many places
            return [path for place in places if (path := _below(place, inside)) in alike]
        return sorted(path for path in alike if _place_of(path, inside) in places)

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
        self._waiting: list[str] = []
        self._folders = {os.path.normpath(workdir): None, "": None}
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
        found = self._states.said(said)
        self.runs_tests = self.runs_tests or found.runs_tests
        self.words |= found.pieces
        places = {**self._folders, **dict.fromkeys(beside)}
        for module in found.modules:
            self._module(module, places)
        for segment in found.segments:
            self._segment(segment, places, script=script)
        self._folders.update(places)
        for runner in found.runners:
            for name in TABLE.runners[runner]:
                for place in list(self._folders):
                    self._add(_joined(place, name))

    def _segment(self, segment: _Segment, places: dict[str, None], *, script: bool) -> None:
        called = script or segment.calls
        for word, is_first, calls in segment.words:
            called = called or calls
            for path in self._states.meant(word, places):
                if path in self._states.folders:
                    places[path] = None
                elif called or is_first or _is_no_source(path):
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


def _calls(word: str) -> bool:
    """Whether what follows the word is run."""
    name = os.path.basename(word)
    return name in TABLE.interpreters or word in _CALLERS or bool(_PYTHON.search(word))


def _below(place: str, inside: str) -> str:
    return f"{place}/{inside}" if place else inside


def _place_of(path: str, inside: str) -> str | None:
    """The folder as seen from which a path is called so; None where it is called otherwise."""
    if path == inside:
        return ""
    return path[: -len(inside) - 1] if path.endswith(f"/{inside}") else None


def _is_no_source(path: str) -> bool:
    return not (TABLE.sources.search(path) or TABLE.prose.search(path))


def of_runners(names: Mapping[str, Collection[str]], name: str) -> list[str]:
    """The runners that obey a file of this name."""
    return [runner for runner, files in names.items() if name in files]
