"""Note what was done on a task."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from readiness.amend.decisions import BoardEdit, Fields, Place, day, one_line, write_decision
from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, option
from readiness.model.board import Board, Task
from readiness.model.errors import UsageError
from readiness.text.nearest import suggestion
from readiness.text.sentences import for_reader
from readiness.text.worded import worded


def note(
    subject: Annotated[str, argument("ID", "The task.", "ids")],
    text: Annotated[str, argument("TEXT", "What was done: the cause, and what solved it.")],
    done_on: Annotated[
        str | None, option("--on", "YYYY-MM-DD", "The day. Default: today, in UTC.")
    ] = None,
    dry_run: options.OnlyShow = False,
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
) -> int:
    """Add to the board's notes on the task `subject`; what the day has already stays before it."""
    settings = asked(locals())
    line = one_line("TEXT", text)
    on = (day("--on", done_on) if done_on else dt.datetime.now(dt.UTC).date()).isoformat()

    def fields(board: Board, _: Task, before: Mapping[str, str]) -> Fields:
        say = for_reader(board.language)
        return {on: say("decided.together", before=before[on], text=line) if on in before else line}

    return write_decision(settings, subject, "notes", _task_of, fields, dry_run=dry_run)


def _task_of(board: Board, subject: str) -> tuple[Task, Place]:
    names = [task.id for task in board.tasks]
    if subject in names:
        return board.tasks[names.index(subject)], ("tasks", names.index(subject))
    advice = suggestion(subject, names, worded("hint.list_tasks"))
    raise UsageError(worded("usage.no_task", name=subject, advice=advice))


VERB = Verb(note, prints=BoardEdit)
