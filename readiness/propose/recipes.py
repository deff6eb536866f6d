"""The targets of a project's Makefile, and what they run; they are only read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from readiness.propose.tree import read_text


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a name stands for: commands, each with its line; `needs` are other names, run before.

    `apart` says that each line is run by a shell of its own.
    """

    lines: tuple[tuple[int, str], ...]
    path: str
    needs: tuple[str, ...] = ()
    apart: bool = True


Recipes = Mapping[str, Recipe]
"""By the name of the target."""

_MAKEFILES: Final = ("GNUmakefile", "makefile", "Makefile")
_LOGICAL: Final = re.compile(r"(?:.*\\\n)*.*\n?")
_ASSIGNMENT: Final = re.compile(r"(?:export\s+)?([A-Za-z_][\w.-]*)\s*[:?+]?:?=\s*(.*)")
_RULE: Final = re.compile(r"([\w./%${}() -]+?)\s*::?(?!=)\s*([^=]*?)(?:;(.*))?")
_REFERENCE: Final = re.compile(r"\$[({]([\w.-]+)[)}]")
_MADE_BY_MAKE: Final = re.compile(r"(?<!\$)\$\(([\w-]+)(?:[^()$]|\$\{[^{}]*\})*\)")


def read_recipes(root: str, files: Sequence[str]) -> Recipes:
    """Return all targets of the Makefile in the project's root."""
    makefile = next((name for name in _MAKEFILES if name in files), "")
    return dict(_makefile(makefile, read_text(root, makefile))) if makefile else {}


def _makefile(path: str, text: str) -> Iterator[tuple[str, Recipe]]:
    variables = {"MAKE": "make"}
    bodies: dict[str, list[tuple[int, str]]] = {}
    needs: dict[str, list[str]] = {}
    current: list[str] = []
    for number, line in _logical_lines(text):
        if line.startswith("\t"):
            command = _expanded(line.strip().lstrip("@-+ "), variables)
            for target in current:
                bodies[target].append((number, command))
            continue
        line = line.partition("#")[0].rstrip()
        if match := _ASSIGNMENT.fullmatch(line):
            variables.setdefault(match[1], match[2].strip())
        elif match := _RULE.fullmatch(line):
            current = _expanded(match[1], variables).split()
            for target in current:
                bodies.setdefault(target, [])
                needs.setdefault(target, []).extend(_expanded(match[2], variables).split())
                if match[3]:
                    bodies[target].append((number, _expanded(match[3].strip(), variables)))
    for target, body in bodies.items():
        if not target.startswith(".") and "%" not in target:
            others = tuple(name for name in needs[target] if name in bodies)
            yield target, Recipe(lines=tuple(body), path=path, needs=others)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with what continues them, each with the number of its first."""
    number = 1
    for match in _LOGICAL.finditer(text):
        yield number, re.sub(r"\s*\\\n\s*", " ", match[0]).rstrip("\n")
        number += match[0].count("\n")


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    for _ in range(5):
        text = _REFERENCE.sub(lambda used: variables.get(used[1], used[0]), text)
    # What only make knows is a value to the shell, and no command.
    while (value := _MADE_BY_MAKE.sub(r"${\1}", text)) != text:
        text = value
    return text.replace("$$", "$")


def line_of(text: str, command: str) -> int:
    """Return the line on which a command begins in a file's text; 0 if it is not there as it is."""
    first = command.strip().splitlines()[0].strip() if command.strip() else ""
    place = text.find(first) if first else -1
    return text.count("\n", 0, place) + 1 if place >= 0 else 0
