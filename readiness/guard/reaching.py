"""What commands reach in a project: the scripts that they call, and what these call in turn.

Text is followed, not run: a word of a command, of a recipe or of a script that is the path of a
file leads on to that file, as it was at the base and as it is now.
"""

import fnmatch
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from typing import Final

import msgspec

from readiness.guard.calling import (
    WORD,
    fed,
    imported,
    interpreters_in,
    mentions,
    only_looks,
    starts_scripts,
)
from readiness.guard.project.makefiles import built_targets, reached_targets
from readiness.guard.project.rules import TABLE
from readiness.guard.project.sections import (
    is_shared,
    names_of_tests,
    plugins,
    words_of_sections,
)
from readiness.guard.states import States, module_name
from readiness.guard.workspaces import run_by_cargo

_RUNNERS: Final = "|".join(map(re.escape, sorted(TABLE.runners, key=len, reverse=True)))
_RUNNER: Final = re.compile(rf"(?<![\w.-])(?:{_RUNNERS})(?![\w./-])")
_PIECE: Final = re.compile(r"[a-z0-9]+")
_MODULE: Final = re.compile(r"(?<![\w-])-m[ \t,'\"]*([A-Za-z_][\w.]*)")
_CODE: Final = re.compile(r"(?<!\S)-[ce][ \t]*(['\"])(.*?)\1", re.S)
_LOADING: Final = re.compile(r"\b(?:exec|require|import)\(")
_MAINS: Final = ("__main__.py", "index.js")
"""What is run of a folder that an interpreter is given."""
_SEARCH_PATH: Final = re.compile(r"PYTHONPATH\W+([\w./:+@-]+)")
_SECTION: Final = re.compile(r"^\[([^\]]+)\]([^\[]*)", re.M)
_ENTRY: Final = re.compile(r"=[ \t]*([A-Za-z_][\w.]*)")
_ENDINGS: Final = (".js", ".mjs", ".cjs", ".ts", "/index.js", "/index.ts")
"""Endings that JavaScript leaves out where it names a file."""
_FIRST: Final = 4
"""Words among which a program is named: `uv run yamllint`, `python -m json.tool`."""
_RECIPE: Final = re.compile(r"^\t[@+-]*(.*)", re.M)
_OBEYED: Final = re.compile(r"-c$|--?[\w-]*(?:conf|schema|rule|rc$)")
"""Options that name a file of settings."""
MOST_FILES = 2000
_ALIKE: Final = 4
"""Letters from which on a name and one that begins with it count as one tool's."""


class Reached(msgspec.Struct, frozen=True):
    """What some commands come to: files that are run or obeyed, and all words on the way.

    `words` are in small letters and cut at everything that is no letter or digit. `tests` are files
    that a runner of tests is given, `test_names` patterns of their names. `looked_at` are files
    that programs are given to look at, and nothing else. `lists` are those of `files` from which
    programs take their arguments, `by_tests` those that only tests call; `named` are tests in other
    languages than Python that are named and not called. `targets` are what make builds unless it
    is there, `places` the folders in which Python looks for modules first.
    """

    files: frozenset[str]
    words: frozenset[str]
    runs_tests: bool
    tests: frozenset[str] = frozenset()
    test_names: tuple[str, ...] = ()
    looked_at: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    by_tests: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    workdirs: frozenset[str] = frozenset()

    def speaks_of(self, name: str) -> bool:
        """Return whether a tool of this name, or of one that begins like it, is mentioned."""
        return all(map(self._has, _PIECE.findall(name.lower())))

    def speaks_of_part(self, name: str) -> bool:
        """Return whether a part of this name is mentioned: `pydantic` of `pydantic-mypy`."""
        return any(self._has(piece) for piece in _PIECE.findall(name.lower()) if len(piece) > 2)

    def looks_at(self, path: str) -> bool:
        """Return whether a program is mentioned that does no more than look at such files."""
        lookers = TABLE.lookers.items()
        return any(names.search(path) and self.speaks_of(looker) for looker, names in lookers)

    def _has(self, piece: str) -> bool:
        if piece in self.words:
            return True
        if len(piece) < _ALIKE:
            return False
        return any(
            word.startswith(piece) or (len(word) >= _ALIKE and piece.startswith(word))
            for word in self.words
        )


