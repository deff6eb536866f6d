"""What people decide in a board: attestations, waivers and dates."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from msgspec import UNSET

from readiness.load.definitions import AttestFile, WaiveFile
from readiness.load.faults import Problems, printable, shown
from readiness.load.readers import expectation, seconds
from readiness.load.yamlfile import Path
from readiness.model.board import (
    Acceptance,
    Attestation,
    Board,
    Criterion,
    Quarantine,
    Task,
    Waiver,
    is_path,
)
from readiness.startup.patterns import later
from readiness.text.clean import is_seen
from readiness.text.fault import Fault
from readiness.text.worded import worded

_DATE: Final = later(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY: Final = 86_400
LONG: Final = timedelta(days=366)
"""How long a waiver may run without a remark."""


def day(text: str, path: Path, problems: Problems) -> date | None:
    """Parse an ISO date; None, with a fault, where it is none."""
    if problems.broken(path):
        return None
    if not _DATE.fullmatch(text):
        problems.add(path, worded("fault.no_date", text=shown(text)), worded("hint.date_form"))
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.add(path, worded("fault.not_in_calendar", text=text))
        return None


def attestation(file: AttestFile, path: Path, problems: Problems) -> Attestation | None:
    """Return an attestation with the last day of its validity; a pending one has none."""
    if file.digest is not UNSET and not is_path(file.evidence):
        hint = worded("hint.remove_digest_or")
        problems.add((*path, "digest"), worded("fault.digest_file"), hint)
    if file.by is UNSET and file.on is UNSET:
        return _to_be_given(file, path, problems)
    for name in ("by", "on", "valid"):
        if getattr(file, name) is UNSET and not problems.broken((*path, name)):
            problems.add(path, worded("fault.missing", name=name))
    if file.by is UNSET or file.on is UNSET or file.valid is UNSET:
        return None
    if not is_seen(file.by):
        problems.add((*path, "by"), worded("hint.attestation_person"))
    start = day(file.on, (*path, "on"), problems)
    valid = None
    if not problems.broken((*path, "valid")):
        valid = seconds(file.valid, (*path, "valid"), problems)
    if start is None or valid is None:
        return None
    try:
        until = start + timedelta(days=valid // _DAY)
    except OverflowError:
        problems.add((*path, "valid"), worded("fault.out_of_calendar", text=file.valid))
        return None
    return Attestation(
        by=file.by,
        on=file.on,
        until=until.isoformat(),
        evidence=file.evidence,
        digest="" if file.digest is UNSET else file.digest,
    )


def _to_be_given(file: AttestFile, path: Path, problems: Problems) -> Attestation:
    if file.valid is not UNSET:
        seconds(file.valid, (*path, "valid"), problems)
    if file.digest is not UNSET:
        problems.add(
            (*path, "digest"), worded("fault.nobody_attested"), worded("hint.remove_digest")
        )
    return Attestation(by="", on="", until="", evidence=file.evidence)


def waiver(file: WaiveFile, path: Path, problems: Problems, longest: float | None) -> Waiver:
    """Return a waiver, having recorded what is wrong with it. `longest` is in seconds."""
    end = day(file.until, (*path, "until"), problems)
    if end is not None and longest is not None:
        last = datetime.now(UTC).date() + timedelta(days=longest // _DAY)
        if end > last:
            hint = worded("hint.last_day", date=last)
            problems.add((*path, "until"), worded("fault.waiver_long", date=end), hint)
    for name, value in (("reason", file.reason), ("by", file.by)):
        if not is_seen(value) and not problems.broken((*path, name)):
            problems.add(
                (*path, name),
                worded("hint.waiver_needs", what=name)
                if name == "reason"
                else worded("hint.waiver_person"),
            )
    up_to = None
    if file.up_to is not UNSET:
        up_to = expectation(file.up_to, (*path, "up_to"), problems)
    return Waiver(reason=file.reason, by=file.by, until=file.until, up_to=up_to)


def check_quarantine(entry: Quarantine, path: Path, problems: Problems) -> None:
    """Record what is wrong with an entry of the quarantine; whether it is over, a run says."""
    day(entry.until, (*path, "until"), problems)
    for name, value in (("reason", entry.reason), ("by", entry.by)):
        if not is_seen(value):
            problems.add((*path, name), worded("hint.waiver_needs", what=name))
    if "::" not in entry.test:
        problems.add((*path, "test"), worded("fault.no_test", text=shown(entry.test)))


def remarks(board: Board) -> Iterator[Fault]:
    """Yield what people decided and may forget, with its place."""
    today = datetime.now(UTC).date()
    for task in board.tasks:
        blocks = board.priorities[task.priority].blocking
        for criterion in task.criteria:
            position = criterion.position
            if message := _remark(criterion, task, today, blocks, board.longest_waiver is not None):
                yield Fault(
                    path=board.path,
                    line=position.line,
                    column=position.column,
                    subject=criterion.id,
                    message=printable(message),
                )


def _remark(criterion: Criterion, task: Task, today: date, blocks: bool, limited: bool) -> str:
    """Return what may be forgotten; a board with `limited` waivers has thought of them."""
    waive, attest = criterion.waive, criterion.attest
    if waive is not None and not limited:
        if waive.until > (today + LONG).isoformat():
            return worded("notice.long_waiver", date=waive.until)
        if blocks and waive.until >= today.isoformat():
            return worded("notice.blocking_waiver", priority=task.priority, date=waive.until)
    if attest is not None and attest.by and is_path(attest.evidence) and not attest.digest:
        return worded("notice.no_digest", path=attest.evidence, id=criterion.id)
    return ""


def check_acceptance(acceptance: Acceptance, path: Path, problems: Problems) -> None:
    """Record what is wrong with a decision that changes may loosen something."""
    if acceptance.until:
        day(acceptance.until, (*path, "until"), problems)
    for name in ("what", "reason", "by"):
        if not is_seen(getattr(acceptance, name)) and not problems.broken((*path, name)):
            problems.add((*path, name), f"what changes may loosen needs `{name}`")
