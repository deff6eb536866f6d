"""Import every module below some paths, each in a process of its own; run by the project's Python.

With an argument: import that one file.
"""

import ast
import importlib
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from typing import TextIO

from .common import RUNNER, CheckFinding, Params, emit, files_below, not_measured, place
from .modules import module_of

SECONDS = 60
TELLING = ("sys", "platform", "typing", "typing_extensions")
"""Modules that tell which interpreter and system this is, and whether types are checked."""
OF_SYSTEMS = ("ctypes", "os", "select", "signal", "socket")
"""Modules that have other names on other systems."""


def import_one(path: str) -> None:
    """Import the module in that file; end well where it gives up because of this system."""
    folder, name = module_of(path)
    sys.path[:0] = [os.getcwd(), folder]
    try:
        importlib.import_module(name)
    except Exception as error:
        if not is_of_another_system(error):
            raise


def _is_of_alembic(path: str) -> bool:
    """Return whether a file is an env.py that alembic alone can run."""
    folder, name = os.path.split(path)
    return name == "env.py" and os.path.exists(os.path.join(folder, "script.py.mako"))


def attempt(path: str) -> list[CheckFinding]:
    """Import the file in a process of its own; tell why it cannot be imported.

    What fails in the project's folder is tried in the one that its package stands in: of several
    parts each is run in its own.
    """
    command = [sys.executable, RUNNER, "in_project/importable", os.path.abspath(path)]
    for folder in {os.getcwd(): None, module_of(path)[0]: None}:
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return [place(path, 0, "import", f"not imported within {SECONDS} s")]
        if not done.returncode:
            return []
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return [place(path, 0, "import", lines[-1] if lines else f"status {done.returncode}")]


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Try all of them."""
    params = Params(env)
    if argv:
        import_one(*argv)
        return 0
    excluded = params.words("exclude")
    paths = [
        path
        for path in files_below(params.words("paths"))
        if not any(fnmatch(path, pattern) for pattern in excluded) and not _is_of_alembic(path)
    ]
    if not paths:
        not_measured("there is no module below these paths")
    with ThreadPoolExecutor(2) as pool:
        findings = [finding for failed in pool.map(attempt, paths) for finding in failed]
    numbers = {"failures": len(findings), "problems": len(findings), "total": len(paths)}
    emit(numbers, findings)
    return 0


def is_of_another_system(error: BaseException) -> bool:
    """Return whether a module gives up because of the system or interpreter that imports it.

    It lacks a module of the standard library, as `winreg`, by itself or from `six.moves`, or what
    one has on another system, or it asserts or raises by what it asks of `sys` or `platform`.
    """
    if isinstance(error, ModuleNotFoundError):
        return (error.name or "").partition(".")[0] in sys.stdlib_module_names
    if isinstance(error, AttributeError):
        return getattr(getattr(error, "obj", None), "__name__", "") in OF_SYSTEMS
    if name := re.match(r"cannot import name '(\w+)'", str(error)):
        return name[1] in sys.stdlib_module_names
    frame = traceback.extract_tb(error.__traceback__)[-1]
    if frame.name != "<module>" or frame.lineno is None:
        return False
    with open(frame.filename, "rb") as file:
        tree = ast.parse(file.read())
    telling = _names_of_telling(tree)
    return any(
        isinstance(node, ast.If | ast.Assert)
        and node.lineno <= frame.lineno <= (node.end_lineno or node.lineno)
        and ("os.name" in ast.unparse(node.test) or not telling.isdisjoint(_names_in(node.test)))
        for node in ast.walk(tree)
    )


def _names_of_telling(tree: ast.Module) -> set[str]:
    """Return what a file calls the modules in TELLING, and what it has or makes from them."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.asname or each.name for each in node.names if each.name in TELLING}
        elif isinstance(node, ast.ImportFrom) and node.module in TELLING:
            names |= {each.asname or each.name for each in node.names}
        elif isinstance(node, ast.Assign) and not names.isdisjoint(_names_in(node.value)):
            names.update(*map(_names_in, node.targets))
    return names


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
