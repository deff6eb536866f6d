"""`readiness waive`: let a criterion fail for a while, with a reason, a name and an end."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from readiness.commands.deciding import Fields, decide, given, person
from readiness.model import expect
from readiness.model.board import Board, Criterion
from readiness.model.errors import UsageError
from readiness.model.settings import BoardSettings
from readiness.terminal.ending import tell

LONG = dt.timedelta(days=366)


class Waive(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked; `up_to` None keeps the bound that the board has, "" takes it away."""

    reason: str
    until: str
    by: str | None = None
    up_to: str | None = None


def waive(settings: BoardSettings, subject: str, asked: Waive, *, dry_run: bool = False) -> int:
    """Write a waiver of the criterion `subject` into the board.

    Raises `UsageError` for an end in the past and for a bound that cannot be told of it.
    """

    def fields(board: Board, criterion: Criterion, _: Mapping[str, str]) -> Fields:
        return _fields(board, criterion, asked)

    return decide(settings, subject, "waive", fields, dry_run=dry_run)


def _fields(board: Board, criterion: Criterion, asked: Waive) -> Fields:
    fields: dict[str, str | None] = {
        "reason": given("--reason", asked.reason),
        "by": person(asked.by, board),
        "until": _end(asked.until),
    }
    if asked.up_to == "":
        fields["up_to"] = None
    elif asked.up_to is not None:
        fields["up_to"] = _bound(asked.up_to, criterion)
    return fields


def _end(until: str) -> str:
    end = day("--until", until)
    today = dt.datetime.now(dt.UTC).date()
    if end < today:
        raise UsageError(f"--until: {until} is in the past; it is {today} (UTC)")
    if end - today > LONG:
        tell(f"warning: --until: {until} is more than a year ahead")
    return until


def _bound(up_to: str, criterion: Criterion) -> str:
    if criterion.check is None:
        raise UsageError("--up-to: an attestation has no value that a bound could be told of")
    try:
        expect.parse(up_to)
    except ValueError as error:
        raise UsageError(f"--up-to: {error}") from None
    return given("--up-to", up_to)


def day(option: str, text: str) -> dt.date:
    """A day of the calendar. Raises `UsageError` for anything else."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise UsageError(f'{option}: "{text}" is no day; write it as YYYY-MM-DD')
    return found
