"""Have functions answer something else: one answer at a time, as it is for some arguments.

Standard library only: it runs in the project's own Python. Answers are told by texts that say
nothing of addresses, so that two versions of a test can be asked about the same fault.
"""

import ast
import builtins
import copy
import datetime
import functools
import inspect
import itertools
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType, FunctionType
from typing import Any

from .mutations import Function, functions

ANSWER, FAILURE, ENTRY = "__readiness_answer__", "__readiness_failure__", "__readiness_entry__"
STATE, ENDED = "__readiness_state__", "__readiness_ended__"
SKIPPED = "skipped"
"""The way in which a function does nothing at all, and answers None."""
ALWAYS = " #always"
"""What ends the key of an answer that is altered each time that it is given."""
INNER = "inner "
"""How the ways begin in which an attribute of an object is another."""
ODD = "~"
"""What is added to a text, and what stands for anything else."""
EACH, LONGEST, MANY, DEEP, INSIDE = 20, 240, 8, 4, 4
"""How many answers of a function a line of a test is given count, and how much of each is told."""


ENDS = StopIteration()
"""What stands in place of a value that a generator does not come to."""


class _Ended(BaseException):
    """A generator ends before its next value; nothing but the generator catches it."""


class Answers:
    """Stands between functions and those that call them; alters only what is `wanted`.

    `wanted` is one answer of a function, or its qualified name, and the way in which it is altered.
    `seen` takes what a test is given, `times` how often that is the same. Attributes are altered
    that are `first`, then others. `tops` are the files of
    the code, `tests` those of tests, both below the folder `top`.
    """

    def __init__(self, top: str, tops: set[str], tests: set[str]) -> None:
        self.top, self.tops, self.tests = top, tops, tests
        self.names: dict[tuple[str, int], str] = {}
        self.wanted = ("", "")
        self.seen: dict[str, dict[str, Any]] | None = None
        self.times: Counter[str] = Counter()
        self.first: frozenset[str] = frozenset()
        self._busy = False
        setattr(builtins, ANSWER, self._answer)
        setattr(builtins, ENDED, _Ended)
        setattr(builtins, FAILURE, self._fail)
        setattr(builtins, ENTRY, lambda: any(self._other(sys._getframe(1))))
        setattr(builtins, STATE, self._leave)

    def _answer(self, value: Any) -> Any:
        other = next(self._other(sys._getframe(1), value, ends=True), value)
        if other is ENDS:
            raise _Ended
        return other

    def _fail(self, error: Exception) -> None:
        for other in self._other(sys._getframe(1), error):
            raise other

    def _leave(self, owner: Any) -> None:
        """Leave an object otherwise than a method, which answers nothing, has made it."""
        for other in self._other(sys._getframe(1), owner, only=INNER):
            for name, value in attributes(other).items():
                _put(owner, name, value)

    def _other(
        self, frame: FrameType, *answers: Any, only: str = "", ends: bool = False
    ) -> Iterator[Any]:
        """Yield what stands in place of an answer, or note it; what that runs is let alone.

        Where there is no answer yet, it is whether to do anything: True for nothing.
        """
        code = frame.f_code
        function = self.names.get((code.co_filename, code.co_firstlineno), code.co_name)
        if self._busy or (self.seen is None and not self.wanted[0].startswith(function)):
            return
        self._busy = True
        others: dict[str, Any] = {}
        try:
            more = bool(code.co_flags & inspect.CO_VARARGS) + bool(
                code.co_flags & inspect.CO_VARKEYWORDS
            )
            taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + more]
            given = [frame.f_locals.get(name) for name in taken]
            key = f"{function}({', '.join(map(describe, given))})"
            key = f"{key} = {describe(answers[0])}" if answers else key
            key = key.replace(self.top, "")
            self.times[key] += 1
            every, key = key + ALWAYS, key + (f" #{self.times[key]}" if self.times[key] > 1 else "")
            if self.seen is not None or self.wanted[0] in (key, every, function):
                possible = (pair for answer in answers for pair in ways(answer, self.first))
                others = {way: other for way, other in possible if way.startswith(only)}
                others |= {} if answers else {SKIPPED: True}
                if ends and code.co_flags & inspect.CO_GENERATOR:
                    others["ended"] = ENDS
            if self.seen is not None:
                self._note(key, function, frame, others)
        except Exception:  # noqa: BLE001 - of what cannot be told, nothing is altered
            return
        finally:
            self._busy = False
        if self.seen is None and self.wanted[1] in others:
            yield others[self.wanted[1]]

    def _note(self, key: str, function: str, frame: FrameType, others: dict[str, Any]) -> None:
        """Note an answer, what it could be, and which line of a test it is for."""
        caller = frame.f_back
        direct = caller is None or caller.f_code.co_filename not in self.tops
        at = 0
        while caller is not None:  # the outermost line of a test: helpers may stand beside it
            at = caller.f_lineno if caller.f_code.co_filename in self.tests else at
            caller = caller.f_back
        place = f"{function} from {at}"
        self.times[place] += 1
        if self.seen is not None and self.times[place] <= EACH:
            about = {"function": function, "path": frame.f_code.co_filename, "line": frame.f_lineno}
            whats = {way: describe(other) for way, other in others.items()}
            for way in filter(lambda way: way.startswith(INNER), whats):
                name = way.removeprefix(INNER)
                whats[way] += f"({name}={describe(getattr(others[way], name, None))})"
            self.seen[key] = {**about, "direct": direct and at > 0, "at": at, "ways": whats}
            if self.times[key.partition(" #")[0]] > 1:
                self.seen[key.partition(" #")[0] + ALWAYS] = self.seen[key]


