"""The parts of recorded runs that are asked for often: much less to read than all of a document."""

from collections.abc import Iterable

import msgspec

from readiness.model.words import Decision, Verdict
from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    GateRecord,
    MilestoneRecord,
    ScoreRecord,
    WholeRun,
)
from readiness.record.earlier import Value
from readiness.record.origin import Git, Revision
from readiness.text.languages import Language


class PastMeasurement(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier run carried of one before it."""

    profile: str
    verdict: Verdict
    value: Value
    unit: str


class PastCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """What later runs ask of a criterion of an earlier one."""

    id: str
    verdict: Verdict
    value: Value
    unit: str
    check: str | None = None
    measure: str | None = None
    carried: PastMeasurement | None = None


class PastTask(msgspec.Struct, frozen=True, kw_only=True):
    """The criteria of a task in an earlier run."""

    criteria: list[PastCriterion]


class PastBoard(msgspec.Struct, frozen=True, kw_only=True):
    """Which board an earlier run was of, and how it speaks."""

    digest: str
    language: Language = Language.EN


class PastGate(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier run decided."""

    decision: Decision


class PastScore(msgspec.Struct, frozen=True, kw_only=True):
    """The score of an earlier run."""

    value: float | None
    shown: str


class PastRun(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a run document that the next run, a list and the course of a project look at."""

    id: str
    started_at: str
    duration_s: float
    profile: str
    git: Revision | None
    board: PastBoard
    gate: PastGate
    score: PastScore
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


class KnownTask(msgspec.Struct, frozen=True, kw_only=True):
    """The criteria of a task in a run that later ones carry on or compare themselves with."""

    criteria: list[CriterionRecord]


class KnownRun(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a run document that a later run carries on or compares itself with."""

    id: str
    started_at: str
    profile: str
    partial: bool
    interrupted: bool
    git: Git | None
    score: ScoreRecord
    gate: GateRecord
    tasks: list[KnownTask]
    milestones: list[MilestoneRecord]
    whole_run: WholeRun | None = None


class PastFindings(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of an earlier run."""

    findings: list[FindingRecord] = []
