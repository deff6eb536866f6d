"""The table itself: tasks by priority, and a row for each criterion."""

from collections.abc import Callable
from functools import cache, partial
from typing import TypeAlias

from readiness.model.words import Priority, Verdict
from readiness.record.document import CriterionRecord, ProbeRecord, RunDocument, TaskRecord
from readiness.report._evidence import reused
from readiness.report._shown import Badge, badge, change, percent, value_shown
from readiness.terminal.blocks import Cell, Grid, Part, Style, plain
from readiness.text.layout import duration
from readiness.text.sentences import Sentences

Row: TypeAlias = list[Cell]

MOST = 200
"""Number of criteria that have a row, unless all are asked for."""

_TITLE, _VALUE, _EXPECTED, _PROGRESS, _CHANGE = 2, 3, 4, 5, 6
_CAPS = {_TITLE: 56, _VALUE: 24, _EXPECTED: 24}


def grid(
    run: RunDocument,
    say: Sentences,
    *,
    skipped: bool,
    failed_only: bool = False,
    empty_tasks: bool = True,
    most: int = MOST,
) -> tuple[Grid, int]:
    """Return all tasks in scope, the most urgent first, and how many criteria are left out.

    With `skipped`, what is out of scope is in it too. With `failed_only` there is a row for what is
    not good or has a doubt, and no other; without `empty_tasks` no task that has no such row.
    """

    def has_row(criterion: CriterionRecord) -> bool:
        verdict = criterion.verdict
        return verdict.noted if failed_only else skipped or verdict.in_scope

    tasks = [task for task in run.tasks if skipped or task.attainment is not None]
    if failed_only and not empty_tasks:
        tasks = [task for task in tasks if any(map(has_row, task.criteria))]
    tasks.sort(key=lambda task: task.priority)
    compared = any(criterion.previous for criterion in run.criteria())
    change_of = partial(change, say=say, all_known=run.gate.line is None) if compared else None
    probes = {probe.id: probe for probe in run.probes}
    rows: list[Row] = []
    ends = set[int]()
    group: Priority | None = None
    wanted = 0
    for task in tasks:
        criteria = [criterion for criterion in task.criteria if has_row(criterion)]
        room = max(most - wanted, 0)
        wanted += len(criteria)
        if criteria and not room:
            continue
        if rows:
            ends.add(len(rows) - 1)
        if task.priority is not group:
            group = task.priority
            rows.append(_filled(_group(group, tasks, say), compared=compared))
        rows.append(_filled(_task(task, say), compared=compared))
        rows += [_row(each, probes, say, change_of) for each in criteria[:room]]
    time = _CHANGE + compared
    table = Grid(
        rows=rows,
        heads=[
            say("report.id"),
            say("report.verdict"),
            say("report.criterion"),
            say("report.value"),
            say("report.expected"),
            say("report.progress"),
            *([say("report.change")] if compared else []),
            say("report.time"),
        ],
        right=(_VALUE, _PROGRESS, time),
        flexible=_TITLE,
        spare=(time, _CHANGE, _PROGRESS) if compared else (time, _PROGRESS),
        caps=_CAPS,
        ends=frozenset(ends),
    )
    return table, max(wanted - most, 0)


def _filled(row: Row, *, compared: bool) -> Row:
    return [*row, *plain(*[""] * (_CHANGE + 1 + compared - len(row)))]


def _group(priority: Priority, tasks: list[TaskRecord], say: Sentences) -> Row:
    """Return the head of a priority; that it blocks is an alarm only where it does."""
    own = [task for task in tasks if task.priority is priority]
    is_bad = any(criterion.verdict.bad for task in own for criterion in task.criteria)
    blocks = say("report.blocking") if own[0].blocking else ""
    return [
        (priority.value, Style.STRONG),
        *plain(""),
        (blocks, Style.BAD if is_bad else Style.DIM),
    ]


def _task(task: TaskRecord, say: Sentences) -> Row:
    """Return the row of a task: how much of it is done stands below verdict and progress."""
    title = ((task.title, Style.STRONG), (f"  {task.owner}".rstrip(), Style.DIM))
    if task.attainment is None:
        return [(task.id, Style.STRONG), (say(f"verdict.{Verdict.SKIP}"), Style.DIM), title]
    style = Style.GOOD if task.done else Style.PLAIN
    done = say("report.tally", good=task.good(), scope=len(task.asked()))
    progress = (percent(task.attainment), style)
    return [(task.id, Style.STRONG), (done, style), title, *plain("", ""), progress]


def _row(
    criterion: CriterionRecord,
    probes: dict[str, ProbeRecord],
    say: Sentences,
    change_of: Callable[[CriterionRecord], Part] | None,
) -> Row:
    verdict, title, value, rest = _look(badge(criterion, say))
    attested = criterion.attestation is not None and criterion.verdict is Verdict.PASS
    progress = "" if criterion.progress is None else percent(criterion.progress)
    return [
        (f"  {criterion.id}", title),
        verdict,
        (criterion.title, title),
        (value_shown(criterion, say), value),
        ("" if attested else criterion.expect, rest),
        (progress, Style.DIM),
        *([change_of(criterion)] if change_of else []),
        (_time([probes[name] for name in criterion.probes if name in probes], say), Style.DIM),
    ]


@cache
def _look(shown: Badge) -> tuple[Cell, Style, Style, Style]:
    """Return the cell of a verdict, and the styles of the title, the value and the rest."""
    like = shown.like
    title = Style.PLAIN if like.in_scope else Style.DIM
    rest = Style.PLAIN if like.noted else Style.DIM
    value = Style.STRONG if like is Verdict.FAIL else rest
    return (f"{like.mark} {shown.word}", Style(like.tone)), title, value, rest


def _time(probes: list[ProbeRecord], say: Sentences) -> str:
    if not probes:
        return ""
    if all(probe.reused for probe in probes):
        return reused(probes, say)
    return duration(sum(probe.duration_s for probe in probes))
