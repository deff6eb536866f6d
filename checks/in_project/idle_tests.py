"""Tell which tests go on to pass whatever the code that they run answers.

What a test calls is made to answer something else: nothing, then an object of no known kind. A test
that notices neither is tried with small faults too; one that fails for none of them shows nothing.
"""

import ast
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from .attempts import Attempts, Json
from .held import Held, Swap, instead
from .mutations import answering, functions, mutants, mutated, read_source

ANSWERS = ("None", "object()")
FAULTS = 20
"""Small faults that are tried with a test which notices no other answer."""
ENOUGH = 3
"""Small faults that what a test runs must leave room for, or nothing is said of it."""
PATIENCE = 3.0
"""Seconds beyond five times what a test took, after which another answer makes it hang."""

Named = tuple[str, str]
"""A test by its file and its function, whatever its parameters."""
Place = tuple[str, str, int]
"""A function of the code under test: its file, its name and its first line."""


class _HangsError(Exception):
    """A test does not end by itself."""


class Questions:
    """The plugin: where a test itself begins, it has what that runs answer something else."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self._swaps: dict[str, list[Swap]] = {}
        self._limits: dict[str, float] = {}
        self._modules: set[str] = set()
        self._known: set[Named] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: os.PathLike[str]) -> None:
        """Note which files pytest takes tests from."""
        self._modules.add(os.path.relpath(module_path))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Forget a file that skips itself: what it needs is on another machine."""
        if report.skipped:
            self._modules.discard(report.nodeid)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note which functions are tests, also where they come from another class."""
        self._known.add(_named(item))
        code = getattr(getattr(item, "function", None), "__code__", None)
        if code is not None:
            self._known.add((os.path.relpath(code.co_filename), code.co_name))

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Swap what the test runs, for as long as it runs."""
        swaps = self._swaps.get(item.nodeid, [])
        if not swaps:
            yield
            return
        with _exchanged(swaps), _limited(self._limits[item.nodeid]):
            yield

    def idle(self, seen: Json, held: Held) -> Json:
        """Return the tests that show nothing, those that are never run, and how many were asked."""
        ran = _ran(seen)
        passed = {name for name, outcome in seen["outcomes"].items() if outcome == "passed"}
        asked = [name for name in self._attempts.items if name in passed & ran.keys()]
        unmoved = set(asked)
        told: Json = {"modules": sorted(self._modules), "known": sorted(self._known)}
        told["skipped"] = self._always_skipped()
        for answer in ANSWERS:
            asking = {name: ran[name] for name in asked if name in unmoved}
            went_on = self._passing(asking, answer, seen, held)
            if went_on is None:
                return {**told, "asked": 0, "of": len(asked), "unmoved": []}
            unmoved &= went_on
        by_test: dict[Named, list[str]] = {}
        for name in asked:
            by_test.setdefault(_named(self._attempts.items[name]), []).append(name)
        suspects = {test: names for test, names in by_test.items() if unmoved >= set(names)}
        found: list[Named] = []
        for test, names in suspects.items():
            noticed = self._notice_a_fault(names, seen)
            if noticed is None:
                return {**told, "asked": len(found), "of": len(suspects), "unmoved": found}
            if not noticed:
                found.append(test)
        return {**told, "asked": len(asked), "of": len(asked), "unmoved": found}

    def _passing(
        self, asking: dict[str, set[Place]], answer: str, seen: Json, held: Held
    ) -> set[str] | None:
        """Return those tests that pass with another answer; None where there was no time.

        One that ends the process has noticed it; the others go on in another.
        """
        attempts = self._attempts
        target = os.path.join(attempts.tmp, "passing.jsonl")
        swaps: dict[Place, list[Swap]] = {}
        for path in sorted({place[0] for places in asking.values() for place in places}):
            tree = answering(read_source(path), answer)
            for function, code in instead(path, tree, attempts.plan["roots"], held):
                place = (path, code.co_name, code.co_firstlineno)
                swaps.setdefault(place, []).append((function, code))
        mine = {
            name: [each for place in places for each in swaps.get(place, [])]
            for name, places in asking.items()
        }
        left = [name for name in asking if mine[name]]
        passing: set[str] = set()

        def run() -> bool:
            self._swaps = mine
            self._limits = {name: 5 * float(seen["seconds"][name]) + PATIENCE for name in left}
            with open(target, "a", encoding="utf-8", buffering=1) as file:
                for name, item, following in attempts.in_order(left):
                    attempts.outcomes.clear()
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                    failed = attempts.outcomes.get(name) == "failed"
                    print(json.dumps([name, not failed]), file=file)
            return True

        while left:
            with open(target, "w", encoding="utf-8"):
                """Nothing is left of the process before."""
            if attempts.forked(run, attempts.deadline - time.monotonic()) is None:
                return None
            told = _told(target)
            passing |= {name for name, passed in told.items() if passed}
            left = left[len(told) + 1 :]
        return passing

    def _notice_a_fault(self, names: list[str], seen: Json) -> bool | None:
        """Whether one of a test's cases fails for a small fault in what it runs; None: no time.

        Where next to nothing can be made faulty, nothing shows that it would not.
        """
        mine = set(names)
        lines = {
            (path, int(line))
            for path, listed in seen["lines"].items()
            for line, tests in listed.items()
            if mine & set(tests)
        }
        found = [
            mutant
            for path in sorted({path for path, _ in lines if os.path.isfile(path)})
            for mutant in mutants(path, read_source(path))
            if (path, mutant.line) in lines
        ]
        if len(found) < ENOUGH:
            return True
        found.sort(key=lambda mutant: mutant.rank(self._attempts.plan["seed"]))
        for mutant in found[:FAULTS]:
            tree = mutated(read_source(mutant.path), mutant)
            noticed = self._attempts.attempt({mutant.path: tree}, names, seen)
            if noticed is None:
                return None
            if noticed:
                return True
        return False

    def _always_skipped(self) -> list[Named]:
        """Name the tests all of whose cases are marked as skipped where they are written."""
        marked: dict[Named, bool] = {}
        for item in self._attempts.items.values():
            test = _named(item)
            marked[test] = marked.get(test, True) and _is_skipped(item)
        return [test for test, always in marked.items() if always]


