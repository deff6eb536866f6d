"""The packages that a project says it needs."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from readiness.project.own import normal
from readiness.propose.facts import Data
from readiness.propose.tree import lookup, read_text

_NAME: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
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
