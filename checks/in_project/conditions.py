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
MODULES: Final = frozenset(name.partition(".")[0] for name in FACTS)

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


def aliases_of(tree: ast.Module) -> dict[str, str]:
    """Return the full name behind each name that a module imports from a module with facts."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in MODULES:
                    aliases[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return aliases


def branch_taken(test: ast.expr, aliases: Mapping[str, str]) -> bool | None:
    """Return whether the condition holds here; None if it asks for no fact or for anything else."""
    if not any(_fact_name(node, aliases) in FACTS for node in ast.walk(test)):
        return None
    value = _value(test, aliases)
    return None if value is UNKNOWN else bool(value)


def _fact_name(node: ast.AST, aliases: Mapping[str, str]) -> str:
    """Return the full dotted name of an expression, `()` behind a bare call; "" for any other."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = _fact_name(node.value, aliases)
        return f"{owner}.{node.attr}" if owner else ""
    if isinstance(node, ast.Call) and not node.args and not node.keywords:
        called = _fact_name(node.func, aliases)
        return f"{called}()" if called else ""
    return ""


def _value(node: ast.expr, aliases: Mapping[str, str]) -> Value:
    if (name := _fact_name(node, aliases)) in FACTS:
        return FACTS[name]
    match node:
        case ast.Constant():
            return node.value
        case ast.Tuple() | ast.List() | ast.Set():
            items = tuple(_value(item, aliases) for item in node.elts)
            return UNKNOWN if UNKNOWN in items else items
        case ast.UnaryOp(op=ast.Not()):
            value = _value(node.operand, aliases)
            return UNKNOWN if value is UNKNOWN else not value
        case ast.BoolOp():
            return _of_several(node, aliases)
        case ast.Compare():
            return _compared(node, aliases)
        case ast.Subscript():
            return _part(_value(node.value, aliases), node.slice)
        case ast.Call(
            func=ast.Attribute(value=owner, attr="startswith"), args=[prefix], keywords=[]
        ):
            return _begins(_value(owner, aliases), _value(prefix, aliases))
    return UNKNOWN


def _of_several(node: ast.BoolOp, aliases: Mapping[str, str]) -> Value:
    """Decide `and` and `or`: one operand can be enough, whatever the others are."""
    deciding = isinstance(node.op, ast.Or)
    values = [_value(operand, aliases) for operand in node.values]
    known = [bool(value) for value in values if value is not UNKNOWN]
    if deciding in known:
        return deciding
    return not deciding if len(known) == len(values) else UNKNOWN


def _compared(node: ast.Compare, aliases: Mapping[str, str]) -> Value:
    values = [_value(operand, aliases) for operand in (node.left, *node.comparators)]
    if UNKNOWN in values:
        return UNKNOWN
    try:
        return all(
            COMPARISONS[type(op)](left, right)
            for op, left, right in zip(node.ops, values, values[1:])  # noqa: B905 - Python 3.9
        )
    except TypeError:  # such as a text compared with a number
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
