"""Compare a lock file with what its inputs need and with what is installed.

Run by the project's Python: what a package needs is told by its installed metadata. Its index is
asked for hashes alone, where it can be reached.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import TextIO

from .common import CheckFinding, Params, emit, not_measured, place
from .index import Inquiry, Release, sources
from .requirements import (
    Requirement,
    RequirementLine,
    canonicalize_name,
    is_of_a_tool,
    local_names,
    read_inputs,
    read_lock,
)


class Lock:
    """The pins of a lock file by package; only those for this Python and system are compared."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines = read_lock(path)
        if not self.lines:
            not_measured(f"{path} pins no package")
        self.local = local_names(path)
        self.pins = {line.name: line for line in self.lines if line.applies}
        self.findings: list[CheckFinding] = []
        self.seen: set[tuple[str, frozenset[str]]] = set()
        self.needed: set[str] = set()

    def note(self, rule: str, line: int, message: str) -> None:
        """Keep a finding, once."""
        found = place(self.path, line, rule, message)
        if found not in self.findings:
            self.findings.append(found)

    def check_pins(self) -> None:
        """Look at each line on its own."""
        for line in self.lines:
            # An address with a hash, or with a commit, is one thing for ever.
            if pinned(line) is None and not (line.requirement.url and line.hashed):
                self.note("missing", line.line, f"{line.name} is not pinned with ==")
            if not line.hashed:
                self.note("unhashed", line.line, f"{line.name} has no hash")

    def check_wanted(self, wanted: Requirement, by: str) -> bool:
        """Check that what is wanted is pinned and fits; False where it is not there at all."""
        name = str(canonicalize_name(wanted.name))
        line = self.pins.get(name)
        if line is None and name not in self.local:
            self.note("missing", 0, f"{name} is not pinned; {by} needs it")
            return False
        version = pinned(line) if line else None
        if line and version and not wanted.specifier.contains(version, prereleases=True):
            self.note(
                "outdated", line.line, f"{name} {version} is not {wanted.specifier}, as {by} asks"
            )
        return True

    def need(self, wanted: Requirement, by: str) -> None:
        """Check that what is wanted is pinned and fits, and go on to what that needs in turn."""
        name = str(canonicalize_name(wanted.name))
        key = (name, frozenset(wanted.extras))
        self.needed.add(name)
        if not self.check_wanted(wanted, by) or key in self.seen:
            return
        self.seen.add(key)
        line = self.pins.get(name)
        version = pinned(line) if line else None
        if installed := self.installed(name, line.line if line else 0, version):
            for text in installed.requires or []:
                self.follow(Requirement(text), wanted.extras, name)

    def follow(self, requirement: Requirement, extras: set[str], by: str) -> None:
        """Need a dependency where its marker holds, for one of the extras that are wanted."""
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            self.need(requirement, by)

    def installed(self, name: str, line: int, version: str | None) -> Distribution | None:
        """Return what is installed, after comparing it with the pin."""
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            self.note("not-installed", line, f"{name} is not installed: its needs are unknown")
            return None
        if version and installed.version != version:
            self.note(
                "outdated", line, f"{name} {installed.version} is installed, {version} locked"
            )
        return installed

    def check_unneeded(self) -> None:
        """Name pins that nothing needs; that can only be told where all needs are known."""
        if not any(found["rule"] == "not-installed" for found in self.findings):
            for name in sorted(set(self.pins) - self.needed):
                self.note("unneeded", self.pins[name].line, f"nothing needs {name}")


def pinned(line: RequirementLine) -> str | None:
    """Return the one version that the line allows, or None."""
    found = re.fullmatch(r"={2,3}([^*,]+)", str(line.requirement.specifier))
    return found[1] if found else None


def compare_hashes(locks: list[Lock]) -> None:
    """Note the pins of one release that carry other hashes than in a lock before."""
    known: dict[str, RequirementLine] = {}
    for lock in locks:
        for line in lock.lines:
            release = f"{line.name}{line.requirement.specifier}"
            other = known.setdefault(release, line)
            # One may be for fewer systems; none has what the other does not know.
            if not (other.hashes <= line.hashes or line.hashes <= other.hashes):
                lock.note("unhashed", line.line, f"{line.name} has other hashes in {other.path}")


def compare_with_indexes(locks: list[Lock]) -> bool:
    """Note the pins with hashes that no index has; tells whether each could be looked up."""
    asked = {release: (lock, line) for lock in reversed(locks) for line, release in releases(lock)}
    inquiry = Inquiry()
    inquiry.ask(asked)
    for release, hashes in list(inquiry.unlisted.items()):
        lock, line = asked[release]
        told = ", ".join(sorted(each[:20] + "…" for each in hashes))
        known = f"no index has a file of {release.name} {release.version} with {told}"
        lock.note("unlisted", line.line, known)
    if unknown := len(inquiry.unknown):
        why = "; ".join(inquiry.whys) or "no index that was asked has them, or none is set"
        sys.stderr.write(f"{unknown} of {len(asked)} releases were found at no index: {why}\n")
    return not inquiry.unknown


def releases(lock: Lock) -> Iterator[tuple[RequirementLine, Release]]:
    """Yield the pins that an index can be asked about."""
    usual = sources(lock.path)
    for line in lock.lines:
        version = pinned(line)
        if version and line.hashed and line.hashes and line.index is not None:
            named = (line.index,) if line.index else ()
            where = replace(usual, indexes=tuple(dict.fromkeys((*usual.indexes, *named))))
            yield line, Release(line.name, version, line.hashes, where)


def usual_input(lock: str, universal: bool) -> str:
    """Return what a lock is made from where nothing else is said."""
    if os.path.basename(lock) == "Pipfile.lock":
        return os.path.join(os.path.dirname(lock), "Pipfile")
    return "pyproject.toml" if universal else "requirements.in"


def check_own_input(lock: Lock) -> None:
    """Check that what the file of the same name that ends with `.in` asks for is pinned."""
    source = f"{os.path.splitext(lock.path)[0]}.in"
    for line in read_inputs(source) if os.path.isfile(source) else ():
        if line.applies:
            lock.check_wanted(line.requirement, source)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Compare and count."""
    params = Params(env)
    lock = Lock(params.text("lock"))
    others = [Lock(path) for path in params.words("also")]
    for listed in (lock, *others):
        listed.check_pins()
    compare_hashes([lock, *others])
    all_looked_up = compare_with_indexes([lock, *others])
    # A lock with tables is for every system and group: what of it nothing needs here is not told.
    universal = is_of_a_tool(params.text("lock"))
    for source in params.words("inputs") or [usual_input(params.text("lock"), universal)]:
        for line in read_inputs(source):
            if line.applies:
                lock.need(line.requirement, source)
    for other in others:
        check_own_input(other)
    if not universal:
        lock.check_unneeded()
    findings = [found for each in (lock, *others) for found in each.findings]
    rules = [found["rule"] for found in findings]
    kinds = ("missing", "unhashed", "unlisted", "outdated", "not-installed", "unneeded")
    counted: dict[str, int | None] = {kind.replace("-", "_"): rules.count(kind) for kind in kinds}
    if universal:
        counted["unneeded"] = None
    if not all_looked_up:
        counted["unlisted"] = None
    emit({"problems": len(rules), **counted, "pins": len(lock.lines)}, findings)
    return 0
