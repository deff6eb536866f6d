"""Run a program of the built-in checks: `python run.py ROOM/NAME …`; check files call it.

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
    top, place = (
        (IN_PROJECT, os.path.join(FOLDER, room)) if room == IN_PROJECT else ("checks", FOLDER)
    )
    package = ModuleType(top)
    package.__path__ = [place]
    sys.modules.setdefault(top, package)
    return import_module(f"{top}.{name}" if room == IN_PROJECT else f"{top}.{room}.{name}")


if __name__ == "__main__":
    # Python put the folder of this file there; the rooms in it have names that projects use too.
    sys.path[:] = [
        path for path in sys.path if os.path.realpath(path or ".") != os.path.realpath(FOLDER)
    ]
    del sys.argv[0]
    sys.exit(load(sys.argv[0]).main())
