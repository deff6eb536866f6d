"""Stand-ins for the leaves of a command: the programs that it really starts, and that do its work.

Which those are shows while the command runs. Shells stay real, and so does whatever may start
something else, as long as it does; then a leaf says nothing and fails, or talks and succeeds.
"""

import os
import re
import shlex
import shutil
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from readiness.prove.standins import LOG, StandIns, settings_of, write_program
from readiness.shell.programs import HELPERS, is_utility

LEAVES = "READINESS_TRIAL_LEAVES"
STATUS = "READINESS_TRIAL_STATUS"
ONLY = "READINESS_TRIAL_ONLY"
SAYS = "READINESS_TRIAL_SAYS"
WORDS = "READINESS_TRIAL_WORDS"
OWN_PYTHON = "READINESS_PYTHON"
_VARIABLES: Final = {
    "leaves": LEAVES,
    "log": LOG,
    "only": ONLY,
    "says": SAYS,
    "status": STATUS,
    "words": WORDS,
}
"""The variables that the texts of stand-ins name."""


class Leaf(StrEnum):
    """What a program is to a command, in the order in which they are taken for its leaves."""

    TOOL = "t"
    INTERPRETER = "i"
    READER = "u"
    OTHER = "r"


_READER_NAMES = """
awk cat cksum cmp comm cut diff du df egrep fgrep file find grep gunzip head join ls nl od
paste ps readlink sed seq sha256sum sort stat strings tac tail uniq wc which who zcat
"""
_READERS: Final = frozenset(_READER_NAMES.split())
"""Utilities that look at something, unless they only pass on what a pipe brings."""

_RUNNER_NAMES = """
bundle bun bunx chronic chrt doit flock gmake hatch inv invoke ionice just make ninja nox npm npx
parallel pdm pipenv pnpm poe poetry pre-commit rake rye script setarch setpriv setsid stdbuf sudo
task taskset tox unbuffer unshare uv uvx watch yarn
"""
_RUNNERS: Final = frozenset(_RUNNER_NAMES.split())
"""Programs beyond the utilities that end as what they start does, or as they like."""

_INTERPRETERS: Final = re.compile(
    r"(?:python|pypy|node|nodejs|deno|perl|ruby|php|lua|tclsh|Rscript|java|guile)[\d.]*"
)


def leaf_of(name: str) -> Leaf:
    """Return what a program of this name is to the commands that start it."""
    if name in _READERS or name in HELPERS:
        return Leaf.READER
    if is_utility(name) or name in _RUNNERS:
        return Leaf.OTHER
    return Leaf.INTERPRETER if _INTERPRETERS.fullmatch(name) else Leaf.TOOL


def is_idle(name: str) -> bool:
    """Return whether a program of this name does no work itself."""
    return name in ("echo", "gmake", "make", "printf", "true", "xargs")


_END = """\
printf '%s\\n' {name} 2>/dev/null >> "${{{log}:-/dev/null}}"
[ -z "${{{words}+1}}" ] || printf '%s\\n' {name} ${{{words}}}
[ -z "${{{says}+1}}" ] || printf '%s\\n' "${{{says}}}"
[ "${{{only}-"{name}"}}" = {name} ] || exit 0
exit "${{{status}-1}}"
"""
# As if it found one thing: what is started for each is started for that one.
_FOUND = """\
if [ "${{{words}+1}}" ]; then
    for word in "$@"; do case $word in
    -exec | -execdir | -ok | -okdir) shift; "$@"; break ;;
    *) shift ;;
    esac; done
fi
"""
_TOOL = "#!/bin/sh\n{asked}" + _END
# What cleared the environment between a probe and its program finds the probe's settings here.
_ASKED = '[ "${{{log}+1}}" ] || . {settings}\n'
_MAYBE = """\
{unless}case "${{{leaves}-}}" in
*{letter}*) {end} ;;
*{below}*) ;;
*) printf '%s\\n' {real}{letter}{name} 2>/dev/null >> "${{{log}:-/dev/null}}" ;;
esac
"""
# What a pipe brings it only passes on; its own failure says nothing of whatever filled the pipe.
_UNLESS_PIPED = "[ -p /dev/stdin ] || "
# An interpreter may be a script of a manager of versions, which looks at things itself.
_BELOW = "-"
_INTERPRETS = f"{LEAVES}={Leaf.TOOL.value}{_BELOW}\nexport {LEAVES}\n"
MISSING = "?"
"""Begins a line of the log that has the name of a program which bash did not find."""

NOT_FOUND = {
    "BASH_FUNC_command_not_found_handle%%": "() { "
    f'printf \'%s\\n\' "{MISSING}$1" >> "${{{LOG}:-/dev/null}}"; '
    'echo "$0: line ${BASH_LINENO[0]}: $1: command not found" >&2; return 127; }'
}
"""What has bash note them, also where a command hides what it says of them."""

