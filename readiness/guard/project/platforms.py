"""Skips of tests on other platforms than this one: they hide nothing here."""

import ast
import os
import platform
import sys
from collections.abc import Callable
from typing import Final

from readiness.guard.project.rules import TABLE

_HERE: Final = {"sys.platform": sys.platform, "os.name": os.name}
_CALLED_HERE: Final = {"platform.system": platform.system()}

Dotted = Callable[[ast.AST], str]
"""Returns the full name of what a node stands for, "" where it has none."""


def is_elsewhere(call: ast.Call, dotted: Dotted) -> bool:
    """Return whether a call skips a test on other platforms alone."""
    name = dotted(call.func)
    if name not in TABLE.conditional_skips or not call.args:
        return False
    skips_here = TABLE.conditional_skips[name]
    return _truth(call.args[0], dotted) is (not skips_here)


def _truth(node: ast.AST, dotted: Dotted) -> bool | None:
    """Return what a condition about the platform is here; None for one about anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _truth(node.operand, dotted)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        decisive = isinstance(node.op, ast.Or)
        parts = [_truth(part, dotted) for part in node.values]
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        here = _here(node.func.value, dotted)
        is_start = node.func.attr == "startswith" and len(node.args) == 1
        start = _constant(node.args[0]) if is_start else None
        return here.startswith(start) if here and isinstance(start, str) else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        here, other = _here(node.left, dotted), _constant(node.comparators[0])
        if here and isinstance(node.ops[0], ast.Eq | ast.NotEq) and isinstance(other, str):
            return (here == other) is isinstance(node.ops[0], ast.Eq)
        if here and isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(other, tuple):
            return (here in other) is isinstance(node.ops[0], ast.In)
    return None


def _here(node: ast.AST, dotted: Dotted) -> str:
    """Return what a name of the platform is on this one."""
    if isinstance(node, ast.Call):
        return _CALLED_HERE.get(dotted(node.func), "")
    return _HERE.get(dotted(node), "")


def _constant(node: ast.AST) -> str | tuple[object, ...] | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return tuple(getattr(element, "value", None) for element in node.elts)
    return None
