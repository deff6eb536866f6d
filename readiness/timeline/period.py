"""What happened in a period, or on the way to a milestone: the facts of a report to a team."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from readiness.advice.steps import NextStep
from readiness.record.document import MilestoneRecord, RunDocument, TaskRecord
from readiness.record.localised import localised
from readiness.text.languages import Language
from readiness.timeline.difference import CriterionChange, Difference, difference
from readiness.timeline.trend import SCORE, Trend, trend


class ReportKind(StrEnum):
    """Which report it is: of a day, of a week, of another time, or on a milestone."""

    DAILY = "daily"
    WEEKLY = "weekly"
    PERIOD = "period"
    MILESTONE = "milestone"


class TeamReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report to a team. `difference` is None where there is no earlier run to compare with.

    It is on one `milestone`, or on the `runs` since then, with the `course` of the score. `plan` is
    what is next for each owner, in the order of `readiness next`; "" for nobody's.
    """

    kind: ReportKind
    now: RunDocument
    before: RunDocument | None
    difference: Difference | None
    since: str
    runs: int = 1
    milestone: MilestoneRecord | None = None
    course: Trend | None = None
    plan: Mapping[str, list[NextStep]] = {}

    def tasks(self) -> list[TaskRecord]:
        """Return the tasks that the report is about: all, or those that the milestone asks for."""
        priority = None if self.milestone is None else self.milestone.priority
        return [task for task in self.now.tasks if priority in (None, task.priority)]

    def done(self) -> list[TaskRecord]:
        """Return the tasks that are done, and were not before."""
        earlier = {} if self.before is None else {task.id: task.done for task in self.before.tasks}
        return [task for task in self.tasks() if task.done and earlier.get(task.id) is False]

    def regressions(self) -> list[CriterionChange]:
        """Return the blocking criteria that held before, and do not any more."""
        changes = [] if self.difference is None else self.difference.criteria
        held = [item for item in changes if item.blocking and item.before and item.before.good]
        return [item for item in held if item.after is not None and item.after.bad]

    def overdue(self) -> list[MilestoneRecord]:
        """Return the milestones that are late."""
        return [milestone for milestone in self.now.milestones if milestone.overdue]

    def is_exception(self) -> bool:
        """Return whether anything is new and bad."""
        return bool(self.regressions() or self.overdue() or self.now.loosened)


def over_a_period(
    runs: Sequence[RunDocument],
    before: RunDocument | None,
    since: str,
    kind: ReportKind,
    language: Language | None = None,
) -> TeamReport:
    """Report on a period: its runs, the oldest first and at least one, and the last before it.

    It is in the board's language, or in the reader's `language`.
    """
    base = before if before is not None else runs[0] if len(runs) > 1 else None
    made = _compared(kind, runs[-1], base, since, language)
    course = trend(SCORE, [*([] if base is None else [base]), *runs])
    return msgspec.structs.replace(made, runs=len(runs), course=course)


def on_a_milestone(
    now: RunDocument,
    before: RunDocument | None,
    milestone: MilestoneRecord,
    language: Language | None = None,
) -> TeamReport:
    """Report on one milestone: what it asks for, and what is still missing."""
    since = "" if before is None else before.started_at
    made = _compared(ReportKind.MILESTONE, now, before, since, language)
    return msgspec.structs.replace(made, milestone=milestone)


def _compared(
    kind: ReportKind,
    now: RunDocument,
    before: RunDocument | None,
    since: str,
    language: Language | None,
) -> TeamReport:
    if language is not None:
        now, before = localised(now, language), before and localised(before, language)
    compared = None if before is None else difference(before, now)
    return TeamReport(kind=kind, now=now, before=before, difference=compared, since=since)
