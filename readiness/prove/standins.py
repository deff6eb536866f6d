"""Programs that stand in for others: they note that they were started, or say nothing, or fail."""

import os
import shlex
from collections.abc import Collection, Mapping, Sequence
from enum import Enum

from readiness.prove.copying import Programs, ProjectPlace, is_below, programs_on
from readiness.shell.programs import SHELLS

LOG = "READINESS_PROVE_LOG"
HOOK = "READINESS_PROVE_HOOK"
CHAIN = "READINESS_PROVE_CHAIN"
AGAIN = "READINESS_PROVE_AGAIN"
MODULE = "-m "
"""Prefix that tells the name of a Python module from that of a program."""

# A manager of versions has a program of each name, which looks on PATH for the next one and becomes
# it: the same process comes here again, and is led on.
_THROUGH = """#!/bin/sh
case "${{{again}-}}" in "$$ "{name}" "*) place=${{{again}##* }} ;; *) place=0 ;; esac
{again}="$$ "{name}" $((place + 1))"
export {again}
{watch}case $place in
{programs}
esac
printf '%s\\n' {name}": not found" >&2
exit 127
"""
# What Python is asked in isolation (`-I`) is what another program wants to know of it.
_NOTE = """\
case "$place${{1-}}" in {asked}) ;; 0*)
{chain}=${{{chain}-}}/{name}
export {chain}
printf '%s\\n' "${chain}" 2>/dev/null >> "${{{log}:-/dev/null}}"
esac
"""
_END = "#!/bin/sh\nexit {status}\n"

# Python runs this before anything else, where it finds it on PYTHONPATH: so a tool that is run as
# `python -m tool` can be seen and taken away, whichever python it is.
_HOOK = """\
import os
import re
import sys

ROOT, COPY = {root!r}, {copy!r}


def module():
    words = iter(getattr(sys, "orig_argv", [])[1:])
    for word in words:
        if found := re.fullmatch(r"-[bBdhiOPqRsSuvVx]*m(.*)", word):
            return found[1] or next(words, "")
        if word in ("-W", "-X", "--check-hash-based-pycs"):
            next(words, "")
        elif not word.startswith("-") or word == "-" or re.match(r"-[a-zA-Z]*c", word):
            return ""
    return ""


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


_TAKEN = """\
STATUS = {status!r}


def started(name):
    if name in {taken!r}:
        if STATUS is None:
            sys.stderr.write(f"{{sys.executable}}: No module named {{name}}\\n")
        os._exit(1 if STATUS is None else STATUS)
    if not name:
        return
    chain = os.environ.get({chain!r}, "") + {module!r} + name
    os.environ[{chain!r}] = chain
    try:
        with open(os.environ.get({log!r}, os.devnull), "a") as log:
            log.write(chain + "\\n")
    except OSError:
        pass
"""


class World(Enum):
    """What becomes of a criterion's tools. `normal` is as it is, and watched."""

    NORMAL = "normal"
    ABSENT = "absent"
    SILENT = "silent"
    FAILING = "failing"
    CONTROL = "control"
    HOLLOW = "hollow"
    UNREACHABLE = "unreachable"


STATUS = {World.SILENT: 0, World.FAILING: 1}


class StandIns:
    """The stand-ins of one world, below an own folder.

    `taken` names the programs that are taken away, say nothing or fail; modules that are run as
    `python -m NAME` among them begin with `-m `.
    """

    def __init__(self, folder: str, world: World, taken: Collection[str] = ()) -> None:
        self.world = world
        self.taken = frozenset(taken)
        self._folder = folder
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
        modules = {name.removeprefix(MODULE) for name in self.taken if name.startswith(MODULE)}
        return _TAKEN.format(
            taken=modules,
            status=STATUS.get(self.world),
            chain=CHAIN,
            log=LOG,
            module=f"/{MODULE}",
        )

    def fill(self, folder: str, programs: Programs) -> None:
        """Put stand-ins of programs, by name, into a folder."""
        for name, program in programs.items():
            there = os.path.join(folder, name)
            if name in self.taken:
                self._end(there)
            elif name in SHELLS:
                os.symlink(program, there)
            else:
                self._lead(there, name, program)

    def _lead(self, path: str, name: str, program: str) -> None:
        """Put what stands in for a program that is not taken away."""
        write_program(path, self._through(name, program))

    def _through(self, name: str, program: str) -> str:
        """Write a program that becomes another one, or one that comes after it on PATH."""
        known = self._next.get(name, [])
        after = known[known.index(program) + 1 :] if program in known else known
        # What starts itself anew by its name may do so; there is nothing that it could look for.
        candidates = [program, *after] if after else [program] * 3
        cases = [
            f'{place}) exec {shlex.quote(one)} "$@" ;;' for place, one in enumerate(candidates)
        ]
        quoted, watch = shlex.quote(name), self._noted(name)
        return _THROUGH.format(again=AGAIN, name=quoted, watch=watch, programs="\n".join(cases))

    def _noted(self, name: str) -> str:
        """Write what a program does before it becomes another one."""
        if self.world is not World.NORMAL:
            return ""
        asked = "0-I*" if name.startswith("python") else "''"
        return _NOTE.format(chain=CHAIN, log=LOG, name=shlex.quote(name), asked=asked)

    def _end(self, path: str) -> None:
        status = STATUS.get(self.world)
        if status is not None:
            write_program(path, _END.format(status=status))

    def environment(
        self, environ: Mapping[str, str], place: ProjectPlace, moved: ProjectPlace
    ) -> dict[str, str]:
        """Return the environment of this world's probes, made of the caller's.

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
        for folder in outside:
            for name, program in programs_on([folder]).items():
                self._next.setdefault(name, []).append(program)
        match self.world:
            case World.NORMAL:
                return [*own, self._mirrored("all", programs_on(outside))]
            case World.ABSENT:
                return [*own, *map(self._without, outside)]
            case World.SILENT | World.FAILING:
                names = [name for name in self.taken if not name.startswith(MODULE)]
                return [self._mirrored("taken", dict.fromkeys(names, "")), *own, *outside]
            case _:
                return [*own, *outside]

    def _without(self, folder: str) -> str:
        """Return a folder of programs as it is without those that are taken away."""
        programs = programs_on([folder])
        if self.taken.isdisjoint(programs):
            return folder
        return self._mirrored(folder.replace("/", "-"), programs)

    def _mirrored(self, name: str, programs: Programs) -> str:
        mirror = os.path.join(self._folder, name)
        os.mkdir(mirror)
        self.fill(mirror, programs)
        return mirror


def write_program(path: str, text: str) -> None:
    """Write a new program; raises FileExistsError where there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
