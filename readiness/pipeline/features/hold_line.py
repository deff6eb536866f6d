"""`--hold-line`: a gate that decides on whether anything is worse than on the base of a change."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import msgspec

from readiness.decide.line import is_open
from readiness.history.store import History, board_key
from readiness.model.board import Board
from readiness.model.judgement import HeldLine, Judgement
from readiness.model.plan import Plan
from readiness.model.units import JITTERY
from readiness.model.words import Decision, Lack, ReasonCode
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.pipeline.recording import ask_or_warn
from readiness.pipeline.settle import Execution
from readiness.project.change import base_of, had_board
from readiness.project.git import Descent, head_of, is_shallow, nearest, repository
from readiness.record.document import ProbeRecord, RunDocument
from readiness.record.origin import BaseRef, Git

REMEMBERED = 40
"""Number of runs that say what is usual."""


class LineHeld(Feature):
    """A gate that decides on whether anything is worse than it was."""

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Note the history."""
        self._board, self._history = board, history
        return start

    def starting(self, start: Start, plan: Plan, stack: ExitStack) -> Start:
        """Add what has to be held; reports show the run beside a recorded one of that."""
        line, self._past = line_of(self._history, self._board, start.base, start.git)
        if (past := self._past) is not None:
            start = msgspec.structs.replace(
                start, previous=past, earlier_findings=lambda: past.findings
            )
        return msgspec.structs.replace(start, line=line)

    def running(self, execution: Execution) -> Execution:
        """Have a number that is worse than usual measured once more."""
        if (line := execution.start.line) is not None:
            execution.readings.usual = line
        return execution

    def judged(
        self, execution: Execution, judgements: Sequence[Judgement], probes: Sequence[ProbeRecord]
    ) -> Start:
        """Measure on the base what only that can tell."""
        if not any(map(is_open, judgements)):
            return execution.start
        from readiness.pipeline.at_base import AtBase

        base = AtBase(execution.board, self.settings, execution.scratch)
        return base.compared(execution.start, judgements, probes, self._past)


def line_of(
    history: History | None, board: Board, base: BaseRef | None, git: Git | None
) -> tuple[HeldLine, RunDocument | None]:
    """Find the commit that has to be held, and the newest whole run of it that is recorded."""
    if base is not None:
        commit, lack = base.commit, None if base.board else Lack.NO_BOARD
    else:
        commit, lack = _base_of(history, board, git)
    if lack is not None:
        return HeldLine(lack=lack), None
    runs = _runs(history, board) if history else ()
    own = next((run for run in runs if run.git and _is_of(run.git, commit)), None)
    line = HeldLine(commit=commit, usual=_usual(history, board) if history else {})
    if own is None:
        return line, None
    return msgspec.structs.replace(line, run=own.id, score=own.score.shown), own


def _base_of(history: History | None, board: Board, git: Git | None) -> tuple[str, Lack | None]:
    """Find where the work left the default branch; of what is on it, what was good before.

    Without a record of that, it is the commit before.
    """
    folder = os.path.realpath(board.workdir)
    root = repository(folder)
    if not root or git is None:
        return "", Lack.FIRST if root else Lack.NO_GIT
    commit = base_of(folder, git.commit, git.branch, "")
    if commit == git.commit and not git.dirty:
        runs = _runs(history, board) if history else ()
        good = {run.git.commit for run in runs if _was_good(run) and run.git and not run.git.dirty}
        commit = nearest(folder, commit, good - {commit}) or head_of(folder, f"{commit}^")
    if not commit:
        return "", Lack.SHALLOW if is_shallow(folder) else Lack.FIRST
    path = os.path.realpath(board.path)
    own = os.path.relpath(path, os.path.realpath(root))
    had = own.startswith(os.pardir) or had_board(root, commit, os.path.dirname(path), own)
    return (commit, None) if had else ("", Lack.NO_BOARD)


def _was_good(run: RunDocument) -> bool:
    """Return whether a run was good, for release or to be merged, as far as its profile goes."""
    if run.gate.decision is not Decision.PARTIAL:
        return run.gate.decision.good
    blocked = any(task.blocking and record.verdict.bad for task, record in run.pairs())
    return not blocked and (run.score.value or 0.0) >= run.score.target


def _runs(history: History, board: Board) -> Iterator[RunDocument]:
    """Yield the recorded whole runs that went to their end, newest first, as far as one can read.

    Those that stopped before know too little of what passes.
    """
    runs = history.runs(board_key(board.path), board.profile, whole=True)
    while (run := ask_or_warn(history, lambda: next(runs, None))) is not None:
        if all(record.reason_code is not ReasonCode.NOT_RUN for record in run.criteria()):
            yield run


def _is_of(git: Git, commit: str) -> bool:
    return git.commit == commit and not git.dirty


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


FEATURE = LineHeld
