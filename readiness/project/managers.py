"""What manages a project's packages."""

import json
import os
from collections.abc import Mapping
from typing import Final

from readiness.project.environments import text_of
from readiness.project.pins import pinned_install

_ADDING = {
    "uv.lock": "uv add --dev",
    "poetry.lock": "poetry add --group dev",
    "pdm.lock": "pdm add --dev",
    "Pipfile.lock": "pipenv install --dev",
}
"""How a package is added, by the lock file of what manages a project's packages."""

NPM_INSTALL: Final = "npm install --save-dev "
_OF_NODE: Final = {
    "pnpm-lock.yaml": ("pnpm install", "pnpm add --save-dev "),
    "yarn.lock": ("yarn install", "yarn add --dev "),
    "bun.lock": ("bun install", "bun add --dev "),
    "bun.lockb": ("bun install", "bun add --dev "),
    "package-lock.json": ("npm ci", NPM_INSTALL),
    "npm-shrinkwrap.json": ("npm ci", NPM_INSTALL),
}
"""How what package.json names is installed, and how a package is added, by the lock file."""
BRINGING: Final = {
    "pnpm": "corepack enable",
    "yarn": "corepack enable",
    "bun": "npm install --global bun",
}
"""What brings a manager of packages to a machine that has Node.js alone."""


def fitting(install: str, folder: str) -> str:
    """Say how to install with what the project in `folder` manages its packages with.

    Packages get the version that the project pins; a command that installs none stays as it is.
    """
    if install.startswith(NPM_INSTALL):
        return node_install(folder, *install.removeprefix(NPM_INSTALL).split())
    install = pinned_install(install, folder)
    if not install.startswith("pip install "):
        return install
    for lock, command in _ADDING.items():
        if os.path.exists(os.path.join(folder, lock)):
            return install.replace("pip install", command, 1)
    return install


def node_install(folder: str, *packages: str) -> str:
    """Return the command that installs what a Node.js project names, or adds what it does not.

    Of a workspace, the lock file and more packages lie above the folder. Where nothing is managed,
    nothing begins to be.
    """
    above = _up_to_the_repository(os.path.abspath(folder))
    settings = [data for place in above if (data := _package(place))]
    if not settings:
        return f"npm install --global {' '.join(packages)}"
    managers = [str(data.get("packageManager")).partition("@")[0] for data in settings]
    locks = [lock for place in above for lock in _OF_NODE if os.path.exists(f"{place}/{lock}")]
    locks += [lock for lock, (how, _) in _OF_NODE.items() if how.split()[0] in managers]
    install, add = _OF_NODE[locks[0]] if locks else ("npm install", NPM_INSTALL)
    tables = [data.get(f"{kind}ependencies") for data in settings for kind in ("d", "devD")]
    known = {name for table in tables if isinstance(table, Mapping) for name in table}
    lacking = [package for package in packages if package not in known]
    return f"{add}{' '.join(lacking)}" if lacking else install


def _up_to_the_repository(folder: str) -> list[str]:
    places = [folder]
    while not os.path.exists(f"{places[-1]}/.git"):
        places.append(os.path.dirname(places[-1]))
        if places[-1] == places[-2]:
            return [folder]
    return places


def _package(folder: str) -> Mapping[str, object]:
    try:
        data = json.loads(text_of(os.path.join(folder, "package.json")) or "{}")
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, Mapping) else {}
