"""Tell what make would start, and what hides failures in its recipes, for the words given to it.

Runs no recipe. Prints JSON: `programs`, a list of names, and `masks`, a list of places.
"""

import os
from collections.abc import Mapping
from typing import TextIO

from checks.in_project.common import emit, not_measured, place, require
from checks.make.makefile import (
    CARELESS,
    MakeDatabase,
    dry_commands,
    hidden_failures,
    hidden_when_expanded,
    read_database,
)
from checks.project_copy import Copy
from readiness.shell.programs import programs


def targets(words: list[str], database: MakeDatabase) -> list[str]:
    """Name the targets that are asked for, the default one where none is."""
    asked = [word for word in words if not word.startswith("-") and "=" not in word]
    goal = database.variables.get(".DEFAULT_GOAL", "")
    return [name for name in asked if name in database.rules] or [goal]


def started(dry_run: str) -> list[str]:
    """Name the programs in what make would run, once each."""
    names = [
        os.path.basename(words[0]) for _, line in dry_commands(dry_run) for words in programs(line)
    ]
    return list(dict.fromkeys(name for name in names if name != "make"))


def main(words: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Ask make, twice."""
    require("make")
    here = Copy(os.getcwd(), env)
    status, output = here.run(["make", "--dry-run", *words])
    if status:
        not_measured(f"make cannot make {' '.join(words)}")
    _, printed = here.run(["make", "--dry-run", "--print-data-base", *words], quiet=True)
    database = read_database(printed, env)
    findings = []
    if CARELESS.search(" ".join(words)):
        findings.append(place("make", 0, "masked", f"make {' '.join(words)}"))
    for target in targets(words, database):
        findings += hidden_failures(database, target)
    findings += hidden_when_expanded(dry_commands(output), database, findings)
    emit({"programs": started(output), "masks": findings})
    return 0
