"""Find the settings that a tool takes from here upwards, and refuse those of somebody else."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO

from checks.in_project.common import (
    OUTSIDE_SETTINGS,
    doubtful,
    not_measured,
    read_text,
    relative,
)
from checks.in_project.tracked import repository

_USERS = ("flake8", "cargo", "clippy")
"""Tools that stop at the user's folder, or are told there where to find packages."""


def _named(pattern: str, *ends: str) -> dict[str, str]:
    return dict.fromkeys(map(pattern.format, ends), "")


_OF_PRETTIER = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
_OF_CARGO = _named(".cargo/config{}", "", ".toml")
_OF_FLAKE8 = dict.fromkeys(("setup.cfg", "tox.ini", ".flake8"), r"^\[flake8")
_OF_PYRIGHT = {"pyrightconfig.json": "", "pyproject.toml": r"^\s*\[tool\.(?:based)?pyright\b"}
FOUND_UPWARDS: Mapping[str, Mapping[str, str]] = {
    "flake8": _OF_FLAKE8,
    "pyright": _OF_PYRIGHT,
    "basedpyright": _OF_PYRIGHT,
    "ty": {"ty.toml": "", "pyproject.toml": r"^\s*\[tool\.ty\b"},
    "shellcheck": dict.fromkeys((".shellcheckrc", "shellcheckrc"), ""),
    "markdownlint": _named(".markdownlint{}", ".json", ".jsonc", ".yaml", ".yml", "rc"),
    "eslint": {
        **_named("eslint.config{}", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"),
        **_named(".eslintrc{}", "", ".js", ".cjs", ".json", ".yml", ".yaml"),
    },
    "prettier": {
        **_named(".prettierrc{}", "", *_OF_PRETTIER, ".json", ".json5", ".yml", ".yaml", ".toml"),
        **_named("prettier.config{}", *_OF_PRETTIER),
        "package.json": r'"prettier"\s*:\s*[{"]',
    },
    "biome": _named("biome{}", ".json", ".jsonc"),
    "tsc": {"tsconfig.json": ""},
    "go": {"go.work": ""},
    "cargo": _OF_CARGO,
    "rustfmt": _named("{}rustfmt.toml", "", "."),
    "clippy": {**_named("{}clippy.toml", "", "."), **_OF_CARGO},
}
"""The files in which tools look for settings, up to the top of the disk, and what stands in them.

Only those of tools that don't stop where a repository begins.
"""

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "pytest": {
        "pyproject.toml": "[tool.pytest.",
        "setup.cfg": "[tool:pytest]",
        "tox.ini": "[pytest]",
    },
    "mypy": {"pyproject.toml": "[tool.mypy]", "setup.cfg": "[mypy]"},
    "ruff": {"pyproject.toml": "[tool.ruff"},
    "coverage": {"pyproject.toml": "[tool.coverage.", "setup.cfg": "[coverage:"},
}
"""Where in files for many tools one finds its settings, unless a file of its own is there too."""


def tell_unread(tool: str, taken: str) -> None:
    """Say which settings a tool did not take, as those of a file beside them come first.

    Where it took none of a file, as it was told, there is nothing to say.
    """
    if not os.path.isfile(taken) or os.path.dirname(os.path.abspath(taken)) != os.getcwd():
        return
    for name, head in SECTIONS[tool].items():
        is_another = name != os.path.basename(taken) and os.path.isfile(name)
        if is_another and re.search(f"^{re.escape(head)}", read_text(name), re.MULTILINE):
            doubtful(f"{tool} takes its settings from {relative(taken)}, none from {name}")


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
    if tool not in _USERS or not path.startswith(os.path.expanduser("~/.")):
        refuse_outside(tool, path)


def main(argv: list[str], _env: Mapping[str, str], _stdin: TextIO) -> int:
    """Refuse settings from above the repository for each tool that is named."""
    for tool in argv:
        refuse_settings_above(tool)
    return 0
