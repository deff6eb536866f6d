"""The programs that a shell command names."""

import os
from collections.abc import Iterator

from readiness.shell.commands import command_words
from readiness.shell.plain import BUILTINS
from readiness.shell.words import Node, Unreadable

SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash", "busybox"))

_NAMES = """
ar asa at awk basename batch bc c17 c99 cal cat chgrp chmod chown cksum cmp comm compress cp crontab
csplit cut date dd df diff dirname du ed egrep env expand expr fgrep file find fold getconf gettext
grep gunzip gzip head iconv id join link ln locale logger logname ls m4 mkdir mkfifo mktemp more mv
nice nl nohup nproc od paste patch pathchk pax pr ps readlink realpath rev rm rmdir sed seq shuf
sha256sum sleep sort split stat strings stty sync tac tail tar tee timeout touch tput tr tsort tty
uname unexpand uniq unlink users vi wc which who xargs yes zcat
"""
UTILITIES = frozenset(_NAMES.split()) | BUILTINS | SHELLS
"""Utilities of every system, by POSIX or by custom. Beside another tool, they only serve it."""

HELPERS = frozenset(("git", "hg", "svn"))
"""Programs that tools of all kinds ask about the project, and do without."""

STARTERS = SHELLS | {"env", "eval", "exec", "false", "nice", "nohup", "time", "timeout", "xargs"}
"""Programs that fail as the tool does that they start, or in its place."""


def simple_commands(command: str) -> list[tuple[str, ...]] | None:
    """List the words of each simple command that a shell command consists of, in its order.

    Words are as written, without quotes where they are plain. None: it cannot be read.
    """
    from readiness.shell.syntax import parse

    try:
        tree = parse(command.strip())
    except (Unreadable, RecursionError):
        return None
    nodes = [node for node in _nodes(tree) if node.kind == "simple"]
    functions = {node.words[0] for node in _nodes(tree) if node.kind == "function"}
    found = [plain_words(node) for node in nodes]
    return [words for words in found if words and words[0] not in functions]


def statements(script: str) -> list[tuple[int, str]] | None:
    """List the commands of a script that follow one another, each with the place where it begins.

    What a command is given to read (`<<EOF`) is no command, and not part of its text. None: it
    cannot be read.
    """
    from readiness.shell.syntax import parse

    try:
        tree = parse(script)
    except (Unreadable, RecursionError):
        return None
    return [(node.start, script[node.start : node.end]) for node in tree.parts]


def plain_words(node: Node) -> tuple[str, ...]:
    """Return the words of a simple command, without quotes where they are plain."""
    return tuple(map(_plain, command_words(node)))


def programs(command: str) -> list[tuple[str, ...]]:
    """List the simple commands that name their program, as `simple_commands` does.

    What begins with a variable, names a function of the command's own, or cannot be read is left
    out.
    """
    found = simple_commands(command) or []
    return [words for words in found if "$" not in words[0] and "`" not in words[0]]


def is_utility(name: str) -> bool:
    """Return whether every system has a program of this name."""
    return os.path.basename(name) in UTILITIES


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for part in (*node.parts, *node.substitutions):
        yield from _nodes(part)


def _plain(word: str) -> str:
    for quote in ("'", '"'):
        if len(word) > 1 and word[0] == word[-1] == quote and quote not in word[1:-1]:
            return word[1:-1]
    return word
