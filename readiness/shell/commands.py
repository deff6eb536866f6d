"""What is known of the commands that a shell command consists of."""

import re
from typing import TYPE_CHECKING

from readiness.startup.patterns import later

if TYPE_CHECKING:
    from readiness.shell.words import Node

ASSIGNMENT = later(r"(\w+)\+?=")

# What never fails, for all that a reader can tell.
_HARMLESS = ": true echo printf set shopt trap wait export readonly local declare typeset unset"
_ALWAYS = frozenset(_HARMLESS.split())
_WRAPPERS = frozenset(("command", "builtin", "exec", "env", "nohup"))
_TESTS = frozenset(("[", "test"))


def command_words(node: "Node") -> list[str]:
    """Return the words of a simple command without assignments and wrappers in front."""
    words = node.words
    index = 0
    while index < len(words) and (
        ASSIGNMENT.match(words[index])
        or (words[index] in _WRAPPERS and index + 1 < len(words) and words[index + 1][0] != "-")
    ):
        index += 1
    return words[index:]


def name_of(node: "Node") -> str:
    """Return the name of the program that a simple command runs, or ""."""
    words = command_words(node) if node.kind == "simple" else []
    return words[0].rpartition("/")[2] if words else ""


def last_of(node: "Node") -> "Node":
    """Return the last command of a chain of `&&`, a pipe, a group or a subshell."""
    while node.parts and node.kind in ("and", "pipe", "list", "group", "subshell"):
        node = node.parts[-1]
    return node


def works(node: "Node") -> bool:
    """Return whether a simple command is a tool at work."""
    return node.kind == "simple" and is_work(command_words(node)[:1])


def is_work(words: list[str]) -> bool:
    """Return whether a command is or starts a tool, rather than a utility that every system has.

    `false` counts as a tool: it fails in place of one.
    """
    from readiness.shell.programs import STARTERS, is_utility

    return any(word in STARTERS or not is_utility(word) for word in words)


def never_fails(node: "Node") -> bool:
    """Return whether a simple command ends with status 0 whatever happens."""
    if node.kind != "simple":
        return False
    words = command_words(node)
    if not words:
        return not node.substitutions
    name = words[0].rpartition("/")[2]
    if name in ("exit", "return"):
        return words[1:] == ["0"]
    if name == "wait":
        return len(words) == 1
    return name in _ALWAYS


def is_exit(node: "Node") -> bool:
    """Return whether a simple command leaves the shell, the function or this program."""
    return name_of(node) in ("exit", "return", "exec")


def is_test(node: "Node") -> bool:
    """Return whether a condition only looks at something, and runs no tool."""
    if node.kind == "simple":
        return name_of(node) in _TESTS and not node.substitutions
    return node.kind == "test" or (bool(node.parts) and all(map(is_test, node.parts)))


def traps_failure(words: list[str]) -> bool:
    """Return whether a `trap` makes a success of a failure."""
    action = words[1].strip("'\"") if len(words) > 2 else ""
    return bool(re.search(r"\bexit\s+0\b", action)) and bool({"EXIT", "0", "ERR"} & set(words[2:]))
