"""Have the functions of tests ask what the values are that they read.

Standard library only: it runs in the project's own Python.
"""

import ast
import builtins
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

READ = "__readiness_read__"
READS = " reads "
"""What stands between a test and a value in the key of a fault: the test reads another value."""
_READABLE = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Await)
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.FunctionDef: ("body",),
    ast.AsyncFunctionDef: ("body",),
    ast.ClassDef: ("body",),
    ast.Lambda: (),
    ast.JoinedStr: (),
    ast.comprehension: ("iter",),
    ast.ListComp: ("generators",),
    ast.SetComp: ("generators",),
    ast.DictComp: ("generators",),
    ast.GeneratorExp: ("generators",),
    ast.AnnAssign: ("value",),
    ast.Assert: ("test",),
    ast.ExceptHandler: ("body",),
    ast.Delete: (),
}
"""The fields of nodes in which values are read that a test may have otherwise; else all."""
if hasattr(ast, "match_case"):
    _FIELDS[ast.match_case] = ("guard", "body")
_KEEPING = frozenset(("list", "tuple", "dict", "str", "repr", "bytes", "getattr", "next"))
"""Functions of Python whose answer is read like any other value: it has all that was given."""
_ALTERING = frozenset(
    ("add", "append", "clear", "discard", "extend", "insert", "remove", "reverse", "sort", "update")
)
"""Methods of Python's own containers that are called for what they do."""
MOST, TIMES, DISTINCT = 40, 12, 16
"""How many other values are tried, and at how many times that a value is read; letters of it.

A shorter one is taken for the same only where the same words stand for it.
"""
TESTS = 8
"""Tests that are run with another value."""


@dataclass(frozen=True)
class ReadValues:
    """What a test was seen to be given and to read: by its node id, and its file and name."""

    node: str
    test: list[str]
    seen: dict[str, dict[str, Any]]

    def times(self, key: str) -> list[str]:
        """Return the keys of all times that the same is read."""
        return [at for at in self.seen if at == key or at.startswith(f"{key} #")]


def asserted(
    readings: list[ReadValues], lines: dict[str, dict[str, int]], same: list[list[str]]
) -> list[dict[str, Any]]:
    """Return other values in place of what changed assertions of the `same` tests are about.

    Each in turn comes to its first other value, then to its second one.
    """
    turns = []
    for values in readings:
        own = lines.get(values.test[0], {}) if values.test in same else {}
        for key, about in values.seen.items():
            if about.get("asserted") and own.get(str(about["at"])) == 0:
                key = "::".join(values.test) + key.partition(" #")[0]
                others = [pair for pair in about["ways"].items() if pair[0] != "kind"]
                turns += [
                    (at, {**about, "key": key, "way": way, "what": what, "near": True})
                    for at, (way, what) in enumerate(others)
                ]
    known = {(fault["key"], fault["way"]): (at, fault) for at, fault in reversed(turns)}
    return [fault for _, fault in sorted(known.values(), key=lambda turn: turn[0])][:MOST]


def readers(
    fault: dict[str, Any], readings: list[ReadValues], same: list[list[str]]
) -> tuple[list[str], list[str]]:
    """Return the tests that read what a fault is about, and the times that they do; none if unsure.

    Where a test of the same name does, tests that are new count as well.
    """
    name, _, value = fault["key"].partition(READS)
    key = READS + value
    own = [each for each in readings if "::".join(each.test) == name and key in each.seen]
    abouts = [each.seen[at] for each in own for at in each.times(key)]
    words = {each["function"] for each in abouts}
    is_known = len(value) >= DISTINCT or fault["function"] in words
    if not is_known:
        return [], []
    new = [each for each in readings if key in each.seen and each.test not in same]
    tests = [*own, *new][:TESTS]
    times = list(dict.fromkeys(at for each in tests for at in each.times(key)))
    return [each.node for each in tests], times if len(times) <= TIMES else []


class Questioner(ast.NodeTransformer):
    """Puts a question around each expression of a function that reads a value.

    It gives the value, the words that stand there, and whether an assertion is about it.
    """

    def __init__(self) -> None:
        self._is_inside = False
        self._asserted: set[int] = set()

    def visit(self, node: ast.AST) -> Any:
        """Return the node with its questions, or a question in its place."""
        was_inside = self._is_inside
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._is_inside = not isinstance(node, ast.ClassDef)
        if self._is_inside:
            self._asserted |= {id(each) for each in _asserted(node)}
        is_read = self._is_inside and isinstance(node, _READABLE)
        is_read = is_read and isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load)
        words = ast.unparse(node) if is_read else ""
        for name in _FIELDS.get(type(node), node._fields):
            self._inner(node, name)
        self._is_inside = was_inside
        if not is_read or _is_plain(node):
            return node
        about = [ast.Constant(words), ast.Constant(id(node) in self._asserted)]
        question = ast.Call(ast.Name(READ, ast.Load()), [node, *about], [])  # type: ignore[list-item]
        return ast.fix_missing_locations(ast.copy_location(question, node))

    def _inner(self, node: ast.AST, name: str) -> None:
        inner = getattr(node, name, None)
        if name == "value" and _is_altered(node):
            return  # the object itself is meant: the same content in another one would not do
        if name == "func" and isinstance(inner, ast.Attribute):  # a method is of what is read
            inner.value = self.visit(inner.value)
        elif isinstance(inner, list):
            setattr(node, name, [self.visit(x) if isinstance(x, ast.AST) else x for x in inner])
        elif isinstance(inner, ast.AST) and not (name == "func" and isinstance(inner, ast.Name)):
            setattr(node, name, self.visit(inner))


def _asserted(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what an assertion is about."""
    if isinstance(node, ast.Assert):
        yield from _operands(node.test)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "").startswith("assert"):
        for argument in node.args:
            yield from _operands(argument)


def _is_altered(node: ast.AST) -> bool:
    """Return whether a statement, or a target, alters what is read there."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    called = (
        node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else 0
    )
    return isinstance(called, ast.Attribute) and called.attr in _ALTERING


def _is_plain(node: ast.AST) -> bool:
    """Return whether a function of Python is called that keeps only some of what it is given."""
    name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
    return name not in _KEEPING and hasattr(builtins, name)


def _operands(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what an expression is about, each as a whole.

    What functions of Python are given is what their answer is about. What others are given is not
    what is asserted, unless they are methods of it.
    """
    if isinstance(node, ast.Call):
        is_of_python = hasattr(builtins, getattr(node.func, "id", ""))
        yield from () if _is_plain(node) else (node,)
        about = node.args if is_of_python else [getattr(node.func, "value", ast.Pass())]
        yield from itertools.chain.from_iterable(map(_operands, about))
    elif isinstance(node, _READABLE):
        yield node
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        yield from _operands(node.generators[0].iter)
    elif not isinstance(node, ast.Lambda | ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _operands(child)
