"""Note what was done on a task, with the day, in the board."""

import datetime as dt
import time

from readiness.commands._deciding import DRY_RUN, BoardEdit, account, given, of
from readiness.commands._options import Argument, Option, Verb
from readiness.commands._rewriting import rewrite
from readiness.commands.waive import day
from readiness.load.edit import edit
from readiness.model.board import Board, Task
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import BoardSettings
from readiness.terminal.output import put_json, put_text, wants_json
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
    as_json = wants_json(settings.output_format)
    today = dt.datetime.fromtimestamp(time.time(), dt.UTC).date().isoformat()
    when = today if on is None else day("--on", on).isoformat()
    said = given("the note", told)

    def change(board: Board, content: bytes) -> bytes:
        task, place = _find(board, subject)
        before = task.notes.get(when)
        return edit(content, place, KEY, {when: f"{before}; {said}" if before else said})

    done = rewrite(settings, change, dry_run=dry_run)
    task, place = _find(done.board, subject)
    made = BoardEdit(
        criterion=subject,
        kind=KEY,
        board=done.path,
        line=task.position.line,
        before=of(done.before, place, KEY),
        after=of(done.after, place, KEY),
        diff=done.diff,
        written=done.written,
    )
    if as_json:
        put_json(made)
    else:
        put_text(account(made, dry_run=dry_run))
    return ExitStatus.READY


def _find(board: Board, subject: str) -> tuple[Task, tuple[str | int, ...]]:
    for number, task in enumerate(board.tasks):
        if task.id == subject:
            return task, ("tasks", number)
    names = [task.id for task in board.tasks]
    advice = suggestion(subject, names, "`readiness list` names the tasks")
    raise UsageError(f'no task is called "{subject}"; {advice}')


VERB = Verb(
    note,
    Argument("subject", "TASK", "The task."),
    Argument("told", "TEXT", "What was done."),
    Option("on", "YYYY-MM-DD", "The day. Default: today, in UTC.", variable=False),
    DRY_RUN,
    takes="board project profile output_format",
    prints=BoardEdit,
)
