"""What happened in a period, or on the way to a milestone: the facts of a report to a team."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from readiness.model.words import Verdict
from readiness.record.document import MilestoneRecord, RunDocument, TaskRecord
from readiness.record.localised import localised
from readiness.text.languages import Language
from readiness.timeline.difference import Difference, RunSummary, difference, summary_of
from readiness.timeline.trend import SCORE, trend


class ReportKind(StrEnum):
    """Which report it is: of a day, of a week, of another time, or on a milestone."""

    DAILY = "daily"
    WEEKLY = "weekly"
    PERIOD = "period"
    MILESTONE = "milestone"


class AlarmKind(StrEnum):
    """What is new and bad."""

    REGRESSION = "regression"
    OVERDUE = "overdue"
    LOOSENED = "loosened"


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must be read first. `subject` is an id, `text` what happened to it."""

    kind: AlarmKind
    subject: str
    title: str
    text: str


class OpenItem(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion that is still to be met; `gain` is what the score wins by it."""

    id: str
    title: str
    task: str
    priority: str
    blocking: bool
    verdict: Verdict
    shown: str
    expect: str
    reason: str
    hint: str | None
    gain: float


class OpenTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task that is not done: so many of its criteria in scope are good, and what it risks."""

    id: str
    title: str
    priority: str
    owner: str
    estimate: str
    good: int
    in_scope: int
    risk: str


class TaskNote(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody noted on a task in this time."""

    task: str
    title: str
    day: str
    text: str


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step that is next: `after` names the tasks it waits for."""

    id: str
    title: str
    priority: str
    blocking: bool
    gain: float
    after: list[str]
    hint: str


class OwnerPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is next for one person, in the order of `readiness next`; "" for nobody's."""

    owner: str
    steps: list[PlannedStep]


class TeamReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report to a team. `difference` is null where there is no earlier run to compare with.

    `done` are the tasks that became done since then. `pace` is the score's change a day,
    `expected_on` the day on which the target is reached at that pace; null where that is unknown.
    """

    kind: ReportKind
    title: str
    language: Language
    since: str
    runs: int
    alarms: list[Alarm]
    now: RunSummary
    target: float
    difference: Difference | None
    milestones: list[MilestoneRecord]
    open: list[OpenItem]
    tasks: list[OpenTask]
    done: list[OpenTask] = []
    notes: list[TaskNote] = []
    plan: list[OwnerPlan] = []
    pace: float | None = None
    expected_on: str | None = None


def over_a_period(
    runs: Sequence[RunDocument],
    before: RunDocument | None,
    since: str,
    kind: ReportKind,
    language: Language | None = None,
) -> TeamReport:
    """Report on a period: its runs, the oldest first and at least one, and the last before it.

    It is in English but for the board's own words, or in the reader's `language`.
    """
    base = before if before is not None else runs[0] if len(runs) > 1 else None
    now, base = _in_language(runs[-1], language), base and _in_language(base, language)
    course = trend(SCORE, [*([] if base is None else [base]), *runs])
    made = _report(now, base, since, kind, len(runs), now.milestones, now.tasks)
    return msgspec.structs.replace(made, pace=course.pace, expected_on=course.expected_on)


def on_a_milestone(
    now: RunDocument,
    before: RunDocument | None,
    milestone: MilestoneRecord,
    language: Language | None = None,
) -> TeamReport:
    """Report on one milestone: what it asks for, and what is still missing."""
    now, before = _in_language(now, language), before and _in_language(before, language)
    asked = [
        task
        for task in now.tasks
        if milestone.priority is None or task.priority is milestone.priority
    ]
    since = "" if before is None else before.started_at
    return _report(now, before, since, ReportKind.MILESTONE, 1, [milestone], asked)


def _in_language(run: RunDocument, language: Language | None) -> RunDocument:
    return run if language is None else localised(run, language)


def _report(
    now: RunDocument,
    before: RunDocument | None,
    since: str,
    kind: ReportKind,
    runs: int,
    milestones: list[MilestoneRecord],
    tasks: Sequence[TaskRecord],
) -> TeamReport:
    compared = None if before is None else difference(before, now)
    return TeamReport(
        kind=kind,
        title=now.board.title,
        language=now.board.language,
        since=since,
        runs=runs,
        alarms=list(_alarms(now, compared)),
        now=summary_of(now),
        target=now.score.target,
        difference=compared,
        milestones=milestones,
        open=_open(tasks),
        tasks=[_open_task(task) for task in tasks if not task.done and task.in_scope()],
        done=list(_done(before, tasks)),
        notes=[
            TaskNote(task=task.id, title=task.title, day=day, text=note)
            for task in tasks
            for day, note in sorted(task.notes.items())
            if since and day >= since[:10]
        ],
    )


def _done(before: RunDocument | None, tasks: Sequence[TaskRecord]) -> Iterator[OpenTask]:
    """Return the tasks that are done, and were not before."""
    earlier = {} if before is None else {task.id: task.done for task in before.tasks}
    return (_open_task(task) for task in tasks if task.done and earlier.get(task.id) is False)


def _alarms(now: RunDocument, compared: Difference | None) -> Iterator[Alarm]:
    if compared is not None:
        for item in compared.criteria:
            held = item.before is not None and item.before.good
            if item.blocking and held and item.after is not None and item.after.bad:
                yield Alarm(
                    kind=AlarmKind.REGRESSION, subject=item.id, title=item.title, text=item.reason
                )
    for milestone in now.milestones:
        if milestone.overdue:
            yield Alarm(
                kind=AlarmKind.OVERDUE,
                subject=milestone.id,
                title=milestone.title,
                text=milestone.due,
            )
    for loosening in now.loosened:
        yield Alarm(
            kind=AlarmKind.LOOSENED,
            subject=loosening.subject,
            title=loosening.what,
            text=f"{loosening.before} → {loosening.after}",
        )


def _open(tasks: Sequence[TaskRecord]) -> list[OpenItem]:
    """List what is open, blockers first, then what gains most; within that the board's order."""
    items = [
        OpenItem(
            id=record.id,
            title=record.title,
            task=task.id,
            priority=task.priority.value,
            blocking=task.blocking and record.verdict is not Verdict.WAIVED,
            verdict=record.verdict,
            shown=record.shown,
            expect=record.expect,
            reason=record.reason,
            hint=record.hint,
            gain=round(record.points_possible - record.points, 4),
        )
        for task in tasks
        for record in task.criteria
        if record.verdict.open
    ]
    return sorted(items, key=lambda item: (not item.blocking, -item.gain))


def _open_task(task: TaskRecord) -> OpenTask:
    return OpenTask(
        id=task.id,
        title=task.title,
        priority=task.priority.value,
        owner=task.owner,
        estimate=task.estimate,
        good=task.good(),
        in_scope=len(task.in_scope()),
        risk=task.risk,
    )
