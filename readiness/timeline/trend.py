"""One number over the runs: where it comes from, and when it arrives at this pace."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import msgspec

from readiness.model.errors import UsageError
from readiness.model.expect import format_value, parse
from readiness.model.words import Verdict
from readiness.record.comparison import comparable
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.pace import arrival, number_to_reach, pace
from readiness.record.scores import goal_text
from readiness.statistics.sequences import stretches
from readiness.text.worded import worded

SCORE = "score"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The number in one run, and how it is written; `at` is when that started."""

    run: str
    at: str
    value: float
    shown: str
    verdict: Verdict | None
    commit: str = ""


class ChangePoint(msgspec.Struct, frozen=True, kw_only=True):
    """The first run that measured another number than before, and the medians on both sides."""

    run: str
    commit: str
    at: str
    before: str
    after: str


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A number over the runs, the oldest first.

    `pace` is its change a day, by least squares; null where they are less than an hour apart.
    `reached` says that the goal is met now, `expected_on` the day on which it is at this pace; null
    for never. `left_out` counts runs in which it was not measured, or measured in another way.
    `changes` are where it changed, beyond chance. All runs are of one `branch`; `others` has how
    many there are of each other one.
    """

    id: str
    title: str
    unit: str
    goal: str
    target: float | None
    points: list[Point]
    pace: float | None
    reached: bool
    expected_on: str | None
    left_out: int
    changes: list[ChangePoint] = []
    branch: str = ""
    others: dict[str, int] = {}


class Subject(NamedTuple):
    """What is followed, the number to reach, and whether it is reached."""

    id: str
    title: str
    unit: str
    goal: str
    target: float | None
    reached: bool


def trend(
    subject: str, runs: Sequence[RunDocument], branch: str | None = None, default: str = ""
) -> Trend:
    """Follow `subject`, a criterion, a task or `score`, over the runs of a branch, oldest first.

    Without a `branch` it is the `default` one, or the newest run's if that has none. A task is
    followed by the share of it that is earned. Raises `UsageError` where no run is of the branch,
    where the newest one knows no such subject, or nothing of it is a number.
    """
    branches = [run.git.branch if run.git else "" for run in runs]
    if not runs:
        raise UsageError(worded("usage.no_run_yet"))
    if branch is not None and branch not in branches:
        raise UsageError(worded("usage.no_run_of_branch", name=branch))
    if branch is None:
        branch = default if default in branches else branches[-1]
    own = [run for run, its in zip(runs, branches, strict=True) if its == branch]
    others = Counter(its for its in branches if its != branch)
    return msgspec.structs.replace(_of_subject(subject, own), branch=branch, others=dict(others))


def _of_subject(subject: str, runs: Sequence[RunDocument]) -> Trend:
    if subject == SCORE:
        return _of_score(runs)
    newest = runs[-1]
    for task in newest.tasks:
        if task.id == subject:
            return _of_task(subject, task.title, runs)
        for record in task.criteria:
            if record.id == subject:
                return _of_criterion(record, runs)
    advice = worded("hint.list_tasks")
    raise UsageError(worded("usage.no_task_or", name=subject, advice=advice))


def _of_score(runs: Sequence[RunDocument]) -> Trend:
    target = runs[-1].score.target
    points = [
        _point(run, run.score.value, run.score.shown)
        for run in runs
        if run.score.value is not None and run.whole
    ]
    goal = f">= {goal_text(target)}"
    reached = bool(points) and points[-1].value >= target
    return _trend(Subject(SCORE, "", "", goal, target, reached), points, len(runs))


def _of_task(subject: str, title: str, runs: Sequence[RunDocument]) -> Trend:
    points = [
        _point(run, round(task.attainment * 100, 3), f"{task.attainment * 100:.4g}")
        for run in runs
        if run.whole
        for task in run.tasks
        if task.id == subject and task.attainment is not None
    ]
    reached = bool(points) and points[-1].value >= 100
    return _trend(Subject(subject, title, "%", "100 %", 100.0, reached), points, len(runs))


def _of_criterion(newest: CriterionRecord, runs: Sequence[RunDocument]) -> Trend:
    points = [
        _point(run, float(value), _shown(value, newest), record.verdict)
        for run in runs
        for record in run.criteria()
        if (value := record.number) is not None and comparable(record, newest)
    ]
    if not points:
        raise UsageError(worded("usage.no_number_yet", id=newest.id))
    target, reached = number_to_reach(newest), newest.verdict.good
    subject = Subject(newest.id, newest.title, newest.unit, newest.expect, target, reached)
    return _trend(subject, points, len(runs))


def _shown(value: float, criterion: CriterionRecord) -> str:
    """Format a number of a criterion as a run shows it, without its unit."""
    text = format_value(Decimal(str(value)), criterion.unit, parse(criterion.expect))
    return text.split()[0]


def _point(run: RunDocument, value: float, shown: str, verdict: Verdict | None = None) -> Point:
    commit = run.git.commit if run.git is not None else ""
    return Point(
        run=run.id, at=run.started_at, value=value, shown=shown, verdict=verdict, commit=commit
    )


def _changes(points: Sequence[Point]) -> list[ChangePoint]:
    parts = [points[part.start : part.end] for part in stretches([one.value for one in points])]
    return [
        ChangePoint(
            run=after[0].run,
            commit=after[0].commit,
            at=after[0].at,
            before=_typical(before),
            after=_typical(after),
        )
        for before, after in pairwise(parts)
    ]


def _typical(points: Sequence[Point]) -> str:
    """Return how the median of some points is written."""
    return sorted(points, key=lambda point: point.value)[(len(points) - 1) // 2].shown


def _trend(subject: Subject, points: list[Point], runs: int) -> Trend:
    last = points[-1] if points else None
    change = pace([point.at for point in points], [point.value for point in points])
    return Trend(
        id=subject.id,
        title=subject.title,
        unit=subject.unit,
        goal=subject.goal,
        target=subject.target,
        points=points,
        pace=None if change is None else float(f"{change:.6g}"),
        reached=subject.reached,
        expected_on=None
        if subject.reached or last is None
        else arrival(last.at, last.value, subject.target, change),
        left_out=runs - len(points),
        changes=_changes(points),
    )
