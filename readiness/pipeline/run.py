"""The plot of a run, from top to bottom.

open → plan → enter the history → run and settle → (again?) → judge → score → decide → carry →
record → report → status
"""

import os
import time
from collections.abc import Callable, Collection, Container, Mapping
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from readiness.history.store import History
from readiness.measure import close as close_helper
from readiness.model.board import Board, Milestone
from readiness.model.capture import Capture
from readiness.model.errors import ExitStatus, NotWrittenError, UsageError
from readiness.model.judgement import HeldLine
from readiness.model.plan import Plan
from readiness.model.settings import RunSettings
from readiness.pipeline.concluding import conclude
from readiness.pipeline.facts import TOOL, Facts, Outcome, Start, run_id
from readiness.pipeline.interrupts import held, interruptible
from readiness.pipeline.opening import asked_milestone, open_board
from readiness.pipeline.past import last_verdicts, with_past
from readiness.pipeline.recording import enter, learned, open_history, record
from readiness.pipeline.reports import (
    final_status,
    formats_of,
    refuse_targets,
    refuse_unknown_format,
    write_reports,
)
from readiness.pipeline.settle import Readings
from readiness.pipeline.step_files import write_step_files
from readiness.plan import make_plan, secret_values
from readiness.plan.selection import revision_of
from readiness.project.git import Asking
from readiness.record.criteria import Recorder, with_versions
from readiness.record.document import RunDocument
from readiness.record.excerpts import PastRun
from readiness.record.origin import Git
from readiness.record.run import board_ref, shard_record
from readiness.record.values import timestamp
from readiness.report import Context, invalidate, unfinished, write_report
from readiness.run.interface import Settle, Settled
from readiness.run.processes.supervise import run_name, supervise
from readiness.run.run import run
from readiness.run.scratch import choose, make, remove
from readiness.terminal.ending import protected
from readiness.terminal.output import context, put, put_text, shown_progress
from readiness.text.clean import Redactor
from readiness.text.sentences import spoken
from readiness.text.worded import worded

if TYPE_CHECKING:
    from readiness.pipeline.features.base import Judged
    from readiness.pipeline.features.reuse import Reusing

Printer = Callable[[RunDocument, RunSettings, Context], str]


def run_and_report(settings: RunSettings, printer: Printer) -> int:
    """Run the board, record the run, write its reports, and print what `printer` makes of it."""
    refuse_unknown_format(settings.output_format)
    if settings.shard is not None and settings.until_decided:
        raise UsageError(worded("usage.shard_decides_nothing"))
    if settings.on:
        from readiness.pipeline.features.on import refuse_alone

        refuse_alone(settings)
    if settings.dry_run:
        return _show_plan(settings)
    if settings.watch:
        from readiness.pipeline.features.watch import watch

        return watch(settings, printer, _supervised)
    if not settings.open:
        return _supervised(settings, printer)
    from readiness.pipeline.features.open import open_page, with_page

    asked = with_page(settings)
    status = _supervised(asked, printer)
    open_page(asked)
    return status


def _supervised(settings: RunSettings, printer: Printer) -> int:
    return supervise(lambda: protected(lambda: perform(settings, printer)))


def _show_plan(settings: RunSettings) -> int:
    from readiness.pipeline.features.dry_run import describe

    with ExitStack() as stack:
        opened = _open(settings, stack)
        durations, _ = learned(opened.history)
        plan = _plan(opened, settings, durations, {})
        redactor = Redactor(secret_values(opened.board, os.environ))
        put_text(redactor.redact(describe(opened.board, plan)))
    return ExitStatus.READY


