"""What a call of the code leaves behind in a test's own objects: lists, counters, recorders.

Standard library only: it runs in the project's own Python.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import FrameType, FunctionType, ModuleType
from typing import Any

LEFT = "left "
"""How the ways begin in which something is left otherwise than a call has left it."""
UNDONE = f"{LEFT}before"
"""The way in which what a call has done to it is taken back."""
DEEP, MOST = 3, 60
"""How far objects hold each other, and how many slots there may be."""

Put = Callable[[Any], object]


@dataclass(frozen=True)
class Slot:
    """Something that a call may change: its value before, how to read it, and how to set it.

    `names` are those that a test reaches it by.
    """

    names: frozenset[str]
    kind: str
    before: Any
    read: Callable[[], Any]
    put: Put


class Effects:
    """Looks at what the test that calls a function can see.

    Of tests is what stands below `top`, is no code (`tops`), and is not installed there.
    """

    def __init__(self, top: str, tops: Collection[str]) -> None:
        self._top, self._tops = os.path.join(top, ""), tops
        self._known: dict[str, bool] = {}

    def slots(self, frame: FrameType) -> list[Slot]:
        """Return what the test sees that has called this function; nothing for other callers."""
        caller = frame.f_back
        while caller is not None and not self._of_tests(caller.f_code.co_filename):
            if caller.f_code.co_filename in self._tops:
                return []
            caller = caller.f_back
        if caller is None:
            return []
        seen: dict[str, Any] = {
            name: caller.f_globals[name]
            for name in caller.f_code.co_names
            if name in caller.f_globals
        }
        known: set[int] = set()
        made: list[Slot] = []
        for module in [each for each in seen.values() if isinstance(each, ModuleType)]:
            if getattr(module, "__file__", None) in self._tops:
                seen |= {n: vars(module)[n] for n in caller.f_code.co_names if n in vars(module)}
        for name, value in {**seen, **caller.f_locals}.items():
            made += self._within(value, frozenset([name]), known, 0)
        return made[:MOST]

    def _within(
        self, value: Any, names: frozenset[str], known: set[int], depth: int
    ) -> Iterator[Slot]:
        if id(value) in known or depth > DEEP:
            return
        kind = type(value)
        if kind in (list, set, dict):
            known.add(id(value))
            yield Slot(names, kind.__name__, kind(value), lambda: kind(value), _filling(value))
            held = value.values() if kind is dict else value
            for inner in list(held)[:DEEP]:
                yield from self._within(inner, names, known, depth + 1)
        elif self._is_of_test(value):
            known.add(id(value))
            for name, inner in list(vars(value).items()):
                mine = names | {name, name.removeprefix("_mock_")}
                if type(inner) in (bool, int, float, str, bytes, type(None)):
                    yield Slot(
                        mine,
                        f"{kind.__name__}.{name}",
                        inner,
                        lambda name=name: vars(value).get(name),  # type: ignore[misc]
                        lambda other, name=name: vars(value).update({name: other}),  # type: ignore[misc]
                    )
                else:
                    yield from self._within(inner, mine, known, depth + 1)

    def _of_tests(self, path: str) -> bool:
        if path not in self._known:
            real = os.path.realpath(path)
            is_own = real.startswith(self._top) and "site-packages" not in real
            self._known[path] = is_own and real not in self._tops
        return self._known[path]

    def _is_of_test(self, value: Any) -> bool:
        """Return whether an object is made by a class, or is a function, that the tests define."""
        if isinstance(value, FunctionType):
            return bool(vars(value)) and self._of_tests(value.__code__.co_filename)
        module = type(value).__module__
        path = getattr(sys.modules.get(module), "__file__", None) or ""
        is_own = module == "unittest.mock" or self._of_tests(path)
        return is_own and type(getattr(value, "__dict__", None)) is dict


def _filling(value: Any) -> Put:
    """Return what gives a list, set or dictionary other content."""

    def fill(other: Any) -> None:
        value.clear()
        (value.extend if type(value) is list else value.update)(other)

    return fill
