"""What manages a project's packages."""

import os

from readiness.project.pins import pinned_install

_ADDING = {
    "uv.lock": "uv add --dev",
    "poetry.lock": "poetry add --group dev",
    "pdm.lock": "pdm add --dev",
    "Pipfile.lock": "pipenv install --dev",
}
"""How a package is added, by the lock file of what manages a project's packages."""


def fitting(install: str, folder: str) -> str:
    """Say how to install with what the project in `folder` manages its packages with.

    Packages get the version that the project pins; a command that installs none stays as it is.
    """
    install = pinned_install(install, folder)
    if not install.startswith("pip install "):
        return install
    for lock, command in _ADDING.items():
        if os.path.exists(os.path.join(folder, lock)):
            return install.replace("pip install", command, 1)
    return install
