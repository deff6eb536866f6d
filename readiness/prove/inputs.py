"""`prove --inputs`: what probes look at in the project, and whether their inputs cover that."""

import os
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from readiness.prove.copying import is_below
from readiness.record.origin import BoardRef, Tool
from readiness.reuse.files import is_passed_over
from readiness.reuse.patterns import Pattern
from readiness.reuse.trace import Trace

VERSION = 1
_WILD = re.compile(r"\[.*?\]|\*+|\?")


class Access(StrEnum):
    """What was done with a file."""

    OPENED = "opened"
    LISTED = "listed"
    ABSENT = "absent"


class InputRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One file or folder of the project that the inputs of a probe do not cover.

    `path` is from the folder in which the probe ran; `access` is opened, listed, or absent: looked
    for in vain.
    """

    path: str
    access: Access


class TracedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One probe with inputs, the criteria that read it, and what the inputs do not cover.

    `seen` counts what it looked at in the project, all of which traced inputs cover. `why` says why
    it could not be told.
    """

    check: str | None
    command: str
    criteria: list[str]
    inputs: list[str]
    seen: int
    uncovered: list[InputRecord]
    why: str = ""

    @property
    def name(self) -> str:
        """Return the check's name, or the probe's command on one line."""
        return self.check or " ".join(self.command.split())


class InputsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of each probe that has inputs; `without` are the criteria that have none."""

    version: int = VERSION
    tool: Tool
    board: BoardRef
    profile: str
    exit_status: int
    probes: list[TracedRecord]
    without: list[str]


def accesses(trace: Trace, root: str) -> list[InputRecord]:
    """Return the paths below `root` that were accessed, without those that the probe wrote.

    Caches and environments do not count, nor does what is only passed through.
    """
    found = [
        InputRecord(path=path, access=access)
        for access, paths in (
            (Access.OPENED, trace.opened - trace.written),
            (Access.LISTED, trace.listed),
            (Access.ABSENT, trace.absent - trace.written),
        )
        for path in paths
        if is_below(path, root) and not _is_of_no_interest(path, root)
    ]
    found = [one for one in found if one.access is not Access.OPENED or not os.path.isdir(one.path)]
    return sorted(found, key=lambda one: (one.path, one.access))


def uncovered(
    seen: Sequence[InputRecord], workdir: str, patterns: Sequence[Pattern]
) -> Iterator[InputRecord]:
    """Yield the accesses that no pattern covers, by their paths from `workdir`.

    A folder's list is covered where a pattern means anything that may lie in it: what else lies
    there is for the patterns to say.
    """
    for one in seen:
        name = os.path.relpath(one.path, workdir)
        if one.access is Access.LISTED:
            covered = any(_means_any_in(pattern, name) for pattern in patterns)
        else:
            covered = any(pattern.covers(name) for pattern in patterns)
        if not covered:
            yield InputRecord(path=name, access=one.access)


def _means_any_in(pattern: Pattern, folder: str) -> bool:
    """Return whether a pattern may match a path right in the folder."""
    inside = "" if folder == "." else folder
    if pattern.base and os.path.dirname(pattern.base) == inside:
        return True
    last = (pattern.rest or "x").rpartition("/")[2]
    return pattern.covers(os.path.join(inside, _WILD.sub("x", last)))


def _is_of_no_interest(path: str, root: str) -> bool:
    parts = os.path.relpath(path, root).split("/")
    return any(map(is_passed_over, parts)) or ".." in parts
