"""Decide conditions that ask for a Python version or a system, without evaluating any code.

Only constants, comparisons and the facts listed here are known; everything else is unknown. Run by
the project's Python.
"""

import ast
import operator
import os
import platform
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

Value = object
Unknown = type("Unknown", (), {})
UNKNOWN: Final = Unknown()

FACTS: Final[Mapping[str, Value]] = {
    "os.name": os.name,
    "platform.machine()": platform.machine(),
    "platform.python_implementation()": platform.python_implementation(),
    "platform.system()": platform.system(),
    "sys.implementation.name": sys.implementation.name,
    "sys.maxsize": sys.maxsize,
    "sys.platform": sys.platform,
    "sys.version_info": tuple(sys.version_info),
    "sys.version_info.major": sys.version_info.major,
    "sys.version_info.minor": sys.version_info.minor,
    "typing.TYPE_CHECKING": False,
    "typing_extensions.TYPE_CHECKING": False,
}
"""What a condition may ask for, by the full name of the thing that is asked."""

COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, container: operator.contains(container, item),
    ast.NotIn: lambda item, container: not operator.contains(container, item),
}


def facts_of(tree: ast.Module) -> dict[str, Value]:
    """Return the facts that a module can ask for, by what it calls them."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {
                alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
            }
    return {
        name + fact.removeprefix(full): value
        for name, full in names.items()
        for fact, value in FACTS.items()
        if fact.startswith((f"{full}.", f"{full}()")) or fact == full
    }


def branch_taken(test: ast.expr, facts: Mapping[str, Value]) -> bool | None:
    """Return whether the condition holds here; None if it asks for no fact or for anything else."""
    parts = (node for node in ast.walk(test) if isinstance(node, ast.expr))
    if not any(ast.unparse(node) in facts for node in parts):
        return None
    value = value_of(test, facts)
    return None if value is UNKNOWN else bool(value)


def value_of(node: ast.expr, facts: Mapping[str, Value]) -> Value:
    """Return the value of an expression that consists of constants and facts, or UNKNOWN."""
    if (name := ast.unparse(node)) in facts:
        return facts[name]
    match node:
        case ast.Constant():
            return node.value
        case ast.Tuple() | ast.List() | ast.Set():
            items = tuple(value_of(item, facts) for item in node.elts)
            return UNKNOWN if UNKNOWN in items else items
        case ast.UnaryOp(op=ast.Not()):
            value = value_of(node.operand, facts)
            return UNKNOWN if value is UNKNOWN else not value
        case ast.BoolOp():
            return _of_several(node, facts)
        case ast.Compare():
            return _compared(node, facts)
        case ast.Subscript():
            return _part(value_of(node.value, facts), node.slice)
        case ast.Call(
            func=ast.Attribute(value=owner, attr="startswith"), args=[prefix], keywords=[]
        ):
            return _begins(value_of(owner, facts), value_of(prefix, facts))
    return UNKNOWN


def _of_several(node: ast.BoolOp, facts: Mapping[str, Value]) -> Value:
    """Decide `and` and `or`: one operand can be enough, whatever the others are."""
    deciding = isinstance(node.op, ast.Or)
    values = [value_of(operand, facts) for operand in node.values]
    known = [bool(value) for value in values if value is not UNKNOWN]
    if deciding in known:
        return deciding
    return not deciding if len(known) == len(values) else UNKNOWN


def _compared(node: ast.Compare, facts: Mapping[str, Value]) -> Value:
    values = [value_of(operand, facts) for operand in (node.left, *node.comparators)]
    if UNKNOWN in values or (
        any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
        and len({type(value) for value in values}) > 1
    ):
        return UNKNOWN
    try:
        return all(
            COMPARISONS[type(op)](left, right)
            for op, left, right in zip(node.ops, values, values[1:])  # noqa: B905 - Python 3.9
        )
    except TypeError:  # such as a text and a number, of which one is to be the larger
        return UNKNOWN


def _part(value: Value, index: ast.expr) -> Value:
    """Return `value[index]` for a tuple or a text, and whole numbers written out."""
    if not isinstance(value, (tuple, str)):
        return UNKNOWN
    try:
        if isinstance(index, ast.Slice):
            return value[slice(*(_number(each) for each in (index.lower, index.upper, index.step)))]
        return value[_number(index) or 0]
    except (IndexError, ValueError):
        return UNKNOWN


def _number(node: ast.expr | None) -> int | None:
    if node is None:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    raise ValueError(ast.dump(node))


def _begins(value: Value, prefix: Value) -> Value:
    if not isinstance(value, str) or not isinstance(prefix, (str, tuple)):
        return UNKNOWN
    if isinstance(prefix, tuple) and not all(isinstance(each, str) for each in prefix):
        return UNKNOWN
    return value.startswith(prefix)
