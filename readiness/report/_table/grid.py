"""The table's grid: tasks by priority, and a row for each criterion."""

from readiness.model.words import Priority, Verdict
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.report._evidence import reused
from readiness.report._shown import badge, change, percent, value_shown
from readiness.report._table.blocks import Column, Grid, Line, Part, Row, Style, TaskRows
from readiness.text.layout import bar, duration, literal, pad, width
from readiness.text.sentences import Sentences

_SEPARATOR: Part = ("  ", Style.PLAIN)


def grid(run: RunDocument, say: Sentences, *, skipped: bool, failed_only: bool = False) -> Grid:
    """Return all tasks in scope, the most urgent first; with `skipped`, the others too.

    With `failed_only` there is a row for what is not good or has a doubt, and no other.
    """

    def has_row(criterion: CriterionRecord) -> bool:
        verdict = criterion.verdict
        return verdict.noted if failed_only else skipped or verdict.in_scope

    tasks = [task for task in run.tasks if skipped or task.attainment is not None]
    if failed_only:
        tasks = [task for task in tasks if any(map(has_row, task.criteria))]
    tasks.sort(key=lambda task: task.priority)
    compared = any(criterion.previous for criterion in run.criteria())
    rows = _Rows(run, say, compared=compared)
    facts = _facts(tasks, say)
    sections = []
    group: Priority | None = None
    for task, fact in zip(tasks, facts, strict=True):
        before = (Line(), _group(task, say)) if task.priority is not group else ()
        group = task.priority
        sections.append(
            TaskRows(
                title=(
                    (literal(task.id), Style.STRONG),
                    (f"  {literal(task.title)}", Style.STRONG),
                ),
                facts=fact,
                rows=[rows.row(criterion) for criterion in task.criteria if has_row(criterion)],
                before=before,
            )
        )
    return Grid(columns=_columns(say, compared=compared), sections=sections)


def _columns(say: Sentences, *, compared: bool) -> tuple[Column, ...]:
    columns = [
        Column(name=say("report.id")),
        Column(name=say("report.verdict")),
        Column(name=say("report.criterion"), cap=56, wraps=True),
        Column(name=say("report.value"), right=True, cap=24),
        Column(name=say("report.expected"), cap=24),
        Column(name=say("report.progress"), right=True, droppable=1),
        Column(name=say("report.change"), droppable=2),
        Column(name=say("report.time"), right=True, droppable=3),
    ]
    if not compared:
        columns.pop(6)
    return tuple(columns)


class _Rows:
    """Makes the rows of one run."""

    def __init__(self, run: RunDocument, say: Sentences, *, compared: bool) -> None:
        self._say = say
        self._compared = compared
        self._probes = {probe.id: probe for probe in run.probes}
        self._styles = {
            verdict: self._styles_of(verdict)[: None if compared else -1] for verdict in Verdict
        }

    def row(self, criterion: CriterionRecord) -> Row:
        """Return the row of one criterion."""
        verdict = badge(criterion, self._say)
        styles = self._styles[verdict.like]
        attested = criterion.attestation is not None and criterion.verdict is Verdict.PASS
        progress = criterion.progress
        cells = [
            literal(criterion.id),
            f"{verdict.like.mark} {verdict.word}",
            literal(criterion.title),
            literal(value_shown(criterion, self._say)),
            "" if attested else literal(criterion.expect),
            "" if progress is None else percent(progress),
        ]
        if self._compared:
            text, style = change(criterion, self._say)
            cells.append(text)
            styles = (*styles[:6], style, styles[7])
        cells.append(self._time(criterion.probes))
        return Row(cells=tuple(cells), styles=styles)

    def _time(self, probes: list[str]) -> str:
        known = [self._probes[probe] for probe in probes if probe in self._probes]
        if not known:
            return ""
        if all(probe.reused for probe in known):
            return reused(known, self._say)
        return duration(sum(probe.duration_s for probe in known))

    @staticmethod
    def _styles_of(verdict: Verdict) -> tuple[Style, ...]:
        rest = Style.PLAIN if verdict.noted else Style.DIM
        title = Style.PLAIN if verdict.in_scope else Style.DIM
        value = Style.STRONG if verdict is Verdict.FAIL else rest
        style = Style(verdict.tone)
        return (title, style, title, value, rest, Style.DIM, Style.DIM, Style.DIM)


def _group(task: TaskRecord, say: Sentences) -> Line:
    parts: list[Part] = [(task.priority.value, Style.STRONG)]
    if task.blocking:
        parts.append((f"  {say('report.blocking')}", Style.BAD))
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
