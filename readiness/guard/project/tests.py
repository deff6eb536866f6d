"""Tests that a change deletes or skips, and hooks by which it decides how they end."""

import ast
import os
from collections.abc import Hashable, Iterator
from typing import Final

import msgspec

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.functions import Function, calls, function_in, functions_in
from readiness.guard.project.files import Differing, surplus
from readiness.guard.project.rules import TABLE

LOOSE, TIGHT = Direction.LOOSENED, Direction.TIGHTENED
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_YIELDS: Final = (ast.Yield, ast.YieldFrom)
_DIRECT: Final = ("self", "cls")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a Python file: its kind, its name, what it says, and where it stands.

    `within` is the test or class around it.
    """

    kind: Kind
    name: str
    text: str
    path: str
    line: int
    within: str = ""


def tests(files: Differing) -> Iterator[Change]:
    """Compare tests, skips, empty assertions and hooks. What only moved is no difference."""
    old = [item for path, text in files.before.items() for item in items_in(path, text)]
    new = [item for path, text in files.after.items() for item in items_in(path, text)]
    gone, come = _compared(old, new)
    yield from (_change(item, LOOSE, item.name, "") for item in gone)
    yield from (_change(item, TIGHT, "", item.name) for item in come)
    for kind in (Kind.SKIP, Kind.ASSERTION, Kind.HOOK, Kind.SUPPRESSION):
        less, more = (
            [item for item in side if item.kind is kind] for side in surplus(old, new, _key)
        )
        for item in more:
            hides_nothing = kind is Kind.SKIP and _passes_over_new(item, come, new, files)
            yield _change(item, Direction.NEUTRAL if hides_nothing else LOOSE, "", _display(item))
        yield from (_change(item, TIGHT, _display(item), "") for item in less)


def _key(item: Item) -> Hashable:
    return item.kind, item.name, item.text, item.within


def items_in(path: str, text: str) -> list[Item]:
    """Return the items of a Python test file; nothing if it holds no tests or cannot be parsed."""
    if not (
        path.endswith(".py")
        and (TABLE.test_file.search(path) or TABLE.speaks_of_tests.search(text))
    ):
        return []
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in strings: they are not ours to judge
        try:
            return list(_TestFile(path, ast.parse(text)).items())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []


def _compared(old: list[Item], new: list[Item]) -> tuple[list[Item], list[Item]]:
    """Return the tests that are gone and those that are new, by name and by body over all files."""
    before, after = ([each for each in side if each.kind is Kind.TEST] for side in (old, new))
    gone, come = surplus(before, after, lambda one: one.name)
    return surplus(gone, come, lambda one: one.text)


def _passes_over_new(skip: Item, come: list[Item], new: list[Item], files: Differing) -> bool:
    """Return whether only new tests come to a skip, maybe through others: nothing is asked less."""
    beside = [item for item in new if item.kind is Kind.TEST and item.path == skip.path]
    if beside and skip.path not in files.before:
        return all(item in come for item in beside)
    reached = _callers(files, skip.within)
    tests = {caller for caller in reached if caller.startswith(TABLE.test_function)}
    before = files.before.values()
    known = any(function_in(text, caller) for caller in reached - tests for text in before)
    return bool(tests) and tests <= {item.name for item in come} and not known


def _callers(files: Differing, name: str) -> set[str]:
    """Return a function, those that call it or are given what it returns, and so on."""
    needs = {
        node.name: calls(node) | {arg.arg for arg in node.args.args}
        for path, text in files.after.items()
        if path.endswith(".py")
        for node in functions_in(text)
    }
    names = {name}
    while more := {caller for caller, needed in needs.items() if needed & names} - names:
        names |= more
    return names


def _change(item: Item, direction: Direction, before: str, after: str) -> Change:
    """Return the change of an item; what a runner tells of tests is only guessed here."""
    is_skip = item.kind is Kind.SKIP
    return Teller(f"{item.path}:{item.line}", item.path, item.line)(
        item.kind,
        direction,
        before,
        after,
        item.within if is_skip else "",
        unsure=not after or (is_skip and item.name in TABLE.marks),
    )


def _display(one: Item) -> str:
    return one.name if one.kind in (Kind.TEST, Kind.HOOK) else one.text


class _TestFile:
    """Walks through one file."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.is_test_file = bool(TABLE.test_file.search(path))
        self.is_hook_file = os.path.basename(path) in TABLE.hook_files
        self.imported = dict(_imports(tree))

    def items(self) -> Iterator[Item]:
        yield from self._tests(self.tree.body)
        for node, within in _within(self.tree):
            yield from self._at(node, within)
        if self.is_hook_file:
            yield from self._hooks()

    def _item(self, kind: Kind, node: ast.AST, name: str, text: str, within: str = "") -> Item:
        line = getattr(node, "lineno", 0)
        return Item(kind=kind, name=name, text=text, path=self.path, line=line, within=within)

    def _tests(self, body: list[ast.stmt], within: str = "") -> Iterator[Item]:
        if not self.is_test_file:
            return
        for node in body:
            if isinstance(node, _FUNCTIONS) and node.name.startswith("test"):
                if any(
                    isinstance(inner, _YIELDS) and at == node.name for inner, at in _within(node)
                ):
                    continue  # a fixture, or what no runner calls any more
                yield self._item(Kind.TEST, node, node.name, _body(node), within)
            elif isinstance(node, ast.ClassDef | ast.If | ast.Try | ast.With):
                inside = node.name if isinstance(node, ast.ClassDef) else within
                yield from self._tests(node.body, inside)

    def _at(self, node: ast.AST, within: str) -> Iterator[Item]:
        if _cannot_fail(node):
            yield self._item(Kind.ASSERTION, node, "assert", ast.unparse(node), within)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            if names & TABLE.ignored_files:
                yield self._item(Kind.SKIP, node, "collect_ignore", ast.unparse(node), within)
        elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
            dotted = self._dotted(node)
            if dotted in TABLE.skips:
                yield self._item(Kind.SKIP, node, dotted, dotted, within)
            elif dotted in TABLE.untyped:
                yield self._item(Kind.SUPPRESSION, node, dotted, dotted, within)

    def _dotted(self, node: ast.AST) -> str:
        """Return the name with its imports resolved: `mark.skip` may be `pytest.mark.skip`."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        first = "self" if node.id in _DIRECT else self.imported.get(node.id, node.id)
        return ".".join([first, *reversed(parts)])

    def _hooks(self) -> Iterator[Item]:
        """Yield functions that can change how tests end, and calls that exit Python."""
        for node in ast.walk(self.tree):
            if isinstance(node, _FUNCTIONS) and node.name in TABLE.hooks:
                yield self._item(Kind.HOOK, node, node.name, _body(node))
            elif isinstance(node, ast.Call) and self._dotted(node.func) in TABLE.exits:
                yield self._item(Kind.HOOK, node, ast.unparse(node), "exits")
            elif _is_set(node):
                yield self._item(Kind.HOOK, node, f"sets {ast.unparse(node)}", "sets")


def _is_set(node: ast.AST) -> bool:
    """Return whether a node stores how a test or the whole session ended."""
    stores = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    return stores and isinstance(node, ast.Attribute) and node.attr in TABLE.outcomes


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    yield alias.asname, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _within(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield every node with the function or class that it belongs to, decorators too."""
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, within = waiting.pop()
        yield node, within
        inner = node.name if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) else within
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]


