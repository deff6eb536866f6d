"""A person's decision on a criterion, written into the board, checked and shown."""

import datetime as dt
import os
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from readiness.amend.rewriting import rewrite
from readiness.load import text_data
from readiness.load.edit import edit
from readiness.model.board import Board, Criterion, Task
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import BoardSettings
from readiness.project.git import user_name
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.nearest import suggestion
from readiness.text.sentences import say_now
from readiness.text.worded import worded

Fields = Mapping[str, str | None]
Place = tuple[str | int, ...]
Subject = TypeVar("Subject", Criterion, Task)


class BoardEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: the decision as the board has it now, and had it before.

    `diff` is how the board's text changes; `written` is false where it was only shown.
    """

    criterion: str
    kind: str
    board: str
    line: int
    before: dict[str, str]
    after: dict[str, str]
    diff: str
    written: bool


def write_decision(
    settings: BoardSettings,
    subject: str,
    kind: str,
    find: Callable[[Board, str], tuple[Subject, Place]],
    make: Callable[[Board, Subject, Mapping[str, str]], Fields],
    *,
    dry_run: bool,
) -> int:
    """Write what `make` says of what `find` finds, below the key `kind`, into the board; show it.

    `make` receives the board, what was found, and what is written there so far. With `dry_run` the
    change is only shown. Raises `UsageError` where nothing can be written there, and
    `NotWrittenError` where the board cannot be written: it is untouched then.
    """
    as_json = wants_json(settings.output_format)

    def change(board: Board, content: bytes) -> bytes:
        target, place = find(board, subject)
        before = decision_fields(content, place, kind)
        return edit(content, place, kind, make(board, target, before))

    done = rewrite(settings, change, dry_run=dry_run)
    target, place = find(done.board, subject)
    decision = BoardEdit(
        criterion=subject,
        kind=kind,
        board=done.path,
        line=target.position.line,
        before=decision_fields(done.before, place, kind),
        after=decision_fields(done.after, place, kind),
        diff=done.diff,
        written=done.written,
    )
    if as_json:
        put_json(decision)
    else:
        put_text(edit_account(decision, dry_run=dry_run))
    return ExitStatus.READY


def decider(by: str | None, board: Board) -> str:
    """Return who decides: as named, or as git knows the user.

    Raises `UsageError` where neither says who.
    """
    from readiness.terminal.ending import tell

    if by is not None:
        return one_line("--by", by)
    user = user_name(os.path.dirname(os.path.abspath(board.path)))
    if not user:
        raise UsageError(worded("usage.by_person"))
    tell(worded("notice.decided_by", name=user))
    return one_line("git's user.name", user)


def one_line(option: str, text: str) -> str:
    """Return the text without blanks around it.

    Raises `UsageError`, naming the option, for a text that is empty or not printable in one line.
    """
    stripped = text.strip()
    if not stripped:
        raise UsageError(worded("usage.not_empty", flag=option))
    if not stripped.isprintable():
        raise UsageError(worded("usage.one_line", flag=option, found=stripped))
    return stripped


def day(option: str, text: str) -> dt.date:
    """Return a day of the calendar. Raises `UsageError`, naming the option, for anything else."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        date = None
    if date is None or date.isoformat() != text:
        raise UsageError(worded("usage.no_day", flag=option, text=text))
    return date


def last_day(until: str) -> dt.timedelta:
    """Return how long `--until` is from today; raises `UsageError` for a day in the past."""
    end, today = day("--until", until), dt.datetime.now(dt.UTC).date()
    if end < today:
        raise UsageError(worded("usage.until_past", date=until, today=today))
    return end - today


# --- the criterion ------------------------------------------------------------------------------


def criterion_of(board: Board, subject: str) -> tuple[Criterion, Place]:
    """Find a criterion and its place in the file; raises `UsageError` where there is none."""
    ids = []
    for number, task in enumerate(board.tasks):
        for position, criterion in enumerate(task.criteria):
            if criterion.id == subject:
                return criterion, ("tasks", number, "criteria", position)
            ids.append(criterion.id)
        if task.id == subject:
            inner = ", ".join(criterion.id for criterion in task.criteria)
            raise UsageError(worded("usage.is_task", name=subject, names=inner))
    advice = suggestion(subject, ids, worded("hint.list_tasks"))
    raise UsageError(worded("usage.no_criterion", name=subject, advice=advice))


# --- what is shown ------------------------------------------------------------------------------


def decision_fields(content: bytes, place: Place, kind: str) -> dict[str, str]:
    """Return the fields of a decision in a board's text; none where there is no such decision."""
    here: object = text_data(content)
    for step in (*place, kind):
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step]
    return {str(k): str(v) for k, v in here.items()} if isinstance(here, dict) else {}


def edit_account(decision: BoardEdit, *, dry_run: bool) -> str:
    """Say what was written into the board, or would be."""
    what = ", ".join(f"{name}: {value}" for name, value in decision.after.items())
    lines = [f"{decision.criterion} {decision.kind}: {what}"]
    kept = [
        name
        for name in ("up_to", "evidence", "valid")
        if name in decision.before and decision.before[name] == decision.after.get(name)
    ]
    if kept:
        lines.append(say_now("decided.kept", what=", ".join(kept)))
    if dry_run:
        return "\n".join([*lines, "", decision.diff, "", say_now("decided.nothing")])
    if not decision.written:
        return "\n".join([*lines, say_now("decided.already", path=decision.board)])
    return "\n".join(
        [*lines, say_now("decided.written_line", path=decision.board, line=decision.line)]
    )
