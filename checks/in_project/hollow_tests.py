"""Find the tests that show nothing: always skipped, or nothing that they run makes them fail.

What a test calls is made to answer something else: nothing, then an object of no known kind. A test
that notices neither is tried with small faults too; one that fails for none of them shows nothing.
Of a test that runs no code of the project nothing is known, unless it is made of constants and
mocks alone. What compares answers and would notice no other ones is in claims.py.
"""

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from .attempts import SETUP, Attempts, Json, OutOfTimeError, limited, limits
from .claims import Claims
from .held import Held, Swap, instead
from .mutations import Function, answering, functions, mutants, mutated, read_source

ANSWERS = ("None", "object")
FAULTS = 20
"""Small faults that are tried with a test which notices no other answer."""
ENOUGH = 3
"""Small faults that what a test runs must leave room for, or nothing is said of it."""

SKIPPED = "is never run: it is always skipped"
UNHEARD = "compares nothing that other answers of the code that it runs would change"
UNMOVED = "passes whatever the code that it runs answers"
CONSTANT = "passes whatever the code is: it is made of constants and mocks alone"

_IMPORT = ast.Import | ast.ImportFrom
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef
TestName = tuple[str, str]
"""A test by its file and its function, whatever its parameters."""
Place = tuple[str, str, int]
"""A function of the code under test: its file, its name and its first line."""
Hollow = tuple[TestName, int, str]
"""A test that shows nothing: its name, its line, and why."""