def perform(
    settings: RunSettings, printer: Callable[[RunDocument, RunSettings, Context], str | None]
) -> int:
    """As `run_and_report`, in this process, which somebody watches over; None is not printed."""
    with interruptible(), ExitStack() as stack:
        opened = _open(settings, stack)
        board = opened.board
        refuse_targets(settings, board)
        if settings.notify:
            from readiness.pipeline.features.notify import channels, notify_of

            channels(settings.notify)
        git = Asking(board.workdir)
        durations, versions = learned(opened.history)
        plan = _plan(opened, settings, durations, versions)
        git_state = git.answer(target.path for target in settings.reports)
        start = _start(opened, git_state, _line(opened, settings))
        start = _by_base(opened, plan, start, settings, stack)
        with held():
            problems = _invalidate_reports(board, start, settings)
            history, not_entered = enter(opened.history, board, start)
            reusing = _reusing(opened, plan, start, settings)
            if settings.on:
                from readiness.pipeline.features.on import execute_on

                outcome = execute_on(board, plan, start, settings)
            else:
                name = run_name()
                outcome = execute(
                    board, plan, start, settings, versions=versions, name=name, reusing=reusing
                )
            document, not_recorded = record(history, _carry(outcome, board, start, opened.history))
            document = with_past(document, opened.history, board, formats_of(settings))
            problems += not_entered + not_recorded
            problems += write_reports(document, settings, board, write_report)
            problems += write_step_files(document, settings, os.environ)
            if settings.notify:
                problems += notify_of(document, settings.notify)
        text = printer(document, settings, context(os.environ, settings))
        try:
            if text is not None:
                put(text)
        except NotWrittenError as error:
            problems.append(str(error))
        return final_status(document, settings, problems)


# --- open, plan, enter ----------------------------------------------------------------------------


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is about, and what it knows of earlier ones. `judged` is by which base, if any."""

    board: Board
    judged: "Judged | None"
    milestone: Milestone | None
    history: History | None
    previous: PastRun | None


def _open(settings: RunSettings, stack: ExitStack) -> Opened:
    """Open the board, or the base's with it, whose copies exist as long as `stack` is open."""
    judged = None
    if settings.base is not None:
        from readiness.pipeline.features.base import judged_by_base

        judged = stack.enter_context(judged_by_base(settings))
    board = judged.board if judged else open_board(settings)
    milestone = asked_milestone(settings, board)
    history = open_history(settings, board)
    return Opened(
        board=board,
        judged=judged,
        milestone=milestone,
        history=history,
        previous=None if history is None else last_verdicts(history, board),
    )


def _plan(
    opened: Opened,
    settings: RunSettings,
    durations: Mapping[str, float],
    versions: Container[str],
) -> Plan:
    past = opened.previous
    plan = make_plan(
        opened.board,
        environ=os.environ,
        selectors=settings.selectors,
        failed=None if past is None else {one.id for one in past.criteria() if one.verdict.bad},
        affected=_affected(opened.board, settings, opened.history),
        durations=durations,
        versions=versions,
        timeout=settings.timeout,
    )
    if settings.shard is not None:
        from readiness.pipeline.features.shard import shard_of

        return shard_of(plan, opened.board, *settings.shard)
    if not settings.until_decided:
        return plan
    from readiness.pipeline.features.until_decided import in_order

    return in_order(plan, opened.board, opened.milestone, _line(opened, settings), past)


def _affected(
    board: Board, settings: RunSettings, history: History | None
) -> dict[str, Collection[str]]:
    """What the change since each revision that a selector names can affect."""
    revisions = {one for each in settings.selectors if (one := revision_of(each)) is not None}
    if not revisions:
        return {}
    from readiness.pipeline.features.reuse import seen_inputs
    from readiness.reuse.changed import affected

    whole = make_plan(board, environ=os.environ)
    seen = {} if history is None else seen_inputs(whole, history)
    return {revision: affected(board, whole, revision, seen) for revision in revisions}


def _line(opened: Opened, settings: RunSettings) -> HeldLine | None:
    if not settings.hold_line:
        return None
    from readiness.pipeline.features.hold_line import line_of

    base = opened.judged.base if opened.judged else None
    return line_of(opened.history, opened.board, base)


def _reusing(opened: Opened, plan: Plan, start: Start, settings: RunSettings) -> "Reusing | None":
    """What earlier runs have of the plan's results, where the caller asks for that."""
    if not settings.reuse or opened.history is None:
        return None
    from readiness.pipeline.features.reuse import Reusing

    return Reusing(plan, opened.history, start.id)


def _start(opened: Opened, git: Git | None, line: HeldLine | None) -> Start:
    at = time.time()
    judged = opened.judged
    return Start(
        id=run_id(at),
        at=at,
        profile=opened.board.profile,
        git=git,
        previous=opened.previous,
        base=judged.base if judged else None,
        loosened=judged.loosened if judged else (),
        weighed=judged.weighed if judged else None,
        milestone=opened.milestone,
        line=line,
    )


def _by_base(
    opened: Opened, plan: Plan, start: Start, settings: RunSettings, stack: ExitStack
) -> Start:
    """Measure by the base's rules what the change might measure otherwise."""
    if opened.judged is None:
        return start
    from readiness.pipeline.measured import measured_by_base

    asked = {planned.criterion.id for planned in plan.planned if not planned.skipped}
    seen = stack.enter_context(measured_by_base(opened.judged, settings, asked, execute))
    return msgspec.structs.replace(start, seen=seen)


