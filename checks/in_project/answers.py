"""Have functions answer something else: one answer at a time, as it is for some arguments.

Standard library only: it runs in the project's own Python.
"""

import ast
import builtins
import functools
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType, ModuleType
from typing import Any

from .effects import LEFT, UNDONE, Effects, Slot
from .mutations import Function, functions
from .operands import READ, READS
from .values import AT, INNER, attributes, describe, forget, further, held_at, put, ways

ANSWER, FAILURE, ENTRY = "__readiness_answer__", "__readiness_failure__", "__readiness_entry__"
STATE, ENDED = "__readiness_state__", "__readiness_ended__"
SKIPPED = "skipped"
"""The way in which a function does nothing at all, and answers None."""
ANSWERED, LEFT_BEHIND, TO_READ = "answer", "rest", "reading"
"""What a value is that may be another: what a function answers or leaves, or what a test reads."""
ALWAYS = " #always"
"""What ends the key of an answer that is altered each time that it is given."""
EACH = 20
"""How many answers of a function a line of a test is given count."""
CALLS = 200
"""How many calls of a function by a test are looked at."""
_VARARGS, _VARKEYWORDS = inspect.CO_VARARGS, inspect.CO_VARKEYWORDS
LEAVING = frozenset(
    {"more", "less", "extra", "fewer", "reversed", "inner", "last", "turned", "led"}
)
"""In which ways what a call leaves behind may be something else."""
ENDS = StopIteration()
"""What stands in place of a value that a generator does not come to."""


class _Ended(BaseException):
    """A generator ends before its next value; nothing but the generator catches it."""


