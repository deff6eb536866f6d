"""The plot of a run, from top to bottom.

open → plan → enter the history → run and settle → (again?) → judge → score → decide → carry →
record → report → status

What an option adds to it is a file in features/, and is called where the plot says so.
"""

import os
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from contextlib import ExitStack

import msgspec

from readiness.history.store import History
from readiness.model.board import Board
from readiness.model.errors import NotWrittenError
from readiness.model.plan import Plan
from readiness.model.settings import RunSettings
from readiness.pipeline.facts import Outcome, Start, begin
from readiness.pipeline.features import Command, Feature, Printer, features_of
from readiness.pipeline.interrupts import held, interruptible
from readiness.pipeline.opening import open_board, tell_remarks
from readiness.pipeline.recording import (
    enter,
    last_verdicts,
    learned,
    open_history,
    record,
    with_own_past,
    with_past,
)
from readiness.pipeline.reports import (
    final_status,
    formats_of,
    refuse_unknown_format,
    write_step_files,
)
from readiness.plan import make_plan
from readiness.plan.selection import revision_of
from readiness.project.git import Asking
from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.run.processes.supervise import run_name, supervise
from readiness.run.scratch import scratch_folder
from readiness.terminal.ending import protected
from readiness.terminal.output import context, put


def run_and_report(settings: RunSettings, printer: Printer) -> int:
    """Run the board, record the run, write its reports, and print what `printer` makes of it."""
    refuse_unknown_format(settings.output_format)
    command: Command = _supervised
    for feature in features_of(settings):
        command = feature.around(command)
    return command(settings, printer)


def _supervised(settings: RunSettings, printer: Printer) -> int:
    return supervise(lambda: protected(lambda: perform(settings, printer)))


def perform(
    settings: RunSettings, printer: Callable[[RunDocument, RunSettings, Context], str | None]
) -> int:
    """As `run_and_report`, in this process, which somebody watches over; None is not printed."""
    features = features_of(settings)
    with interruptible(), ExitStack() as stack:
        board = board_of(settings, features, stack)
        if not settings.quiet:
            tell_remarks(board)
        git = Asking(board.workdir)
        # What is imported for the run itself takes as long as git does, and needs no answer of it.
        from readiness.pipeline.execution import execute
        from readiness.pipeline.seen import Recipes

        history, start = open_run(board, settings, features)
        durations, versions = learned(history)
        plan = plan_run(board, start, settings, features, durations, versions)
        git_state = git.answer(target.path for target in settings.reports)
        start = with_own_past(msgspec.structs.replace(start, git=git_state), history, board)
        for feature in features:
            start = feature.starting(start, plan, stack)
        with held():
            problems: list[str] = []
            for feature in features:
                problems += feature.entering(start, board)
            entered, not_entered = enter(history, board, start)
            outcome = _elsewhere(board, plan, start, features) or execute(
                board,
                plan,
                start,
                settings,
                versions=versions,
                scratch=stack.enter_context(scratch_folder(os.environ, run_name())),
                features=features,
                recipes=Recipes(board, history, settings),
            )
            document, not_recorded = record(entered, _carry(outcome, board, start, history))
            document = with_past(document, history, board, formats_of(settings))
            problems += not_entered + not_recorded
            for feature in features:
                document = feature.concluded(document, board)
            for feature in features:
                problems += feature.recorded(document, board)
            problems += write_step_files(document, settings, os.environ)
        text = printer(document, settings, context(os.environ, settings))
        try:
            if text is not None:
                put(text)
        except NotWrittenError as error:
            problems.append(str(error))
        return final_status(document, settings, problems)


# --- open, plan -----------------------------------------------------------------------------------


def board_of(settings: RunSettings, features: Sequence[Feature], stack: ExitStack) -> Board:
    """Open the board of a run. Raises as `open_board` and each feature do."""
    boards = (feature.opening(stack) for feature in features)
    return next(filter(None, boards), None) or open_board(settings)


def open_run(
    board: Board, settings: RunSettings, features: Sequence[Feature]
) -> tuple[History | None, Start]:
    """Open the history of the board, and begin a run. Raises as each feature does."""
    history = open_history(settings, board)
    start = begin(board.profile)
    if history is not None:
        start = msgspec.structs.replace(start, previous=last_verdicts(history, board))
    for feature in features:
        start = feature.opened(start, board, history)
    return history, start


def plan_run(
    board: Board,
    start: Start,
    settings: RunSettings,
    features: Sequence[Feature],
    durations: Mapping[str, float],
    versions: Container[str],
) -> Plan:
    """Plan what the settings select, with what earlier runs taught."""
    plan = make_plan(
        board,
        environ=os.environ,
        selectors=settings.selectors,
        failed=None if start.previous is None else _bad_ids(start.previous),
        affected=_affected(board, settings.selectors),
        durations=durations,
        versions=versions,
        timeout=settings.timeout,
    )
    for feature in features:
        plan = feature.planned(plan, start, board)
    return plan


def _bad_ids(past: RunDocument) -> set[str]:
    return {criterion.id for criterion in past.criteria() if criterion.verdict.bad}


def _affected(board: Board, selectors: Sequence[str]) -> Mapping[str, Collection[str]]:
    """Return what the changes since each revision that a selector names can affect."""
    revisions = {revision for one in selectors if (revision := revision_of(one)) is not None}
    if not revisions:
        return {}
    from readiness.reuse.changed import affected

    whole = make_plan(board, environ=os.environ)
    return {revision: affected(board, whole, revision) for revision in revisions}


# --- run, carry -----------------------------------------------------------------------------------


def _elsewhere(
    board: Board, plan: Plan, start: Start, features: Sequence[Feature]
) -> Outcome | None:
    """Run the plan where a feature has it run; None where it is to run here."""
    outcomes = (feature.executing(plan, start, board) for feature in features)
    return next(filter(None, outcomes), None)


def _carry(outcome: Outcome, board: Board, start: Start, history: History | None) -> Outcome:
    """Add what earlier runs know of what this one did not measure."""
    run = outcome.document
    if history is None or (run.whole and all(one.verdict.measured for one in run.criteria())):
        return outcome
    from readiness.pipeline.carrying import carry

    document = carry(outcome.document, board, history, start.day())
    return msgspec.structs.replace(outcome, document=document)