def _invalidate_reports(board: Board, start: Start, settings: RunSettings) -> list[str]:
    """Yesterday's report must not read ready while today's run goes on, or is killed."""
    if not settings.reports:
        return []
    document = unfinished(
        run=start.id,
        tool=TOOL,
        board=board_ref(board, start.git),
        profile=board.profile,
        git=start.git,
        started_at=timestamp(start.at),
    )
    return write_reports(document, settings, board, invalidate)


# --- run and settle, again?, judge ----------------------------------------------------------------


def execute(
    board: Board,
    plan: Plan,
    start: Start,
    settings: RunSettings,
    *,
    versions: Mapping[str, str],
    name: str = "",
    reusing: "Reusing | None" = None,
) -> Outcome:
    """Run every probe of `plan`, judge every criterion, and return the whole run as a document.

    `versions` are those that need not be asked for, `name` is the scratch folder's; what `reusing`
    has of earlier runs is not run. Never raises for what a probe does.
    """
    jobs = settings.jobs or len(os.sched_getaffinity(0))
    recorder = Recorder(Redactor(secret_values(board, os.environ)))
    readings = Readings(board, plan, recorder, start.day())
    scratch = make(choose(os.environ, name))
    left = plan if reusing is None else reusing.left(readings, scratch)
    observer = shown_progress(left, jobs, settings, spoken(board.language), os.environ)
    began = time.monotonic()
    try:
        counted = None if reusing is None else reusing.counted
        settle: Settle = partial(settled, readings, fail_fast=settings.fail_fast, counted=counted)
        if settings.until_decided:
            from readiness.pipeline.features.until_decided import until_decided

            left, settle = until_decided(board, left, start, readings, settle)
        ending = run(
            left,
            settle,
            jobs=jobs,
            run_timeout=settings.run_timeout or board.run_timeout,
            over_at=settings.over_at,
            scratch=scratch,
            observe=observer,
            may_stop=settings.fail_fast or settings.until_decided,
        )
        judgements = [readings.judge(planned) for planned in plan.planned]
    finally:
        close_helper()
        observer.close()
        remove(scratch)
    known = {**versions, **readings.versions}
    keep = None if reusing is None else reusing.keep(readings, recorder)
    facts = Facts(
        probe_ids={
            planned.criterion.id: [plan.probes[index].id for index in planned.probes]
            for planned in plan.planned
        },
        probes=with_versions(readings.records(), plan.version_keys, known),
        findings=readings.findings(),
        folders=recorder.folders(plan),
        put_aside=plan.put_aside,
        elapsed=time.monotonic() - began,
        partial=plan.partial,
        empty=plan.empty,
        signal=ending.signal or 0,
        shard=shard_record(plan.shard),
    )
    document = conclude(board, judgements, start, facts, recorder)
    if start.seen is not None:
        start = msgspec.structs.replace(start, loosened=start.seen(document), seen=None)
        document = conclude(board, judgements, start, facts, recorder)
    return Outcome(
        document=document,
        durations=readings.durations,
        versions=readings.versions,
        keep=keep,
    )


def settled(
    readings: Readings,
    attempt: Capture,
    *,
    fail_fast: bool,
    counted: Callable[[Capture], Capture | None] | None = None,
) -> Settled:
    """Settle an attempt, which is over: it is tried again, or what comes after it may start.

    `counted` tells what an attempt counts as; None where it is to be made again under others.
    """
    capture = attempt if counted is None else counted(attempt)
    if capture is None:
        return Settled(succeeded=False, again=True)
    taken = readings.take(capture)
    delay = readings.pause(capture)
    if delay is not None:
        return Settled(succeeded=False, again=True, delay=delay)
    return msgspec.structs.replace(taken, stop=readings.fault(capture)) if fail_fast else taken


# --- carry ---------------------------------------------------------------------------------------


def _carry(outcome: Outcome, board: Board, start: Start, history: History | None) -> Outcome:
    """Add what earlier runs know of what this one did not measure."""
    if history is None or all(one.verdict.measured for one in outcome.document.criteria()):
        return outcome
    from readiness.pipeline.carrying import carry

    document = carry(outcome.document, board, history, start.day())
    return msgspec.structs.replace(outcome, document=document)