REAL = "+"
"""Begins a line of the log that has the letter and the name of a program that was no leaf."""

_STARTED = """\
def leaf(name):
    if sys.executable == os.environ.get({own!r}) and of_a_check(name):
        return ""
    if "{interpreter}" in os.environ.get({leaves!r}, ""):
        return "python"
    if name:
        of_python = name.partition(".")[0] in getattr(sys, "stdlib_module_names", ())
        runs = of_python and name != "unittest"  # `timeit`, `cProfile`: what they start counts
        return "" if runs or of_the_project(name) else "python -m " + name
    folder, name = os.path.split(os.path.abspath(sys.argv[0]))
    if name in {runners!r} and "{other}" not in os.environ.get({leaves!r}, ""):
        return ""
    installed = (os.path.join(sys.prefix, "bin"), os.path.join(sys.base_prefix, "bin"))
    return name if folder in installed else ""


# What comes with readiness to run a check is none of its tools, unless it runs in the project.
def of_a_check(name):
    if name == "readiness.probes":
        return True
    runs = os.path.basename(sys.argv[0]) == "run.py"
    return runs and not any(word.startswith("in_project/") for word in sys.argv[1:2])


def of_the_project(name):
    path = os.path.join(*name.split("."))
    for folder in (os.getcwd(), *map(moved, sys.path)):
        if any(os.path.exists(os.path.join(folder, path + end)) for end in (".py", "/__main__.py")):
            return (folder + os.sep).startswith(COPY + os.sep)
    return False


def started(name):
    taken = leaf(name)
    if not taken or {log!r} not in os.environ:
        return
    with open(os.environ[{log!r}], "a") as log:
        log.write(taken + "\\n")
    if {says!r} in os.environ:
        print(os.environ[{says!r}], flush=True)
    if {words!r} in os.environ:
        print(taken, *os.environ[{words!r}].split(), sep="\\n", flush=True)
    fails = os.environ.get({only!r}, taken) == taken
    os._exit(int(os.environ.get({status!r}, "1")) if fails else 0)
"""


class Leaves(StandIns):
    """Stand-ins that tell while a command runs which programs are its leaves.

    The environment of a probe decides: `LEAVES` has the letters of those that end with `STATUS`,
    tools always among them, and print their names and `WORDS` where these are set, or what `SAYS`
    has. With `ONLY`, the name of one, the others succeed. They are noted in the file that `LOG`
    names, and of other programs their letters. Without `tools`, there are no programs of that kind
    at all; `absent` are some that are not installed, and stand there too.
    """

    def __init__(self, folder: str, *, tools: bool = True, absent: Iterable[str] = ()) -> None:
        super().__init__(folder)
        self._tools = tools
        self._absent = absent
        self.tool = os.path.join(folder, "tool")
        settings = settings_of(self.tool)
        write_program(settings, "")
        asked = _ASKED.format(log=LOG, settings=shlex.quote(settings))
        text = _TOOL.format(asked=asked, name='"${0##*/}"', **_VARIABLES)
        write_program(self.tool, text)

    def _installed(self, folders: Sequence[str]) -> Sequence[str]:
        mirror = self._mirrored(folders)
        self.fill(mirror, {name: name for name in self._absent})
        return [mirror]

    def _lead(self, path: str, name: str, program: str) -> None:
        if leaf_of(name) is not Leaf.TOOL:
            write_program(path, self._through(name, program, _before(name)))
        elif self._tools:
            try:
                os.link(self.tool, path)  # a thousand of them take as long as twenty new files
            except OSError:  # the copy lies in memory, and this on a disk
                shutil.copy(self.tool, path)

    def _started(self) -> str:
        return _STARTED.format(
            interpreter=Leaf.INTERPRETER.value,
            other=Leaf.OTHER.value,
            own=OWN_PYTHON,
            runners=sorted(_RUNNERS),
            **_VARIABLES,
        )


def _before(name: str) -> str:
    """Write what a stand-in does before it becomes its program."""
    leaf, quoted = leaf_of(name), shlex.quote(name)
    passes_on = leaf is Leaf.READER and name not in HELPERS
    end = _FOUND + _END if name == "find" else _END
    maybe = _MAYBE.format(
        unless=_UNLESS_PIPED if passes_on else "",
        letter=leaf.value,
        end=end.format(name=quoted, **_VARIABLES),
        below=_BELOW,
        name=quoted,
        real=REAL,
        **_VARIABLES,
    )
    return maybe + _INTERPRETS if leaf is Leaf.INTERPRETER else maybe
