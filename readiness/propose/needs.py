"""The packages that a project says it needs, and examples of variables that it may need."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from readiness.project.own import normal
from readiness.propose.facts import Data
from readiness.propose.tree import lookup, read_text

_NAME: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_ASSIGNED: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*")
_EXAMPLES: Final = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example")
_FILES: Final = ("pyproject.toml", "setup.cfg", "tox.ini", "tox.toml", "Pipfile")
_NAMES_PACKAGES: Final = re.compile(r"depend|require|deps$|^(?:dev-)?packages$")


def dependencies_of(folder: str, settings: Mapping[str, Data]) -> dict[str, str]:
    """Return the packages that the project in `folder` names, each with the file that does.

    They stand in lists of requirements, or are keys, below what is called after dependencies.
    """
    packages: dict[str, str] = {}
    for path, data in settings.items():
        own = os.path.dirname(path) == folder and os.path.basename(path) in _FILES
        if own or (REQUIREMENTS in data and path.startswith(folder)):
            for text in _requirements(data, named=False):
                if name := _NAME.match(text):
                    packages.setdefault(normal(name[1]), path)
    return packages


def _requirements(data: Data, *, named: bool) -> Iterator[str]:
    for key, value in data.items():
        below = named or bool(_NAMES_PACKAGES.search(key))
        if isinstance(value, Mapping):
            yield from value if below else ()
            yield from _requirements(value, named=below)
        elif below and isinstance(value, str):
            yield from value.splitlines()
        elif below and isinstance(value, list):
            yield from (text for text in value if isinstance(text, str))


def needs_packages(folder: str, settings: Mapping[str, Data]) -> bool:
    """Return whether a project may need packages to run; only pyproject.toml can say that not."""
    project = lookup(settings, folder, "pyproject.toml:project")
    if not isinstance(project, Mapping):
        return True
    return bool(project.get("dependencies")) or "dependencies" in project.get("dynamic", ())


REQUIREMENTS: Final = "requirements"


def read_requirements(root: str, files: Iterable[str]) -> dict[str, Data]:
    """Return the names in each requirements file, as data under one key."""
    lists: dict[str, Data] = {}
    for path in files:
        name = os.path.basename(path)
        if "requirements" in path and name.endswith((".txt", ".in")):
            lines = read_text(root, path).splitlines()
            names = [
                normal(match[1])
                for match in map(_NAME.match, lines)
                if match and not match.string.lstrip().startswith(("-", "#"))
            ]
            if names:
                lists[path] = {REQUIREMENTS: names}
    return lists


def example_variables(root: str, files: Iterable[str]) -> dict[str, str]:
    """Return the variables that examples of an environment give a plain value."""
    values: dict[str, str] = {}
    for path in files:
        if os.path.basename(path) in _EXAMPLES:
            for match in filter(None, map(_ASSIGNED.fullmatch, read_text(root, path).splitlines())):
                value = _unquoted(match[2])
                if value and not re.search(r"[${}\x00-\x1f]", value):
                    values.setdefault(match[1], value)
    return values


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] in "'\"" and value.find(value[0], 1) > 0:
        return value[1 : value.find(value[0], 1)]
    return value.partition(" #")[0].rstrip()