def describe(value: Any, depth: int = 0) -> str:
    """Tell a value; of an object only what it is, for its own words may do anything."""
    kind = type(value)
    text = kind.__name__
    if kind in (bool, int, float, str, bytes, type(None), complex):
        text = repr(value)
    elif isinstance(value, str | bytes | datetime.date | datetime.timedelta):
        text += f"({str(value)!r})"
    elif isinstance(value, (*HOLDERS, Exception)) and depth < DEEP:
        held: Any = value.args if isinstance(value, Exception) else value
        base: Any = next(each for each in HOLDERS if isinstance(held, each))
        parts = dict.items(held) if base is dict else base.__iter__(held)  # not the project's own
        inner = [describe(each, depth + 1) for each in itertools.islice(parts, MANY)]
        inner += [f"{base.__len__(held)} in all"] * (len(inner) == MANY)
        begin, end = _SIGNS.get(kind, (f"{text}(", ")"))
        text = begin + ", ".join(sorted(inner) if isinstance(value, _SET) else inner) + end
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…{zlib.crc32(text.encode())}"


def _inner(value: Any) -> Any:
    return next((changed for way, changed in ways(value) if way != "copy"), ODD)


def _less(value: Any) -> Any:
    """Return what has less in it, as deep down as may be; the same where there is nothing."""
    some = dict(ways(value))
    return next((some[way] for way in ("less last", "fewer", "shorter") if way in some), value)


def _odd(value: Any) -> Any:
    return ODD if isinstance(value, str) else ODD.encode()


def _changed(value: Any, change: Callable[[Any], object]) -> Any:
    made = copy.copy(value)
    change(made)
    return made


def _swapped(value: Iterator[Any]) -> Iterator[Any]:
    yield from reversed([*itertools.islice(value, 2)])
    yield from value


def _put(owner: Any, name: str, value: Any) -> None:
    try:
        setattr(owner, name, value)
    except AttributeError:  # a frozen dataclass
        object.__setattr__(owner, name, value)


def _with(name: str, value: Any) -> Any:
    return _changed(value, lambda made: _put(made, name, _inner(getattr(value, name))))


def _shares_when_copied(value: Any) -> bool:
    """Return whether to copy an object, or to let the copy go, may touch what the object has."""
    methods = ("__del__", "__setitem__") if isinstance(value, HOLDERS) else ("__del__",)
    return any(isinstance(getattr(type(value), name, None), FunctionType) for name in methods)


def _error(error: Exception, kind: type) -> Any:
    of_python = (FunctionType, property)
    own = {
        name: value
        for each in reversed(type(error).__mro__)
        for name, value in vars(each).items()
        if isinstance(value, of_python) and not issubclass(kind, each)
    }
    made = type("OtherError", (kind,), {**own, "__init__": lambda *_: None})(*error.args)
    made.__dict__.update(error.__dict__)
    return made


