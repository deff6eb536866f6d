"""What a run carries of earlier ones: the newest measurement of what it did not measure itself."""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from readiness.decide.judge import as_of
from readiness.decide.score import explain, score
from readiness.history.store import History, board_key
from readiness.model.board import Board, Criterion
from readiness.model.judgement import Judgement
from readiness.model.words import Verdict
from readiness.pipeline.past import judgement_of, told
from readiness.record.criteria import Points, points_of
from readiness.record.document import CriterionRecord, RunDocument, WholeRun
from readiness.record.earlier import Carried, LastKnown
from readiness.record.excerpts import KnownRun
from readiness.record.newest import newest, rests_on, tried
from readiness.record.wording import wordings_of


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """The newest measurement of a criterion, and the run that took it."""

    record: CriterionRecord
    run: str
    at: str
    profile: str
    commit: str
    dirty: bool


def carry(run: RunDocument, board: Board, history: History, today: date) -> RunDocument:
    """Return the run with what earlier ones know of each criterion that it did not measure.

    One that it did not try has the newest measurement in its profile, or else in another one to
    which it belongs; one that it tried in vain has its last value. What the board asks otherwise
    by now is not carried.
    """
    known, whole_run = _own(run, board, history)
    known |= _others(run, board, history, known)
    records = {
        record.id: _with(record, known[record.id], criterion, today)
        if record.id in known
        else record
        for criterion, record in zip(board.criteria(), run.criteria(), strict=True)
    }
    points = {} if run.whole else _points(run, board, records)
    tasks = [
        msgspec.structs.replace(
            task, criteria=[_worth(records[one.id], points) for one in task.criteria]
        )
        for task in run.tasks
    ]
    return msgspec.structs.replace(run, tasks=tasks, whole_run=whole_run)


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
        for name, found in _found(earlier):
            known.setdefault(name, found)
        stands = rests_on(earlier)
        if stands is not None:
            return known, None if run.whole else stands
    return known, None


def _others(
    run: RunDocument, board: Board, history: History, known: Mapping[str, _Known]
) -> dict[str, _Known]:
    """Return the newest that other profiles know of the criteria that are not of this one."""
    outside = {
        one.id: one
        for one in board.criteria()
        if one.profiles and run.profile not in one.profiles and one.id not in known
    }
    found: dict[str, _Known] = {}
    for profile in dict.fromkeys(name for one in outside.values() for name in one.profiles):
        earlier = next(_runs(history, board, profile), None)
        for name, other in [] if earlier is None else _found(earlier):
            if name in outside and (name not in found or found[name].at < other.at):
                found[name] = other
    return found


def _runs(history: History, board: Board, profile: str) -> Iterator[KnownRun]:
    runs = history.known(board_key(board.path), profile)
    while (earlier := told(history, lambda: next(runs, None))) is not None:
        yield earlier


def _found(run: KnownRun) -> Iterator[tuple[str, _Known]]:
    """Yield what a run measured, and what it carried in its own profile."""
    git = run.git
    for task in run.tasks:
        for record in task.criteria:
            carried = record.carried
            if tried(record):
                yield (
                    record.id,
                    _Known(
                        record=record,
                        run=run.id,
                        at=run.started_at,
                        profile=run.profile,
                        commit=git.commit if git else "",
                        dirty=git is not None and git.dirty,
                    ),
                )
            elif carried is not None and carried.profile == run.profile:
                yield (
                    record.id,
                    _Known(
                        record=newest(record, run.profile),
                        run=carried.run,
                        at=carried.at,
                        profile=carried.profile,
                        commit=carried.commit,
                        dirty=carried.dirty,
                    ),
                )


# --- what is carried ------------------------------------------------------------------------------


def _with(
    record: CriterionRecord, known: _Known, criterion: Criterion, today: date
) -> CriterionRecord:
    """Return the record with what is known of it, unless it was measured, or is another by now."""
    there = known.record
    if (there.check, there.measure, there.expect) != (record.check, record.measure, record.expect):
        return record
    if not tried(record):
        return msgspec.structs.replace(
            record, carried=_carried(known, criterion, today), last_known=there.last_known
        )
    if record.verdict is not Verdict.ERROR:
        return record
    last = there.last_known
    if there.value is not None:
        last = LastKnown(
            run=known.run,
            at=known.at,
            verdict=there.verdict,
            value=there.value,
            shown=there.shown,
            wordings={name: each for name, each in there.wordings.items() if name == "shown"},
        )
    return msgspec.structs.replace(record, last_known=last)


def _carried(known: _Known, criterion: Criterion, today: date) -> Carried:
    there = known.record
    now = as_of(judgement_of(criterion, there), today)
    return Carried(
        run=known.run,
        at=known.at,
        profile=known.profile,
        commit=known.commit,
        dirty=known.dirty,
        verdict=now.verdict,
        value=there.value,
        shown=there.shown,
        unit=there.unit,
        of=there.of,
        progress=there.progress,
        reason=str(now.reason),
        reason_code=now.code,
        hint=there.hint,
        flaky=there.flaky,
        wordings=there.wordings | wordings_of({"reason": now.reason}, str),
    )


def _points(
    run: RunDocument, board: Board, records: Mapping[str, CriterionRecord]
) -> dict[str, Points]:
    """Compute what each criterion of the profile earns of the whole board, as measured last."""
    total = score(board, list(_judgements(run, board, records)))
    return points_of(total.lines, explain(total).points)


def _judgements(
    run: RunDocument, board: Board, records: Mapping[str, CriterionRecord]
) -> Iterator[Judgement]:
    for criterion in board.criteria():
        record = newest(records[criterion.id], run.profile)
        outside = bool(criterion.profiles) and run.profile not in criterion.profiles
        if record.verdict.in_scope or outside:
            yield judgement_of(criterion, record)


def _worth(record: CriterionRecord, points: Mapping[str, Points]) -> CriterionRecord:
    """Return the record with the points of what it carries, or of what it measured itself."""
    worth = points.get(record.id)
    if worth is None:
        return record
    earned, possible = worth.printed, round(worth.possible, 6)
    if record.carried is None:
        if not record.verdict.in_scope:
            return record
        return msgspec.structs.replace(record, points=earned, points_possible=possible)
    carried = msgspec.structs.replace(record.carried, points=earned, points_possible=possible)
    return msgspec.structs.replace(record, carried=carried)
