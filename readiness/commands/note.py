"""Note what was done on a task, with the day, in the board."""

import datetime as dt
import time
from collections.abc import Mapping

from readiness.amend.decisions import BoardEdit, Fields, Place, day, one_line, write_decision
from readiness.command_line.options import DRY_RUN, Argument, Option, Verb
from readiness.model.board import Board, Task
from readiness.model.errors import UsageError
from readiness.model.settings import BoardSettings
from readiness.text.nearest import suggestion

KEY = "notes"


def note(
    settings: BoardSettings,
    subject: str,
    told: str,
    *,
    on: str | None = None,
    dry_run: bool = False,
) -> int:
    """Write a note on the task `subject` into the board; a further one of a day is put behind it.

    Raises as `waive` does.
    """
    today = dt.datetime.fromtimestamp(time.time(), dt.UTC).date().isoformat()
    when = today if on is None else day("--on", on).isoformat()
    said = one_line("the note", told)

    def fields(_: Board, __: Task, before: Mapping[str, str]) -> Fields:
        earlier = before.get(when)
        return {when: f"{earlier}; {said}" if earlier else said}

    return write_decision(settings, subject, _task_of, KEY, fields, dry_run=dry_run)


def _task_of(board: Board, subject: str) -> tuple[Task, Place]:
    for number, task in enumerate(board.tasks):
        if task.id == subject:
            return task, ("tasks", number)
    names = [task.id for task in board.tasks]
    advice = suggestion(subject, names, "`readiness list` names the tasks")
    raise UsageError(f'unknown task "{subject}"; {advice}')


VERB = Verb(
    note,
    Argument("subject", "TASK", "The task."),
    Argument("told", "TEXT", "What was done."),
    Option("on", "YYYY-MM-DD", "The day. Default: today, in UTC.", variable=False),
    DRY_RUN,
    takes="board project profile output_format",
    prints=BoardEdit,
)
