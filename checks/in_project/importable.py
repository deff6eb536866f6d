"""Import every module below some paths, each in a process of its own; run by the project's Python.

With two arguments: import the one file, and write its imports that lead nowhere to the other.
"""

import importlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

from .common import RUNNER, CheckFinding, emit, files_below, not_measured, place, words
from .imports import missing_imports
from .modules import module_of

SECONDS = 60
KINDS = {"failures": "import", "unresolved": "unresolved"}


def import_one(path: str, target: str) -> None:
    """Import the module in that file, then see where all that it imports leads."""
    folder, name = module_of(path)
    sys.path[:0] = [os.getcwd(), folder]
    importlib.import_module(name)
    is_package = os.path.basename(path) == "__init__.py"
    missing = missing_imports(path, name if is_package else name.rpartition(".")[0])
    with open(target, "w", encoding="utf-8") as file:
        json.dump(missing, file)


def attempt(number: int, path: str) -> list[CheckFinding]:
    """Import the file in a process of its own; tell what of it or by it cannot be imported."""
    target = os.path.join(os.environ["READINESS_TMP"], f"missing-{number}.json")
    command = [sys.executable, RUNNER, "in_project/importable", path, target]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return [place(path, 0, "import", f"not imported within {SECONDS} s")]
    if done.returncode or not os.path.exists(target):
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return [place(path, 0, "import", lines[-1] if lines else f"status {done.returncode}")]
    with open(target, encoding="utf-8") as file:
        missing = json.load(file)
    return [
        place(path, line, "unresolved", f"there is no {name + ' in ' if name else ''}{module}")
        for line, module, name in missing
    ]


def main() -> None:
    """Try all of them."""
    if len(sys.argv) > 1:
        import_one(*sys.argv[1:])
        return
    excluded = words("exclude")
    paths = [
        path
        for path in files_below(words("paths"))
        if not any(fnmatch(path, pattern) for pattern in excluded)
    ]
    if not paths:
        not_measured("there is no module below these paths")
    with ThreadPoolExecutor(2) as pool:
        found = [each for told in pool.map(attempt, range(len(paths)), paths) for each in told]
    rules = [each["rule"] for each in found]
    numbers = {kind: rules.count(rule) for kind, rule in KINDS.items()}
    emit({**numbers, "problems": len(found), "total": len(paths)}, found)
