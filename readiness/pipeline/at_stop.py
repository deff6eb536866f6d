"""Whether a change may stand as it is: nothing is worse than before it, and it loosens nothing."""

import os
import time

import msgspec

from readiness.guard.overlay import lay_over
from readiness.model.errors import BaseError, ReadinessError, StoppedError, UsageError
from readiness.model.settings import BOARD_NAME, RunSettings, find_board
from readiness.pipeline.interrupts import interruptible
from readiness.pipeline.measured import running
from readiness.pipeline.opening import open_base_of, open_changed
from readiness.pipeline.run import perform
from readiness.prove.trials import BETWEEN, watched
from readiness.prove.worlds import Worlds
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.localised import ATTESTED
from readiness.record.wording import sentence_of
from readiness.report import Context
from readiness.run.processes.supervise import run_name
from readiness.run.scratch import scratch_folder
from readiness.text.worded import Worded, joined, worded, words_of

_WORLD = "before"
_GOOD, _BAD, _UNKNOWN = "good", "bad", "unknown"


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found of a change: criteria by their ids, each with the reason.

    `worse` are those that held before, `lost` those that held and can no longer be measured.
    Of what is `unknown` it cannot be told whether it held.
    """

    document: RunDocument
    worse: dict[str, str]
    lost: dict[str, str]
    unknown: dict[str, str] = {}


def look(settings: RunSettings, known: dict[str, str]) -> Look:
    """Run the board and hold the line. Where no run is there to compare with, measure the base.

    All that runs is over at `settings.over_at`, a moment to come; what was not measured until then
    is unknown.

    `known` is what is known of the base, by the ids of criteria, and is added to. Raises what a
    run and a comparison raise, and `StoppedError` where a signal ends it.
    """
    runs: list[RunDocument] = []

    def keep(document: RunDocument, _settings: RunSettings, _context: Context) -> None:
        runs.append(document)

    # By the base's rules as far as the change decides how, and by its own: neither takes all.
    half = max((settings.over_at - time.monotonic()) // 2, 1)
    timed = msgspec.structs.replace(settings, run_timeout=half)
    try:
        status = perform(timed, keep)
    except BaseError as error:
        if getattr(words_of(error), "key", "") != "usage.base_no_board_run":
            raise
        # The change brings the first board.
        settings = msgspec.structs.replace(settings, base=None)
        status = perform(msgspec.structs.replace(timed, base=None), keep)
    if not runs or runs[0].interrupted:
        raise StoppedError(status)
    (document,) = runs
    worse = _complaints(document, "complaint.worse", "gate.moved")
    lost = _complaints(document, "complaint.unmeasured")
    unknown = {}
    line = document.gate.line
    if line is not None and not line.run:
        unheld = [record for record in document.criteria() if _is_unheld(record)]
        _measure_base(settings, {record.id for record in unheld} - known.keys(), known)
        for record in unheld:
            reason = sentence_of(record, "reason")
            before = known.get(record.id, _UNKNOWN)
            if before == _GOOD:
                reason = joined([reason, worded("hook.held_at_base")], "semicolon")
                (lost if record.verdict.unknown else worse)[record.id] = reason
            elif before == _UNKNOWN:
                unknown[record.id] = reason
    return Look(document=document, worse=worse, lost=lost, unknown=unknown)


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


def _is_unheld(record: CriterionRecord) -> bool:
    """Return whether nothing says what a criterion that is not good was before."""
    return record.verdict.bad and record.baseline is None and record.expect != ATTESTED


def _measure_base(settings: RunSettings, names: set[str], known: dict[str, str]) -> None:
    """Measure the named criteria on the files of the base and by its rules.

    Nothing is known of what there was no time for: the next look tries again.
    """
    if settings.base is None:
        known.update(dict.fromkeys(names, _UNKNOWN))
    if settings.base is None or not names:
        return
    with (
        interruptible(),
        open_changed(settings) as (base, comparison),
        scratch_folder(os.environ, f"{run_name()}-{_WORLD}") as scratch,
    ):
        if comparison.base is None or comparison.states is None:
            known.update(dict.fromkeys(names, _UNKNOWN))
            return
        if time.monotonic() >= settings.over_at:
            return
        copied = Worlds(comparison.base, os.environ, scratch).make(_WORLD)
        lay_over(base.commit, copied.root, comparison.states.changed)
        criteria = {
            name: criterion
            for name, criterion in copied.criteria(names, watched).items()
            if criterion.check is not None
        }
        part = copied.part(criteria, _WORLD, timeout=settings.timeout)
        document = running(settings)(part)
    if document.interrupted:
        raise StoppedError(document.gate.exit_status)
    # What the base does not ask is new, and nothing is worse than before.
    known.update(dict.fromkeys(names - criteria.keys(), _BAD))
    for record in document.criteria():
        if not record.cut_short:
            known[record.id.partition(BETWEEN)[0]] = _standing(record)


def _standing(record: CriterionRecord) -> str:
    if record.verdict.good:
        return _GOOD
    return _UNKNOWN if record.verdict.unknown else _BAD
