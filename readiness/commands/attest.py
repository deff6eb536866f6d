"""Give your word where nothing can be measured: write it into the board."""

import datetime as dt
import os
from collections.abc import Mapping

import msgspec

from readiness.commands._deciding import (
    BY,
    CRITERION,
    DRY_RUN,
    BoardEdit,
    Fields,
    decide,
    given,
    person,
)
from readiness.commands._options import Option, Verb
from readiness.commands.waive import day
from readiness.model.board import Board, Criterion, is_path
from readiness.model.errors import UsageError
from readiness.model.settings import BoardSettings
from readiness.model.units import duration
from readiness.project.evidence import content_digest, locate

VALID = "180d"


class Attest(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked; of what is None, the board's own is kept. An empty `evidence` is none."""

    by: str | None
    on: str | None
    valid: str | None
    evidence: str | None


def attest(
    settings: BoardSettings,
    subject: str,
    *,
    by: str | None = None,
    on: str | None = None,
    valid: str | None = None,
    evidence: str | None = None,
    dry_run: bool = False,
) -> int:
    """Write an attestation of the criterion `subject` into the board.

    Raises `UsageError` where the criterion is measured, and where its evidence is a file that
    does not exist.
    """
    asked = Attest(by=by, on=on, valid=valid, evidence=evidence)

    def fields(board: Board, criterion: Criterion, before: Mapping[str, str]) -> Fields:
        return _fields(board, criterion, before, asked)

    return decide(settings, subject, "attest", fields, dry_run=dry_run)


def _fields(board: Board, criterion: Criterion, before: Mapping[str, str], asked: Attest) -> Fields:
    if criterion.attest is None:
        raise UsageError(
            f"{criterion.id} is measured, and a word does not take the place of a measurement;"
            f" where it must pass for a while: readiness waive {criterion.id}"
        )
    fields: dict[str, str | None] = {
        "by": person(asked.by, board),
        "on": _given_on(asked.on),
        **_valid(asked.valid, before),
    }
    evidence = criterion.attest.evidence if asked.evidence is None else asked.evidence.strip()
    if asked.evidence is not None:
        fields["evidence"] = given("--evidence", evidence) if evidence else None
    fields["digest"] = _digest(evidence, board) if is_path(evidence) else None
    return fields


def _given_on(text: str | None) -> str:
    today = dt.datetime.now(dt.UTC).date()
    if text is None:
        return today.isoformat()
    if day("--on", text) > today:
        raise UsageError(f"--on: {text} is in the future; it is {today} (UTC)")
    return text


def _valid(text: str | None, before: Mapping[str, str]) -> dict[str, str | None]:
    """How long it is good: as asked, as the board has it, or for half a year."""
    if text is None:
        return {} if "valid" in before else {"valid": VALID}
    try:
        seconds = duration(text)
    except ValueError as error:
        raise UsageError(f"--valid: {error}") from None
    if seconds < dt.timedelta(days=1).total_seconds():
        raise UsageError(f'--valid: "{text}" is less than a day')
    return {"valid": given("--valid", text)}


def _digest(evidence: str, board: Board) -> str:
    folders = (board.workdir, os.path.dirname(os.path.abspath(board.path)))
    found = locate(evidence, folders)
    if not found:
        raise UsageError(
            f"--evidence: there is no {evidence} in {' or '.join(dict.fromkeys(folders))}"
        )
    digest = content_digest(found)
    if not digest:
        raise UsageError(f"--evidence: {evidence} cannot be read")
    return digest


VERB = Verb(
    attest,
    CRITERION,
    BY,
    Option("on", "YYYY-MM-DD", "Default: today, in UTC.", variable=False),
    Option(
        "valid",
        "TIME",
        "How long it is good. Default: as the board has it, or 180d.",
        variable=False,
    ),
    Option(
        "evidence",
        "PATH",
        'A file, a folder or a link. Default: the board\'s own; "": none.',
        variable=False,
    ),
    DRY_RUN,
    takes="board project profile output_format",
    prints=BoardEdit,
)