class Answers:
    """Stands between functions and those that call them; alters only what is `wanted`.

    `wanted` is one answer of a function, or its qualified name, and the way in which it is altered.
    `seen` takes what a test is given, `times` how often that is the same. Attributes are altered
    that are `first`, then others; what calls leave behind is altered in these, and of what tests
    read that which assertions are about, but anything where what is altered is `known` before.
    `altered` becomes true where something was. `tops` are the files of the code, `tests` those of
    tests, both below the folder `top`.
    """

    def __init__(self, top: str, tops: set[str], tests: set[str]) -> None:
        forget(top)
        self.tops, self.tests = tops, tests
        self.names: dict[tuple[str, int], str] = {}
        self.wanted = ("", "")
        self.seen: dict[str, dict[str, Any]] | None = None
        self.times: Counter[str] = Counter()
        self.first: frozenset[str] = frozenset()
        self.known = False
        self.altered = False
        self.effects = Effects(top, tops)
        self._busy = False
        self._entered: dict[FrameType, tuple[str, list[Slot]]] = {}
        self._late: list[Callable[[], object]] = []
        setattr(builtins, ANSWER, self._answer)
        setattr(builtins, ENDED, _Ended)
        setattr(builtins, FAILURE, self._fail)
        setattr(builtins, ENTRY, self._enter)
        setattr(builtins, STATE, self._leave)
        setattr(builtins, READ, self._read)

    def _answer(self, value: Any) -> Any:
        other = next(self._other(sys._getframe(1), value, ends=True), value)
        if other is ENDS:
            raise _Ended
        return other

    def _fail(self, error: Exception) -> None:
        for other in self._other(sys._getframe(1), error):
            raise other

    def _read(self, value: Any, words: str, is_asserted: bool) -> Any:
        """Have a test read something else; only data, as what it calls is not asked here."""
        is_asked = self.seen is not None or self.wanted[0].startswith(READS)
        if self._busy or not is_asked or callable(value):
            return value
        if isinstance(value, (ModuleType, Iterator)):
            return value
        frame = sys._getframe(1)
        place = f"{frame.f_lineno} {words}"
        self.times[place] += 1
        if self.times[place] > EACH:
            return value
        self._busy = True
        others: dict[str, Any] = {}
        with suppress(Exception):
            key = READS + describe(value)
            self.times[key] += 1
            key += f" #{self.times[key]}" if self.times[key] > 1 else ""
            is_tried = is_asserted and self.seen is not None and not self.known
            if is_tried or self.wanted[0] == key:
                others = dict(self._ways(value))
            if self.seen is not None:
                self._note(key, words, frame, others, TO_READ)
                self.seen[key]["asserted"] = is_asserted
        self._busy = False
        if self.seen is not None or self.wanted[1] not in others:
            return value
        self.altered = True
        return others[self.wanted[1]]

    def _enter(self) -> bool:
        """Return whether a function is to do nothing at all; look at what it may change."""
        frame = sys._getframe(1)
        function = self._function(frame)
        while self._late and not self._busy:
            self._late.pop()()
        self.times[f"{function}()"] += not self._busy
        if self._is_asked(function):
            self._busy = True
            with suppress(Exception):  # what it is given now, it may have changed when it answers
                is_asked = self.seen is not None or self.wanted[1].startswith(LEFT)
                slots = self.effects.slots(frame) if is_asked else []
                self._entered[frame] = self._called(frame), slots
            self._busy = False
        return any(self._other(frame))

    def _leave(self, *owners: Any) -> None:
        """Leave things otherwise than a function has: what the test sees, and a method's object.

        A method that answers something is asked about its answer instead.
        """
        frame = sys._getframe(1)
        for owner in owners:
            for other in self._other(frame, owner, only=INNER):
                for name, value in attributes(other).items():
                    put(owner, name, value)
        if entered := self._entered.pop(frame, None):
            self._busy = True
            with suppress(Exception):
                self._left(frame, *entered)
            self._busy = False

    def _left(self, frame: FrameType, call: str, slots: list[Slot]) -> None:
        """Note what a call has left in slots, or leave something else there until the next."""
        for slot in slots:
            after = slot.read()
            is_same = describe(after) == describe(slot.before)
            if not self.known and self.first.isdisjoint(slot.names):
                continue
            key = f"{call} leaves {slot.kind} = {describe(after)}"
            self.times[key] += 1
            key += f" #{self.times[key]}" if self.times[key] > 1 else ""
            if self.seen is None and self.wanted[0] != key:
                continue
            others = {LEFT + way: other for way, other in ways(after) if way in LEAVING}
            others |= {LEFT + way: other for way, other in further(after, frozenset())}
            if is_same:
                others = dict([*others.items()][:1])
            else:
                others[UNDONE] = slot.before
            if self.seen is not None:
                self._note(key, self._function(frame), frame, others, LEFT_BEHIND)
            elif self.wanted[1] in others:
                self.altered = True
                slot.put(others[self.wanted[1]])
                self._late.append(functools.partial(slot.put, after))

    def _ways(self, answer: Any) -> Iterator[tuple[str, Any]]:
        yield from ways(answer, self.first)
        yield from further(answer, self.first)

    def _is_asked(self, function: str) -> bool:
        """Return whether to look at what a function does now: not at all that it does in a loop."""
        if self.seen is not None and self.times[f"{function}()"] > CALLS:
            return False
        return not self._busy and (self.seen is not None or self.wanted[0].startswith(function))

    def _function(self, frame: FrameType) -> str:
        code = frame.f_code
        return self.names.get((code.co_filename, code.co_firstlineno), code.co_name)

    def _called(self, frame: FrameType) -> str:
        """Tell a call by its function and what it is given."""
        code = frame.f_code
        more = sum(bool(code.co_flags & flag) for flag in (_VARARGS, _VARKEYWORDS))
        taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + more]
        given = [frame.f_locals.get(name) for name in taken]
        return f"{self._function(frame)}({', '.join(map(describe, given))})"

    def _other(
        self, frame: FrameType, *answers: Any, only: str = "", ends: bool = False
    ) -> Iterator[Any]:
        """Yield what stands in place of an answer, or note it; what that runs is let alone.

        Where there is no answer yet, it is whether to do anything: True for nothing.
        """
        function = self._function(frame)
        if not self._is_asked(function):
            return
        self._busy = True
        others: dict[str, Any] = {}
        try:
            key = self._entered[frame][0] if frame in self._entered else self._called(frame)
            key = f"{key} = {describe(answers[0])}" if answers else key
            self.times[key] += 1
            every, key = key + ALWAYS, key + (f" #{self.times[key]}" if self.times[key] > 1 else "")
            if self.seen is not None or self.wanted[0] in (key, every, function):
                possible = (pair for answer in answers for pair in self._ways(answer))
                others = {way: other for way, other in possible if way.startswith(only)}
                others |= {} if answers else {SKIPPED: True}
                if ends and frame.f_code.co_flags & inspect.CO_GENERATOR:
                    others["ended"] = ENDS
            if self.seen is not None:
                self._note(key, function, frame, others)
        except Exception:  # noqa: BLE001 - of what cannot be told, nothing is altered
            return
        finally:
            self._busy = False
        if self.seen is None and self.wanted[1] in others:
            self.altered = True
            yield others[self.wanted[1]]

    def _note(
        self,
        key: str,
        function: str,
        frame: FrameType,
        others: dict[str, Any],
        kind: str = ANSWERED,
    ) -> None:
        """Note a value, what it could be, and which line of a test it is for."""
        caller = frame if kind == TO_READ else frame.f_back
        direct = caller is None or caller.f_code.co_filename not in self.tops
        at = 0
        while caller is not None:  # the outermost line of a test: helpers may stand beside it
            at = caller.f_lineno if caller.f_code.co_filename in self.tests else at
            caller = caller.f_back
        place = f"{function} from {at} {kind}"
        self.times[place] += 1
        if self.seen is not None and self.times[place] <= EACH:
            about = {"function": function, "path": frame.f_code.co_filename, "line": frame.f_lineno}
            whats = {way: describe(other) for way, other in others.items()}
            for way in filter(lambda way: way.startswith(INNER), whats):
                name = way.removeprefix(INNER)
                whats[way] += f"({name}={describe(getattr(others[way], name, None))})"
            for way in filter(lambda way: way.startswith(AT), whats):
                whats[way] += f" with {held_at(others[way], way)}"
            is_direct = direct and at > 0 and kind == ANSWERED
            self.seen[key] = {**about, "at": at, "ways": whats, "kind": kind, "direct": is_direct}
            if self.times[key.partition(" #")[0]] > 1 and kind == ANSWERED:
                self.seen[key.partition(" #")[0] + ALWAYS] = self.seen[key]


