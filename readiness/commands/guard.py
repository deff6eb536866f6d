"""Show what this change loosens in the gate and in its results, judged by the base's rules."""

import os
import shlex
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, shared, shared_switch
from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.compare import Comparison
from readiness.guard.findings import Compared
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import AcceptedBy, RunSettings, find_board
from readiness.pipeline.interrupts import interruptible
from readiness.pipeline.measured import Measurer, accepted_by_base
from readiness.pipeline.opening import base_ref, open_changed
from readiness.plan import secret_values
from readiness.project.change import base_of
from readiness.project.git import Asking, is_shallow
from readiness.record.origin import BaseRef
from readiness.run.processes.supervise import run_name, supervise
from readiness.run.scratch import scratch_folder
from readiness.terminal.blocks import Block, Grid, Line, Style, plain, text_lines
from readiness.terminal.ending import protected
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.clean import Redactor, clean, cut
from readiness.text.sentences import Sentences, for_reader
from readiness.text.worded import worded

VERSION = 1
LONGEST = 300
_TEXTS = ("subject", "before", "after", "path", "note")


class GuardReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a change does to its gate. `base.board` is empty where the base has none.

    `remarks` are sentences about the change as a whole; `accepted` says who accepts what loosens.
    `measured` says that probes were run, `compared` has the criteria that were measured by the
    base's rules and by this change's.
    """

    version: int = VERSION
    board: str
    base: BaseRef
    exit_status: int
    loosened: list[Change]
    tightened: list[Change]
    neutral: list[Change]
    remarks: list[str]
    measured: bool = True
    accepted: AcceptedBy | None = None
    compared: list[Compared] = []


def guard(
    no_run: options.NoRun = False,
    base: Annotated[
        str | None,
        shared(
            "--base",
            "REF",
            "The revision to compare with. Default: where this branch left the default branch.",
            complete="revisions",
        ),
    ] = None,
    board_file: options.Board = None,
    project: options.Project = None,
    profile: options.Profile = None,
    accepted: options.Accepted = None,
    jobs: options.Jobs = None,
    timeout: options.Timeout = None,
    output_format: options.OutputFormat = "table",
    quiet: options.Quiet = False,
    verbose: Annotated[
        bool, shared_switch("--verbose -v", "Also list neutral differences.", panel=options.OUTPUT)
    ] = False,
) -> int:
    """Compare the work tree with the base, measure it by the base's rules, print every difference.

    With `no_run` it only reads. The status is 4 where anything is loosened or the base cannot be
    read, and else 0.
    """
    settings = asked(locals())
    wants_json(settings.output_format)
    if settings.base is None:
        settings = msgspec.structs.replace(settings, base=_where_it_left(settings))
    if no_run:
        return _print(_read(settings), settings)
    return supervise(lambda: protected(lambda: _measured(settings)))


def _where_it_left(settings: RunSettings) -> str:
    """Find the commit at which this branch left the default one; "" where there is none."""
    folder = os.path.dirname(os.path.realpath(find_board(settings, os.environ, os.getcwd())))
    changed = Asking(folder).changed()
    headers = changed.headers
    head = headers.get("branch.oid", "")
    base = base_of(changed.root, head, headers.get("branch.head", ""), "")
    if base == head and not changed.paths and is_shallow(changed.root):
        advice = worded("usage.shallow", command="git fetch --unshallow")
        raise UsageError(worded("usage.base_cut", advice=advice))
    return base


def _measured(settings: RunSettings) -> int:
    with interruptible(), open_changed(settings) as (base, comparison):
        with scratch_folder(os.environ, run_name()) as scratch:
            measurer = Measurer(comparison, base.commit, settings, scratch)
            changes = measurer.changes()
        if measurer.interrupted:
            return measurer.interrupted
        seen = measurer.result
        comparison = msgspec.structs.replace(
            comparison, remarks=[*comparison.remarks, *(seen.remarks if seen else ())]
        )
        compared = seen.compared if seen else []
        report = _report(comparison, changes, base_ref(base, comparison), compared, settings)
    return _print(report, settings)


def _read(settings: RunSettings) -> GuardReport:
    with open_changed(settings) as (base, comparison):
        changes = accepted_by_base(comparison, comparison.changes)
        return _report(comparison, changes, base_ref(base, comparison), None, settings)


def _print(report: GuardReport, settings: RunSettings) -> int:
    if wants_json(settings.output_format):
        put_json(report)
    else:
        put_blocks(_blocks(report, settings))
    return report.exit_status


def _report(
    comparison: Comparison,
    all_of_them: list[Change],
    base: BaseRef,
    compared: list[Compared] | None,
    settings: RunSettings,
) -> GuardReport:
    """Sort by direction; foreign text is cleaned, secrets are masked."""
    boards = [board for board in (comparison.head, comparison.base) if board is not None]
    secrets = [value for board in boards for value in secret_values(board, os.environ)]
    redact = Redactor(secrets).redact

    def plain(text: str) -> str:
        return cut(redact(clean(text, newlines=False)), LONGEST)

    def shown(change: Change) -> Change:
        texts = {name: plain(getattr(change, name)) for name in _TEXTS}
        fault = tuple(map(plain, change.fault))
        return msgspec.structs.replace(change, **texts, fault=fault)

    changes = list(map(shown, all_of_them))
    sorted_ones = {
        direction: [change for change in changes if change.direction is direction]
        for direction in Direction
    }
    loosened = sorted(sorted_ones[Direction.LOOSENED], key=_rank)
    accepted = settings.accepted if loosened else None
    refused = loosened and (accepted is None or any(change.runs_gate for change in loosened))
    remarks = [
        *comparison.remarks,
        *([worded("gate.not_accepted")] if refused and accepted else []),
    ]
    return GuardReport(
        board=clean(comparison.head.path, newlines=False),
        base=base,
        exit_status=ExitStatus.LOOSENED if refused else ExitStatus.READY,
        loosened=loosened,
        tightened=sorted_ones[Direction.TIGHTENED],
        neutral=sorted_ones[Direction.NEUTRAL],
        remarks=[redact(clean(remark, newlines=False)) for remark in remarks],
        measured=compared is not None,
        accepted=accepted and AcceptedBy(by=plain(accepted.by), reason=plain(accepted.reason)),
        compared=[
            msgspec.structs.replace(
                one,
                base=plain(one.base),
                by_base=plain(one.by_base),
                by_head=plain(one.by_head),
                files=list(map(plain, one.files)),
            )
            for one in compared or ()
        ],
    )


def _blocks(report: GuardReport, settings: RunSettings) -> Iterator[Block]:
    say = for_reader()
    if not settings.quiet:
        yield from text_lines(_against(report, say))
        yield from _part(Direction.LOOSENED, report.loosened, say)
        if report.loosened:
            yield from text_lines(f"  `{_shows(report)}`")
        yield from _part(Direction.TIGHTENED, report.tightened, say)
        if settings.verbose:
            yield from _part(Direction.NEUTRAL, report.neutral, say)
        elif report.neutral:
            yield from text_lines("", say("guard.neutral", count=len(report.neutral)))
        yield from _table(report, say)
        if report.remarks:
            yield from text_lines("", *report.remarks)
        yield Line()
    yield _decision(report, say)


def _against(report: GuardReport, say: Sentences) -> str:
    ref, commit = clean(report.base.ref, newlines=False), report.base.commit
    if ref == commit:
        return say("guard.against_commit", board=report.board, commit=commit[:12])
    return say("guard.against", board=report.board, ref=ref, commit=commit[:12])


def _table(report: GuardReport, say: Sentences) -> Iterator[Block]:
    """Yield the verdicts by the base's rules beside the change's own; say if it was only read."""
    if not report.measured:
        yield from text_lines("", say("guard.only_read"))
    if report.compared:
        yield from text_lines("", say("guard.compared"))
        rows = [
            [(one.id, Style.STRONG), *plain(one.base or "–", one.by_base, one.by_head)]
            for one in report.compared
        ]
        yield Grid(rows=rows, heads=say.heads("guard.heads"), flexible=3, caps={1: 20, 2: 24})


_LATER = (
    *(Kind.WEAKER, Kind.TEST, Kind.SKIP, Kind.ASSERTION, Kind.HOOK, Kind.SUPPRESSION),
    *(Kind.SETTING, Kind.RECIPE, Kind.SCRIPT, Kind.CALLER),
)
"""What loosens comes in this order, after verdicts and what the board says otherwise."""
_FILES = 6


def _rank(change: Change) -> int:
    if change.kind is Kind.VERDICT:
        return 0
    return _LATER.index(change.kind) + 2 if change.kind in _LATER else 1


def _shows(report: GuardReport) -> str:
    """Return the command that shows what loosens, in the files where it stands."""
    paths = dict.fromkeys(change.path for change in report.loosened if change.path)
    shown = [shlex.quote(path) for path in paths] if len(paths) <= _FILES else ["."]
    return " ".join(["git diff", report.base.commit[:12], "--", *shown])


_STYLES = {
    Direction.LOOSENED: Style.BAD,
    Direction.TIGHTENED: Style.GOOD,
    Direction.NEUTRAL: Style.DIM,
}


def _part(direction: Direction, changes: Sequence[Change], say: Sentences) -> Iterator[Line]:
    if not changes:
        return
    yield Line()
    title = f"{say(f'guard.part.{direction}')}: {len(changes)}"
    yield Line(parts=((title, _STYLES[direction]),))
    for change in changes:
        yield from text_lines(*change.lines(say))


def _decision(report: GuardReport, say: Sentences) -> Line:
    if report.accepted is not None and report.exit_status == ExitStatus.READY:
        by, reason = report.accepted.by, report.accepted.reason
        words = say("decision.accepted") + say("meaning.accepted")
        words += say("report.accepted", by=by, reason=reason)
        return Line(parts=((f"{words} · {say('report.exit_status', status=0)}", Style.GOOD),))
    if report.loosened:
        count, status = len(report.loosened), report.exit_status
        return Line(parts=((say("guard.loosened", count=count, status=status), Style.BAD),))
    return Line(parts=((say("guard.not_loosened", status=report.exit_status), Style.GOOD),))


VERB = Verb(guard, prints=GuardReport)
