"""What the names of files say of what they are for."""

import os
from functools import lru_cache
from typing import Final

from readiness.guard.project.rules import TABLE
from readiness.guard.reaching import Reached, of_runners

OF_ANY: Final = frozenset(("conf", "config", ".config", "default", "main", "settings"))
"""Names of settings files that do not say which tool they belong to."""


def is_locked(path: str) -> bool:
    """Return whether a file says which packages a project needs."""
    return os.path.basename(path) in TABLE.locks or bool(TABLE.requirements.search(path))


def is_read_by_people(path: str) -> bool:
    """Return whether a file is a document, and no list in a form that programs read too."""
    return bool(TABLE.prose.search(path)) and not path.endswith((".txt", ".csv", ".tsv"))


def configures(name: str, reach: Reached) -> bool:
    """Return whether a source file holds the settings of a tool that the criterion mentions."""
    named = TABLE.configures.match(name)
    return named is not None and named["tool"] not in OF_ANY and reach.speaks_of(named["tool"])


@lru_cache(maxsize=1024)
def tools_of(name: str) -> tuple[str, ...]:
    """Return the tools that look for a file of this name."""
    tools = [tool.name for tool in TABLE.tools if any(place.file == name for place in tool.places)]
    return (*tools, *of_runners(TABLE.runners, name))
