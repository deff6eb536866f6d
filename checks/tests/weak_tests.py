"""Count the tests that assert something, in themselves or in a helper that they call.

What cannot fail is no assertion: see `_assertions.py`.
"""

import ast
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from checks.in_project.common import CheckFinding, files_below, not_measured, place
from checks.in_project.modules import found_at
from checks.python.syntax import Function, functions, parse
from checks.tests.assertions import TestBody, called, read_body
from checks.tests.constants import truth

RAISING = {"raises", "warns", "deprecated_call", "fail", "approx_equal", "raise_for_status"}
HELPERS = ("assert", "check_", "expect", "verify")
MISTAKEN = {"called_once", "called_with", "called_once_with", "has_calls", "any_call"}
"""Attributes of a mock that are no assertions, whatever they look like."""
COMPARING = {
    "assertEqual": ast.Eq,
    "assertNotEqual": ast.NotEq,
    "assertIs": ast.Is,
    "assertIsNot": ast.IsNot,
    "assertIn": ast.In,
    "assertNotIn": ast.NotIn,
    "assertLess": ast.Lt,
    "assertLessEqual": ast.LtE,
    "assertGreater": ast.Gt,
    "assertGreaterEqual": ast.GtE,
    "assertListEqual": ast.Eq,
    "assertDictEqual": ast.Eq,
}


@dataclass(frozen=True)
class Module:
    """A file: its functions by name, what it imports from where, and what is no variable in it."""

    path: str
    functions: dict[str, list[Function]]
    imported: dict[str, tuple[str, str]]
    objects: frozenset[str]


@cache
def module(path: str) -> Module:
    """Read a file."""
    tree = parse(path)
    by_name: dict[str, list[Function]] = {}
    for each in functions(tree):
        by_name.setdefault(each.name, []).append(each)
    imported: dict[str, tuple[str, str]] = {}
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                imported[alias.asname or alias.name] = (alias.name, "")
                modules.add(alias.asname or alias.name)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                source = "." * node.level + (node.module or "")
                imported[alias.asname or alias.name] = (source, alias.name)
    defined = {node.name for node in tree.body if isinstance(node, Function | ast.ClassDef)}
    return Module(path, by_name, imported, frozenset(defined | modules))


@cache
def body(path: str, line: int) -> TestBody:
    """Read the function that begins on a line of a file."""
    here = module(path)
    node = next(each for named in here.functions.values() for each in named if each.lineno == line)
    return read_body(node, here.objects | _named_from_elsewhere(path))


@cache
def _named_from_elsewhere(path: str) -> frozenset[str]:
    """Name the functions of the project that a file imports."""
    return frozenset(
        name
        for name, (source, what) in module(path).imported.items()
        if what and (file := found_at(path, source)) and what in module(file).functions
    )


def asserts(path: str, line: int, seen: frozenset[tuple[str, int]] = frozenset()) -> bool:
    """Tell whether a function can fail by what it finds, itself or through what it calls."""
    if (path, line) in seen:
        return False
    read = body(path, line)
    raises = any(map(_fails, read.raised))
    through = seen | {(path, line)}
    return read.can_fail or raises or any(_is_assertion(path, each, through) for each in read.calls)


def _fails(node: ast.Raise) -> bool:
    """Whether what is raised is a failure, as an assertion's."""
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return getattr(raised, "attr", getattr(raised, "id", "")) in ("AssertionError", "Failed")


def _is_assertion(path: str, call: ast.Call, seen: frozenset[tuple[str, int]]) -> bool:
    name = called(call)
    if name in MISTAKEN or _cannot_fail(call):
        return False
    helpers = list(_meant(path, call.func))
    if helpers:
        return any(asserts(file, node.lineno, seen) for file, node in helpers)
    return name in RAISING or name.lstrip("_").startswith(HELPERS)


def _cannot_fail(call: ast.Call) -> bool:
    """Whether an assertion of unittest is of what is always so."""
    name, given = called(call), call.args
    if name == "assertTrue" and given:
        return truth(given[0]) is True
    if name == "assertFalse" and given:
        return truth(given[0]) is False
    if name == "assertIsNotNone" and given:
        return isinstance(given[0], ast.Constant) and given[0].value is not None
    if name in COMPARING and len(given) > 1:
        return truth(ast.Compare(given[0], [COMPARING[name]()], [given[1]])) is True
    return False


def _meant(path: str, function: ast.expr, depth: int = 4) -> Iterator[tuple[str, Function]]:
    """Give the project's functions that a name may stand for in a file."""
    here = module(path)
    name = getattr(function, "attr", getattr(function, "id", ""))
    if name in here.functions:
        yield from ((path, node) for node in here.functions[name])
        return
    owner = getattr(function, "value", None)
    base = getattr(owner, "id", "") if isinstance(function, ast.Attribute) else name
    if base not in here.imported:
        yield from _fixtures(path, base)
        return
    source, what = here.imported[base]
    if isinstance(function, ast.Attribute):
        source, what = (f"{source}.{what}" if what else source).replace("..", "."), name
    file = found_at(path, source)
    if not file or file == path or not depth:
        return
    there = module(file)
    if what in there.functions or what in there.imported:
        yield from _meant(file, ast.Name(what), depth - 1)


def _fixtures(path: str, name: str) -> Iterator[tuple[str, Function]]:
    """Give what a test is handed under a name by the conftest.py of its folder or one above."""
    folder = os.path.dirname(path)
    while True:
        file = os.path.join(folder, "conftest.py")
        if os.path.isfile(file) and name in module(file).functions:
            yield from ((file, node) for node in module(file).functions[name])
            return
        if not folder or folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)


def is_test_file(path: str) -> bool:
    """Tell whether pytest would collect the file."""
    name = os.path.basename(path)
    return name.startswith("test_") or name.endswith("_test.py")


def tests(path: str) -> Iterator[tuple[Function, bool, str]]:
    """Give the tests of a file: whether a branch stands around it, and why it is never run."""
    tree = parse(path)
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    tops: list[ast.Module | ast.ClassDef] = [tree, *classes]
    for top in tops:
        found = [
            each
            for each in _outside_functions(top)
            if isinstance(each, Function) and each.name.startswith("test")
        ]
        left = Counter(each.name for each in found)
        for each in found:
            left[each.name] -= 1
            why = "is never run: another test below has its name" if left[each.name] else ""
            plain = each in top.body and (top is tree or top in tree.body)
            yield each, not plain, why


def _outside_functions(top: ast.AST) -> Iterator[ast.AST]:
    """Give the statements of a module or a class, within `if` and `try` as well."""
    for node in ast.iter_child_nodes(top):
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            yield from _outside_functions(node)


@dataclass(frozen=True)
class Written:
    """A test as it is written, whether a branch stands around it, and why it shows nothing."""

    path: str
    line: int
    name: str
    in_a_branch: bool
    why: str

    def finding(self, why: str) -> CheckFinding:
        """Say of it what it lacks."""
        return place(self.path, self.line, "no-assertion", f"{self.name} {why}")


def written_tests(paths: list[str]) -> list[Written]:
    """Return the tests below the paths; without a test nothing can be measured."""
    found = [
        Written(
            path,
            test.lineno,
            test.name,
            in_a_branch,
            never or ("" if asserts(path, test.lineno) else "asserts nothing that can fail"),
        )
        for path in filter(is_test_file, files_below(paths))
        for test, in_a_branch, never in tests(path)
    ]
    if not found:
        not_measured("there is no test below these paths")
    return found