def _told(path: str) -> dict[str, bool]:
    """Return which tests ended, in their order, and whether they passed."""
    with open(path, encoding="utf-8") as file:
        return dict(json.loads(line) for line in file if line.endswith("\n"))


def _named(item: pytest.Item) -> Named:
    return item.location[0], str(getattr(item, "originalname", None) or item.name)


def _is_skipped(item: pytest.Item) -> bool:
    """Whether a mark that stands at a test, its class, its file or its case skips it anywhere."""
    owners = [getattr(each, "obj", None) for each in item.listchain()]
    marks = [each for owner in owners for each in _listed(getattr(owner, "pytestmark", []))]
    marks += getattr(getattr(item, "callspec", None), "marks", [])
    return any(getattr(each, "name", "") == "skip" for each in marks)


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else [value]


def _ran(seen: Json) -> dict[str, set[Place]]:
    """Return for each test the functions of the code under test that it ran itself."""
    found: dict[str, set[Place]] = {}
    for path, lines in seen["lines"].items():
        if not os.path.isfile(path):
            continue
        for _, node in functions(ast.parse(read_source(path))):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            place = (path, node.name, first)
            for line in range(node.body[0].lineno, (node.end_lineno or first) + 1):
                for test in lines.get(str(line), ()):
                    found.setdefault(test, set()).add(place)
    return found


@contextmanager
def _exchanged(swaps: list[Swap]) -> Iterator[None]:
    before = [(function, function.__code__) for function, _ in swaps]
    for function, code in swaps:
        function.__code__ = code
    try:
        yield
    finally:
        for function, code in before:
            function.__code__ = code


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Have what takes longer than this fail."""

    def stop(*_: object) -> None:
        raise _HangsError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
