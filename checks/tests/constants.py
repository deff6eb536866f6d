"""Tell of an expression whether it is true, or false, whatever the code under test does."""

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
ORDER: Mapping[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,  # type: ignore[dict-item]
    ast.LtE: operator.le,  # type: ignore[dict-item]
    ast.Gt: operator.gt,  # type: ignore[dict-item]
    ast.GtE: operator.ge,  # type: ignore[dict-item]
    ast.Is: lambda left, right: left is right or left == right,
    ast.IsNot: lambda left, right: not (left is right or left == right),
    ast.In: lambda left, right: left in right,  # type: ignore[operator]
    ast.NotIn: lambda left, right: left not in right,  # type: ignore[operator]
}
OF_ITSELF = {ast.Eq: True, ast.Is: True, ast.LtE: True, ast.GtE: True}
OF_ITSELF |= {ast.NotEq: False, ast.IsNot: False, ast.Lt: False, ast.Gt: False}
CONTRARY: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.Is: ast.IsNot,
    ast.In: ast.NotIn,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
}
CHANGING = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


class _UnknownError(Exception):
    """The value is not known from the text alone."""


def truth(node: ast.expr, objects: frozenset[str] = frozenset()) -> bool | None:
    """Tell whether an expression counts as true in every run; None where it depends.

    `objects` names functions, classes and modules: by themselves they are true.
    """
    known: bool | None = None
    match node:
        case ast.Name():
            known = True if node.id in objects else None
        case ast.NamedExpr():
            known = truth(node.value, objects)
        case ast.UnaryOp(op=ast.Not()):
            within = truth(node.operand, objects)
            known = None if within is None else not within
        case ast.BoolOp():
            known = _of_several(node, objects)
        case ast.IfExp():
            known = _of_either(node, objects)
        case ast.Compare():
            known = _of_comparison(node)
        case ast.Call():
            known = _of_call(node, objects)
        case _:
            known = _of_literal(node)
    return known


def _of_literal(node: ast.expr) -> bool | None:
    """Tell it of what is written out, whatever stands in it."""
    match node:
        case ast.JoinedStr():
            return True if any(map(_is_text, node.values)) else None
        case ast.Tuple() | ast.List() | ast.Set():
            sure = any(not isinstance(each, ast.Starred) for each in node.elts)
            return True if sure else None if node.elts else False
        case ast.Dict():
            return True if any(node.keys) else None if node.keys else False
        case ast.Lambda() | ast.GeneratorExp():
            return True
    return _calculated(node)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)


def _of_several(node: ast.BoolOp, objects: frozenset[str]) -> bool | None:
    """One operand decides, or two that are each other's contrary do; else all must be known."""
    deciding = isinstance(node.op, ast.Or)
    known = [truth(each, objects) for each in node.values]
    if deciding in known or _contraries(node.values):
        return deciding
    return not deciding if all(each is not None for each in known) else None


def _contraries(operands: Iterable[ast.expr]) -> bool:
    seen: set[str] = set()
    for each in operands:
        if any(isinstance(part, CHANGING) for part in ast.walk(each)):
            continue
        if ast.dump(_contrary(each)) in seen:
            return True
        seen.add(ast.dump(each))
        seen.add(ast.dump(_contrary(_contrary(each))))
    return False


def _contrary(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        both = {**CONTRARY, **{after: before for before, after in CONTRARY.items()}}
        other = both[type(node.ops[0])]()
        return ast.Compare(node.left, [other], node.comparators)
    return ast.UnaryOp(ast.Not(), node)


def _of_either(node: ast.IfExp, objects: frozenset[str]) -> bool | None:
    first, second = truth(node.body, objects), truth(node.orelse, objects)
    asked = truth(node.test, objects)
    if asked is not None:
        return first if asked else second
    return first if first is second else None


def _of_comparison(node: ast.Compare) -> bool | None:
    operands = [node.left, *node.comparators]
    pairs = zip(pairwise(operands), node.ops, strict=True)
    found = [_of_pair(left, kind, right) for (left, right), kind in pairs]
    if False in found:
        return False
    return True if None not in found else None


def _of_pair(left: ast.expr, kind: ast.cmpop, right: ast.expr) -> bool | None:
    try:
        return bool(ORDER[type(kind)](value(left), value(right)))
    except (_UnknownError, TypeError):
        pass
    changes = any(isinstance(part, CHANGING) for each in (left, right) for part in ast.walk(each))
    if not changes and ast.dump(left) == ast.dump(right):
        return OF_ITSELF.get(type(kind))
    if isinstance(kind, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List | ast.Set):
        same = not changes and ast.dump(left) in map(ast.dump, right.elts)
        return isinstance(kind, ast.In) if same else None
    return _of_length(left, kind, right)


def _of_length(left: ast.expr, kind: ast.cmpop, right: ast.expr) -> bool | None:
    """Whether a length is compared with what none is below: `len(x) >= 0`."""
    turned = {ast.LtE: ast.GtE, ast.Lt: ast.Gt}
    if _is_length(right):
        left, right, kinds = right, left, turned.get(type(kind))
    else:
        kinds = type(kind)
    if not _is_length(left) or kinds is None:
        return None
    try:
        least = value(right)
    except _UnknownError:
        return None
    if not isinstance(least, int | float):
        return None
    always = (kinds is ast.GtE and least <= 0) or (kinds is ast.Gt and least < 0)
    return True if always else None


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _of_call(node: ast.Call, objects: frozenset[str]) -> bool | None:
    match node:
        case ast.Call(func=ast.Name(id="bool"), args=[only]):
            return truth(only, objects)
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, ast.Name(id="object")]):
            return True
        case ast.Call(func=ast.Name(id="all"), args=[ast.Tuple() | ast.List() as listed]):
            return truth(ast.BoolOp(ast.And(), [ast.Constant(True), *listed.elts]), objects)
        case ast.Call(func=ast.Name(id="any"), args=[ast.Tuple() | ast.List() as listed]):
            return truth(ast.BoolOp(ast.Or(), [ast.Constant(False), *listed.elts]), objects)
    return None


def _calculated(node: ast.expr) -> bool | None:
    try:
        return bool(value(node))
    except _UnknownError:
        return None


def value(node: ast.expr) -> object:
    """Calculate what is made of constants alone."""
    match node:
        case ast.Constant():
            return node.value
        case ast.UnaryOp(op=ast.USub()):
            return -_number(node.operand)
        case ast.BinOp():
            made = ARITHMETIC.get(type(node.op))
            try:
                if made is not None:
                    return made(_number(node.left), _number(node.right))
            except (ArithmeticError, ValueError) as error:
                raise _UnknownError from error
        case ast.Tuple() | ast.List() | ast.Set() | ast.Dict():
            try:
                return ast.literal_eval(node)
            except (ValueError, TypeError) as error:
                raise _UnknownError from error
    raise _UnknownError


def _number(node: ast.expr) -> float:
    found = value(node)
    if isinstance(found, int | float):
        return found
    raise _UnknownError