class HollowTests:
    """The plugin: where a test itself begins, it has what that runs answer something else."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self.claims = Claims(attempts)
        self._swaps: dict[str, list[Swap]] = {}
        self._limits: dict[str, float] = {}
        self._modules: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: os.PathLike[str]) -> None:
        """Note which files pytest takes tests from."""
        self._modules.add(os.path.relpath(module_path))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Forget a file that skips itself: what it needs is on another machine."""
        if report.skipped:
            self._modules.discard(report.nodeid)

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Swap what the test runs, for as long as it runs."""
        swaps = self._swaps.get(item.nodeid, [])
        if not swaps:
            yield
            return
        with _exchanged(swaps), limited(self._limits[item.nodeid]):
            yield

    def find(self, seen: Json, held: Held) -> tuple[list[Hollow], int]:
        """Return the tests that show nothing, and how many tests there are."""
        lines: dict[TestName, int] = {}
        for item in self._attempts.items.values():
            lines.setdefault(_test_name(item), (item.location[1] or 0) + 1)
        hollow = [(test, lines[test], SKIPPED) for test in self._always_skipped()]
        unmoved = self._unmoved(seen, held)
        hollow += [(test, lines[test], UNMOVED) for test in unmoved]
        unheard = self._unheard(seen)
        hollow += [(test, lines[test], UNHEARD) for test in unheard if test not in unmoved]
        return hollow + self._constant(seen), len(lines)

    def _unmoved(self, seen: Json, held: Held) -> list[TestName]:
        """Return the tests that pass with other answers, and with every small fault."""
        ran = _functions_run(seen)
        asked = [name for name in self._passed(seen) if name in ran]
        unmoved = set(asked)
        for answer in ANSWERS:
            places = {name: ran[name] for name in asked if name in unmoved}
            unmoved &= self._passing(places, answer, seen, held)
        cases: dict[TestName, list[str]] = {}
        for name in asked:
            cases.setdefault(_test_name(self._attempts.items[name]), []).append(name)
        return [
            test
            for test, names in cases.items()
            if unmoved >= set(names) and not self._notice_a_fault(names, seen)
        ]

    def _unheard(self, seen: Json) -> list[TestName]:
        """Return the tests all of whose cases compare what cannot be otherwise."""
        ran = _functions_run(seen)
        asked = [name for name in self._passed(seen) if name in ran]
        unheard = set(self.claims.unheard(asked, seen))
        cases: dict[TestName, list[str]] = {}
        for name in asked:
            cases.setdefault(_test_name(self._attempts.items[name]), []).append(name)
        return [test for test, names in cases.items() if unheard >= set(names)]

    def _passed(self, seen: Json) -> list[str]:
        return [name for name in self._attempts.items if seen["outcomes"].get(name) == "passed"]

    def _passing(
        self, asked: dict[str, set[Place]], answer: str, seen: Json, held: Held
    ) -> set[str]:
        """Return those tests that pass with another answer.

        One that ends the process has noticed it; the others go on in another.
        """
        swaps: dict[Place, list[Swap]] = {}
        for path in sorted({place[0] for places in asked.values() for place in places}):
            tree = answering(read_source(path), answer)
            for function, code in instead(path, tree, self._attempts.plan["roots"], held):
                place = (path, code.co_name, code.co_firstlineno)
                swaps.setdefault(place, []).append((function, code))
        self._swaps = {
            name: [swap for place in places for swap in swaps.get(place, [])]
            for name, places in asked.items()
        }
        left = [name for name in asked if self._swaps[name]]
        self._limits = limits(seen)
        outcomes = self._attempts.outcomes
        passing = self._attempts.one_by_one(
            left, lambda name: outcomes.get(name) != "failed", lambda: None
        )
        self._swaps = {}
        return {name for name, passed in passing.items() if passed}

    def _notice_a_fault(self, names: list[str], seen: Json) -> bool:
        """Return whether one of a test's cases fails for a small fault in what it runs.

        Where next to nothing can be made faulty, nothing shows that it would not.
        """
        mine = set(names)
        lines = {
            (path, int(line))
            for path, listed in seen["lines"].items()
            for line, tests in listed.items()
            if mine & set(tests)
        }
        faults = [
            mutant
            for path in sorted({path for path, _ in lines if os.path.isfile(path)})
            for mutant in mutants(path, read_source(path))
            if (path, mutant.line) in lines
        ]
        if len(faults) < ENOUGH:
            return True
        faults.sort(key=lambda mutant: mutant.rank(self._attempts.plan["seed"]))
        for mutant in faults[:FAULTS]:
            tree = mutated(read_source(mutant.path), mutant)
            noticed = self._attempts.attempt({mutant.path: tree}, names, seen)
            if noticed is None:
                raise OutOfTimeError
            if noticed:
                return True
        return False

    def _always_skipped(self) -> list[TestName]:
        """Return the tests all of whose cases are marked as skipped where they are written."""
        marked: dict[TestName, bool] = {}
        for item in self._attempts.items.values():
            test = _test_name(item)
            marked[test] = marked.get(test, True) and _is_skipped(item)
        return [test for test, always in marked.items() if always]

    def _constant(self, seen: Json) -> list[Hollow]:
        """Return the tests that use nothing at all, neither themselves nor to be set up."""
        ran = {
            name.removeprefix(SETUP)
            for lines in seen["lines"].values()
            for names in lines.values()
            for name in names
        }
        untouched = {
            _test_name(self._attempts.items[name]) for name in self._passed(seen) if name not in ran
        }
        doubles: dict[str, set[str]] = {}
        for item in self._attempts.items.values():
            if item.location[0] not in doubles:
                module = getattr(item.getparent(pytest.Module), "obj", None)
                doubles[item.location[0]] = _doubles(vars(module) if module else {})
        return [
            ((path, node.name), node.lineno, CONSTANT)
            for path in sorted(self._modules)
            for node in _written_tests(path)
            if (path, node.name) in untouched and _is_constant(node, doubles.get(path, set()))
        ]


def _written_tests(path: str) -> Iterator[AnyFunction]:
    """Yield the tests in a file and its classes; of those with one name, the last."""
    tree = ast.parse(read_source(path))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for body in (tree.body, *(node.body for node in classes)):
        tests = (node for node in body if isinstance(node, Function))
        yield from {node.name: node for node in tests if node.name.startswith("test_")}.values()


def _doubles(known: Mapping[str, object]) -> set[str]:
    """Return the names by which a module knows what stands in for code."""
    return {
        name
        for name, value in known.items()
        if "unittest.mock" in (getattr(value, "__name__", ""), getattr(value, "__module__", ""))
    }


def _is_constant(test: AnyFunction, doubles: set[str]) -> bool:
    """Return whether a test is handed nothing, and asks nothing that could be other next time."""
    names = [argument.arg for argument in ast.walk(test.args) if isinstance(argument, ast.arg)]
    nodes = [node for statement in test.body for node in ast.walk(statement)]
    if names not in ([], ["self"]) or any(isinstance(node, _IMPORT) for node in nodes):
        return False
    used = [node for node in nodes if isinstance(node, ast.Name)]
    own = {node.id for node in used if isinstance(node.ctx, ast.Store)}
    return all(node.id in own | doubles | {"print"} for node in used)


def _test_name(item: pytest.Item) -> TestName:
    return item.location[0], str(getattr(item, "originalname", None) or item.name)


def _is_skipped(item: pytest.Item) -> bool:
    """Return whether a mark at a test, its class, its file or its case skips it anywhere."""
    owners = [getattr(node, "obj", None) for node in item.listchain()]
    marks = [mark for owner in owners for mark in _listed(getattr(owner, "pytestmark", []))]
    marks += getattr(getattr(item, "callspec", None), "marks", [])
    return any(getattr(mark, "name", "") == "skip" for mark in marks)


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else [value]


def _functions_run(seen: Json) -> dict[str, set[Place]]:
    """Return for each test the functions of the code under test that it ran itself."""
    places: dict[str, set[Place]] = {}
    for path, lines in seen["lines"].items():
        if not os.path.isfile(path):
            continue
        for _, node in functions(ast.parse(read_source(path))):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            place = (path, node.name, first)
            for line in range(node.body[0].lineno, (node.end_lineno or first) + 1):
                for test in lines.get(str(line), ()):
                    places.setdefault(test, set()).add(place)
    return places


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
