"""What a project says that it needs: packages, by name, and variables of the environment."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from readiness.propose.facts import Data, Variable
from readiness.propose.tree import lookup, read_text

_NAME: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_ASSIGNED: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_EXAMPLES: Final = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example")
# Lists of requirements, and tables whose keys, or whose values' lists, are packages.
_LISTS: Final = (
    "pyproject.toml:project.dependencies",
    "pyproject.toml:build-system.requires",
    "pyproject.toml:tool.uv.dev-dependencies",
    "setup.cfg:options.install_requires",
    "setup.cfg:options.tests_require",
    "tox.ini:testenv.deps",
)
_TABLES: Final = (
    "pyproject.toml:project.optional-dependencies",
    "pyproject.toml:dependency-groups",
    "pyproject.toml:tool.pdm.dev-dependencies",
    "setup.cfg:options.extras_require",
)
_BY_KEY: Final = (
    "pyproject.toml:tool.poetry.dependencies",
    "pyproject.toml:tool.poetry.dev-dependencies",
    "Pipfile:packages",
    "Pipfile:dev-packages",
)


def normal(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def dependencies_of(folder: str, settings: Mapping[str, Data]) -> dict[str, str]:
    """Return the packages that the project in `folder` names, each with the file that does."""
    packages: dict[str, str] = {}
    for reference, text in _requirements(folder, settings):
        if name := _NAME.match(text):
            file = os.path.join(folder, reference.partition(":")[0])
            packages.setdefault(normal(name[1]), file)
    for path, data in settings.items():
        if data.get(REQUIREMENTS) and os.path.dirname(path).startswith(folder):
            for package in _strings(data[REQUIREMENTS]):
                packages.setdefault(package, path)
    return packages


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


def _requirements(folder: str, settings: Mapping[str, Data]) -> Iterator[tuple[str, str]]:
    lists = [(reference, lookup(settings, folder, reference)) for reference in _LISTS]
    for reference in _TABLES:
        table = lookup(settings, folder, reference)
        lists += [(reference, value) for value in _mapping(table).values()]
    for reference, value in lists:
        yield from ((reference, text) for text in _strings(value))
    tables = [(reference, lookup(settings, folder, reference)) for reference in _BY_KEY]
    groups = lookup(settings, folder, "pyproject.toml:tool.poetry.group")
    tables += [
        ("pyproject.toml:", _mapping(group).get("dependencies"))
        for group in _mapping(groups).values()
    ]
    for reference, table in tables:
        yield from ((reference, str(name)) for name in _mapping(table))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _strings(value: object) -> list[str]:
    """Return the texts of a list, or the lines of a text that are not blank."""
    if isinstance(value, str):
        return [line for line in value.splitlines() if line.strip()]
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def needed_variables(root: str, files: Sequence[str]) -> tuple[Variable, ...]:
    """Return the variables that examples of an environment name, each once."""
    variables: dict[str, Variable] = {}
    for path in files:
        if os.path.basename(path) in _EXAMPLES:
            for line in read_text(root, path).splitlines():
                if match := _ASSIGNED.fullmatch(line):
                    example = _unquoted(match[2])
                    variable = Variable(name=match[1], example=example, path=path)
                    variables.setdefault(variable.name, variable)
    return tuple(variables.values())


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] in "'\"" and value.find(value[0], 1) > 0:
        return value[1 : value.find(value[0], 1)]
    return value.partition(" #")[0].rstrip()
