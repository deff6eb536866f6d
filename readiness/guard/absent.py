"""The functions that a change adds or alters, each put back as it was or made to do nothing."""

import ast
from collections.abc import Iterator

import msgspec

from readiness.guard.functions import Function, parsed


class ChangedFunction(msgspec.Struct, frozen=True, kw_only=True):
    """A function that a change adds or alters, and the tests of the change that need it so."""

    path: str
    name: str
    line: int
    noticed_by: list[str] = []


def without_functions(path: str, before: str, after: str) -> Iterator[tuple[ChangedFunction, str]]:
    """Yield each function of a file that is new or another, and the file without that."""
    old, new = (dict(_functions(parsed(text).body)) for text in (before, after))
    for name, node in new.items():
        earlier = old.get(name)
        if earlier is not None and ast.dump(earlier) == ast.dump(node):
            continue
        tree = parsed(after)
        changed = dict(_functions(tree.body))[name]
        if earlier is None:
            changed.body = ast.parse("raise NotImplementedError").body
        else:
            changed.args, changed.body = earlier.args, earlier.body
        yield ChangedFunction(path=path, name=name, line=node.lineno), ast.unparse(tree)


def _functions(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{within}{node.name}.")
        elif isinstance(node, Function):
            yield f"{within}{node.name}", node
