"""Parse the project's Python files."""

import ast
import tokenize

from checks.in_project.common import not_measured

Function = ast.FunctionDef | ast.AsyncFunctionDef


def parse(path: str) -> ast.Module:
    """Return the syntax tree of a file that must be valid."""
    try:
        with tokenize.open(path) as file:
            return ast.parse(file.read(), path)
    except (OSError, SyntaxError, UnicodeDecodeError, ValueError) as error:
        not_measured(f"{path} cannot be read: {error}")


def functions(tree: ast.AST) -> list[Function]:
    """List all functions and methods, in the order of the file."""
    found = [node for node in ast.walk(tree) if isinstance(node, Function)]
    return sorted(found, key=lambda node: node.lineno)
