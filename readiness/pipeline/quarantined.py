"""Tests that a board keeps out of its verdicts until a day, and says so."""

import os
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from readiness.model.board import Board, Criterion
from readiness.model.judgement import TESTS, Finding, Measurement, Unmeasured
from readiness.model.words import Better, ReasonCode
from readiness.text.worded import worded

LARGEST = 2**20


def without_quarantined(
    board: Board, criterion: Criterion, sample: Measurement, places: Sequence[Finding], today: str
) -> tuple[Measurement | Unmeasured, tuple[str, ...]]:
    """Return the number of failed tests without those in quarantine, and the names of these.

    An entry that is over, or stands for no test, is an error of every criterion that counts tests.
    A number that does not count just these places stays as it is.
    """
    measure = criterion.measure
    if measure is None or measure.unit != TESTS or measure.better is not Better.LOWER:
        return sample, ()
    tests = [entry.test for entry in board.quarantine]
    for entry in board.quarantine:
        reason = ""
        if entry.until < today:
            reason = worded("reason.quarantine_over", test=entry.test, until=entry.until)
        elif not _is_there(board.workdir, entry.test):
            reason = worded("reason.quarantine_unknown", test=entry.test)
        if reason:
            hint = worded("hint.quarantine")
            return Unmeasured(code=ReasonCode.NO_PROOF, reason=reason, hint=hint), ()
    ends = {(one.partition("::")[0], one.rpartition("::")[2]) for one in tests}
    names = tuple(place.test for place in places if (place.path, place.rule) in ends)
    if not names or sample.value != len(places):
        return sample, ()
    return msgspec.structs.replace(sample, value=Decimal(len(places) - len(names))), names


def _is_there(workdir: str, test: str) -> bool:
    """Return whether the file of a test names it, or its class, which may inherit it."""
    path, _, name = test.partition("::")
    try:
        with open(os.path.join(workdir, path), encoding="utf-8", errors="replace") as file:
            return name.partition("::")[0].partition("[")[0] in file.read(LARGEST)
    except OSError:
        return False