HOLDERS = (list, tuple, set, frozenset, dict)
_SIGNS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}")}
_SET, _LIST, _TEXT = (set, frozenset), (list, tuple), (str, bytes)
WAYS: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
    (type(None), "false", bool),
    (type(None), "odd", lambda _: ODD),
    (bool, "turned", lambda v: not v),
    (bool, "kind", int),
    (object, "copy", lambda v: v if isinstance(v, Iterator) or callable(v) else copy.copy(v)),
    ((int, float), "more", lambda v: v if type(v) is bool else v + 1),
    ((int, float), "less", lambda v: v if type(v) is bool else v - 1),
    (float, "near", lambda v: v * 1.001 + 0.001),
    (_TEXT, "longer", lambda v: v + _odd(v)),
    (_TEXT, "led", lambda v: _odd(v) + v),
    (_TEXT, "shorter", lambda v: v[:-1]),
    (_TEXT, "cased", lambda v: v.swapcase()),
    (str, "plain", lambda v: str.__str__(v) if type(v) is not str else v.encode()),
    (bytes, "plain", lambda v: v.decode("latin-1")),
    (_LIST, "extra", lambda v: type(v)([*v, *(v[-1:] or [ODD])])),
    (_LIST, "inner", lambda v: type(v)([_inner(v[0]), *v[1:]])),
    (_LIST, "last", lambda v: type(v)([*v[:-1], _inner(v[-1])])),
    (
        _LIST,
        "middle",
        lambda v: type(v)([*v[: len(v) // 2], _inner(v[len(v) // 2]), *v[len(v) // 2 + 1 :]]),
    ),
    (_LIST, "less inside", lambda v: type(v)([_less(v[0]), *v[1:]])),
    (_LIST, "fewer", lambda v: v[:-1]),
    (_LIST, "reversed", lambda v: v[::-1]),
    (_LIST, "kind", lambda v: tuple(v) if isinstance(v, list) else list(v)),
    ((int, float, *_TEXT, *_LIST), "nothing", lambda v: v if type(v) is bool else type(v)()),
    (_SET, "extra", lambda v: v | {ODD}),
    (_SET, "fewer", lambda v: type(v)(sorted(v, key=repr)[1:])),
    (dict, "extra", lambda v: _changed(v, lambda made: made.__setitem__(ODD, ODD))),
    (dict, "inner", lambda v: _changed(v, lambda m: m.update({k: _inner(m[k]) for k in [*v][:1]}))),
    (dict, "last", lambda v: _changed(v, lambda m: m.update({k: _inner(m[k]) for k in [*v][-1:]}))),
    (
        dict,
        "less last",
        lambda v: _changed(v, lambda m: m.update({k: _less(m[k]) for k in [*v][-1:]})),
    ),
    (dict, "fewer", lambda v: _changed(v, lambda made: made.pop([*v][-1]))),
    ((*_SET, dict), "kind", lambda v: [*v]),
    (datetime.date, "more", lambda v: v + datetime.timedelta(days=1)),
    (Iterator, "extra", lambda v: itertools.chain(v, [ODD])),
    (Iterator, "fewer", lambda v: itertools.islice(v, 1, None)),
    (Iterator, "swapped", _swapped),
    (Exception, "kind", lambda v: _error(v, Exception)),
    (Exception, "broader", lambda v: _error(v, type(v).__mro__[1])),
    (Exception, "words", lambda v: _changed(v, lambda m: setattr(m, "args", (ODD, *v.args[1:])))),
)
"""What may stand in place of a value of some kind, by the name of the way."""


def attributes(value: Any) -> dict[str, Any]:
    """Return the attributes of an object itself, those in slots and an error's words too."""
    slots = (getattr(kind, "__slots__", ()) for kind in type(value).__mro__)
    names = [name for one in slots for name in ((one,) if isinstance(one, str) else one)]
    own = {name: getattr(value, name) for name in names if hasattr(value, name)}
    words = {"args": value.args} if isinstance(value, Exception) and value.args else {}
    return {**words, **own, **getattr(value, "__dict__", {})}


def ways(value: Any, first: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Yield what may stand in place of a value, by a name of the way; nothing that is the same.

    Of an object some attributes are others, beginning with the `first`.
    """
    makers = {way: make for kind, way, make in WAYS if isinstance(value, kind)}
    is_shared = _shares_when_copied(value)
    if is_shared:
        makers = {way: make for way, make in makers.items() if way == "kind"}
    if not callable(value):
        names = sorted(attributes(value), key=lambda name: (name not in first, name))
        for name in [] if is_shared else names[:INSIDE]:
            makers[INNER + name] = functools.partial(_with, name)
        makers = makers if len(makers) > 1 else {**makers, "another": lambda _: object()}
    for way, make in makers.items():
        changed = value
        with suppress(Exception):  # what is copied or added to may be of any kind
            changed = make(value)
        unlike = way == "copy" or way.startswith(INNER) or describe(changed) != describe(value)
        if changed is not value and unlike:
            yield way, changed


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
        if _is_procedure(node, name):
            left = ast.parse(f"{STATE}({node.args.args[0].arg})").body
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
