"""What was found by measuring a change by the base's rules."""

from collections.abc import Callable, Collection

import msgspec
from msgspec.structs import replace

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.project.rules import TABLE
from readiness.guard.project.settings import leaves_out


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

    `differing` has the criteria that came out otherwise, each with the files that decide it.
    `spoken` tells whether any criterion, or one of some, speaks of a tool; `reached` whether a
    setting of a tool counts though it hides nothing. `outlived` has the tests, by file and name,
    that are gone with the code that they called. `mended` is what kept criteria of the base itself
    from being measured, and `alike` are criteria that looked at as much by both rules, and came to
    the same. `collected` has the files of which a runner told
    what it collects by both rules, and `missing` the tests of them, by file and name, that it
    collects no longer; classes and whole files ("") stand there for what they hold. `looked_at` has
    the files that commands were seen to open, and none to run. It is `steady` where everything was
    measured, and to its end.
    """

    changes: list[Change] = []
    remarks: list[str] = []
    compared: list[Compared] = []
    differing: dict[str, tuple[str, ...]] = {}
    spoken: Callable[..., bool] = bool
    reached: Callable[..., bool] = bool
    outlived: frozenset[tuple[str, str]] = frozenset()
    mended: str = ""
    alike: frozenset[str] = frozenset()
    collected: frozenset[str] = frozenset()
    missing: frozenset[tuple[str, str]] = frozenset()
    looked_at: frozenset[str] = frozenset()
    steady: bool = False

    def judged(self, change: Change) -> Change:
        """Return the change, made neutral where the measurement or the files followed clear it."""
        is_setting = change.kind is Kind.SETTING
        tool = _tool_of(change)
        if change.direction is not Direction.LOOSENED:
            return change
        if self._is_cleared(change):
            return _neutral(change)
        is_known = any(each.name == tool for each in TABLE.tools)
        if is_known and not self.reached(tool):
            is_told = any(change.path in files for files in self.differing.values())
            return change if is_setting and is_told else _neutral(change)

        def is_decided(files: Collection[str], name: str) -> bool:
            return change.path in files and not (is_setting and not self.spoken(tool, [name]))

        if is_setting and leaves_out(change.subject):
            of_it = [one.id for one in self.compared if is_decided(one.files, one.id)]
            return _neutral(change) if of_it and self.alike.issuperset(of_it) else change
        if not change.unsure:
            return change
        if change.kind in (Kind.TEST, Kind.SKIP):
            return _neutral(change) if self._is_collected(change) else change
        if is_setting and not self.spoken(tool):
            return _neutral(change)
        is_told = any(is_decided(files, name) for name, files in self.differing.items())
        is_measured = any(is_decided(one.files, one.id) for one in self.compared)
        return _neutral(change) if is_measured and not is_told else change

    def _is_cleared(self, change: Change) -> bool:
        """Return whether what was seen of a file, or of what it held, clears a change of it."""
        if change.kind is Kind.TEST:
            return (change.path, change.before) in self.outlived
        if change.kind is Kind.SCRIPT:
            return change.unsure and change.path in self.looked_at
        return change.kind is Kind.SETTING and self._is_mended(change)

    def _is_mended(self, change: Change) -> bool:
        """Return whether a setting lost only what kept a tool of the base from its work."""
        old, new = (set(text.split()) for text in (change.before, change.after))
        return new < old and all(word in self.mended for word in old - new)

    def _is_collected(self, change: Change) -> bool:
        """Return whether a runner still collects what a change takes away, by reading."""
        name = change.before if change.kind is Kind.TEST else change.note
        if change.path in self.collected:
            return (change.path, name) not in self.missing
        is_helper = not TABLE.test_file.search(change.path)
        return is_helper and bool(self.collected) and not self.missing


def _tool_of(change: Change) -> str:
    """Return the tool that a setting or a comment is for; "" for other changes."""
    if change.kind is Kind.SUPPRESSION:
        return change.note.partition(":")[0]
    return change.subject.partition(" ")[0] if change.kind is Kind.SETTING else ""


def _neutral(change: Change) -> Change:
    return replace(change, direction=Direction.NEUTRAL)
