"""Find tests that are there, and that the session of pytest never collected."""

import ast
import os
import re
from collections.abc import Iterable, Iterator

from checks.in_project.common import is_below, relative
from checks.in_project.tracked import Tracked
from checks.tests.session import Event, SeenTest

LEFT_OUT = ("passed over", "left out")
"""Events of files that the project has pytest pass over, or skips as a whole."""
LOOKED_FOR = re.compile(r"test_.*\.py|.*_test\.py")
"""The names of files that pytest looks for by itself."""
NAMED = re.compile(r"(?:.*[_-])?tests?(?:[_-].*)?\.py")
"""The names of others that say that there are tests."""
MATERIAL = re.compile(r"data|fixture|sample|example|resource|template|asset|project|snapshot")
"""Part of the name of a folder in which a test is what other tests work on."""
TO_INHERIT = re.compile(r"^_|base|mixin|abstract|suite", re.IGNORECASE)
"""What is in the name of a class that is there for others, also for those of other projects."""
CHECKS = re.compile(r"assert|fail|raises|expect", re.IGNORECASE)


def lost_tests(paths: list[str], events: Iterable[Event]) -> Iterator[SeenTest]:
    """Yield the tests below some paths that were never collected, and no setting says so."""
    by_kind = {event["event"]: event for event in events}
    collected = by_kind["collected"]
    chosen = collected["chosen"]
    seen = {f"{relative(file)}::{name}" for file, name in map(_halves, collected["seen"])}
    imported = set(map(relative, by_kind.get("imported", {"files": ()})["files"]))
    over = [relative(event["path"]) for event in events if event["event"] in LEFT_OUT]
    files = [path for path in Tracked(paths).files if path.endswith(".py")]
    trees = {path: tree for path in files if (tree := _tree(path))}
    used = {name for tree in trees.values() for name in _used(tree)}
    with_tests = {name.partition("::")[0] for name in seen}
    for path, tree in trees.items():
        is_over = is_below(path, *over)
        if path in with_tests or (path in imported and not is_over and _is_looked_at(path, chosen)):
            yield from _replaced(path, tree)
            if "python_classes" not in chosen:
                yield from _passed_over(path, tree, seen, used)
        elif path not in imported and not is_over:
            yield from _all(path, tree, _why_not_looked_at(path, chosen))


def _halves(place: str) -> tuple[str, str]:
    file, _, name = place.partition("::")
    return file, name


def _tree(path: str) -> ast.Module | None:
    try:
        with open(path, "rb") as file:
            return ast.parse(file.read(), path)
    except (OSError, SyntaxError, ValueError):
        return None


def _used(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a module uses, its imports among them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name


def _is_looked_at(path: str, chosen: list[str]) -> bool:
    """Return whether pytest takes the file for one of tests, whether or not it found any."""
    return "python_files" not in chosen and bool(LOOKED_FOR.fullmatch(os.path.basename(path)))


def _why_not_looked_at(path: str, chosen: list[str]) -> str:
    folder, name = os.path.split(path)
    if MATERIAL.search(folder) or name == "conftest.py" or "python_files" in chosen:
        return ""
    if LOOKED_FOR.fullmatch(name):
        by_itself = "norecursedirs" not in chosen
        return f"pytest does not look into {folder} by itself" if by_itself else ""
    return "pytest looks for no file of this name" if NAMED.fullmatch(name) else ""


def _replaced(path: str, tree: ast.Module) -> Iterator[SeenTest]:
    """Yield the tests in whose place another one of their name stands."""
    for body in _bodies(tree):
        last: dict[str, int] = {}
        for node in reversed(body):
            if not _is_test(node):
                continue
            name = getattr(node, "name", "")
            if name in last:
                yield _lost(path, node, f"another {name} stands in line {last[name]}")
            last.setdefault(name, node.lineno)


def _passed_over(path: str, tree: ast.Module, seen: set[str], used: set[str]) -> Iterator[SeenTest]:
    """Yield the tests in classes that pytest takes for none of tests."""
    last = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for owner in last.values():
        if owner.name in used or _is_no_test(owner):
            continue
        tests = [
            node for node in owner.body if _is_test(node) and not isinstance(node, ast.ClassDef)
        ]
        if not any(f"{path}::{owner.name}.{getattr(node, 'name', '')}" in seen for node in tests):
            for node in tests:
                yield _lost(path, node, f"pytest does not take {owner.name} for a class of tests")


def _is_no_test(owner: ast.ClassDef) -> bool:
    """Return whether a class is there for others, or says itself that it has no tests."""
    names = (ast.unparse(target) for node in owner.body for target in getattr(node, "targets", ()))
    return bool(TO_INHERIT.search(owner.name)) or "__test__" in names


def _all(path: str, tree: ast.Module, why: str) -> Iterator[SeenTest]:
    """Yield all tests of a file, where there is a reason why it has any that are lost."""
    for body in _bodies(tree):
        for node in body:
            if why and _is_test(node) and not isinstance(node, ast.ClassDef):
                yield _lost(path, node, why)


def _bodies(tree: ast.Module) -> list[list[ast.stmt]]:
    """Return the statements of a module, and of each class in it."""
    return [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]


def _is_test(node: ast.AST) -> bool:
    """Return whether a function, or one in a class, is named as a test and checks something."""
    if isinstance(node, ast.ClassDef):
        return any(map(_is_test, node.body))
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    of_pytest = all("mark." in text or "patch" in text for text in decorators)
    return node.name.startswith("test") and of_pytest and any(map(_checks, ast.walk(node)))


def _checks(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return bool(CHECKS.search(getattr(node.func, "attr", getattr(node.func, "id", ""))))
    return isinstance(node, ast.Assert)


def _lost(path: str, node: ast.AST, why: str) -> SeenTest:
    name, line = getattr(node, "name", ""), getattr(node, "lineno", 0)
    return SeenTest(path, line, name, name, "failed", f"never collected: {why}")
