"""Which of the files that a change touches decide how a criterion is measured.

All others are what is measured: the code. Whatever cannot be told from a rule counts as one.
"""

import fnmatch
import os
import sys
from collections.abc import Container, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Final

import msgspec
from msgspec.structs import replace

from readiness.guard.calling import WORD, only_looks, only_prints
from readiness.guard.catalogue import with_producers
from readiness.guard.file_names import (
    OF_ANY,
    configures,
    is_locked,
    is_read_by_people,
    tools_of,
)
from readiness.guard.observed import Called, Observed
from readiness.guard.pairs import combinations
from readiness.guard.project.rules import TABLE
from readiness.guard.project.sections import changed_sections, is_shared
from readiness.guard.put_aside import counts_silence, is_builtin
from readiness.guard.reaching import Reached, reached
from readiness.guard.states import States
from readiness.model.board import Board, Check, Criterion
from readiness.project.globs import covers
from readiness.project.recipes import is_own
from readiness.text.sentences import Sentences

_IMPORTED: Final = (".py", ".pyc", ".so")
_OWN: Final = frozenset(("test", "tests"))
_TOOLS: Final = frozenset(tool.name for tool in TABLE.tools)
"""Tools whose settings are known: any program may start one, so what they come to is measured."""


def measurable(board: Board, names: Container[str] | None) -> Iterator[Criterion]:
    """Yield the criteria that this profile measures; `names` limits them, None stands for all."""
    for criterion in board.criteria():
        is_asked = names is None or criterion.id in names
        is_here = not criterion.profiles or board.profile in criterion.profiles
        if criterion.check is not None and not criterion.unset and is_asked and is_here:
            yield criterion


class Deciding(msgspec.Struct, frozen=True, kw_only=True):
    """The changed files that decide how one criterion is measured.

    `rules` are settings, scripts and whatever else its tools obey; of them `called` are what its
    command runs, `lists` give programs their arguments, and `opened` is what scripts read, be it
    rules or data. `tests` are tests and what serves them, where it runs tests, by a runner that is
    known or by another program; `among_code` are sources that hold tests as well.
    """

    rules: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    among_code: tuple[str, ...] = ()
    runs_tests: bool = False

    def __bool__(self) -> bool:
        return bool(self.rules or self.tests or self.among_code)

    def without_tests(self) -> "Deciding":
        """Return a copy without tests, for a measure that counts how much the tests do."""
        return replace(self, tests=(), among_code=(), runs_tests=False)

    @property
    def files(self) -> tuple[str, ...]:
        """Return all files, sorted."""
        return tuple(sorted({*self.rules, *self.tests}))


def of_the_gate(board: Board, root: str) -> list[str]:
    """Return the board and its catalogues, relative to the repository."""
    return [
        os.path.relpath(os.path.abspath(path), root) for path in (board.path, *board.catalogues)
    ]


def serves_tests(path: str, states: States, behind: frozenset[str] = frozenset()) -> bool:
    """Return whether a file holds tests, or serves them alone: code imports what it looks for."""
    if TABLE.test_tree.search(path):
        return True
    if not path.endswith(".py") or not any(map(TABLE.serves_tests.search, states.texts(path))):
        return False
    importers = states.importers(path) - behind
    return all(serves_tests(each, states, behind | {path}) for each in importers)


