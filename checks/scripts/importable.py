"""Import every module below some paths, each in a process of its own; run by the project's Python.

With an argument: import that one file.
"""

import importlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

from _common import Place, emit, files_below, not_measured, place, words
from _modules import module_of

SECONDS = 60


def import_one(path: str) -> None:
    """Import the module in that file."""
    folder, name = module_of(path)
    sys.path[:0] = [os.getcwd(), folder]
    importlib.import_module(name)


def attempt(path: str) -> Place | None:
    """Import the file in a process of its own; None where that works."""
    command = [sys.executable, __file__, path]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return place(path, 0, "import", f"not imported within {SECONDS} s")
    if done.returncode == 0:
        return None
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return place(path, 0, "import", lines[-1] if lines else f"status {done.returncode}")


def main() -> None:
    """Try all of them."""
    excluded = words("exclude")
    paths = [
        path
        for path in files_below(words("paths"))
        if not any(fnmatch(path, pattern) for pattern in excluded)
    ]
    if not paths:
        not_measured("there is no module below these paths")
    with ThreadPoolExecutor(2) as pool:
        failed = list(filter(None, pool.map(attempt, paths)))
    emit({"failures": len(failed), "total": len(paths)}, failed)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import_one(sys.argv[1])
    else:
        main()
