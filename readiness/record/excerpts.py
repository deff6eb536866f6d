"""The part of a recorded run that is asked for often: much less to read than all of a document."""

from collections.abc import Iterable

import msgspec

from readiness.model.words import Verdict
from readiness.record.document import GateRecord, ScoreRecord
from readiness.record.earlier import Carried, Value
from readiness.record.origin import BoardRef, Revision


class PastCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """What later runs ask of a criterion of an earlier one."""

    id: str
    verdict: Verdict
    value: Value
    unit: str
    check: str | None = None
    measure: str | None = None
    carried: Carried | None = None


class PastTask(msgspec.Struct, frozen=True, kw_only=True):
    """The criteria of a task in an earlier run."""

    criteria: list[PastCriterion]


class PastRun(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a run document that the next run, a list and the course of a project look at."""

    id: str
    started_at: str
    duration_s: float
    profile: str
    git: Revision | None
    board: BoardRef
    gate: GateRecord
    score: ScoreRecord
    tasks: list[PastTask]

    def criteria(self) -> Iterable[PastCriterion]:
        """Return the newest measurement of each criterion as of that run, in the board's order."""
        return (self._newest(criterion) for task in self.tasks for criterion in task.criteria)

    def _newest(self, criterion: PastCriterion) -> PastCriterion:
        known = criterion.carried
        if known is None or known.profile != self.profile:
            return criterion
        return msgspec.structs.replace(
            criterion, verdict=known.verdict, value=known.value, unit=known.unit
        )