class Decider:
    """Sorts the files of a change, for the criteria of a board whose probes run in `workdir`.

    `workdir` is relative to the root of both states; `sites` are folders of installed packages,
    `own` are files and folders of the gate itself, which are compared for themselves.
    """

    def __init__(
        self,
        states: States,
        board: Board,
        workdir: str,
        *,
        sites: Iterable[str] = (),
        own: Iterable[str] = (),
    ) -> None:
        self._own = tuple(own)
        self.observed: dict[str, Observed] = {}
        self.by_code: set[str] = set()
        self._code = [os.path.join(workdir, pattern) for pattern in board.code]
        self._reached: dict[str, Reached] = {}
        self._tested: dict[str, frozenset[str]] = {}
        self._called = Called(states, board.catalogues)
        self._states = states
        self._board = board
        self._workdir = workdir
        self._sites = tuple(sites)

    def of(self, criterion: Criterion) -> Deciding:
        """Return the changed files that decide how this criterion is measured."""
        check = criterion.check
        if check is None or not self._states.changed:
            return Deciding()
        if (not check.name and only_looks(check.run)) or counts_silence(check):
            return Deciding()
        reach = self._reached_by(criterion)
        seen = self.observed.get(criterion.id, Observed())
        reach = replace(reach, files=self._called.of(reach.files, seen))
        changed = [path for path in self._states.changed if not self._is_apart(path)]
        tests = [path for path in changed if self._is_test(path, reach)]
        others = [path for path in changed if path not in tests or path in reach.files]
        rules = [path for path in others if self._rules(path, reach, seen)]
        opened = seen.opened.union(seen.executed & self.carried(criterion))
        if self._code and is_own(check):
            by_code = [path for path in others if self._is_not_code(path, reach, criterion)]
            known = seen.opened | seen.executed | seen.written
            if criterion.id in self.observed:
                by_code = [path for path in by_code if path not in {*rules, *known}]
            else:
                rules = []
            opened |= frozenset(by_code) - reach.files
            rules += by_code
            self.by_code |= {criterion.id} if by_code else set()
        if not reach.runs_tests:
            rules += [path for path in tests if path not in rules and self._is_named(path, reach)]
            tests = [path for path in tests if path in reach.files or path in reach.named]
            opened |= reach.by_tests
            if tests:  # what they call is the code that they test
                self._tested[criterion.id] = reach.by_tests
                rules = [path for path in rules if path not in {*tests, *reach.by_tests}]
                opened |= {*tests, *rules}
        tests = [path for path in tests if path not in rules]
        rules.sort()
        return Deciding(
            rules=tuple(rules),
            called=tuple(path for path in sorted({*rules, *tests}) if path in reach.files),
            lists=tuple(path for path in rules if path in reach.lists),
            tests=tuple(tests),
            opened=tuple(path for path in sorted({*rules, *tests}) if path in opened),
            among_code=tuple(filter(self._has_tests, others)) if reach.runs_tests else (),
            runs_tests=reach.runs_tests,
        )

    def _has_tests(self, path: str) -> bool:
        """Return whether code has tests in it, as Rust's has."""
        is_source = TABLE.sources.search(path) and not path.endswith(".py")
        return bool(is_source) and any(map(TABLE.among_code.search, self._states.texts(path)))

    def told_by_code(self, names: Iterable[str], say: Sentences) -> list[str]:
        """Say of which criteria the board's `code:` decides."""
        shown = ", ".join(name for name in names if name in self.by_code)
        return [say("guard.by_code", names=shown)] if shown else []

    def is_unsure_of(self, criterion: Criterion) -> bool:
        """Return whether only seeing a command run tells what it does with the changed files."""
        check = criterion.check
        if check is None or not is_own(check) or _only_prints(check) or not self._states.changed:
            return False
        reach = self._reached_by(criterion)
        if reach.runs_tests or not any(map(TABLE.starts_python.fullmatch, reach.words)):
            return False
        return any(
            path.endswith(".py") or not (TABLE.sources.search(path) or is_read_by_people(path))
            for path in self._states.changed
            if not (self._is_apart(path) or self._is_test(path, reach) or is_locked(path))
        )

    def carried(self, criterion: Criterion) -> frozenset[str]:
        """Return the changed modules that a command names, where it may copy or pack them."""
        reach = self._reached_by(criterion)
        if reach.words.isdisjoint(TABLE.carriers | TABLE.printers):
            return frozenset()
        named = {word for text in self._commands(criterion) for word in WORD.findall(text)}
        return frozenset(
            path
            for path in self._states.changed
            if path.endswith(".py") and any(_is_in(path, word, self._workdir) for word in named)
        )

    def looked_at(self) -> frozenset[str]:
        """Return the files that commands were seen to open, and none to run."""
        unseen = Observed()
        opened = (seen.opened | seen.executed | seen.written for seen in self.observed.values())
        called = (
            self._called.of(reach.files, self.observed.get(one, unseen))
            - self._tested.get(one, set())
            for one, reach in self._reached.items()
        )
        return frozenset().union(*opened, *self._tested.values()).difference(*called)

    def speaks_of(self, tool: str, of: Iterable[str] = ()) -> bool:
        """Return whether a criterion in `of`, or any that was asked about, mentions a tool."""
        names = list(of) or list(self._reached)
        return any(self._reached[name].speaks_of(tool) for name in names)

    def mentions(self, criterion: Criterion, tool: str) -> bool:
        """Return whether what a criterion runs mentions a tool."""
        return criterion.check is not None and self._reached_by(criterion).speaks_of(tool)

    def may_reach(self, tool: str) -> bool:
        """Return whether a tool's settings and comments count before they hide anything.

        They do where a criterion mentions the tool, and where one prints what another run wrote:
        nobody knows by which tool.
        """
        return any(
            _only_prints(criterion.check) or self._reached_by(criterion).speaks_of(tool)
            for criterion in self._board.criteria()
            if criterion.check is not None
        )

    def _reached_by(self, criterion: Criterion) -> Reached:
        if criterion.id not in self._reached:
            folders = [os.path.join(self._workdir, each) for each in criterion.workdirs or ("",)]
            workdirs = [os.path.normpath(each) if each else "" for each in folders]
            found = reached(self._commands(criterion), self._states, *workdirs)
            self._reached[criterion.id] = found
        return self._reached[criterion.id]

    def _commands(self, criterion: Criterion) -> list[str]:
        commands: list[str] = []
        assert criterion.check is not None  # noqa: S101 - asked before
        known = self._board.checks
        producers = with_producers(criterion.check.after, self._board)
        for check in (criterion.check, *(known[name] for name in producers if name in known)):
            commands += [check.run, " ".join(check.tools)]
        for given in combinations(criterion):
            values = (value for value in given.values() if value not in TABLE.runners)
            commands += (_asked_for(value, check) for value in values)
        return [criterion.written, *commands, *self._board.env.values()]

    def _is_apart(self, path: str) -> bool:
        if TABLE.workflows.search(path):
            return True
        return any(path == each or path.startswith(f"{each}/") for each in self._own if each)

    # --- rules ------------------------------------------------------------------------------------

    def _rules(self, path: str, reach: Reached, seen: Observed) -> bool:
        name = os.path.basename(path)
        if is_locked(path) or path in seen.written:
            return False
        if self._is_in_the_way(path, reach) or self._shadows(path, reach):
            return True
        if TABLE.sources.search(path):
            return path in reach.files or name in TABLE.hook_files or configures(name, reach)
        if path in reach.files and not is_shared(name):
            return True
        if path in seen.opened and not is_shared(name):
            return True
        if TABLE.prose.search(path) or path in reach.looked_at:
            return False
        return self._is_setting(path, reach)

    def _is_not_code(self, path: str, reach: Reached, criterion: Criterion) -> bool:
        """Return whether a file is a rule by what the board says of its code.

        A script that the command itself names is one even there.
        """
        if is_locked(path) or is_read_by_people(path) or path in reach.looked_at:
            return False
        name = os.path.relpath(path, self._workdir or ".")
        if path in reach.files and any(name in each for each in self._commands(criterion)):
            return True
        return not any(covers(pattern, path) for pattern in self._code)

    def _is_test(self, path: str, reach: Reached) -> bool:
        if serves_tests(path, self._states) or path in reach.tests:
            return True
        name = os.path.basename(path)
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in reach.test_names)

    def _is_named(self, path: str, reach: Reached) -> bool:
        """Return whether a file is a tool's settings file, though it stands among tests."""
        name = os.path.basename(path)
        return bool(tools_of(name)) and self._is_setting(path, reach)

    def _is_setting(self, path: str, reach: Reached) -> bool:
        name, folder = os.path.split(path)[1], os.path.dirname(path)
        if is_shared(name):
            sections = changed_sections(name, *self._states.both(path))
            return sections is None or any(
                section in _TOOLS or reach.speaks_of_part(section) for section in sections
            )
        if tools := tools_of(name):
            return not _TOOLS.isdisjoint(tools) or any(map(reach.speaks_of, tools))
        stem = name.strip(".").partition(".")[0]
        if hidden := [part for part in folder.split("/") if part.startswith(".")]:
            # What editors, forges and containers are told; or a tool, by its name.
            return any(reach.speaks_of(part) for part in (*hidden, stem) if part not in OF_ANY)
        if name.partition(".env")[0] == "":  # what runners set for all that they start
            return True
        above = any(not folder or f"{each}/".startswith(f"{folder}/") for each in reach.workdirs)
        if TABLE.formats.search(path):
            if stem not in OF_ANY and reach.speaks_of(stem):
                return True
            return above and not (reach.looks_at(path) or name.startswith(".") or reach.runs_tests)
        if above or not reach.runs_tests:
            return not reach.looks_at(path)
        return name.startswith(".") or bool(TABLE.scripts.search(path))

    def _is_in_the_way(self, path: str, reach: Reached) -> bool:
        """Return whether a file or its folder would keep make from building a target."""
        for place in reach.workdirs:
            name = os.path.relpath(path, place or ".").partition("/")[0]
            whole = os.path.join(place, name)
            if name in reach.targets and whole not in self._states.before:
                return not any(each.startswith(f"{whole}/") for each in self._states.before)
        return False

    @cached_property
    def _modules(self) -> frozenset[str]:
        """The paths of all modules that were there, each also without the folders it is in."""
        return frozenset(
            "/".join(parts[skip:])
            for parts in (path.split("/") for path in self._states.before if path.endswith(".py"))
            for skip in range(len(parts))
        )

    def _shadows(self, path: str, reach: Reached) -> bool:
        """Return whether a file is a new module or stub that shadows another of the same name."""
        if path.endswith(".pyi") and path not in self._states.before:
            parts = path[:-1].split("/")
            return any("/".join(parts[skip:]) in self._modules for skip in range(len(parts)))
        for place in reach.workdirs | reach.places if path.endswith(_IMPORTED) else ():
            inside = os.path.relpath(path, place or ".")
            top = inside.partition("/")[0].partition(".")[0]
            if inside.startswith("..") or top in _OWN:
                continue
            alone = "/" not in inside and top in reach.words
            known = alone or top in sys.stdlib_module_names
            if known or any(_is_installed(site, top) for site in self._sites):
                beside = any(_is_of(each, place, top) for each in self._states.before)
                if not beside and _is_of(path, place, top):
                    return True
        return False


