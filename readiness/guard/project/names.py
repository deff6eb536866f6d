"""Names that a change removes from the code, those that a test uses, and who calls a function."""

import ast
import re
from collections.abc import Iterator

from readiness.guard.carried import Function, calls
from readiness.guard.project.files import Differing
from readiness.guard.project.rules import TABLE

_WORD = re.compile(r"\w+")


def removed_names(files: Differing) -> frozenset[str]:
    """Return what modules and classes defined before, if no code mentions it after."""
    names = {
        name for path, text in files.before.items() if _is_code(path) for name in _defined(text)
    }
    for path in files.states.after if names else ():
        if _is_code(path):
            names.difference_update(_WORD.findall(files.states.text(path, 1) or ""))
    return frozenset(names)


def uses(test: Function) -> set[str]:
    """Return the names that a test loads, and does not set itself."""
    loaded: set[str] = set()
    stored: set[str] = set()
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute):
            loaded.add(node.attr)
        elif isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else stored).add(node.id)
    return loaded - stored


def callers(files: Differing, name: str) -> set[str]:
    """Return a function, those that call it or are given what it returns, and so on."""
    functions = [
        node
        for path, text in files.after.items()
        if path.endswith(".py")
        for node in _nodes(text)
        if isinstance(node, Function)
    ]
    needs = {node.name: calls(node) | {arg.arg for arg in node.args.args} for node in functions}
    names = {name}
    while more := {caller for caller, needed in needs.items() if needed & names} - names:
        names |= more
    return names


def _is_code(path: str) -> bool:
    return path.endswith(".py") and not TABLE.test_tree.search(path)


def _defined(text: str) -> Iterator[str]:
    """Yield what a module and its classes define."""
    scopes = [node for node in _nodes(text) if isinstance(node, ast.Module | ast.ClassDef)]
    for node in (inner for scope in scopes for inner in scope.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _nodes(text: str) -> list[ast.AST]:
    """Return all nodes of a Python file; none if it cannot be parsed."""
    try:
        return list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return []