def reached(commands: Iterable[str], states: States, *workdirs: str) -> Reached:
    """Follow the commands, which are run in `workdirs`, folders below the root of the project."""
    walk = _Following(states, workdirs)
    for command in commands:
        walk.read(command, ())
    walk.to_the_end()
    walk.settings()
    return Reached(
        files=frozenset(walk.files),
        words=frozenset(walk.words),
        runs_tests=walk.runs_tests,
        tests=frozenset(walk.tests),
        test_names=tuple(walk.test_names),
        looked_at=frozenset(walk.looked_at),
        lists=frozenset(walk.lists),
        by_tests=frozenset(walk.by_tests),
        named=frozenset(walk.named),
        targets=frozenset(walk.targets),
        places=frozenset((*map(os.path.dirname, walk.scripts), *walk.search_path)),
        workdirs=frozenset((*workdirs, "")),
    )


class _Following:
    def __init__(self, states: States, workdirs: tuple[str, ...]) -> None:
        self._states = states
        self._workdirs = workdirs
        self._waiting: list[str] = []
        self._folders = dict.fromkeys((*workdirs, ""))
        self.known: dict[str, str] = {}
        self._inline_imports: set[str] = set()
        self.files: dict[str, None] = {}
        self.scripts: dict[str, None] = {}
        self.search_path: dict[str, None] = {}
        self.tests: dict[str, None] = {}
        self.test_names: dict[str, None] = {}
        self.looked_at: dict[str, None] = {}
        self.lists: set[str] = set()
        self.by_tests: set[str] = set()
        self.named: set[str] = set()
        self.targets: set[str] = set()
        self.words: set[str] = set()
        self.runs_tests = False
        self._is_list = self._is_test = self._is_python = self._looks = False

    def to_the_end(self) -> None:
        while self._waiting and len(self.files) < MOST_FILES:
            path = self._waiting.pop()
            for said in self._states.texts(path):
                self._follow(path, said)
            if not self._waiting:
                self._borrow()

    def _follow(self, path: str, text: str) -> None:
        self._is_python = is_python = path.endswith(".py")
        self._is_list = path in self.lists
        self._is_test = path in self.by_tests or bool(TABLE.test_tree.search(path))
        if TABLE.makefiles.search(path):
            text = reached_targets(text, self.words)
            self.targets.update(built_targets(text))
        elif is_python:
            self.scripts[path] = None
            self._imports(path, text)
        self.read(text, (os.path.dirname(path),), script=is_python)

    def settings(self) -> None:
        """Follow the settings of the tools that were mentioned to the files that they name.

        Other tools that these mention do not count as mentioned by the command.
        """
        for tool in TABLE.tools:
            if tool.name in self.words:
                for name in {place.file for place in tool.places}:
                    for folder in list(self._folders):
                        self._plugins(folder, name)
        for path in self._states.all_paths:
            if os.path.dirname(path) in self._folders and self._is_setting(path):
                self._named_by(path)
            elif TABLE.entries.search(path):
                self._entered(path)
        while self._waiting:
            path = self._waiting.pop()
            for said in self._states.texts(path):
                self._imports(path, said)
        self._borrow()

    def _speaks_of(self, name: str) -> bool:
        return Reached(frozenset(), frozenset(self.words), self.runs_tests).speaks_of(name)

    def _is_setting(self, path: str) -> bool:
        name = os.path.basename(path)
        if is_shared(name):
            return True
        own = name.startswith(".") or TABLE.formats.search(name)
        return bool(own) and self._speaks_of(name.strip(".").partition(".")[0])

    def _named_by(self, path: str) -> None:
        name, folder = os.path.basename(path), os.path.dirname(path)
        for word in words_of_sections(name, self._states.texts(path), self._speaks_of):
            named = _joined(folder, word)
            if named in self._states and not TABLE.sources.search(named):
                self.files.setdefault(named)

    def _entered(self, path: str) -> None:
        """Follow what one of the project's own packages tells its tools to load."""
        self.files.setdefault(path)
        for said in self._states.texts(path):
            for section, entries in _SECTION.findall(said):
                if section not in TABLE.commands_of_packages:
                    for module in _ENTRY.findall(entries):
                        self._module(module, self._folders)

    def _plugins(self, folder: str, name: str) -> None:
        path = _joined(folder, name)
        for text in self._states.texts(path) if path in self._states else ():
            for plugin in plugins(name, text):
                self._add(_joined(folder, plugin))
                self._module(plugin, self._folders)
            self.test_names.update(dict.fromkeys(names_of_tests(name, text)))

    def read(self, text: str, beside: tuple[str, ...], *, script: bool = False) -> None:
        """Add the files that a text refers to, relative to the folders `beside`."""
        recipe = _RECIPE.findall(text)
        self._looks = not script and only_looks("\n".join(recipe) if recipe else text)
        runs_tests = bool(TABLE.test_runners.search(text))
        self.runs_tests = self.runs_tests or runs_tests
        self.words.update(_PIECE.findall(text.lower()))
        self.known.update(interpreters_in(text))
        self._mentions(text, beside, script)
        for module in _MODULE.findall(text):
            self._module(module, self._folders)
        for _, code in _CODE.findall(text):
            modules = imported(code.replace(";", "\n"))
            self._inline_imports.update(name for module in modules for name in module.split("."))
            for word in WORD.findall(code) if _LOADING.search(code) else ():
                for path in self._paths(word, self._workdirs):
                    self._add(path)
        for names in TABLE.plugin_words.findall(text) if runs_tests else ():
            for module in names.split(","):
                self._module(module, self._folders)
        self._runners(text)

    def _runners(self, text: str) -> None:
        if "cargo" in self.words:
            self.files.update(dict.fromkeys(run_by_cargo(text, self._states)))
        for runner in dict.fromkeys(_RUNNER.findall(text)):
            for name in TABLE.runners[runner]:
                for place in list(self._folders):
                    self._add(_joined(place, name))

    def _mentions(self, text: str, beside: tuple[str, ...], script: bool) -> None:
        places = {**self._folders, **dict.fromkeys(beside)}
        for words in mentions(text, frozenset(self.known.items()), script=script):
            self._command([(word, called and not self._is_list) for word, called in words], places)
        for word in () if self._looks else fed(text):
            for path in self._paths(word, places):
                if not TABLE.sources.search(path):
                    self.lists |= set() if starts_scripts(text) else {path}
                    self._add(path)
        for folders in _SEARCH_PATH.findall(text):
            for folder in WORD.findall(folders):
                self.search_path.update((_joined(place, folder), None) for place in self._workdirs)
        self._folders.update(places)

    def _command(self, words: list[tuple[str, bool]], places: dict[str, None]) -> None:
        is_testing = any(TABLE.test_runners.search(word) for word, _ in words)
        lookers = (TABLE.lookers.get(os.path.basename(word)) for word, _ in words[:_FIRST])
        subjects = next(filter(None, lookers), None)
        here: dict[str, None] = {}
        before = ""
        for word, called in words:
            around = (here or self._workdirs) if "/" not in word else places
            for path in self._matching(word, around) if "*" in word else self._paths(word, places):
                if path in self._states.folders:
                    places[path] = here[path] = None
                    for name in _MAINS if called else ():
                        self._add(_joined(path, name))
                elif self._looks or (
                    subjects and subjects.search(path) and not _OBEYED.match(before)
                ):
                    self.looked_at[path] = None
                elif called or _is_no_source(path):
                    self._add(path)
                elif is_testing:
                    self.tests[path] = None
                elif TABLE.test_tree.search(path) and not path.endswith(".py"):
                    self.named.add(path)
            before = word

    def _paths(self, word: str, places: Collection[str]) -> list[str]:
        """Return the files and folders that a word may mean."""
        word = word.removeprefix("@")
        paths = self._states.meant(word, places)
        if not paths and "/" in word and "." not in os.path.basename(word):
            paths = [
                path for end in _ENDINGS for path in self._states.meant(f"{word}{end}", places)
            ]
        return paths

    def _matching(self, word: str, places: Iterable[str]) -> list[str]:
        folder, name = os.path.split(word.lstrip("/"))
        if not {".", "/"} & set(word.strip("*./")) and not re.search(r"\*\.\w|\w/", word):
            return []
        wanted = {os.path.normpath(os.path.join(place, folder)) for place in places}
        files = self._states.by_folder
        if any(mark in folder for mark in "*?["):
            wanted = {each for one in wanted for each in fnmatch.filter(files, one)}
        matches = re.compile(fnmatch.translate(name)).match
        return [
            path
            for each in sorted(wanted & files.keys())
            for path in files[each]
            if matches(os.path.basename(path))
        ]

    def _module(self, module: str, places: Iterable[str]) -> None:
        for path in self._of_module(module, places):
            self._add(path)

    def _of_module(self, module: str, places: Iterable[str]) -> Iterator[str]:
        inside = module.strip(".").replace(".", "/")
        places = dict.fromkeys(places)
        if module.endswith("."):
            yield from self._matching(f"{inside}/*.py", places)
        yield from self._states.meant(f"{inside}.py", places)
        for folder in self._states.meant(inside, places) if inside else places:
            for name in ("__main__.py", "__init__.py"):
                if (path := _joined(folder, name)) in self._states:
                    yield path

    def _imports(self, path: str, text: str) -> None:
        """Add helpers that a script imports from its own folder; others may be code."""
        folder = os.path.dirname(path)
        for module in imported(text):
            self._add(_joined(folder, f"{module.rpartition('.')[2]}.py"))

    def _borrow(self) -> None:
        """Add the modules that only files that are run import; what others import too is code."""
        for path in self._states.changed:
            if path.endswith(".py") and path not in self.files and self._serves_alone(path):
                self._add(path)

    def _serves_alone(self, path: str) -> bool:
        """Return whether all that imports a module is run, or serves what is run alone."""
        serving, waiting, is_run = {path}, [path], False
        while waiting:
            module = waiting.pop()
            importers = self._states.importers(module)
            is_given = module_name(module) in self._inline_imports
            if not (importers or is_given):
                return False
            is_run = is_run or is_given or not importers.isdisjoint(self.files)
            more = importers.difference(self.files, serving)
            serving |= more
            waiting += more
        return is_run

    def _is_code(self, path: str) -> bool:
        """Return whether tests import a module or its package: no script is followed into it."""
        if not path.endswith(".py"):
            return False
        package, folder = path, os.path.dirname(path)
        while folder and os.path.join(folder, "__init__.py") in self._states:
            package, folder = os.path.join(folder, "__init__.py"), os.path.dirname(folder)
        return any(map(TABLE.test_tree.search, self._states.importers(package)))

    def _add(self, path: str) -> None:
        for real_path in dict.fromkeys((path, self._states.real(path))):
            is_subject = self._is_test and not TABLE.test_tree.search(real_path)
            if real_path in self._states and real_path not in self.files:
                self.files[real_path] = None
                if not (self._is_python and self._is_code(real_path)):
                    self._waiting.append(real_path)
                self.by_tests |= {real_path} if is_subject else set()
            elif not is_subject:
                self.by_tests.discard(real_path)


def of_own_use(paths: Iterable[str], states: States, own: Set[str]) -> list[str]:
    """Return the modules that no file imports but those in `own`."""
    return [path for path in paths if states.importers(path) <= own]


def _joined(place: str, word: str) -> str:
    """Join a path to a folder; before its first slash there may have been a variable."""
    return os.path.normpath(os.path.join(place, word.lstrip("/")))


def _is_no_source(path: str) -> bool:
    return not (TABLE.sources.search(path) or TABLE.prose.search(path))


def of_runners(names: Mapping[str, Collection[str]], name: str) -> list[str]:
    """Return the runners that obey a file of this name."""
    return [runner for runner, files in names.items() if name in files]
