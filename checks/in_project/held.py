"""Give the functions that a process holds other code. Standard library only."""

import ast
import gc
import os
from types import CodeType, FunctionType

from .tracked import real_path

Held = dict[str, list[FunctionType]]
Swap = tuple[FunctionType, CodeType]


def functions_of(roots: list[str], source: list[str]) -> Held:
    """Return the functions that this process holds, by the file below `source` they stand in."""
    tops = [os.path.realpath(os.path.join(root, top)) for root in roots for top in source]
    within = tuple(os.path.join(top, "") for top in tops)
    files: dict[str, str] = {}  # by the name that the code has; "" where it is not below a top
    held: Held = {}
    for function in gc.get_objects():
        if type(function) is FunctionType:
            name = function.__code__.co_filename
            if name not in files:
                path = real_path(name)
                files[name] = path if path in tops or path.startswith(within) else ""
            if files[name]:
                held.setdefault(files[name], []).append(function)
    return held


def swap(
    trees: dict[str, ast.Module], roots: list[str], held: dict[str, list[FunctionType]]
) -> None:
    """Give functions that are held the code of other trees."""
    for path, tree in trees.items():
        for function, code in instead(path, tree, roots, held):
            function.__code__ = code


def instead(path: str, tree: ast.Module, roots: list[str], held: Held) -> list[Swap]:
    """Return the functions of a file that are held, each with its code in another tree."""
    swaps = []
    for root in roots:
        full = os.path.realpath(os.path.join(root, path))
        codes: dict[tuple[str, int], CodeType | None] = {}  # None for two lambdas on one line
        waiting = [compile(tree, full, "exec", dont_inherit=True)]
        while waiting:
            code = waiting.pop()
            key = code.co_name, code.co_firstlineno
            codes[key] = None if key in codes else code
            waiting += [function for function in code.co_consts if isinstance(function, CodeType)]
        for held_function in held.get(full, []):
            new = codes.get((held_function.__code__.co_name, held_function.__code__.co_firstlineno))
            if new is not None and new.co_freevars == held_function.__code__.co_freevars:
                swaps.append((held_function, new))
    return swaps
