"""Find what a strict run of mypy lets pass: Any in public signatures, and code it does not see."""

import ast
from collections.abc import Iterable, Iterator

from _common import Place, place
from _syntax import Function, parse


def loose(paths: Iterable[str]) -> list[Place]:
    """List such places in files, by line."""
    found = []
    for path in paths:
        tree = parse(path)
        any_names = _names_of_any(tree)
        for function in _public(tree):
            if _says_any(function, any_names):
                text = f"Any in the signature of {function.name}"
                found.append(place(path, function.lineno, "any", text))
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and _asks_for_checking(node.test):
                for each in node.orelse:
                    if isinstance(each, Function | ast.ClassDef):
                        text = f"mypy does not look at {each.name}: it is `else` of TYPE_CHECKING"
                        found.append(place(path, each.lineno, "unseen", text))
    return found


def _names_of_any(tree: ast.Module) -> set[str]:
    """Name what stands for Any in a file, itself or within an alias."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("typing", "typing_extensions")
        for alias in node.names
        if alias.name == "Any"
    }
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _has(value, names):
                names.add(name)
            case ast.AnnAssign(
                target=ast.Name(id=name), annotation=kind, value=ast.expr() as value
            ):
                if ast.unparse(kind).endswith("TypeAlias") and _has(value, names):
                    names.add(name)
    return names


def _has(node: ast.AST, names: set[str]) -> bool:
    """Whether an annotation has one of the names in it; one that is a text is read too."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in names:
            return True
        if isinstance(each, ast.Attribute) and each.attr == "Any":
            return getattr(each.value, "id", "") in ("typing", "typing_extensions", "t")
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            try:
                within = ast.parse(each.value, mode="eval").body
            except SyntaxError:
                continue
            if not isinstance(within, ast.Constant) and _has(within, names):
                return True
    return False


def _says_any(function: Function, names: set[str]) -> bool:
    given = function.args
    listed = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    kinds = [each.annotation for each in listed if each is not None]
    return any(each is not None and _has(each, names) for each in [*kinds, function.returns])


def _public(top: ast.AST) -> Iterator[Function]:
    """Give the functions and methods that others may call: no name in their path is private."""
    for node in ast.iter_child_nodes(top):
        if isinstance(node, Function | ast.ClassDef):
            if node.name.startswith("_") and not node.name.endswith("__"):
                continue
            if isinstance(node, Function):
                yield node
            else:
                yield from _public(node)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _public(node)


def _asks_for_checking(node: ast.expr) -> bool:
    return getattr(node, "attr", getattr(node, "id", "")) in ("TYPE_CHECKING", "MYPY")
