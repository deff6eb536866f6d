"""What the probes of a copy find in the place of programs; here, what is installed."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence

from readiness.prove.copying import Programs, ProjectPlace, is_below, programs_on
from readiness.shell.programs import SHELLS

LOG = "READINESS_PROVE_LOG"
HOOK = "READINESS_PROVE_HOOK"
AGAIN = "READINESS_PROVE_AGAIN"

# A manager of versions has a program of each name, which looks on PATH for the next one and becomes
# it: the same process comes here again, and is led on.
_THROUGH = """#!/bin/sh
case "${{{again}-}}" in "$$ "{name}" "*) place=${{{again}##* }} ;; *) place=0 ;; esac
{again}="$$ "{name}" $((place + 1))"
export {again}
{before}case $place in
{programs}
esac
printf '%s\\n' {name}": not found" >&2
exit 127
"""

# Python runs this before anything else, where it finds it on PYTHONPATH: so a tool that is run as
# `python -m tool` can be seen and taken away, whichever python it is.
_HOOK = """\
import os
import re
import sys

ROOT, COPY = {root!r}, {copy!r}


# Python has read its own options by then: behind them is what it runs.
def module():
    words = getattr(sys, "orig_argv", [""])[-len(sys.argv):]
    return re.sub("^-[a-zA-Z]*?m", "", words[0]) if sys.argv[0] == "-m" else ""


{started}
# Where a path into the project leads in the copy; installed packages stay where they are.
def moved(path):
    if not isinstance(path, str) or not (path + os.sep).startswith(ROOT + os.sep):
        return path
    if sys.prefix != ROOT and (path + os.sep).startswith(sys.prefix + os.sep):
        return path
    return COPY + path[len(ROOT):]


# What is installed editable, by .pth files and by finders, is taken from the copy.
def redirect():
    sys.path[:] = map(moved, sys.path)
    for finder in sys.meta_path:
        kind = finder if isinstance(finder, type) else type(finder)
        known = vars(sys.modules.get(kind.__module__, os))
        for places in [*known.values(), *getattr(finder, "__dict__", {{}}).values()]:
            if known is not vars(os) and type(places) is dict:
                for name, place in list(places.items()):
                    if isinstance(place, str):
                        places[name] = moved(place)
                    elif isinstance(place, list):
                        place[:] = map(moved, place)


def others():
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    here = os.path.dirname(os.path.abspath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [p for p in sys.path if p != here])
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


started(module())
redirect()
others()
"""


class StandIns:
    """What stands in for the programs of one copy, below an own folder: each leads to its own."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.tool = ""
        self._hook = os.path.join(folder, "python")
        self._next: dict[str, list[str]] = {}
        os.makedirs(self._hook)

    def _write_hook(self, root: str, copy: str) -> None:
        hook = _HOOK.format(root=root, copy=copy, started=self._started())
        path = os.path.join(self._hook, "sitecustomize.py")
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(hook)

    def _started(self) -> str:
        """Write what Python does first where it is told to run a module."""
        return "def started(name):\n    pass\n\n"

    def fill(self, folder: str, programs: Programs) -> None:
        """Put stand-ins of programs, by name, into a folder."""
        for name, program in programs.items():
            there = os.path.join(folder, name)
            if name in SHELLS:
                os.symlink(program, there)
            else:
                self._lead(there, name, program)

    def _lead(self, path: str, name: str, program: str) -> None:
        """Put what stands in for a program other than a shell."""
        write_program(path, self._through(name, program))

    def _through(self, name: str, program: str, before: str = "") -> str:
        """Write a program that becomes another one, or one that comes after it on PATH.

        `before` is what it does first, in the words of a shell.
        """
        known = self._next.get(name, [])
        after = known[known.index(program) + 1 :] if program in known else known
        # What starts itself anew by its name may do so; there is nothing that it could look for.
        candidates = [program, *after] if after else [program] * 3
        cases = [f'{n}) exec {shlex.quote(one)} "$@" ;;' for n, one in enumerate(candidates)]
        return _THROUGH.format(
            again=AGAIN, name=shlex.quote(name), before=before, programs="\n".join(cases)
        )

    def environment(
        self, environ: Mapping[str, str], place: ProjectPlace, moved: ProjectPlace
    ) -> dict[str, str]:
        """Return the environment of this copy's probes, made of the caller's.

        What led into the project leads into the copy, and PATH to the stand-ins. HOOK is the
        folder that has to lead PYTHONPATH.
        """
        self._write_hook(place.root, moved.root)
        changed = {name: place.translate(value, moved.root) for name, value in environ.items()}
        folders = changed.get("PATH", os.defpath).split(os.pathsep)
        changed["PATH"] = os.pathsep.join(self._path(folders, moved.root))
        changed[HOOK] = self._hook
        return changed

    def _path(self, folders: Sequence[str], root: str) -> list[str]:
        """Return the folders of PATH; those of the project's copy have their stand-ins already."""
        unique: dict[str, str] = {}
        for folder in folders:
            unique.setdefault(os.path.realpath(folder) if os.path.isabs(folder) else folder, folder)
        outside = [one for one in unique.values() if os.path.isabs(one) and not is_below(one, root)]
        own = [one for one in unique.values() if one not in outside]
        return [*own, *self._installed(outside)]

    def _installed(self, folders: Sequence[str]) -> Sequence[str]:
        """Return what is on PATH in the place of the folders outside of the project."""
        return folders

    def _mirrored(self, folders: Sequence[str], wanted: Callable[[str], object] = bool) -> str:
        """Put stand-ins of the wanted programs, by their names, in some folders into one."""
        for folder in folders:
            for name, program in programs_on([folder]).items():
                self._next.setdefault(name, []).append(program)
        mirror = os.path.join(self._folder, "all")
        os.mkdir(mirror)
        self.fill(mirror, {n: one for n, one in programs_on(folders).items() if wanted(n)})
        return mirror


def settings_of(tool: str) -> str:
    """Return the file beside a stand-in in whose place walls put the settings of each probe."""
    return f"{tool}-settings"


def write_program(path: str, text: str) -> None:
    """Write a new program; raises FileExistsError where there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
