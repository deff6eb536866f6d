"""Which programs commands start, as far as their text tells.

A command is followed to its end where all of them are known: tools whose settings are known, what
every system has, and recipes and scripts of shell that were followed themselves.
"""

import ast
import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from readiness.guard.calling import is_interpreter, spelled
from readiness.guard.project.rules import TABLE
from readiness.shell.programs import HELPERS, STARTERS, is_utility, simple_commands

UNKNOWN: Final = ""
"""Stands for a program that is known only at run time."""
_RECIPE: Final = re.compile(r"^\t[ \t]*[@+-]*(.+)$", re.M)
_PASSED_OVER: Final = re.compile(r"-|\w+=|[\d.]+[smhd]?$")
_STARTING: Final = frozenset(("-exec", "-execdir", "-ok", "-okdir"))
_KNOWN: Final = HELPERS.union((tool.name for tool in TABLE.tools), ("gmake", "make"))
_LIBRARY: Final = sys.stdlib_module_names - {"cProfile", "pdb", "profile", "runpy", "trace"}


def is_followed(path: str, said: str, known: Mapping[str, str], followed: Collection[str]) -> bool:
    """Return whether every program that a text starts is known; `path` is "" for a command.

    A text that is neither shell nor a makefile may start anything. `known` are variables that
    stand for interpreters, `followed` the files that the text leads to.
    """
    names = {os.path.basename(each) for each in followed}
    return all(
        name in _KNOWN or name in names or (name != UNKNOWN and is_utility(name))
        for name in map(os.path.basename, _started(path, said, known))
    )


def _started(path: str, said: str, known: Mapping[str, str]) -> Iterator[str]:
    is_makefile = bool(path and TABLE.makefiles.search(path))
    if path and not (is_makefile or TABLE.scripts.search(path)):
        yield UNKNOWN
        return
    text = spelled(said.replace("\\\n", " "), known)
    for part in _RECIPE.findall(text) if is_makefile else [text]:
        commands = simple_commands(part)
        yield from [UNKNOWN] if commands is None else map(_program, commands)


def _program(words: tuple[str, ...]) -> str:
    """Return the program that a simple command runs: what `timeout 60` starts, or the module."""
    if _STARTING & set(words):
        return UNKNOWN
    runs = is_module = False
    for place, word in enumerate(words):
        if is_module:
            module = word.partition(".")[0]
            return "true" if module in _LIBRARY else module
        if runs and word == "-c":
            return UNKNOWN
        is_module = runs and word == "-m"
        name, after = os.path.basename(word), words[place + 1 : place + 2]
        if is_interpreter(word) or name in STARTERS or (name in _KNOWN and after == ("run",)):
            runs = True
        elif runs and word == "run":  # `coverage run`
            continue
        elif not _PASSED_OVER.match(word):
            return word
    return UNKNOWN if runs else words[0]


def names_in_code(texts: Iterable[str], name: str) -> bool:
    """Return whether Python code imports this name, or has it as a word of a string."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(word.search(said) and any(map(word.search, _spoken(said))) for said in texts)


def _spoken(said: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(said)))
    except (SyntaxError, ValueError, RecursionError):
        yield said
        return
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield ast.unparse(node)
