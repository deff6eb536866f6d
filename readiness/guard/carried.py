"""Tests that go on: under another name, as a case of another test, or with another expectation."""

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final, TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

ASKING: Final = re.compile(r"(?i)assert|raises|warns|^(?:expect|check|verify|fail)")
"""Names of functions that assert something."""

_BROAD: Final = frozenset(("BaseException", "Exception"))
# What waits for a coroutine, or expects a warning, and asks nothing less of what is returned.
_WAITING: Final = frozenset(("deprecated_call", "run"))


def functions_in(text: str) -> list[Function]:
    """Return all functions of a Python file; none if it cannot be parsed."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def function_in(text: str, name: str) -> Function | None:
    """Return the first function of this name in a file; None where there is none."""
    return next((node for node in functions_in(text) if node.name == name), None)


def goes_on(old: Function, new: Function) -> bool:
    """Return whether a test does all that another did, in its order, and maybe more.

    An argument that only the new one has stands for whatever the old one has there.
    """
    free = {arg.arg for arg in new.args.args} - {arg.arg for arg in old.args.args}
    rest = _statements(new)
    return all(any(_is_like(one, other, free) for other in rest) for one in _statements(old))


def asks_as_much(old: Function, new: Function) -> bool:
    """Return whether a test still asserts in each of the ways in which it did, of other values.

    What else it calls, replaces or is given could make it softer.
    """
    more = {name for name in calls(new) - calls(old) if not ASKING.search(name)}
    if more - _WAITING or len(new.decorator_list) > len(old.decorator_list):
        return False
    asked = _questions(new)
    ended = {ast.dump(node): node for node in _exemptions(old)}
    kept = {ast.dump(node) for node in _exemptions(new)}
    if kept <= ended.keys():
        asked = sum((_questions(ended[dump]) for dump in ended.keys() - kept), start=asked)
    return not _questions(old) - asked and not _means(new) - _means(old)


def same_but_for_tests(before: str, after: str) -> bool:
    """Return whether two files of tests differ in tests, constants and further imports alone."""
    old, new = _frame(before), _frame(after)
    added = [node for dump, node in new.items() if dump not in old]
    bound = {alias.asname or alias.name for node in old.values() for alias in _imported(node)}
    return old.keys() <= new.keys() and all(
        _imported(node) and bound.isdisjoint(one.asname or one.name for one in _imported(node))
        for node in added
    )


def _exemptions(test: Function) -> list[ast.If]:
    """Return the conditions under which a test passes over its rest: without one it asks that."""
    return [
        node
        for node in ast.walk(test)
        if isinstance(node, ast.If)
        and not node.orelse
        and isinstance(node.body[-1], ast.Continue | ast.Return)
    ]


def _imported(node: ast.stmt) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []


def _frame(text: str) -> dict[str, ast.stmt]:
    """Return what a file has beside its tests and constants, by all that it says."""
    frame = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            node.body = [inner for inner in node.body if not _is_test(inner)]
        is_constant = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        if not is_constant and not _is_test(node):
            frame[ast.dump(node)] = node
    return frame


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, Function) and node.name.startswith("test")


def _means(test: Function) -> Counter[str]:
    """Count what a test is given, and where it puts something in the place of other things."""
    means = Counter(arg.arg for arg in test.args.args)
    for node in ast.walk(test):
        is_stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        is_any = isinstance(node, ast.Name) and node.id == "ANY"
        if (
            is_any
            or is_stored
            or isinstance(node, ast.Lambda | ast.ClassDef | ast.Import | ast.ImportFrom)
        ):
            means[type(node).__name__] += 1
    return means


def calls(node: ast.AST) -> set[str]:
    """Return the names of all that is called within a node."""
    return {name_of(inner) for inner in ast.walk(node) if isinstance(inner, ast.Call)}


def name_of(call: ast.Call) -> str:
    """Return the last part of the name that is called; "" where it has none."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _statements(test: Function) -> Iterator[ast.stmt]:
    """Yield what a test does, up to what ends it, without its documentation."""
    for statement in test.body[ast.get_docstring(test) is not None :]:
        if isinstance(statement, ast.Return | ast.Raise):
            return
        yield statement


def _is_like(old: object, new: object, free: Collection[str]) -> bool:
    if isinstance(new, ast.Name) and new.id in free:
        return isinstance(old, ast.expr)
    if isinstance(old, list) and isinstance(new, list):
        same = len(old) == len(new)
        return same and all(_is_like(*pair, free) for pair in zip(old, new, strict=True))
    if isinstance(old, ast.Expr) and isinstance(new, ast.Assign):  # it looks at the value as well
        return _is_like(old.value, new.value, free)
    if not isinstance(old, ast.AST) or type(old) is not type(new):
        return old == new
    if isinstance(old, ast.Compare) and [type(op) for op in old.ops] == [ast.Eq]:
        turned = ast.Compare(old.comparators[0], old.ops, [old.left])
        return _fields_are_like(old, new, free) or _fields_are_like(turned, new, free)
    return _fields_are_like(old, new, free)


def _fields_are_like(old: ast.AST, new: object, free: Collection[str]) -> bool:
    return all(_is_like(value, getattr(new, field), free) for field, value in ast.iter_fields(old))


def _questions(test: ast.AST) -> Counter[str]:
    """Count the ways in which a test, or a part of one, asserts something."""
    ways: Counter[str] = Counter()
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            ways[_form(node.test)] += 1
        elif isinstance(node, ast.Call) and ASKING.search(name := name_of(node)):
            broad = any(isinstance(arg, ast.Name) and arg.id in _BROAD for arg in node.args)
            ways[f"{name} {broad}"] += 1
    return ways


def _form(test: ast.expr) -> str:
    if isinstance(test, ast.Compare):
        return " ".join(type(operator).__name__ for operator in test.ops)
    return type(test).__name__
