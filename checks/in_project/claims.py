"""Find the tests that compare what the code answers, and notice no other answer by comparing.

One answer at a time is another of its own kind, each time that a function is asked the same. What
fails in the code of the project for it shows nothing: there no test compares.
"""

import ast
import itertools
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from .answers import ENDS, SKIPPED, Answers, asking
from .attempts import PATIENCE, Attempts, HangsError, Json, limited, limits
from .held import Held, swap
from .mutations import read_source
from .values import describe, ways

ROUNDS = 60
"""Other answers that are tried with one test, in turns of all that it gets."""
ENOUGH = 3
"""Other answers that a test must have passed with, or nothing is said of it."""
FAR = 1000
"""How many times as much a number is that no tolerance may take for the same."""

ASSERTED, ELSEWHERE, UNNOTICED = "asserted", "elsewhere", ""

COMPARING = ("_pytest.", "unittest.")
"""What compares for a test."""
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge", "contains", "sub", "rsub")
_IS_CLOSE = math.isclose
_PLAIN = (int, float, str, bytes, list, tuple, dict, set)

Alteration = tuple[str, str]
"""A function and what it is asked, as `path:name#1`, and the way in which its answer is another."""


class AlteredAnswers(Answers):
    """Alters what the project answers to others, by function and by what it is asked."""

    def __init__(self, tops: set[str], tests: set[str]) -> None:
        super().__init__("", tops, tests)
        self.wanted = ("", "")
        self.noted: dict[str, dict[str, bool]] | None = None
        self.asked: dict[str, list[tuple[object, ...]]] = defaultdict(list)
        self.error: BaseException | None = None
        self.first_answers: dict[str, tuple[str, Any]] = {}
        self.compared: set[str] = set()
        self.running = False
        self._altering = False
        self._kinds: dict[tuple[type, str], type] = {}
        self._watched: list[tuple[Any, type]] = []

    def begin(self, wanted: Alteration) -> None:
        """Forget what was asked before, and alter this from here on."""
        self.wanted, self.error = wanted, None
        self.noted = None if self.noted is None else {}
        for kept in (self.asked, self.first_answers, self.compared):
            kept.clear()

    def end(self) -> None:
        """Let objects be again what they were."""
        self.running = False
        for value, kind in self._watched:
            object.__setattr__(value, "__class__", kind)
        self._watched.clear()

    def noticed(self, error: BaseException) -> str:
        """Say whether a test failed by comparing, or because code of the project did before."""
        plain = (AssertionError, HangsError, pytest.fail.Exception)
        if isinstance(error, plain) or error is self.error:
            return ASSERTED
        within, place = "", error.__traceback__
        while place is not None:
            file = place.tb_frame.f_code.co_filename
            within = file if file in self.tops or file in self.tests else within
            place = place.tb_next
        return ELSEWHERE if within in self.tops else ASSERTED

    def _other(
        self, frame: Any, *answers: Any, only: str = "", ends: bool = False
    ) -> Iterator[Any]:
        code = frame.f_code
        caller = frame.f_back
        quiet = self._altering or not self.running or (self.noted is None and not self.wanted[0])
        if quiet or (caller is not None and caller.f_code.co_filename in self.tops):
            return
        function = self.names.get((code.co_filename, code.co_firstlineno))
        if function is None or (self.noted is None and not self.wanted[0].startswith(function)):
            return
        self._altering = True
        label = ""
        code_of_test = caller is not None and caller.f_code.co_filename in self.tests
        others: dict[str, Any] = {}
        try:
            given = [frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount]]
            label = f"{function}#{self._number(function, given)}"
            self._as_before(function, label, answers)
            if self.noted is not None or self.wanted[0] == label:
                others = {
                    way: other
                    for answer in answers
                    for way, other in itertools.chain(ways(answer, self.first), _far(answer))
                    if way.startswith(only)
                }
                others |= {} if answers else {SKIPPED: True}
                others |= self._as_before(function, label, answers)
                if ends and code.co_flags & 0x20:
                    others["ended"] = ENDS
            if self.noted is not None:
                is_answer = not (only or isinstance([*answers, None][0], Exception | None))
                self.noted.setdefault(label, {}).update(dict.fromkeys(others, is_answer))
        except Exception:  # noqa: BLE001 - of what cannot be told, nothing is altered
            return
        finally:
            self._altering = False
        if self.noted is not None and answers and not only and code_of_test:
            with suppress(Exception):
                yield self._watch(answers[0], label)
        if self.noted is None and self.wanted[1] in others:
            other = others[self.wanted[1]]
            self.error = other if isinstance(other, BaseException) else None
            yield other

    def _as_before(self, function: str, label: str, answers: tuple[Any, ...]) -> dict[str, Any]:
        """Return what a function answered first, if it was asked something else then."""
        if not answers or isinstance(answers[0], Exception):
            return {}
        before, answer = self.first_answers.setdefault(function, (label, answers[0]))
        return {} if before == label else {"before": answer}

    def _watch(self, value: Any, label: str) -> Any:
        """Return a value that notes when a test compares it."""
        kind = type(value)
        if kind in _PLAIN:
            return self._watching(kind, label)(value)
        if not callable(value) and not isinstance(value, Exception):
            # Also where it is frozen; what is of Python's own stays what it is.
            object.__setattr__(value, "__class__", self._watching(kind, label))
            self._watched.append((value, kind))
        return value

    def _watching(self, kind: Any, label: str) -> Any:
        def noting(name: str) -> Any:
            def compare(value: Any, other: Any) -> Any:
                caller = sys._getframe(1)
                module = str(caller.f_globals.get("__name__"))
                if caller.f_code.co_filename in self.tests or module.startswith(COMPARING):
                    self.compared.add(label)
                return getattr(kind, name)(value, other)

            return compare

        if (kind, label) not in self._kinds:
            names: dict[str, Any] = {
                name: noting(name)
                for name in map("__{}__".format, _COMPARISONS)
                if hasattr(kind, name)
            }
            names |= {
                "__hash__": kind.__hash__,
                "__slots__": (),
                "compared_in": self._noting(label),
            }
            self._kinds[kind, label] = type(kind.__name__, (kind,), names)
        return self._kinds[kind, label]

    def _noting(self, label: str) -> Any:
        def compared_in(_value: Any, file: str) -> None:
            if file in self.tests:
                self.compared.add(label)

        return compared_in

    def _number(self, function: str, arguments: list[Any]) -> int:
        """Return which of all that a function was asked this is; other objects are another."""
        known = self.asked[function]
        for number, before in enumerate(known):
            if len(before) == len(arguments) and all(map(_same, before, arguments)):
                return number
        known.append(tuple(arguments))
        return len(known) - 1


