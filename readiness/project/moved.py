"""Pinned packages that readiness moved, where it is installed in a project's environment."""

import os
import re
from collections.abc import Iterator
from glob import escape, glob
from typing import Final

import msgspec

from readiness.model.versions import is_within
from readiness.project.own import distributions, normal, requirements
from readiness.project.pins import pins

_LIMIT: Final = re.compile(r"(?:[<>]=?|==)[\d.]+")
_LOCKS: Final = re.compile(r"[^:]*(?:\.lock|requirements[^:]*\.txt|requirements/[^:]*):\d+")


class MovedPin(msgspec.Struct, frozen=True):
    """A package that `place` pins to a version readiness does not allow, and what is installed."""

    name: str
    installed: str
    pinned: str
    place: str


def moved_pins(environment: str, folder: str) -> Iterator[MovedPin]:
    """Yield the pinned packages of the project in `folder` that installing readiness moved.

    Only versions that readiness, or what it needs, does not allow surely were moved by it.
    """
    for place in glob(os.path.join(escape(environment), "lib", "python3*", "site-packages")):
        there = dict(distributions(place))
        waiting, seen = ["readiness"], set()
        while waiting:
            dependent = waiting.pop()
            if dependent in seen or dependent not in there:
                continue
            seen.add(dependent)
            for name, limits in _limits(os.path.join(place, there[dependent], "METADATA")):
                waiting.append(name)
                installed = there.get(name, "").removesuffix(".dist-info").partition("-")[2]
                locked = {
                    version: at for version, at in pins(folder, name).items() if _LOCKS.match(at)
                }
                if installed and locked and not any(is_within(each, limits) for each in locked):
                    pinned, at = next(iter(locked.items()))
                    yield MovedPin(name, installed, pinned, at)


def _limits(metadata: str) -> Iterator[tuple[str, str]]:
    """Yield the names of what a distribution needs without extras, with the limits of each."""
    for requirement in requirements(metadata):
        named, _, marker = requirement.partition(";")
        name = re.match(r"[\w.-]+", named)
        if name and not marker:
            yield normal(name.group()), ",".join(_LIMIT.findall(named[name.end() :]))
