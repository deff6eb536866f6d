"""What manages a project's packages."""

import json
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from readiness.project.environments import text_of
from readiness.project.pins import pinned_install

NPM_INSTALL: Final = "npm install --save-dev "


@cache
def managers(kind: str) -> Mapping[str, Any]:
    """Return a table of managers.toml."""
    text = files("readiness.project").joinpath("managers.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)[kind])


def fitting(install: str, folder: str) -> str:
    """Say how to install with what the project in `folder` manages its packages with.

    Packages get the version that the project pins; a command that installs none stays as it is.
    """
    if install.startswith(NPM_INSTALL):
        return node_install(folder, *install.removeprefix(NPM_INSTALL).split())
    install = pinned_install(install, folder)
    if not install.startswith("pip install "):
        return install
    for lock, command in managers("python").items():
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
    named = [str(data.get("packageManager")).partition("@")[0] for data in settings]
    of_node = managers("node")
    locks = [lock for place in above for lock in of_node if os.path.isfile(f"{place}/{lock}")]
    locks += [lock for lock, (how, _) in of_node.items() if how.split()[0] in named]
    install, add = of_node[next(iter(locks), "")]
    tables = [data.get(f"{kind}ependencies") for data in settings for kind in ("d", "devD")]
    known = {name for table in tables if isinstance(table, Mapping) for name in table}
    lacking = [package for package in packages if package not in known]
    return " ".join([add, *lacking]) if lacking else install


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