def _is_close(value: Any, other: Any, **tolerances: Any) -> bool:
    """Do what `math.isclose` does, which asks no method of what it compares."""
    for number in (value, other):
        if note := getattr(number, "compared_in", None):
            note(sys._getframe(1).f_code.co_filename)
    return _IS_CLOSE(value, other, **tolerances)


def _same(value: Any, other: Any) -> bool:
    is_plain = type(value) is type(other) and type(value) in (*_PLAIN, bool)
    return value is other or (is_plain and describe(value) == describe(other))


def _far(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is too far away, and what is the same of a kind of its own."""
    if type(value) in (int, float):
        yield "far", FAR * (abs(value) + 1)
        yield "opposite", -FAR * (abs(value) + 1)
    if type(value) in _PLAIN:
        kind: Any = type("Kind", (type(value),), {})
        yield "subkind", kind(value)


class Claims:
    """The plugin: where a test itself begins, one of the answers that it gets is another."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self._altered = AlteredAnswers(set(), set())
        self._trees: dict[str, ast.Module] = {}
        self._held: Held = {}
        self._plan: dict[str, Alteration] = {}
        self._limits: dict[str, float] = {}
        self.listening = False
        self.noticed = UNNOTICED
        vars(math)["isclose"] = _is_close  # before the tests import it

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Alter what is planned for a test, and tell how it noticed that."""
        if not self.listening:
            yield
            return
        self._altered.running = True
        self._altered.begin(self._plan.get(item.nodeid, ("", "")))
        with limited(self._limits.get(item.nodeid, PATIENCE)):
            outcome: Any = yield
        self._altered.end()
        error = outcome.excinfo[1] if outcome.excinfo else None
        self.noticed = self._altered.noticed(error) if error else UNNOTICED

    def _how_noticed(self, name: str) -> str:
        """Tell how a test noticed what is altered; unittest keeps to itself what is raised."""
        failed = self._attempts.outcomes.get(name) == "failed"
        return self.noticed or (ASSERTED if failed else UNNOTICED)

    def listen(self, held: Held) -> None:
        """Note from here on what tests are answered, in processes that are made `ready`."""
        tests = {str(item.path) for item in self._attempts.items.values()}
        self._held, self._altered = held, AlteredAnswers(set(held), tests)
        self._altered.first = frozenset(_attributes(tests))
        for path in held:
            tree = self._trees[path] = ast.parse(read_source(path))
            mine = {(path, line): name for name, line in asking(tree)}
            self._altered.names |= {place: f"{path}:{name}" for place, name in mine.items()}
        self._altered.noted = {}
        self.listening = True

    def ready(self) -> None:
        """Have the functions that this process holds ask what they may answer."""
        swap(self._trees, [""], self._held)

    def note(self, name: str) -> tuple[dict[str, dict[str, bool]], list[str]] | None:
        """Tell what a test is answered, and what of that it compares; None where it is nothing."""
        altered = self._altered
        if self._how_noticed(name) or not altered.compared:
            return None
        return altered.noted or {}, sorted(altered.compared)

    def unheard(self, asked: list[str], seen: Json) -> list[str]:
        """Return those of the tests that compare, and notice no other answer so."""
        attempts, self._limits, self.listening = self._attempts, limits(seen), True
        notes = seen.get("notes") or attempts.one_by_one(asked, self.note, self.ready)
        self._altered.noted = None
        left = {
            name: [*itertools.islice(_in_turns(*notes[name]), ROUNDS)]
            for name in asked
            if notes.get(name) is not None
        }
        passed: dict[str, int] = dict.fromkeys(left, 0)
        for number in range(ROUNDS):
            self._plan = {name: each[number] for name, each in left.items() if number < len(each)}
            if not self._plan:
                break
            outcomes = attempts.one_by_one([*self._plan], self._how_noticed, self.ready)
            for name in self._plan:
                if outcomes.get(name, ASSERTED) == ASSERTED:
                    del left[name]
                else:
                    label, way = self._plan[name]
                    passed[name] += (
                        outcomes[name] == UNNOTICED
                        and notes[name][0].get(label, {}).get(way, False)
                        and label in notes[name][1]
                    )
        self.listening = False
        return [name for name in left if passed[name] >= ENOUGH]


def _attributes(paths: set[str]) -> Iterator[str]:
    """Yield the attributes that tests speak of."""
    for path in paths:
        for node in ast.walk(ast.parse(read_source(path))):
            if isinstance(node, ast.Attribute):
                yield node.attr


def _in_turns(noted: dict[str, dict[str, bool]], compared: list[str]) -> Iterator[Alteration]:
    """Yield each way of each answer: of those that are compared, then of others, in turns."""
    for is_compared in (True, False):
        rows = [
            # What answers nothing by being skipped is of another kind than what it answers.
            [(label, way) for way in possible if way != SKIPPED or not any(possible.values())]
            for label, possible in noted.items()
            if (label in compared) is is_compared
        ]
        for turn in itertools.zip_longest(*rows):
            yield from filter(None, turn)
