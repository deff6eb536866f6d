"""What happened in a period, or on the way to a milestone: the facts of a report to a team."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec

from readiness.advice.steps import NextStep
from readiness.record.document import (
    CriterionRecord,
    Loosening,
    MilestoneRecord,
    RunDocument,
    TaskRecord,
)
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


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion that a run of the period found good, or no longer good, and on which day."""

    day: str
    task: TaskRecord
    criterion: CriterionRecord


class TeamReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report to a team. `difference` is None where there is no earlier run to compare with.

    It is on one `milestone`, or on the `runs` since then, with the `course` of the score and what
    `moved` in them. `plan` is what is next for each owner, as by `readiness next`.
    """

    kind: ReportKind
    now: RunDocument
    before: RunDocument | None
    difference: Difference | None
    since: str
    until: str = ""
    runs: int = 1
    milestone: MilestoneRecord | None = None
    moved: Sequence[Step] = ()
    course: Trend | None = None
    plan: Mapping[str, list[NextStep]] = {}

    def tasks(self) -> list[TaskRecord]:
        """Return the tasks that the report is about: all, or those that the milestone asks for."""
        priority = None if self.milestone is None else self.milestone.priority
        return [task for task in self.now.tasks if priority in (None, task.priority)]

    def is_about(self, subject: str) -> bool:
        """Return whether a criterion or a task is one that the report is about."""
        return self.milestone is None or any(
            subject in (task.id, *(one.id for one in task.criteria)) for task in self.tasks()
        )

    def at_risk(self) -> list[MilestoneRecord]:
        """Return the milestones that are not met, are not late yet, and will be at this pace."""
        course = self.course
        if course is None or course.reached:
            return []
        expected = course.expected_on or "9999"
        asked = [one for one in self.now.milestones if one.score is not None and one.due]
        return [one for one in asked if one.met is False and not one.overdue and one.due < expected]

    def done(self) -> list[TaskRecord]:
        """Return the tasks that are done, and were not before."""
        earlier = {} if self.before is None else {task.id: task.done for task in self.before.tasks}
        return [task for task in self.tasks() if task.done and earlier.get(task.id) is False]

    def regressions(self) -> list[CriterionChange]:
        """Return the blocking criteria that held before, and do not any more."""
        changes = [] if self.difference is None else self.difference.criteria
        asked = [item for item in changes if item.blocking and self.is_about(item.id)]
        held = [item for item in asked if item.before and item.before.good]
        return [item for item in held if item.after is not None and item.after.bad]

    def overdue(self) -> list[MilestoneRecord]:
        """Return the milestones that are late."""
        asked = self.now.milestones if self.milestone is None else [self.milestone]
        return [milestone for milestone in asked if milestone.overdue]

    def loosened(self) -> list[Loosening]:
        """Return what was loosened of what the report is about."""
        return [item for item in self.now.loosened if self.is_about(item.subject)]

    def is_exception(self) -> bool:
        """Return whether anything is new and bad."""
        return bool(self.regressions() or self.overdue() or self.loosened())


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
    course = trend(SCORE, [*([] if before is None else [before]), *runs])
    steps = _moved(([] if before is None else [before]) + [*runs])
    moved = {(step.day, step.criterion.id): step for step in steps}  # the last one of a day
    return msgspec.structs.replace(made, runs=len(runs), course=course, moved=list(moved.values()))


def _moved(runs: Sequence[RunDocument]) -> Iterator[Step]:
    """Yield what each run found to be good, or no longer, beside the run before it."""
    for earlier, run in pairwise(runs):
        was = {record.id: record.verdict for record in earlier.criteria()}
        for task, record in run.pairs():
            then = was.get(record.id)
            if then is not None and then.good != record.verdict.good and record.verdict.in_scope:
                yield Step(day=run.started_at[:10], task=task, criterion=record)


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
