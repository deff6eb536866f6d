"""`--until-decided`: what can decide soonest runs first, and nothing once the decision is certain.

With a base whose rules are measured too, or a line to hold, that is known only when all has run.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from msgspec.structs import replace

from readiness.decide.bounds import is_certain
from readiness.decide.gate import gate
from readiness.decide.score import score
from readiness.model.board import Board, Criterion
from readiness.model.capture import Capture
from readiness.model.judgement import Judgement
from readiness.model.plan import Plan, Planned
from readiness.model.words import Decision, ReasonCode
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.pipeline.settle import Execution, Readings
from readiness.run.interface import Settled
from readiness.text.worded import worded

LOOKS: Final = 50
"""A board is looked at again once so small a part of what is pending is judged."""

Decided: TypeAlias = tuple[Decision, int]


class EarlyDecision(Feature):
    """A run that ends as soon as its decision is certain."""

    turn = 1  # only what the other features leave to run can change the decision

    def planned(self, plan: Plan, start: Start, board: Board) -> Plan:
        """Put first what blocks, of that what failed before, and the quickest of each."""
        past = start.previous.criteria() if start.previous is not None else ()
        failed = {criterion.id for criterion in past if criterion.verdict.bad}
        blocking = {
            criterion.id
            for task, criterion in board.pairs()
            if board.priorities[task.priority].blocking
        }

        def rank(planned: Planned) -> tuple[bool, bool, float]:
            name = planned.criterion.id
            seconds = sum(plan.probes[index].cost for index in plan.with_producers(planned.probes))
            return name not in blocking, name not in failed, seconds

        asked = sorted((one for one in plan.planned if one.probes), key=rank)
        wanted = plan.with_producers(index for one in asked for index in one.probes)
        return replace(plan, order=tuple(dict.fromkeys([*wanted, *plan.order])))

    def running(self, execution: Execution) -> Execution:
        """Stop the run where an attempt makes the decision certain; run nothing if it is that."""
        course = Course(execution.board, execution.left, execution.start, execution.readings)
        left, settle = execution.left, execution.settle
        if course.is_certain():
            for index in left.order:
                settle(_never(index, execution.start))
            return replace(execution, left=replace(left, order=()))

        def settled(capture: Capture) -> Settled:
            answer = settle(capture)
            if not course.goes_on(capture.probe) or not course.is_certain():
                return answer
            return replace(answer, stop=worded("reason.decided"), at_once=True)

        return replace(execution, settle=settled, may_stop=True)


def _never(index: int, start: Start) -> Capture:
    return Capture(
        probe=index,
        failure=ReasonCode.NOT_RUN,
        failure_text=worded("reason.decided"),
        started_at=start.at,
    )


def decision(
    board: Board, judgements: Sequence[Judgement], *, partial: bool, release: bool = False
) -> Decided:
    """Return what a run comes to: its decision, and the exit status of that."""
    total = score(board, judgements)
    decided = gate(board, total, judgements, partial=partial, release=release)
    return decided.decision, decided.exit_status


class Course:
    """How far a run has come towards a decision that nothing left can change."""

    def __init__(self, board: Board, plan: Plan, start: Start, readings: Readings) -> None:
        self._board = board
        self._plan = plan
        self._start = start
        self._readings = readings
        self._pending: dict[str, Criterion] = {}
        self._judged: dict[str, Judgement] = {}
        self._news = 0
        for planned in plan.planned:
            self._look(planned)

    def goes_on(self, probe: int) -> bool:
        """Judge the criteria whose probes are over by now; return whether to look where it is.

        On a large board that takes so long that it is done only now and then.
        """
        self._news += sum(map(self._look, self._readings.readers(probe)))
        if self._news <= len(self._pending) // LOOKS:
            return False
        self._news = 0
        return True

    def is_certain(self) -> bool:
        """Return whether no outcome of what is left can change the decision."""
        if self._start.refused():
            return True
        line = self._start.line
        if self._start.seen is not None or (line is not None and line.commit):
            return False  # only what has run can be compared with the base
        judged, pending = list(self._judged.values()), list(self._pending.values())
        return bool(pending) and is_certain(self._decision, judged, pending, self._start.day())

    def _decision(self, judgements: Sequence[Judgement]) -> Decided:
        release = self._start.release
        return decision(self._board, judgements, partial=self._plan.partial, release=release)

    def _look(self, planned: Planned) -> bool:
        """Judge a criterion once all its probes are over; return whether that is news."""
        name = planned.criterion.id
        if name in self._judged:
            return False
        if not all(map(self._readings.is_over, planned.probes)):
            self._pending[name] = planned.criterion
            return False
        self._judged[name] = self._readings.judge(planned)
        self._pending.pop(name, None)
        return True


FEATURE = EarlyDecision
