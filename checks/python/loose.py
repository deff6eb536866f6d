"""Find what a strict run of mypy lets pass: Any in public signatures, and code it does not see."""

import ast
from collections.abc import Iterable, Iterator, Set

from checks.in_project.common import CheckFinding, place
from checks.in_project.modules import found_at
from checks.python.syntax import Function, parse
from checks.silence.silencing import SILENCING

TYPING = {
    "typing": frozenset({"Any"}),
    "typing_extensions": frozenset({"Any"}),
    "_typeshed": frozenset({"Incomplete", "MaybeNone"}),
}
"""What is Any, by the module that has it."""
UNTYPED = {name.rpartition(".")[2] for name in SILENCING["untyped"]}


def loose(paths: Iterable[str]) -> list[CheckFinding]:
    """List such places in files, by line."""
    findings = []
    for path in paths:
        tree = parse(path)
        any_names = _names_of_any(path)
        for function in _public(tree):
            if _says_any(function, any_names):
                text = f"Any in the signature of {function.name}"
                findings.append(place(path, function.lineno, "any", text))
        for node in ast.walk(tree):
            if isinstance(node, Function | ast.ClassDef) and _is_untyped(node):
                text = f"mypy does not look at {node.name}: it is under no_type_check"
                findings.append(place(path, node.lineno, "unseen", text))
            if isinstance(node, ast.If) and _asks_for_checking(node.test):
                for definition in node.orelse:
                    if isinstance(definition, Function | ast.ClassDef):
                        text = f"mypy does not look at {definition.name}: "
                        text += "it is `else` of TYPE_CHECKING"
                        findings.append(place(path, definition.lineno, "unseen", text))
    return findings


_NAMES: dict[str, frozenset[str]] = {}


def _names_of_any(path: str) -> frozenset[str]:
    """Name what stands for Any in a file, itself or within an alias, also of another file."""
    if path not in _NAMES:
        _NAMES[path] = frozenset()  # for files that import each other
        tree = parse(path)
        names = {name for node in ast.walk(tree) for name in _imported_any(path, node)}
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if _has(value, names):
                    names.add(name)
                case ast.AnnAssign(
                    target=ast.Name(id=name), annotation=kind, value=ast.expr() as value
                ):
                    if ast.unparse(kind).endswith("TypeAlias") and _has(value, names):
                        names.add(name)
        _NAMES[path] = frozenset(names)
    return _NAMES[path]


def _imported_any(path: str, node: ast.AST) -> Iterator[str]:
    """Name what stands for Any in an import."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            for name in _names_in(path, alias.name):
                yield f"{alias.asname or alias.name}.{name}"
    elif isinstance(node, ast.ImportFrom):
        source = "." * node.level + (node.module or "")
        for alias in node.names:
            own = alias.asname or alias.name
            if alias.name in _names_in(path, source):
                yield own
            module = f"{source}.{alias.name}" if node.module else f"{source}{alias.name}"
            for name in _names_in(path, module):
                yield f"{own}.{name}"


def _names_in(path: str, module: str) -> frozenset[str]:
    """Name what stands for Any in a module that a file imports."""
    if module in TYPING:
        return TYPING[module]
    file = found_at(path, module)
    return _names_of_any(file) if file else frozenset()


def _is_untyped(node: Function | ast.ClassDef) -> bool:
    return any(
        getattr(each, "attr", getattr(each, "id", "")) in UNTYPED for each in node.decorator_list
    )


def _has(node: ast.AST, names: Set[str]) -> bool:
    """Return whether an annotation has one of the names in it; one that is a text is read too."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in names:
            return True
        if isinstance(part, ast.Attribute) and ast.unparse(part) in names:
            return True
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            try:
                within = ast.parse(part.value, mode="eval").body
            except SyntaxError:
                continue
            if not isinstance(within, ast.Constant) and _has(within, names):
                return True
    return False


def _says_any(function: Function, names: Set[str]) -> bool:
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
