"""Whether a change may stand as it is: nothing is worse than before it, and it loosens nothing."""

import os
import time

import msgspec

from readiness.model.errors import ReadinessError, StoppedError, UsageError
from readiness.model.settings import BOARD_NAME, RunSettings, find_board
from readiness.pipeline.opening import open_base_of
from readiness.pipeline.run import perform
from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.text.worded import Worded


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found of a change: criteria by their ids, each with the reason.

    `worse` are those that held before, `lost` those that held and can no longer be measured.
    Of what is `unknown` it cannot be told whether it held.
    """

    document: RunDocument
    worse: dict[str, str]
    lost: dict[str, str]
    unknown: dict[str, str] = {}


def look(settings: RunSettings) -> Look:
    """Run the board, and hold the line.

    All that runs is over at `settings.over_at`, a moment to come; what was not measured until then
    is unknown. Raises what a run raises, and `StoppedError` where a signal ends it.
    """
    runs: list[RunDocument] = []

    def keep(document: RunDocument, _settings: RunSettings, _context: Context) -> None:
        runs.append(document)

    # By the base's rules as far as the change decides how, and by its own: neither takes all.
    half = max((settings.over_at - time.monotonic()) // 2, 1)
    status = perform(msgspec.structs.replace(settings, run_timeout=half), keep)
    if not runs or runs[0].interrupted:
        raise StoppedError(status)
    (document,) = runs
    line = document.gate.line
    if line is not None and line.lack is not None:
        nothing = _complaints(document, "complaint.fails", "complaint.unmeasured")
        return Look(document=document, worse={}, lost={}, unknown=nothing)
    return Look(
        document=document,
        worse=_complaints(document, "complaint.worse", "gate.moved"),
        lost=_complaints(document, "complaint.unmeasured"),
        unknown=_complaints(document, "complaint.uncompared", "complaint.aside"),
    )


def base_is_sound(settings: RunSettings) -> bool:
    """Return whether the base has a usable board, so that a fault is the change's own."""
    try:
        path = find_board(settings, os.environ, os.getcwd())
    except UsageError:
        path = BOARD_NAME
    try:
        with open_base_of(settings, path) as base:
            base.load(os.environ, settings.profile)
    except ReadinessError:
        return False
    return True


def _complaints(document: RunDocument, *keys: str) -> dict[str, str]:
    """Return the reasons of some sentences that the gate gave, by the ids of criteria."""
    return {
        str(sentence.facts["names"]): reason
        for sentence in document.gate.sentences()
        if isinstance(sentence, Worded)
        and sentence.key in keys
        and isinstance(reason := sentence.facts["reason"], str)
    }
