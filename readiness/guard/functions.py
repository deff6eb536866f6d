"""The functions of a Python file, and what is called in them."""

import ast
from collections.abc import Iterator
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def parsed(text: str) -> ast.Module:
    """Return what a Python file says; nothing if it cannot be parsed."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def functions_in(text: str) -> list[Function]:
    """Return all functions of a Python file; none if it cannot be parsed."""
    return [node for node in ast.walk(parsed(text)) if isinstance(node, Function)]


def named_functions(text: str) -> Iterator[tuple[str, Function]]:
    """Yield the functions and methods of a Python file, as pytest names them: `Class::name`."""
    waiting: list[tuple[str, ast.AST]] = [("", parsed(text))]
    while waiting:
        within, node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                yield f"{within}{child.name}", child
            elif isinstance(child, ast.ClassDef):
                waiting.append((f"{within}{child.name}::", child))
            else:
                waiting.append((within, child))


def function_in(text: str, name: str) -> Function | None:
    """Return the first function of this name in a file; None where there is none."""
    return next((node for node in functions_in(text) if node.name == name), None)


def calls(node: ast.AST) -> set[str]:
    """Return the names of all that is called within a node, each without what it belongs to."""
    called = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return {str(getattr(each, "attr", getattr(each, "id", ""))) for each in called}
