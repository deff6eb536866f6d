"""Find the settings that a tool takes from here upwards, and refuse those of somebody else."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress

from checks.in_project.common import OUTSIDE_SETTINGS, not_measured
from checks.in_project.tracked import repository

_OF_FLAKE8 = dict.fromkeys(("setup.cfg", "tox.ini", ".flake8"), r"^\[flake8")
_OF_PYRIGHT = {"pyrightconfig.json": "", "pyproject.toml": r"^\s*\[tool\.(?:based)?pyright\b"}
FOUND_UPWARDS: Mapping[str, Mapping[str, str]] = {
    "flake8": _OF_FLAKE8,
    "pyright": _OF_PYRIGHT,
    "basedpyright": _OF_PYRIGHT,
    "ty": {"ty.toml": "", "pyproject.toml": r"^\s*\[tool\.ty\b"},
}
"""The files in which tools look for settings, up to the top of the disk, and what stands in them.

Only those of tools that don't stop where a repository begins.
"""


def nearest(names: Mapping[str, str]) -> str:
    """Return the nearest of some files that has the pattern in it; "" where there is none."""
    folder = os.getcwd()
    while True:
        for name, section in names.items():
            path = os.path.join(folder, name)
            with suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
                if re.search(section, file.read(), re.MULTILINE):
                    return path
        if folder == os.path.dirname(folder):
            return ""
        folder = os.path.dirname(folder)


def is_outside(path: str) -> bool:
    """Return whether a file lies outside the repository that we are in, if we are in one."""
    top = repository()
    return bool(top) and not os.path.realpath(path).startswith(top + os.sep)


def refuse_outside(tool: str, path: str) -> None:
    """End the script where a file from outside the repository rules a tool."""
    if path and is_outside(path):
        not_measured(
            f"{tool} is ruled by {path}, outside the repository; give the project its own settings",
            OUTSIDE_SETTINGS,
        )


def refuse_settings_above(tool: str) -> None:
    """End the script where a tool takes its settings from a folder above the repository."""
    path = nearest(FOUND_UPWARDS.get(tool, {}))
    if tool != "flake8" or os.path.dirname(path) != os.path.expanduser("~"):  # it stops there
        refuse_outside(tool, path)
