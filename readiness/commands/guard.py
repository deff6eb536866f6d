"""Tell what this change loosens, in the gate and in what it measures; run nothing."""

import os
from collections.abc import Iterator, Sequence

import msgspec

from readiness.commands._options import Option, Verb
from readiness.guard.changes import Change, Direction
from readiness.model.errors import ExitStatus
from readiness.model.settings import BoardSettings
from readiness.pipeline.opening import open_changed
from readiness.plan import secret_values
from readiness.record.document import BaseRef
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.clean import Redactor, clean, cut
from readiness.text.layout import literal

VERSION = 1
LONGEST = 300


class GuardReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a change does to its gate. `base.board` is empty where the base has none.

    `remarks` are sentences on what several changes do together.
    """

    version: int = VERSION
    board: str
    base: BaseRef
    exit_status: int
    loosened: list[Change]
    tightened: list[Change]
    neutral: list[Change]
    remarks: list[str]


def guard(settings: BoardSettings) -> int:
    """Compare the work tree with the base and print every difference. Runs no probe.

    The status is 4 where anything is loosened or the base cannot be read, and else 0.
    """
    as_json = wants_json(settings.output_format)
    report = look(settings)
    if as_json:
        put_json(report)
    else:
        put_text("\n".join(_lines(report, settings)))
    return report.exit_status


def look(settings: BoardSettings) -> GuardReport:
    """Compare, and sort by direction; foreign text is cleaned, secrets are masked.

    Raises as `open_changed` does.
    """
    with open_changed(settings) as (base, found):
        boards = [board for board in (found.head, found.base) if board is not None]
        secrets = [value for board in boards for value in secret_values(board, os.environ)]
        redact = Redactor(secrets).redact

        def shown(change: Change) -> Change:
            texts = {
                name: cut(redact(clean(getattr(change, name), newlines=False)), LONGEST)
                for name in ("subject", "before", "after", "path", "note")
            }
            return msgspec.structs.replace(change, **texts)

        changes = [shown(change) for change in found.changes]
        sorted_ones = {
            direction: [change for change in changes if change.direction is direction]
            for direction in Direction
        }
        loosened = sorted_ones[Direction.LOOSENED]
        return GuardReport(
            board=clean(found.head.path, newlines=False),
            base=base,
            exit_status=ExitStatus.LOOSENED if loosened else ExitStatus.READY,
            loosened=loosened,
            tightened=sorted_ones[Direction.TIGHTENED],
            neutral=sorted_ones[Direction.NEUTRAL],
            remarks=[redact(clean(remark, newlines=False)) for remark in found.remarks],
        )


def _lines(report: GuardReport, settings: BoardSettings) -> Iterator[str]:
    if not settings.quiet:
        base = report.base
        yield f"{report.board} against {clean(base.ref, newlines=False)} ({base.commit[:12]})"
        yield from _part("loosened", report.loosened)
        yield from _part("tightened", report.tightened)
        if settings.verbose:
            yield from _part("neutral", report.neutral)
        elif report.neutral:
            yield f"\nneutral: {len(report.neutral)} (shown with --verbose)"
        if report.remarks:
            yield ""
            yield from report.remarks
        yield ""
    yield _decision(report)


def _part(title: str, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    yield f"\n{title}: {len(changes)}"
    for change in changes:
        place = "" if change.subject == change.place else f"  {literal(change.place)}"
        yield f"  {literal(change.subject)}  {literal(change.what)}{place}"
        if change.before or change.after:
            yield f"      {change.before or 'none'} → {change.after or 'none'}"


def _decision(report: GuardReport) -> str:
    if report.loosened:
        count = len(report.loosened)
        ways = "in one way" if count == 1 else f"in {count} ways"
        return f"LOOSENED: this change loosens its own gate {ways} · exit {report.exit_status}"
    return f"not loosened · exit {report.exit_status}"


VERB = Verb(
    guard,
    Option("base", "REF", "The revision to compare with.", required=True),
    takes="board project profile output_format quiet verbose",
    prints=GuardReport,
)
