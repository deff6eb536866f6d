"""What the base's board lets changes loosen, by somebody's decision."""

import datetime
import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from readiness.guard.changes import Change, Direction, Kind
from readiness.model.board import Acceptance

MEASURED: Final = frozenset(
    (
        *(Kind.SUPPRESSION, Kind.TEST, Kind.SKIP, Kind.ASSERTION, Kind.HOOK, Kind.SETTING),
        *(Kind.RECIPE, Kind.VERDICT, Kind.CALLER),
    )
)
"""Kinds of change that can be accepted: how and when things are measured, no rule of the board."""


def accepted(
    changes: Iterable[Change],
    decisions: Sequence[Acceptance],
    today: datetime.date,
    files: Mapping[str, Sequence[str]] = {},
) -> list[Change]:
    """Return the changes, with those that are accepted today made neutral.

    `files` are all that stand behind the verdict on a criterion: each of them must be accepted.
    """
    force = [one for one in decisions if not one.until or one.until >= today.isoformat()]
    return [_accepted(change, force, files) for change in changes]


def _accepted(
    change: Change, force: Sequence[Acceptance], files: Mapping[str, Sequence[str]]
) -> Change:
    if change.direction is not Direction.LOOSENED or change.kind not in MEASURED:
        return change
    paths = files.get(change.subject, ()) if change.kind is Kind.VERDICT else ()
    decisions = [
        next((one for one in force if fnmatch.fnmatchcase(path, one.what)), None)
        for path in paths or (change.path,)
    ]
    if None in decisions or decisions[0] is None:
        return change
    return replace(
        change,
        direction=Direction.NEUTRAL,
        note=f"accepted by {decisions[0].by}: {decisions[0].reason}",
    )
