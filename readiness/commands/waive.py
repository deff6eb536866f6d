"""Waive a criterion until a date."""

from collections.abc import Mapping
from typing import Annotated

from readiness.amend.decisions import (
    BoardEdit,
    Fields,
    criterion_of,
    decider,
    last_day,
    one_line,
    write_decision,
)
from readiness.command_line import options
from readiness.command_line.options import Verb, asked, option
from readiness.load.decisions import LONG
from readiness.model import expect
from readiness.model.board import Board, Criterion
from readiness.model.errors import UsageError
from readiness.terminal.ending import tell
from readiness.text.worded import joined, worded, words_of


def waive(
    subject: options.Criterion,
    reason: Annotated[str, option("--reason", "TEXT", "Why it may fail.")],
    until: Annotated[str, option("--until", "YYYY-MM-DD", "The last day, in UTC.")],
    by: options.By = None,
    up_to: Annotated[
        str | None,
        option(
            "--up-to", "EXPECTATION", 'How bad it may get, such as "<= 2"; "" removes the limit.'
        ),
    ] = None,
    dry_run: options.OnlyShow = False,
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
) -> int:
    """Write a waiver of the criterion `subject` into the board.

    `up_to` None keeps the bound that the board has, "" takes it away. Raises `UsageError` for an
    end in the past and for a bound that cannot be told of the criterion.
    """
    settings = asked(locals())

    def fields(board: Board, criterion: Criterion, _: Mapping[str, str]) -> Fields:
        values: dict[str, str | None] = {
            "reason": one_line("--reason", reason),
            "by": decider(by, board),
            "until": _end(until),
        }
        if up_to is not None:
            values["up_to"] = _bound(up_to, criterion) if up_to else None
        return values

    return write_decision(settings, subject, "waive", criterion_of, fields, dry_run=dry_run)


def _end(until: str) -> str:
    if last_day(until) > LONG:
        tell(worded("notice.until_far", date=until))
    return until


def _bound(up_to: str, criterion: Criterion) -> str:
    if criterion.check is None:
        raise UsageError(worded("usage.up_to_attest"))
    try:
        expect.parse(up_to)
    except ValueError as error:
        raise UsageError(joined(["--up-to", words_of(error)], "colon")) from None
    return one_line("--up-to", up_to)


VERB = Verb(waive, prints=BoardEdit)