def asking(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Have all functions of a module ask what they may answer; yield their names and lines."""
    for name, node in [*_with_inner(tree)]:
        for statement in node.body:
            _ask(statement)
        text = f"try:\n if {ENTRY}(): return\nexcept {ENDED}: return\n"
        text += f"except Exception as e_:\n {FAILURE}(e_)\n raise"
        caught = ast.parse(text).body[0]
        for part in ast.walk(caught):
            ast.copy_location(part, node.body[0])
        caught.body += node.body  # type: ignore[attr-defined]
        node.body = [caught]
        owner = node.args.args[0].arg if _is_procedure(node, name) else ""
        left = ast.parse(f"{STATE}({owner})").body
        caught.finalbody = left  # type: ignore[attr-defined]
        for part in ast.walk(left[0]):
            ast.copy_location(part, caught)
        yield name, min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _with_inner(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield functions, methods, and those within them, such as what a decorator makes."""
    for name, node in functions(tree, within):
        yield name, node
        yield from _with_inner(node, f"{name}.")


def _is_procedure(node: ast.FunctionDef, name: str) -> bool:
    """Return whether a function is a method that answers nothing."""
    if "." not in name or not node.args.args or node.args.args[0].arg != "self":
        return False
    parts = list(ast.walk(node))
    return not any(
        isinstance(part, ast.Yield | ast.YieldFrom)
        or (isinstance(part, ast.Return) and part.value is not None)
        for part in parts
    )


def _ask(node: ast.AST) -> None:
    if isinstance(node, (*Function, ast.Lambda, ast.ClassDef)):
        return
    for child in ast.iter_child_nodes(node):
        _ask(child)
    if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
        node.value = ast.Call(ast.Name(ANSWER, ast.Load()), [node.value], [])
        ast.fix_missing_locations(ast.copy_location(node.value, node))
