"""Import every module below some paths, each in a process of its own; run by the project's Python.

With two arguments: import the one file, and write its imports that lead nowhere to the other.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from functools import partial
from typing import TextIO

from .common import RUNNER, CheckFinding, Params, emit, files_below, not_measured, place
from .imports import Wanted, is_of_another_system, missing_imports
from .modules import module_of

SECONDS = 60
KINDS = {"failures": "import", "unresolved": "unresolved"}


def import_one(path: str, target: str) -> None:
    """Import the module in that file, then see where all that it imports leads."""
    folder, name = module_of(path)
    sys.path[:0] = [os.getcwd(), folder]
    try:
        importlib.import_module(name)
    except Exception as error:
        if not is_of_another_system(error):
            raise
        missing = []
    else:
        missing = _missing(path, name)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(missing, file)


def _is_of_alembic(path: str) -> bool:
    """Return whether a file is an env.py that alembic alone can run."""
    folder, name = os.path.split(path)
    return name == "env.py" and os.path.exists(os.path.join(folder, "script.py.mako"))


def _missing(path: str, name: str) -> list[Wanted]:
    is_package = os.path.basename(path) == "__init__.py"
    return missing_imports(path, name if is_package else name.rpartition(".")[0])


def attempt(params: Params, number: int, path: str) -> list[CheckFinding]:
    """Import the file in a process of its own; tell what of it or by it cannot be imported.

    What fails in the project's folder is tried in the one that its package stands in: of several
    parts each is run in its own.
    """
    target = os.path.join(params.tmp, f"missing-{number}.json")
    command = [sys.executable, RUNNER, "in_project/importable", os.path.abspath(path), target]
    for folder in {os.getcwd(): None, module_of(path)[0]: None}:
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return [place(path, 0, "import", f"not imported within {SECONDS} s")]
        if not done.returncode and os.path.exists(target):
            break
    else:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return [place(path, 0, "import", lines[-1] if lines else f"status {done.returncode}")]
    with open(target, encoding="utf-8") as file:
        missing = json.load(file)
    return [
        place(path, line, "unresolved", f"there is no {name + ' in ' if name else ''}{module}")
        for line, module, name in missing
    ]


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
        findings = [
            each
            for told in pool.map(partial(attempt, params), range(len(paths)), paths)
            for each in told
        ]
    rules = [each["rule"] for each in findings]
    numbers = {kind: rules.count(rule) for kind, rule in KINDS.items()}
    emit({**numbers, "problems": len(findings), "total": len(paths)}, findings)
    return 0
