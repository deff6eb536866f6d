"""List the tasks, as they stand by the newest measurements."""

import msgspec

from readiness.commands._options import Verb
from readiness.model.board import Task
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import standing
from readiness.record.document import TaskRecord
from readiness.record.newest import measured_by
from readiness.report._standing import as_of
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.layout import columns
from readiness.text.sentences import for_reader


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """One task. `good` and `attainment` are by the newest measurements, null without any.

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
    rows = [
        [
            line.id,
            line.priority,
            f"{'-' if line.good is None else line.good}/{line.criteria}",
            line.owner or "-",
            line.estimate or "-",
            " ".join(line.depends_on) or "-",
            line.title,
        ]
        for line in lines
    ]
    say = for_reader(board.language)
    since = say("list.never") if run is None else say("list.since", moment=run.started_at)
    total = say("list.total", count=len(lines), since=since)
    rests = "" if run is None else as_of(run, say)
    put_text("\n".join(filter(None, (columns(rows, say.heads("list.heads")), total, rests))))
    return ExitStatus.READY


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
        attainment=None if record is None else record.attainment,
        runs=[] if record is None else sorted({measured_by(one, run) for one in record.in_scope()}),
    )


VERB = Verb(list_tasks, takes="board profile output_format history", prints=TaskList)
