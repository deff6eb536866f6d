"""Attest a criterion that cannot be measured."""

import datetime as dt
import os
from collections.abc import Mapping
from typing import Annotated

from readiness.amend.decisions import (
    BoardEdit,
    Fields,
    criterion_of,
    day,
    decider,
    one_line,
    write_decision,
)
from readiness.command_line import options
from readiness.command_line.options import Verb, asked, option
from readiness.model.board import Board, Criterion, is_path
from readiness.model.errors import UsageError
from readiness.model.units import duration
from readiness.project.evidence import content_digest, is_empty, locate
from readiness.text.worded import joined, worded, words_of

VALID = "180d"


def attest(
    subject: options.Criterion,
    by: options.By = None,
    given_on: Annotated[
        str | None, option("--on", "YYYY-MM-DD", "Date of the attestation. Default: today, in UTC.")
    ] = None,
    valid: Annotated[
        str | None,
        option("--valid", "TIME", "How long it is valid. Default: as in the board, or 180d."),
    ] = None,
    evidence: Annotated[
        str | None,
        option(
            "--evidence", "PATH", 'A file, folder or link. Default: the board\'s own; "" for none.'
        ),
    ] = None,
    dry_run: options.OnlyShow = False,
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
) -> int:
    """Write an attestation of the criterion `subject` into the board.

    Of what is None, the board's own is kept; an empty `evidence` is none. Raises `UsageError` where
    the criterion is measured, and where its evidence is a file that does not exist.
    """
    settings = asked(locals())

    def fields(board: Board, criterion: Criterion, before: Mapping[str, str]) -> Fields:
        if criterion.attest is None:
            raise UsageError(worded("usage.measured", id=criterion.id, other=criterion.id))
        values: dict[str, str | None] = {
            "by": decider(by, board),
            "on": _day(given_on),
            **_valid(valid, before),
        }
        shown = criterion.attest.evidence if evidence is None else evidence.strip()
        if evidence is not None:
            values["evidence"] = one_line("--evidence", shown) if shown else None
        values["digest"] = _digest(shown, board) if is_path(shown) else None
        return values

    return write_decision(settings, subject, "attest", criterion_of, fields, dry_run=dry_run)


def _day(text: str | None) -> str:
    today = dt.datetime.now(dt.UTC).date()
    if text is None:
        return today.isoformat()
    if day("--on", text) > today:
        raise UsageError(worded("usage.on_future", date=text, today=today))
    return text


def _valid(text: str | None, before: Mapping[str, str]) -> dict[str, str | None]:
    """How long it is good: as asked, as the board has it, or for half a year."""
    if text is None:
        return {} if "valid" in before else {"valid": VALID}
    try:
        seconds = duration(text)
    except ValueError as error:
        raise UsageError(joined(["--valid", words_of(error)], "colon")) from None
    if seconds < dt.timedelta(days=1).total_seconds():
        raise UsageError(worded("usage.valid_day", text=text))
    return {"valid": one_line("--valid", text)}


def _digest(evidence: str, board: Board) -> str:
    folders = (board.workdir, os.path.dirname(os.path.abspath(board.path)))
    path = locate(evidence, folders)
    if not path or is_empty(path):
        raise UsageError(
            worded("usage.no_evidence", path=evidence, folder=" or ".join(dict.fromkeys(folders)))
        )
    digest = content_digest(path)
    if not digest:
        raise UsageError(worded("usage.evidence_unread", path=evidence))
    return digest


VERB = Verb(attest, prints=BoardEdit)
