"""What was found by measuring a change by the base's rules."""

from collections.abc import Callable

import msgspec

from readiness.guard.changes import Change


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion, measured by the base's rules and by the head's own; `files` decide how.

    `base` is what the base itself comes to; it is measured where the two differ.
    """

    id: str
    title: str
    base: str = ""
    by_base: str
    by_head: str
    files: list[str]


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured: the changes that it shows, the criteria that were compared, and remarks.

    `cleared` are changed files by which nothing came out otherwise, though they decide; `spoken`
    tells whether any criterion speaks of a tool.
    """

    changes: list[Change] = []
    remarks: list[str] = []
    compared: list[Compared] = []
    cleared: frozenset[str] = frozenset()
    spoken: Callable[[str], bool] = bool
