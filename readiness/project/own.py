"""The environment that this program runs in, and whether it holds anything else."""

import os
import re
import sys
from collections.abc import Iterator
from typing import Final

# What every new environment has.
_SEEDS: Final = frozenset({"pip", "setuptools", "wheel"})
# Extras of ours that are asked for to measure or develop this program, not to use it.
_FOR_US: Final = ("dev", "docs", "mutation")
_MOST: Final = 80


def programs_for_this_alone(prefix: str = sys.prefix, base: str = sys.base_prefix) -> str:
    """Return our environment's program folder where it holds this program alone, else "".

    uvx, pipx and the runners of hooks make such environments, and put some of them first on PATH.
    What is installed there besides, by whoever asked for it, makes it an environment of tools.
    """
    if prefix == base:
        return ""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    place = os.path.join(prefix, "lib", version, "site-packages")
    there = dict(distributions(place))
    if not 0 < len(there) <= _MOST or "readiness" not in there:
        return ""
    ours, waiting = set(_SEEDS), ["readiness"]
    while waiting:
        name = waiting.pop()
        if name not in ours and name in there:
            waiting += _needs(os.path.join(place, there[name], "METADATA"))
        ours.add(name)
    return "" if there.keys() - ours else os.path.join(prefix, "bin")


def distributions(place: str) -> Iterator[tuple[str, str]]:
    """Yield what is installed in a folder of packages, by name, with the folder of its record."""
    try:
        names = os.listdir(place)
    except OSError:
        return
    for name in names:
        if name.endswith(".dist-info"):
            yield normal(name.partition("-")[0]), name


def _needs(metadata: str) -> Iterator[str]:
    """Yield the names of what a distribution needs, whatever the system, with its extras."""
    for requirement in requirements(metadata):
        found = re.match(r"[\w.-]+", requirement)
        if found and not _is_for_us(requirement):
            yield normal(found.group())


def requirements(metadata: str) -> Iterator[str]:
    """Yield what a distribution says that it needs, as it says it."""
    try:
        with open(metadata, encoding="utf-8", errors="replace") as file:
            head = file.read().partition("\n\n")[0]
    except OSError:
        return
    for line in head.splitlines():
        key, _, value = line.partition(": ")
        if key == "Requires-Dist":
            yield value


def _is_for_us(requirement: str) -> bool:
    _, _, marker = requirement.partition(";")
    return any(f"extra == {quote}{name}{quote}" in marker for name in _FOR_US for quote in "'\"")


def normal(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
