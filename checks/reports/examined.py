"""Tell what a report says it examined: files with planted flaws, and packages of lock files."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from checks.in_project.common import not_measured, read_text
from checks.in_project.locks import is_of_a_tool, read_pins
from checks.locks.osv import Service
from checks.make.planted import Flaw
from readiness.project.own import normal

PINNED = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?\s*==\s*([^\s;\\#]+)(?!.*;)", re.MULTILINE)
"""A line of requirements that holds on every system; others a scanner may leave out."""

Pins = dict[str, set[str]]
"""The versions of packages, by their normalized names."""


def parts(report: object) -> Iterator[str]:
    """Yield what may stand for itself: lines and paragraphs, entries, and objects without depth."""
    if isinstance(report, str):
        yield from (*report.split("\n\n"), *report.splitlines())
    elif isinstance(report, list):
        for entry in report:
            yield json.dumps(entry, ensure_ascii=False)
            yield from parts(entry)
    elif isinstance(report, dict):
        yield " ".join(str(each) for each in report.values() if not isinstance(each, list | dict))
        for key, value in report.items():
            yield f"{key} {json.dumps(value, ensure_ascii=False)}"
            yield from parts(value)


def by_subject(report: object, names: Callable[[str], set[str]]) -> dict[str, list[str]]:
    """Sort the parts that name one thing alone: what else they hold is about that."""
    about: dict[str, list[str]] = {}
    for part in parts(report):
        named = names(part)
        if len(named) == 1:
            about.setdefault(named.pop(), []).append(part)
    return about


def unnamed(report: object, planted: list[Flaw]) -> list[Flaw]:
    """Return the flaws that no part of the report names, by file and kind."""
    paths = re.compile("|".join(re.escape(flaw.path) for flaw in planted))
    about = by_subject(report, lambda part: set(paths.findall(part)))
    return [
        flaw for flaw in planted if not any(flaw.kind in part for part in about.get(flaw.path, []))
    ]


def pins_of(lock: str) -> Pins:
    """Return what a lock pins on every system."""
    if is_of_a_tool(lock):
        pinned = [(pin.name, pin.version) for pin in read_pins(lock) if not pin.marker]
    else:
        pinned = PINNED.findall(read_text(lock))
    pins: Pins = {}
    for name, version in pinned:
        if version:
            pins.setdefault(normal(name), set()).add(version)
    if not pins:
        not_measured(f"{lock} pins no package")
    return pins


class Packages:
    """What a report says of the packages that lock files pin."""

    def __init__(self, report: object, locks: list[str]) -> None:
        self._locks = {lock: pins_of(lock) for lock in locks}
        self._all: Pins = {}
        for pins in self._locks.values():
            for name, versions in pins.items():
                self._all.setdefault(name, set()).update(versions)
        self._about = by_subject(report, self._named)

    def _named(self, part: str) -> set[str]:
        words = _words(part)
        return {name for name in words & self._all.keys() if words & self._all[name]}

    def left_out(self) -> Iterator[str]:
        """Say which locks have packages that the report does not name with their versions."""
        for lock, pins in self._locks.items():
            lacking = [
                f"{name} {version}"
                for name, versions in pins.items()
                for version in sorted(versions)
                if not any(version in _words(part) for part in self._about.get(name, []))
            ]
            if lacking:
                number = sum(map(len, pins.values()))
                yield f"it does not name {len(lacking)} of {number} in {lock}, such as {lacking[0]}"

    def hidden(self, service: Service) -> Iterator[str]:
        """Say which vulnerabilities the service knows that the report does not name."""
        releases = [
            (name, version) for name, versions in self._all.items() for version in sorted(versions)
        ]
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(lambda release: service.known("==".join(release)), releases)
            for (name, version), advisories in zip(releases, answers, strict=True):
                text = "\n".join(self._about.get(name, []))
                for advisory in advisories:
                    ids = [advisory["id"], *advisory.get("aliases", [])]
                    if not advisory.get("withdrawn") and not any(each in text for each in ids):
                        yield f"it does not name {ids[0]} of {name} {version}"


def _words(part: str) -> set[str]:
    words = {word.strip(".-") for word in re.findall(r"[\w.+!-]+", part)}
    return words | {normal(word) for word in words}
