"""What is seen of a shell command without knowing the grammar: plain words, or nothing at all."""

from functools import lru_cache
from typing import Final

from readiness.startup.patterns import later

# Words that mean something to a shell as the first of a command, though a program of the same
# name may exist.
_NAMES = """
. : [ [[ alias bg bind break builtin caller case cd command compgen complete compopt continue coproc
declare dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for
function getopts hash help history if in jobs kill let local logout mapfile popd printf pushd pwd
read readarray readonly return select set shift shopt source suspend test then time times trap true
type typeset ulimit umask unalias unset until wait while
"""
BUILTINS: Final = frozenset(_NAMES.split())

_PLAIN_COMMAND = later(r"[\w./:@%+,=^\- \t]+")
_QUOTED_COMMAND = later(r"""(?:[\w./:@%+,=^\- \t]++|'[^']*+'|"[^"$`\\!]*+")++""")
_ASSIGNED = later(
    r"""(?:env[ \t]+)?((?:[A-Za-z_]\w*=(?:[\w./:@%+,=^-]++|'[^']*+'|"[^"$`\\!]*+")*+[ \t]+)*)"""
)
_NOTHING = later(r"(?:[ \t\r\n]++|\\\n|#[^\n]*+)*+")


@lru_cache(maxsize=4096)  # a board is asked for it when it is loaded, and when it is planned
def argv(command: str) -> tuple[str, ...] | None:
    """Return the words of a command that needs no shell, or None.

    A command needs one as soon as it has any syntax beyond quoted words, or begins with what only
    a shell knows or knows otherwise (`echo`, `cd`, `X=1`).
    """
    command = command.strip()
    if _PLAIN_COMMAND.fullmatch(command):
        words = command.split()
    elif _QUOTED_COMMAND.fullmatch(command):
        import shlex

        words = shlex.split(command)
    else:
        return None
    first = words[0] if words else ""
    if not first or first in BUILTINS or "=" in first or first[0] in "%-":
        return None
    return tuple(words)


def assigned(command: str) -> tuple[str, str]:
    """Split a command into the variables set in front, as a shell is told, and what is left of it.

    Variables that `env` sets count too. What a shell would still have to replace is left.
    """
    command = command.strip()
    if "=" not in command and not command.startswith("env"):
        return "", command
    variables = _ASSIGNED.match(command)
    return (variables[1].strip(), command[variables.end() :]) if variables else ("", command)


def does_nothing(command: str) -> bool:
    """Return whether a command has only blanks and comments, which a shell takes for success."""
    return _NOTHING.fullmatch(command) is not None
