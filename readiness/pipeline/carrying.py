"""What a run carries of earlier ones: the newest measurement of what it did not measure itself."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeAlias

import msgspec

from readiness.decide.judge import as_of
from readiness.history.store import History, board_key
from readiness.model.board import Board, Criterion
from readiness.model.words import Verdict
from readiness.pipeline.past import judgement_of
from readiness.pipeline.recording import ask_or_warn
from readiness.record.criteria import with_criteria
from readiness.record.document import CriterionRecord, RunDocument, WholeRun
from readiness.record.earlier import Carried, LastKnown
from readiness.record.newest import carried_from, newest, rests_on, tried
from readiness.record.wording import wordings_of

_Known: TypeAlias = tuple[CriterionRecord, Carried]
"""The newest measurement of a criterion: its record, and what is carried of that."""


def carry(run: RunDocument, board: Board, history: History, today: date) -> RunDocument:
    """Return the run with what earlier ones know of each criterion that it did not measure.

    One that it did not try has the newest measurement in its profile, or else in another one to
    which it belongs; one that it tried in vain has its last value. What the board asks otherwise
    by now is not carried.
    """
    known, whole_run = _own(run, board, history)
    known |= _others(run, board, history, known)
    criteria = {criterion.id: criterion for criterion in board.criteria()}

    def with_known(record: CriterionRecord) -> CriterionRecord:
        if record.id not in known:
            return record
        return _with(record, known[record.id], criteria[record.id], run.profile, today)

    return msgspec.structs.replace(with_criteria(run, with_known), whole_run=whole_run)


# --- what is known --------------------------------------------------------------------------------


def _own(
    run: RunDocument, board: Board, history: History
) -> tuple[dict[str, _Known], WholeRun | None]:
    """Return what is known in the run's own profile, and the newest whole run if it is not whole.

    A run carries what was known before it, so that looking back ends with the first whole one, or
    with one that names it.
    """
    known: dict[str, _Known] = {}
    for earlier in _runs(history, board, run.profile):
        for record, carried in _measurements(earlier):
            known.setdefault(record.id, (record, carried))
        whole = rests_on(earlier)
        if whole is not None:
            return known, None if run.whole else whole
    return known, None


def _others(
    run: RunDocument, board: Board, history: History, known: Mapping[str, _Known]
) -> dict[str, _Known]:
    """Return the newest that other profiles know of the criteria that are not of this one."""
    outside = {
        criterion.id: criterion
        for criterion in board.criteria()
        if criterion.profiles and run.profile not in criterion.profiles
    }
    outside = {name: criterion for name, criterion in outside.items() if name not in known}
    profiles = (profile for criterion in outside.values() for profile in criterion.profiles)
    others: dict[str, _Known] = {}
    for profile in dict.fromkeys(profiles):
        earlier = next(_runs(history, board, profile), None)
        for record, carried in [] if earlier is None else _measurements(earlier):
            name = record.id
            if name in outside and (name not in others or others[name][1].at < carried.at):
                others[name] = record, carried
    return others


def _runs(history: History, board: Board, profile: str) -> Iterator[RunDocument]:
    runs = history.runs(board_key(board.path), profile, interrupted=True)
    while (earlier := ask_or_warn(history, lambda: next(runs, None))) is not None:
        yield earlier


def _measurements(run: RunDocument) -> Iterator[_Known]:
    """Yield what a run measured, and what it carried in its own profile."""
    for record in run.criteria():
        carried = record.carried
        if tried(record):
            yield record, carried_from(record, run)
        elif carried is not None and carried.profile == run.profile:
            yield newest(record, run.profile), carried


# --- what is carried ------------------------------------------------------------------------------


def _with(
    record: CriterionRecord, known: _Known, criterion: Criterion, profile: str, today: date
) -> CriterionRecord:
    """Return the record with what is known of it, unless it was measured, or is another by now.

    It is worth what it was then, in its own profile, as long as its verdict stands.
    """
    there, carried = known
    if (there.check, there.measure, there.expect) != (record.check, record.measure, record.expect):
        return record
    if not tried(record):
        now = as_of(judgement_of(criterion, there), today)
        is_own = carried.profile == profile
        carried = msgspec.structs.replace(
            carried,
            verdict=now.verdict,
            reason=str(now.reason),
            reason_code=now.code,
            points=there.points if is_own and now.verdict is there.verdict else 0.0,
            points_possible=there.points_possible if is_own else 0.0,
            wordings=there.wordings | wordings_of({"reason": now.reason}, str),
        )
        return msgspec.structs.replace(record, carried=carried, last_known=there.last_known)
    if record.verdict is not Verdict.ERROR:
        return record
    last = there.last_known
    if there.value is not None:
        last = LastKnown(
            run=carried.run,
            at=carried.at,
            verdict=there.verdict,
            value=there.value,
            shown=there.shown,
            wordings={
                name: sentence for name, sentence in there.wordings.items() if name == "shown"
            },
        )
    return msgspec.structs.replace(record, last_known=last)
