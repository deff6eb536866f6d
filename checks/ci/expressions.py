"""Decide GitHub's expressions, as far as their value is plain and the same in every run."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Value = object
Unknown = type("Unknown", (), {})
UNKNOWN: Final = Unknown()

COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, container: operator.contains(container, item),
}
CALLS = (
    (r"\[\s*'([\w-]+)'\s*\]", r".\1"),
    (r"\bstartswith\(([^,()]+),([^()]+)\)", r"(\1).startswith(\2)"),
    (r"\bcontains\(([^,()]+),([^()]+)\)", r"(\2 in \1)"),
)
WORDS = (
    (r"&&", " and "),
    (r"\|\|", " or "),
    (r"!(?!=)", " not "),
    (r"(?<=\w)-(?=\w)", "_"),
    (r"\b(true|false)\b", lambda word: word[0].title()),
    (r"\bnull\b", "None"),
)
"""How GitHub spells what Python spells otherwise; calls have texts in them, words stand outside."""
TEXT = re.compile(r"('[^']*')")
WELL: Mapping[str, Value] = {
    "always()": True,
    "success()": True,
    "failure()": False,
    "cancelled()": False,
}
"""What is known of a run in which all before went well."""


def constant(text: str, known: Mapping[str, Value] | None = None) -> bool | None:
    """Return whether an expression is true, or is false, in every run; None where it depends.

    A run is one in which all before it went well, and in which what is given has its value, such as
    `github.event_name`.
    """
    text = text.strip()
    whole = re.fullmatch(r"\$\{\{(.*)\}\}", text, re.DOTALL)
    if whole and "${{" not in whole[1]:
        text = whole[1]
    elif "${{" in text:
        # Text around an expression makes a string of it, and no such string is false.
        return True
    facts = {_in_python(name): _lower(value) for name, value in (known or {}).items()}
    try:
        tree = ast.parse(_in_python(text), mode="eval")
        value = _value_of(tree.body, {**WELL, **facts})
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if value is UNKNOWN else bool(value)


def _in_python(text: str) -> str:
    """Return an expression as Python spells it; GitHub takes small letters for capitals."""
    text = text.lower()
    for pattern, instead in CALLS:
        text = re.sub(pattern, instead, text)
    parts = TEXT.split(text)
    for pattern, spelling in WORDS:
        parts[::2] = [re.sub(pattern, spelling, part) for part in parts[::2]]
    return "".join(parts).strip()


def _lower(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value


def _value_of(node: ast.expr, facts: Mapping[str, Value]) -> Value:
    """Return the value of an expression that consists of constants and facts, or UNKNOWN."""
    if (name := ast.unparse(node)) in facts:
        return facts[name]
    match node:
        case ast.Constant():
            return node.value
        case ast.UnaryOp(op=ast.Not()):
            value = _value_of(node.operand, facts)
            return UNKNOWN if value is UNKNOWN else not value
        case ast.BoolOp():
            return _of_several(node, facts)
        case ast.Compare():
            return _compared(node, facts)
        case ast.Call(func=ast.Attribute(value=owner, attr="startswith"), args=[prefix]):
            text, start = _value_of(owner, facts), _value_of(prefix, facts)
            if isinstance(text, str) and isinstance(start, str):
                return text.startswith(start)
    return UNKNOWN


def _of_several(node: ast.BoolOp, facts: Mapping[str, Value]) -> Value:
    """Decide `and` and `or`: one operand can be enough, whatever the others are."""
    deciding = isinstance(node.op, ast.Or)
    values = [_value_of(operand, facts) for operand in node.values]
    known = [bool(value) for value in values if value is not UNKNOWN]
    if deciding in known:
        return deciding
    return not deciding if len(known) == len(values) else UNKNOWN


def _compared(node: ast.Compare, facts: Mapping[str, Value]) -> Value:
    values = [_value_of(operand, facts) for operand in (node.left, *node.comparators)]
    if UNKNOWN in values or (
        any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
        and len({type(value) for value in values}) > 1
    ):
        return UNKNOWN
    pairs = zip(node.ops, values, values[1:], strict=False)
    try:
        return all(COMPARISONS[type(op)](left, right) for op, left, right in pairs)
    except (KeyError, TypeError):  # such as a text and a number, of which one is to be the larger
        return UNKNOWN
