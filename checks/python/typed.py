"""Count the functions whose parameters and result are all annotated."""

import ast
from collections.abc import Iterator, Mapping
from typing import TextIO

from checks.in_project.common import Params, emit, files_below, not_measured, place
from checks.python.syntax import Function, functions, parse


def lacking(function: Function, *, method: bool) -> list[str]:
    """Name the parameters without a type, and the result.

    As for mypy, `self` and `cls` need none, nor does the result of an `__init__` with a typed
    parameter.
    """
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    static = any(
        getattr(decorator, "id", "") == "staticmethod" for decorator in function.decorator_list
    )
    if method and not static:
        positional = positional[1:]
    named = [*positional, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    present = [each for each in named if each is not None]
    missing = [each.arg for each in present if each.annotation is None]
    implied = function.name == "__init__" and len(missing) < len(present)
    if function.returns is None and not implied:
        missing.append("return")
    return missing


def methods(owner: ast.AST) -> Iterator[ast.AST]:
    """Yield the functions that stand in a class, those under an `if` or `try` too."""
    for node in ast.iter_child_nodes(owner):
        if isinstance(node, Function):
            yield node
        elif not isinstance(node, ast.ClassDef):
            yield from methods(node)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Look at every function; a stub stands for its module, as type checkers read it."""
    files = set(files_below(Params(env).words("paths"), (".py", ".pyi")))
    total = 0
    findings = []
    for path in sorted(path for path in files if f"{path}i" not in files):
        tree = parse(path)
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        inside = {method for owner in classes for method in methods(owner)}
        for function in functions(tree):
            total += 1
            if missing := lacking(function, method=function in inside):
                text = f"{function.name}: no type for {', '.join(missing)}"
                findings.append(place(path, function.lineno, "untyped", text))
    if not total:
        not_measured("there is no function below these paths")
    percent = round(100 * (total - len(findings)) / total, 4)
    emit({"percent": percent, "untyped": len(findings), "functions": total}, findings)
    return 0