def _is_in(path: str, word: str, workdir: str) -> bool:
    """Return whether a word names a file, or a folder that it is in below the workdir."""
    place = os.path.normpath(os.path.join(workdir, word))
    return place not in (os.curdir, workdir) and f"{path}/".startswith(f"{place}/")


def _only_prints(check: Check) -> bool:
    """Return whether a command of the board prints what files hold, and does no more."""
    return not check.name and only_prints(check.run)


def _asked_for(value: str, check: Check) -> str:
    """Return what a parameter asks a check to do.

    Documents that it names are only read, and so is what the tools of some checks are given.
    """
    if is_builtin(check) and not TABLE.test_runners.search(check.run):
        words = [w for w in value.split() if w[0] == "@" or not TABLE.prose.search(w)]
        return " ".join([*(tool for tool in check.tools if tool in TABLE.lookers), *words])
    return value


def _is_of(path: str, place: str, module: str) -> bool:
    whole = os.path.join(place, module)
    return path.startswith((f"{whole}.", f"{whole}/")) and path.endswith(_IMPORTED)


@lru_cache(maxsize=4096)
def _is_installed(site: str, module: str) -> bool:
    return any(
        os.path.isfile(os.path.join(site, f"{module}{end}")) for end in (".py", "/__init__.py")
    )
