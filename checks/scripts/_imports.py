"""Find the imports of a file that lead nowhere, in every branch and function.

Run by the project's Python, in a process that has imported the file's own module.
"""

import ast
import importlib
import os
import platform
import sys
import typing
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec, resolve_name

from _texts import text_of, texts_by_name

Wanted = tuple[int, str, str]
"""A line, a module, and a name that is imported from it; empty for the module itself."""

CATCHING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
KNOWN = {"os": os, "platform": platform, "sys": sys, "typing": typing, "TYPE_CHECKING": False}
"""What a branch may ask that is for another Python, another system, or for no run at all."""
ASKED = {"implementation", "machine", "major", "minor", "name", "platform", "startswith", "system"}
ASKED |= {"TYPE_CHECKING", "python_implementation", "version_info"}


def missing_imports(path: str, package: str) -> list[Wanted]:
    """List what a file of that package imports somewhere and nobody has."""
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    found = _Imports(package, tree)
    found.follow(tree.body, found.wanted)
    return found.missing()


class _Imports:
    """What a file imports, and what of it need not be there."""

    def __init__(self, package: str, tree: ast.Module) -> None:
        self._package = package
        self._importing = _names_of_importing(tree)
        self._texts = texts_by_name(tree)
        self._optional: set[str] = set()
        self._tries: list[tuple[list[Wanted], list[ast.stmt], list[ast.stmt]]] = []
        self.wanted: list[Wanted] = []

    def missing(self) -> list[Wanted]:
        """List what is wanted and not there. Who catches that it is missing need not have it."""
        while self._tries:
            tried, instead, after = self._tries.pop()
            failed = [module for _, module, name in tried if not _is_there(module, name)]
            self._optional.update(module.partition(".")[0] for module in failed)
            self.follow(instead if failed else after, self.wanted)
        return [
            (line, module, name)
            for line, module, name in self.wanted
            if module.partition(".")[0] not in self._optional and not _is_there(module, name)
        ]

    def follow(self, nodes: Iterable[ast.AST], into: list[Wanted]) -> None:
        """Collect what is imported below some nodes."""
        for node in nodes:
            if isinstance(node, ast.Try) and any(_catches(each.type) for each in node.handlers):
                instead = [each for handler in node.handlers for each in handler.body]
                self._try(node.body, instead, node.orelse)
                self.follow(node.finalbody, into)
            elif isinstance(node, ast.With) and any(map(_suppresses, node.items)):
                self._try(node.body, [], [])
            elif isinstance(node, ast.If) and "find_spec" in map(_last_name, ast.walk(node.test)):
                self._try(node.body, [], [])
                self.follow(node.orelse, into)
            elif isinstance(node, ast.If) and (taken := _taken(node.test)) is not None:
                self.follow(node.body if taken else node.orelse, into)
            else:
                into.extend(self._imported(node))
                self.follow(ast.iter_child_nodes(node), into)

    def _try(self, body: list[ast.stmt], instead: list[ast.stmt], after: list[ast.stmt]) -> None:
        tried: list[Wanted] = []
        self.follow(body, tried)
        self._tries.append((tried, instead, after))

    def _imported(self, node: ast.AST) -> Iterator[Wanted]:
        if isinstance(node, ast.Import):
            for each in node.names:
                yield node.lineno, each.name, ""
        elif isinstance(node, ast.ImportFrom):
            module = self._absolute("." * node.level + (node.module or ""))
            for each in node.names:
                yield node.lineno, module, each.name.replace("*", "")
        elif (
            isinstance(node, ast.Call)
            and node.args
            and _last_name(node.func) in self._importing
            and (named := text_of(node.args[0], self._texts))
        ):
            yield node.lineno, self._absolute(named), ""

    def _absolute(self, name: str) -> str:
        try:
            return resolve_name(name, self._package)
        except ImportError:  # beyond the package, or in none
            return name


def _names_of_importing(tree: ast.Module) -> set[str]:
    """Return what a file calls the functions that import what they are told."""
    names = {"import_module", "__import__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "importlib":
            names |= {each.asname for each in node.names if each.asname and each.name in names}
        elif isinstance(node, ast.Assign) and _last_name(node.value) in names:
            names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return names


@cache
def _is_there(module: str, name: str) -> bool:
    """Whether a module, and something in it, is there; what stops otherwise cannot be told."""
    try:
        if module not in sys.modules and find_spec(module) is None:
            return False
        return not name or hasattr(importlib.import_module(module), name) or _part(module, name)
    except ImportError:
        return False
    except Exception:  # noqa: BLE001 - any module may raise anything
        return True


def _part(module: str, name: str) -> bool:
    try:
        return find_spec(f"{module}.{name}") is not None
    except ImportError:  # the module is no package
        return False


def _catches(kind: ast.expr | None) -> bool:
    """Whether a handler of that kind is reached where something cannot be imported."""
    return kind is None or bool(CATCHING & {_last_name(each) for each in ast.walk(kind)})


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    return (
        isinstance(call, ast.Call)
        and _last_name(call.func) == "suppress"
        and any(map(_catches, call.args))
    )


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _taken(test: ast.expr) -> bool | None:
    """Whether this Python, on this system, takes a branch; None where that is not its question."""
    nodes = list(ast.walk(test))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    if not names or names - KNOWN.keys() or attributes - ASKED:
        return None
    try:
        return bool(eval(compile(ast.Expression(test), "", "eval"), dict(KNOWN)))  # noqa: S307
    except Exception:  # noqa: BLE001 - whatever is compared with whatever
        return None
