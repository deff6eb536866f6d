"""Names that do not say what they stand for, where they live longer than a glance.

python -m tests.support.naming [FOLDER]...    list them; default: readiness checks
"""

import ast
import itertools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

VAGUE = frozenset({"each", "found", "given", "one", "said", "told"})
GLANCE = 3
"""Lines within which a variable is seen where it is bound and where it is used."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def vague_names(tree: ast.Module) -> set[tuple[int, str]]:
    """Return line and name of what is vague: definitions, attributes, and lasting variables."""
    names = set(_lasting(tree.body, 0))
    for node in ast.walk(tree):
        if isinstance(node, _Named):
            names.add((node.lineno, node.name))
        if isinstance(node, ast.ClassDef):
            names.update(_lasting(node.body, 0))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add((node.lineno, node.attr))
        if isinstance(node, _Function):
            names.update(_lasting([node], GLANCE))
    return {(line, name) for line, name in names if name.strip("_") in VAGUE}


def _lasting(nodes: Iterable[ast.AST], glance: int) -> Iterator[tuple[int, str]]:
    """Yield the variables and parameters that are used `glance` lines after they are bound."""
    if glance == 0:  # a module's or a class's own names, without those of its functions
        nodes = [node for node in nodes if not isinstance(node, _Named)]
    bound: dict[str, int] = {}
    last: dict[str, int] = {}
    for node in itertools.chain.from_iterable(map(ast.walk, nodes)):
        if isinstance(node, ast.arg):
            name, binds = node.arg, True
        elif isinstance(node, ast.Name):
            name, binds = node.id, isinstance(node.ctx, ast.Store)
        else:
            continue
        last[name] = max(last.get(name, 0), node.lineno)
        if binds:
            bound[name] = min(bound.get(name, node.lineno), node.lineno)
    return ((line, name) for name, line in bound.items() if last[name] - line >= glance)


def report(folders: Iterable[Path]) -> list[str]:
    """List what is vague in the files of folders, as `path:line: name`."""
    return [
        f"{path}:{line}: {name}"
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        for line, name in sorted(vague_names(ast.parse(path.read_text("utf-8"))))
    ]


if __name__ == "__main__":
    arguments = sys.argv[1:] or ["readiness", "checks"]
    vague = report(map(Path, arguments))
    print("\n".join(vague))
    sys.exit(1 if vague else 0)
