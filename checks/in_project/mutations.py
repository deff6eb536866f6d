"""Change the code of functions: by one small fault, or so that they do nothing but fail.

Standard library only: it runs in the project's own Python.
"""

import ast
import copy
import hashlib
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Function = (ast.FunctionDef, ast.AsyncFunctionDef)

COMPARISONS: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SUMS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
MAKING = {"__init__", "__new__", "__post_init__"}
TELLING = {"debug", "info", "warning", "error", "exception", "critical", "log", "print", "warn"}
"""Calls that only tell something: no test need notice that one is gone."""


@dataclass(frozen=True)
class Mutant:
    """One fault: in which function of which file, on which line, and what became of what."""

    path: str
    function: str
    line: int
    what: str
    index: int
    texts: bool = False

    @property
    def coarse(self) -> bool:
        """Whether hardly a test could miss it: it comes after all others of its function."""
        return self.what.startswith("`return ")

    def rank(self, seed: str) -> str:
        """Order mutants by chance, and the same ones alike whatever is changed around them."""
        text = f"{seed}|{self.path}|{self.function}|{self.what}"
        return hashlib.sha256(text.encode()).hexdigest()


def read_source(path: str) -> str:
    """Return the text of a Python file in its own encoding."""
    with tokenize.open(path) as file:
        return file.read()


def mutants(path: str, text: str, *, texts: bool = False) -> list[Mutant]:
    """List the faults that can be put into the functions of a file, into its `texts` too."""
    faults = []
    for index, (function, node, _) in enumerate(_places(ast.parse(text), texts)):
        what = _changed(node)
        faults.append(Mutant(path, function, node.lineno, what, index, texts))
    return faults


def mutated(text: str, mutant: Mutant) -> ast.Module:
    """Return the tree of a file with one fault in it."""
    tree = ast.parse(text)
    for index, (_, node, parent) in enumerate(_places(tree, mutant.texts)):
        if index == mutant.index:
            _replace(parent, node, _mutate(copy.deepcopy(node)))
            break
    return ast.fix_missing_locations(tree)


def failing(text: str, names: set[str] | None) -> tuple[ast.Module, set[str]]:
    """Return the tree with functions that fail at once, all of them for None; and their names.

    What stands in them is kept below, so that they stay what they were: generators, closures.
    """
    tree = ast.parse(text)
    broken = set()
    for name, node in functions(tree):
        if names is None or name in names:
            broken.add(name)
            _begin(node, "raise RuntimeError('broken to see which test notices')")
    return ast.fix_missing_locations(tree), broken


def answering(text: str, answer: str) -> ast.Module:
    """Return the tree with functions that only answer this; those that make objects do make them.

    What stands in them is kept below, as it is where they fail.
    """
    tree = ast.parse(text)
    for name, node in functions(tree):
        if name.rpartition(".")[2] not in MAKING:
            _begin(node, f"yield {answer}; return" if _yields(node) else f"return {answer}")
    return ast.fix_missing_locations(tree)


def _begin(node: ast.FunctionDef, text: str) -> None:
    """Put statements before all that a function does."""
    at = 1 if ast.get_docstring(node, clean=False) is not None and node.body[1:] else 0
    first = node.body[at]
    for statement in reversed(ast.parse(text).body):
        node.body.insert(at, statement)
        for part in ast.walk(statement):
            ast.copy_location(part, first)


def _yields(node: ast.AST) -> bool:
    """Return whether a function is a generator."""
    return any(
        isinstance(each, ast.Yield | ast.YieldFrom)
        or (not isinstance(each, (*Function, ast.Lambda, ast.ClassDef)) and _yields(each))
        for each in ast.iter_child_nodes(node)
    )


def functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Give the functions of a module and the methods of its classes, by qualified name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield f"{within}{node.name}", node  # type: ignore[misc]
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{within}{node.name}.")
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from functions(node, within)


def _places(tree: ast.Module, texts: bool) -> Iterator[tuple[str, ast.expr | ast.stmt, ast.AST]]:
    """Give each place for a fault: the function, the node, and the node in which that stands."""
    for name, function in functions(tree):
        last = name.rpartition(".")[2]
        if last in ("__repr__", "__str__"):
            continue
        for statement in function.body:
            yield from ((name, *place) for place in _within(statement, function, texts))


def _within(
    node: ast.AST, parent: ast.AST, texts: bool
) -> Iterator[tuple[ast.expr | ast.stmt, ast.AST]]:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    is_left = is_text and (not texts or isinstance(parent, ast.Expr))
    if isinstance(node, ast.expr | ast.stmt) and not is_left and _changed(node):
        yield node, parent
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "args") and isinstance(
            node, (*Function, ast.AnnAssign)
        ):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield from _within(child, node, texts)


def _changed(node: ast.expr | ast.stmt) -> str:
    """Say what a fault makes of a node; "" where there is none for it."""
    match node:
        case ast.Compare(ops=[only]) if type(only) in COMPARISONS:
            pass
        case ast.BinOp() if type(node.op) in SUMS and not _is_text(node):
            pass
        case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            pass
        case ast.Constant(value=bool() | int() | float() | str()):
            pass
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            pass
        case ast.Raise(exc=ast.expr()):
            pass
        case ast.Expr(value=ast.Call() as call) if _name(call.func) not in TELLING:
            pass
        case ast.If() if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            return f"`if {_short(node.test)}` becomes `if not {_short(node.test)}`"
        case _:
            return ""
    return f"`{_short(node)}` becomes `{_short(_mutate(copy.deepcopy(node)))}`"


def _mutate(node: ast.expr | ast.stmt) -> ast.expr | ast.stmt:
    """Put the fault into a node, and return what stands in its place."""
    match node:
        case ast.Compare():
            node.ops = [COMPARISONS[type(node.ops[0])]()]
        case ast.BinOp():
            node.op = SUMS[type(node.op)]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            return node.operand
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=str() as words):
            node.value = f"{words}~"
        case ast.Constant(value=int() | float() as number):
            node.value = number + 1
        case ast.Return():
            node.value = ast.copy_location(ast.Constant(None), node)
        case ast.If():
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        case _:
            return ast.copy_location(ast.Pass(), node)
    return node


def _replace(parent: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for name, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, name, new)
        elif isinstance(value, list):
            value[:] = [new if each is old else each for each in value]


def _is_text(node: ast.BinOp) -> bool:
    """Return whether texts are put together: another operator would only be an error of types."""
    return any(
        isinstance(each, ast.JoinedStr)
        or (isinstance(each, ast.Constant) and isinstance(each.value, str | bytes))
        for each in (node.left, node.right)
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _name(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:57]}…"
