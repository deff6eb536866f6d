"""The table's grid: tasks by priority, and a row for each criterion."""

from functools import cache

from readiness.model.words import Priority, Verdict
from readiness.record.document import CriterionRecord, ProbeRecord, RunDocument, TaskRecord
from readiness.report._evidence import reused
from readiness.report._shown import Badge, badge, change, percent, value_shown
from readiness.report._table.blocks import Grid, Line, Part, Style, TaskRows
from readiness.text.layout import bar, duration, literal, pad, width
from readiness.text.sentences import Sentences

_SEPARATOR: Part = ("  ", Style.PLAIN)
_TITLE, _VALUE, _EXPECTED, _PROGRESS, _CHANGE = 2, 3, 4, 5, 6
_CAPS = {_TITLE: 56, _VALUE: 24, _EXPECTED: 24}


def grid(
    run: RunDocument,
    say: Sentences,
    *,
    skipped: bool,
    failed_only: bool = False,
    empty_tasks: bool = True,
) -> Grid:
    """Return all tasks in scope, the most urgent first; with `skipped`, the others too.

    With `failed_only` there is a row for what is not good or has a doubt, and no other; without
    `empty_tasks` no task that has no such row.
    """

    def has_row(criterion: CriterionRecord) -> bool:
        verdict = criterion.verdict
        return verdict.noted if failed_only else skipped or verdict.in_scope

    tasks = [task for task in run.tasks if skipped or task.attainment is not None]
    if failed_only and not empty_tasks:
        tasks = [task for task in tasks if any(map(has_row, task.criteria))]
    tasks.sort(key=lambda task: task.priority)
    compared = any(criterion.previous for criterion in run.criteria())
    probes = {probe.id: probe for probe in run.probes}
    facts = _facts(tasks, say)
    sections = []
    group: Priority | None = None
    for task, fact in zip(tasks, facts, strict=True):
        is_first = task.priority is not group
        before = (Line(), _group(task.priority, tasks, say)) if is_first else ()
        group = task.priority
        sections.append(
            TaskRows(
                title=(
                    (literal(task.id), Style.STRONG),
                    (f"  {literal(task.title)}", Style.STRONG),
                ),
                facts=fact,
                rows=[
                    _row(criterion, probes, say, compared=compared)
                    for criterion in task.criteria
                    if has_row(criterion)
                ],
                before=before,
            )
        )
    heads = [
        say("report.id"),
        say("report.verdict"),
        say("report.criterion"),
        say("report.value"),
        say("report.expected"),
        say("report.progress"),
        *([say("report.change")] if compared else []),
        say("report.time"),
    ]
    time = len(heads) - 1
    return Grid(
        sections=sections,
        heads=heads,
        right=(_VALUE, _PROGRESS, time),
        flexible=_TITLE,
        spare=(time, _CHANGE, _PROGRESS) if compared else (time, _PROGRESS),
        caps=_CAPS,
    )


def _row(
    criterion: CriterionRecord, probes: dict[str, ProbeRecord], say: Sentences, *, compared: bool
) -> list[Part]:
    verdict, title, value, rest = _look(badge(criterion, say))
    attested = criterion.attestation is not None and criterion.verdict is Verdict.PASS
    progress = "" if criterion.progress is None else percent(criterion.progress)
    return [
        (literal(criterion.id), title),
        verdict,
        (literal(criterion.title), title),
        (literal(value_shown(criterion, say)), value),
        ("" if attested else literal(criterion.expect), rest),
        (progress, Style.DIM),
        *([change(criterion, say)] if compared else []),
        (_time([probes[name] for name in criterion.probes if name in probes], say), Style.DIM),
    ]


@cache
def _look(shown: Badge) -> tuple[Part, Style, Style, Style]:
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


def _group(priority: Priority, tasks: list[TaskRecord], say: Sentences) -> Line:
    """Return the head of a priority; that it blocks is an alarm only where it does."""
    own = [task for task in tasks if task.priority is priority]
    parts: list[Part] = [(priority.value, Style.STRONG)]
    if own[0].blocking:
        is_bad = any(criterion.verdict.bad for task in own for criterion in task.criteria)
        parts.append((f"  {say('report.blocking')}", Style.BAD if is_bad else Style.DIM))
    return Line(parts=tuple(parts))


def _facts(tasks: list[TaskRecord], say: Sentences) -> list[tuple[Part, ...]]:
    """Return owner, progress and points of each task, one below the other."""
    owners = [literal(task.owner) for task in tasks]
    done = [say("report.done", good=task.good(), scope=len(task.in_scope())) for task in tasks]
    owner_cells = max(map(width, owners), default=0)
    done_cells = max(map(width, done), default=0)
    facts: list[tuple[Part, ...]] = []
    for task, owner, text in zip(tasks, owners, done, strict=True):
        if task.attainment is None:
            facts.append(((say(f"verdict.{Verdict.SKIP}"), Style.DIM),))
            continue
        style = Style.GOOD if task.done else Style.PLAIN
        facts.append(
            (
                (pad(owner, owner_cells), Style.DIM),
                _SEPARATOR,
                (pad(text, done_cells, right=True), style),
                _SEPARATOR,
                (bar(task.attainment, 10), style),
                (percent(task.attainment).rjust(5), style),
            )
        )
    return facts
