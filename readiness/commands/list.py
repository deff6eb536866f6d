"""List the tasks with their status in the newest measurements."""

import time

import msgspec

from readiness.command_line.options import Verb
from readiness.model.board import Task
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.model.words import Verdict
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import standing
from readiness.record.document import TaskRecord
from readiness.record.newest import measured_by
from readiness.report._shown import ago, seen_to_fail
from readiness.report._standing import as_of
from readiness.report._table.blocks import Line, Part, PlainTable, Style, plain, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.sentences import Sentences, for_reader


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """One task. What is good, in scope and attained is by the newest measurements, null without.

    `runs` took them.
    """

    id: str
    priority: str
    title: str
    owner: str
    estimate: str
    risk: str
    depends_on: tuple[str, ...]
    criteria: int
    good: int | None
    in_scope: int | None
    attainment: float | None
    runs: list[str]


TaskList = list[TaskLine]
"""What `--output-format json` gives."""


def list_tasks(settings: RunSettings) -> int:
    """Print the tasks of the board."""
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    run = standing(settings, board)
    records = {} if run is None else {task.id: task for task in run.tasks}
    lines = [
        _line(task, records.get(task.id), "" if run is None else run.id) for task in board.tasks
    ]
    if as_json:
        put_json(lines)
        return ExitStatus.READY
    say = for_reader(board.language)
    since = say("list.never")
    if run is not None:
        since = say("list.since", moment=ago(run.started_at, time.time(), say))
    total = say("list.total", count=len(lines), since=since)
    rests = "" if run is None else as_of(run, say)
    seen = "" if run is None else seen_to_fail(run, say)
    table = PlainTable(
        rows=[_row(line, say) for line in lines],
        heads=say.heads("list.heads"),
        flexible=6,
        spare=(5, 4, 3),
    )
    put_blocks([table, Line(), *text_lines(*filter(None, (total, seen, rests)))])
    return ExitStatus.READY


def _good(line: TaskLine, say: Sentences) -> str:
    """How many of its criteria are good, of those in scope; skipped ones are told beside them."""
    if line.good is None or line.in_scope is None:
        return f"-/{line.criteria}"
    if not line.in_scope:
        return say(f"verdict.{Verdict.SKIP}")
    skipped = line.criteria - line.in_scope
    return f"{line.good}/{line.in_scope}" + (f" (+{skipped})" if skipped > 0 else "")


def _row(line: TaskLine, say: Sentences) -> list[Part]:
    done = line.attainment == 1
    return [
        (line.id, Style.STRONG),
        *plain(line.priority),
        (_good(line, say), Style.GOOD if done else Style.PLAIN),
        *plain(line.owner or "-", line.estimate or "-", " ".join(line.depends_on) or "-"),
        *plain(line.title),
    ]


def _line(task: Task, record: TaskRecord | None, run: str) -> TaskLine:
    return TaskLine(
        id=task.id,
        priority=task.priority.value,
        title=task.title,
        owner=task.owner,
        estimate=task.estimate,
        risk=task.risk,
        depends_on=task.depends_on,
        criteria=len(task.criteria),
        good=None if record is None else sum(c.verdict.good for c in record.criteria),
        in_scope=None if record is None else len(record.in_scope()),
        attainment=None if record is None else record.attainment,
        runs=[] if record is None else sorted({measured_by(one, run) for one in record.in_scope()}),
    )


VERB = Verb(list_tasks, takes="board profile output_format history", prints=TaskList)
