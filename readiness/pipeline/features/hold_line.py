"""The earlier run that a run which holds the line is compared with."""

from collections import defaultdict
from collections.abc import Container, Iterator

import msgspec

from readiness.history.store import History, board_key
from readiness.model.board import Board
from readiness.model.judgement import Earlier, HeldLine
from readiness.model.words import Decision, ReasonCode
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.pipeline.recording import ask_or_warn
from readiness.pipeline.settle import Execution
from readiness.project.git import Descent, nearest
from readiness.record.comparison import JITTERY
from readiness.record.document import CriterionRecord, RunDocument, from_json
from readiness.record.origin import BaseRef
from readiness.record.values import exact
from readiness.record.wording import sentence_of

REMEMBERED = 40
"""Number of runs that say what is usual."""


class LineHeld(Feature):
    """A gate that decides on whether anything is worse than it was."""

    def running(self, execution: Execution) -> Execution:
        """Have a number that is worse than usual measured once more."""
        if (line := execution.start.line) is not None:
            execution.readings.usual = line
        return execution

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Add what has to be held."""
        return msgspec.structs.replace(start, line=line_of(history, board, start.base))


def line_of(
    history: History | None, board: Board, base: BaseRef | None, *, but: Container[str] = ()
) -> HeldLine:
    """Find the run whose results have to be held; without one, only the board's baselines are.

    It is the newest whole run of the base's commit or of its nearest ancestor that has one; without
    a base, or such a run, the newest whole run that was ready or held, of HEAD or its ancestors.
    Runs in `but` are left out, and those that stopped before their end: they know too little of
    what passes.
    """
    if history is None:
        return HeldLine()
    run = ask_or_warn(history, lambda: _compared(history, board, base, but))
    if run is None:
        return HeldLine()
    return HeldLine(
        run=run.id,
        commit=run.git.commit if run.git else "",
        score=run.score.shown,
        criteria={record.id: _earlier(record) for record in run.criteria()},
        usual=_usual(history, board),
    )


def _usual(history: History, board: Board) -> dict[str, tuple[float, float]]:
    """Predict numbers that are never the same, from HEAD's newest runs since they last changed."""
    noisy = {
        (one.id, one.check.name if one.check else "", one.measure.name, one.measure.unit)
        for one in board.criteria()
        if one.measure is not None and one.measure.unit in JITTERY
    }
    if not noisy:
        return {}
    from readiness.statistics.sequences import prediction, stretches

    past = Descent(board.workdir)
    runs = history.runs(board_key(board.path), board.profile, limit=REMEMBERED)
    numbers: defaultdict[str, list[float]] = defaultdict(list)
    for run in reversed(ask_or_warn(history, lambda: list(runs)) or []):
        for record in run.criteria() if past.includes(run.git) else ():
            asked = (record.id, record.check or "", record.measure or "", record.unit)
            if asked in noisy and record.number is not None:
                numbers[record.id].append(float(record.number))
    usual = {name: prediction(seen[stretches(seen)[-1].start :]) for name, seen in numbers.items()}
    return {name: bounds for name, bounds in usual.items() if bounds is not None}


def _compared(
    history: History, board: Board, base: BaseRef | None, but: Container[str]
) -> RunDocument | None:
    def runs() -> Iterator[RunDocument]:
        whole = history.runs(board_key(board.path), board.profile, whole=True)
        return (run for run in whole if run.id not in but and _went_to_its_end(run))

    if base is not None and (name := _of_commit(runs(), board, base.commit)):
        return from_json(history.stored(name) or b"", history.path)
    past = Descent(board.workdir)
    return next((run for run in runs() if _is_good(run) and past.includes(run.git)), None)


def _of_commit(runs: Iterator[RunDocument], board: Board, commit: str) -> str:
    """Find the newest run of the commit or its nearest ancestor; dirty trees are of neither."""
    newest: dict[str, str] = {}
    for run in runs:
        if run.git is not None and not run.git.dirty:
            newest.setdefault(run.git.commit, run.id)
            if run.git.commit == commit:
                break
    return newest.get(nearest(board.workdir, commit, newest), "") if newest else ""


def _went_to_its_end(run: RunDocument) -> bool:
    return all(record.reason_code is not ReasonCode.NOT_RUN for record in run.criteria())


def _is_good(run: RunDocument) -> bool:
    """Return whether a run was ready or held the line."""
    return run.gate.decision in (Decision.READY, Decision.HELD)


def _earlier(record: CriterionRecord) -> Earlier:
    return Earlier(
        verdict=record.verdict,
        value=exact(record.value),
        unit=record.unit,
        expect=record.expect,
        reason=sentence_of(record, "reason"),
        check=record.check or "",
        measure=record.measure or "",
    )


FEATURE = LineHeld
