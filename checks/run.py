"""Run a program of the built-in checks: `python run.py ROOM/NAME …`; check files call it.

A program is a module with the function `main(argv, env, stdin)`, which returns the exit status.
What is in `in_project` is run by the project's own Python, in which readiness need not be: it is a
package of its own there, and nothing else of ours is to be found by the project's imports.
"""

import os
import sys
from importlib import import_module
from types import ModuleType

FOLDER = os.path.dirname(os.path.abspath(__file__))
IN_PROJECT = "in_project"


def load(program: str) -> ModuleType:
    """Import a program by its room and name."""
    room, _, name = program.partition("/")
    if room == IN_PROJECT:
        return _import(IN_PROJECT, os.path.join(FOLDER, IN_PROJECT), name)
    return _import("checks", FOLDER, f"{room}.{name}")


def _import(package: str, folder: str, module: str) -> ModuleType:
    """Import a module of a package that lies in a folder, whatever the path finds by its name."""
    if package not in sys.modules:
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = [folder]
    return import_module(f"{package}.{module}")


if __name__ == "__main__":
    # Python put the folder of this file there; the rooms in it have names that projects use too.
    sys.path[:] = [
        path for path in sys.path if os.path.realpath(path or ".") != os.path.realpath(FOLDER)
    ]
    del sys.argv[0]
    sys.exit(load(sys.argv[0]).main(sys.argv[1:], os.environ, sys.stdin))