def _body(node: Function) -> str:
    """Dump what a function does, regardless of its name and its documentation."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return "\n".join(map(ast.dump, body)) + ast.dump(node.args)


def _cannot_fail(node: ast.AST) -> bool:
    """Return whether it asserts what is always true, or its failure is caught and nothing done."""
    if isinstance(node, ast.Assert):
        return _is_always_true(node.test)
    if not isinstance(node, ast.Try):
        return False
    inside = [inner for each in node.body for inner in ast.walk(each)]
    # Who leaves a loop once it holds waits for it, and may well fail behind the loop.
    waits = node.orelse or any(isinstance(each, ast.Break | ast.Return) for each in inside)
    asserts = any(isinstance(each, ast.Assert) for each in inside)
    return (
        asserts
        and not waits
        and any(
            {"AssertionError", "Exception", "BaseException"} & _names_in(handler.type)
            and all(isinstance(each, ast.Pass) for each in handler.body)
            for handler in node.handlers
        )
    )


def _names_in(node: ast.expr | None) -> set[str]:
    """Return the names in an expression; of what is not there, which catches all, one of them."""
    if node is None:
        return {"BaseException"}
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _is_always_true(test: ast.expr) -> bool:
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Tuple):
        return bool(test.elts)
    if isinstance(test, ast.Compare):
        sides = [test.left, *test.comparators]
        return all(isinstance(side, ast.Constant) for side in sides)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(map(_is_always_true, test.values))
    return False
