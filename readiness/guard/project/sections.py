"""Settings files for those who follow a command: whose sections they have, what these name."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from readiness.guard.project.flat import flat
from readiness.guard.project.rules import TABLE
from readiness.guard.project.settings import line_of_words

_MODULES: Final = re.compile(r"[\w./-]+")
_MEASURED: Final = re.compile(r"--cov(?:=|\s+)[\w./-]+")
"""Option of a test runner that names the code whose coverage is measured."""


def changed_sections(name: str, before: str, after: str) -> list[str] | None:
    """Return the tools whose sections of a shared file differ; None where that cannot be told.

    Sections that say what a package is, such as its version, rule nothing.
    """
    old, new = flat(name, before), flat(name, after)
    if (old is None and before) or (new is None and after):
        return None
    old, new = old or {}, new or {}
    differing = [key for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
    tools: dict[str, None] = {}
    for key in differing:
        if key in TABLE.ruling:
            return None
        section = _section(key)
        if section not in TABLE.described:
            tools[section] = None
        if section == "scripts":
            tools.update(dict.fromkeys(n for n, f in TABLE.runners.items() if name in f))
    return list(tools)


def _section(key: str) -> str:
    """Return the tool that a key of a shared file belongs to."""
    first, *rest = re.split(r"[.:\[]", key)
    if first == "tool" and rest:
        return rest[0]
    return "tox" if first.startswith(("tox", "testenv")) else first


def plugins(name: str, text: str) -> list[str]:
    """Return the paths and Python modules that a settings file names for its tool to load."""
    return [
        word
        for key, value in (flat(name, text) or {}).items()
        if TABLE.plugins.search(key)
        for word in _MODULES.findall(_MEASURED.sub(" ", line_of_words(value)))
    ]


def names_of_tests(name: str, text: str) -> list[str]:
    """Return the patterns by which test files are named."""
    return [
        pattern
        for key, value in (flat(name, text) or {}).items()
        if key.rpartition(".")[2] in TABLE.test_names
        for pattern in line_of_words(value).split()
    ]


def words_of_sections(
    name: str, texts: Iterable[str], speaks_of: Callable[[str], bool]
) -> Iterator[str]:
    """Yield words that may be file paths, from the sections of tools that are mentioned."""
    for text in texts:
        for key, value in (flat(name, text) or {}).items():
            if not is_shared(name) or speaks_of(_section(key)):
                yield from _MODULES.findall(line_of_words(value))


def is_shared(name: str) -> bool:
    """Return whether several tools have their sections in a file of this name."""
    return name in ("pyproject.toml", "setup.cfg", "tox.ini", "package.json")
