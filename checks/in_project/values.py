"""What may stand in place of a value, and how values are told.

Standard library only: it runs in the project's own Python. Values are told by texts that say
nothing of addresses, so that two versions of a test can be asked about the same fault.
"""

import copy
import datetime
import functools
import itertools
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FunctionType
from typing import Any

INNER = "inner "
"""How the ways begin in which an attribute of an object is another."""
AT = "at "
"""How the ways begin in which something further within is another: where that is, and its way."""
ODD = "~"
"""What is added to a text, and what stands for anything else."""
LONGEST, MANY, DEEP, INSIDE, FURTHEST, WITHIN = 240, 8, 4, 4, 6, 16
"""How much of a value is told, and how many and how deep things are that are altered within it."""


_ADDRESSES = r"0x[0-9a-f]{6,}|(?<![\d.])\d{14,15}(?!\d)|pytest-\d+|/tmp\w{8}\b"
_VOLATILE = [re.compile(_ADDRESSES)]


def forget(folder: str) -> None:
    """Tell values without this folder: another process would have another one."""
    _VOLATILE.append(re.compile(f"{re.escape(folder)}|{_ADDRESSES}" if folder else _ADDRESSES))


def describe(value: Any, depth: int = 0) -> str:
    """Tell a value; of an object only what it is, for its own words may do anything."""
    kind = type(value)
    text = kind.__name__
    if kind in (bool, int, float, str, bytes, type(None), complex):
        text = repr(value)
    elif kind in VIEWS:
        text += f"({describe([*value], depth)})"
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
    text = _VOLATILE[-1].sub("…", text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…{zlib.crc32(text.encode())}"


def _inner(value: Any) -> Any:
    return next((changed for way, changed in ways(value) if way != "copy"), ODD)


def _less(value: Any) -> Any:
    """Return what has less in it, as deep down as may be; the same where there is nothing."""
    makers = {way: make for kind, way, make in WAYS if isinstance(value, kind)}
    way = next((each for each in ("less last", "fewer", "shorter") if each in makers), "")
    return makers[way](value) if way and not _shares_when_copied(value) else value


def _odd(value: Any) -> Any:
    return ODD if isinstance(value, str) else ODD.encode()


def _changed(value: Any, change: Callable[[Any], object]) -> Any:
    made = copy.copy(value)
    change(made)
    return made


def _swapped(value: Iterator[Any]) -> Iterator[Any]:
    yield from reversed([*itertools.islice(value, 2)])
    yield from value


def put(owner: Any, name: str, value: Any) -> None:
    """Give an object another attribute, even a frozen one."""
    try:
        setattr(owner, name, value)
    except AttributeError:  # a frozen dataclass
        object.__setattr__(owner, name, value)


def _with(name: str, value: Any) -> Any:
    return _changed(value, lambda made: put(made, name, _inner(getattr(value, name))))


def _shares_when_copied(value: Any) -> bool:
    """Return whether to copy an object, or to let the copy go, may touch what the object has."""
    methods = ["__del__", "__copy__", "__setstate__"]
    methods += ["__setitem__"] * isinstance(value, HOLDERS)
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


VIEWS: dict[type, Callable[[Any], Any]] = {
    type({}.keys()): lambda parts: dict.fromkeys(parts).keys(),
    type({}.values()): lambda parts: dict(enumerate(parts)).values(),
    type({}.items()): lambda parts: dict(parts).items(),
}
"""What a dictionary shows of itself, and how to make another."""
HOLDERS = (list, tuple, set, frozenset, dict)
_SIGNS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}")}
_SET, _LIST, _TEXT = (set, frozenset), (list, tuple), (str, bytes)
WAYS: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
    (type(None), "false", bool),
    (type(None), "odd", lambda _: ODD),
    (bool, "turned", lambda v: not v),
    (bool, "kind", lambda v: ODD if v else None),
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
    if type(value) in VIEWS:
        for way, changed in ways([*value]):
            with suppress(Exception):
                yield way, VIEWS[type(value)](changed)
        return
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
        unlike = unlike or isinstance(value, Iterator) or not _are_same(changed, value)
        if changed is not value and unlike:
            yield way, changed


ORDER = ("extra", "fewer", "reversed")
"""The ways in which one of several lists is another, though no name leads to it."""


def further(value: Any, names: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Yield what may stand in place of a value of which something is another along the names.

    What is furthest along comes first.
    """
    made = sorted(_further(value, names), key=lambda each: -len(each[0].split()))
    for path, way, changed in made[:WITHIN]:
        yield f"{AT}{path}: {way}", changed


def names_in(way: str) -> frozenset[str]:
    """Return the names along which a way of this name alters something within; none for others."""
    is_within = way.startswith((AT, INNER))
    return frozenset(way.partition(": ")[0].split()[1:] if is_within else ())


def held_at(value: Any, way: str) -> str:
    """Tell what stands where a way of this name alters something further within."""
    keys = way.removeprefix(AT).partition(": ")[0].split()
    for key in keys:
        value = _held(value, key)
    return f"{'.'.join(keys)} = {describe(value)}"


def _held(value: Any, key: str) -> Any:
    """Return what a list, a dictionary or an object has under a key."""
    if isinstance(value, _LIST):
        return value[int(key)]
    return value[key] if isinstance(value, dict) else getattr(value, key)


def _further(
    value: Any, names: frozenset[str], depth: int = 0, named: bool = False
) -> Iterator[tuple[str, str, Any]]:
    """Yield where along the names something is another, the way, and the whole value then."""
    if depth > FURTHEST or _shares_when_copied(value) or callable(value):
        return
    if isinstance(value, _LIST):
        keys = ["0", "-1"][: len(value)]
    elif isinstance(value, dict):
        keys = [key for key in value if isinstance(key, str) and key in names and " " not in key]
    else:
        keys = [name for name in attributes(value) if name in names]
    for key in keys:
        inner = _held(value, key)
        is_named = named or not isinstance(value, _LIST)
        is_one_of_several = len(keys) > 1 and isinstance(inner, HOLDERS)
        for way, other in ways(inner) if is_named or is_one_of_several else ():
            if way in ORDER or (is_named and way != "copy" and not way.startswith(INNER)):
                with suppress(Exception):
                    yield key, way, _replaced(value, key, other)
        for path, way, other in _further(inner, names, depth + 1, is_named):
            with suppress(Exception):
                yield f"{key} {path}", way, _replaced(value, key, other)


def _replaced(value: Any, key: str, other: Any) -> Any:
    """Return a copy that has something else under a key."""
    if isinstance(value, list):
        return _changed(value, lambda made: made.__setitem__(int(key), other))
    if isinstance(value, tuple):
        parts = list(value)
        parts[int(key)] = other
        return type(value)(parts)
    if isinstance(value, dict):
        return _changed(value, lambda made: made.__setitem__(key, other))
    return _changed(value, lambda made: put(made, key, other))


def _are_same(some: Any, others: Any) -> bool:
    """Return whether two lists hold the very same objects, if they are lists."""
    are_lists = isinstance(some, _LIST) and isinstance(others, _LIST)
    return not are_lists or [*map(id, some)] == [*map(id, others)]
