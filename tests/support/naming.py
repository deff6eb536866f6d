"""Names that do not say what they stand for, where they live longer than a glance.

python -m tests.support.naming [FOLDER]...    list them; default: readiness checks
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

VAGUE = frozenset({"each", "found", "given", "one", "said", "told"})
GLANCE = 3
"""Lines within which a variable is seen where it is bound and where it is used."""

_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def vague_names(tree: ast.Module) -> set[tuple[int, str]]:
    """Return line and name of what is vague: definitions, attributes, and lasting variables."""
    names = {(line, name) for line, name, _ in _bound(tree.body)}
    for node in ast.walk(tree):
        if isinstance(node, _Named):
            names.add((node.lineno, node.name))
        if isinstance(node, ast.ClassDef):
            names.update((line, name) for line, name, _ in _bound(node.body))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add((node.lineno, node.attr))
        if isinstance(node, _Function | _Comprehension):
            local = _bound(ast.iter_child_nodes(node))
            names.update((line, name) for line, name, last in local if last - line >= GLANCE)
    return {(line, name) for line, name in names if name.strip("_") in VAGUE}


def _bound(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str, int]]:
    """Yield what a scope binds: the line, the name, and the last line that uses it.

    Functions within it may use a name; what they and comprehensions bind is their own.
    """
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    inner: list[tuple[ast.AST, bool]] = [(node, True) for node in nodes]
    while inner:
        node, binds = inner.pop()
        within = binds and not isinstance(node, _Named | ast.Lambda | _Comprehension)
        inner += [(child, within) for child in ast.iter_child_nodes(node)]
        if isinstance(node, ast.arg):
            name, stores = node.arg, True
        elif isinstance(node, ast.Name):
            name, stores = node.id, isinstance(node.ctx, ast.Store)
        else:
            continue
        last[name] = max(last.get(name, 0), node.lineno)
        if stores and binds:
            first[name] = min(first.get(name, node.lineno), node.lineno)
    return ((line, name, last[name]) for name, line in first.items())


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
