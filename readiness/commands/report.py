"""Make reports from recorded runs: on one run, a day, a week or a milestone."""

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from readiness.advice.steps import NextStep
from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, option
from readiness.model.board import Board
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings
from readiness.model.units import duration
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import find_run, no_run, past_of, recent_runs, standing
from readiness.pipeline.recording import with_past
from readiness.pipeline.reports import (
    formats_of,
    refuse_targets,
    refuse_unknown_format,
    write_reports,
)
from readiness.record.document import RunDocument
from readiness.record.localised import localised
from readiness.report import render, write_report
from readiness.terminal.output import context, put, put_text
from readiness.text.languages import Language
from readiness.text.sentences import spoken
from readiness.text.worded import joined, worded, words_of
from readiness.timeline.page import page
from readiness.timeline.period import ReportKind, TeamReport, on_a_milestone, over_a_period

RUNS = 1000
DAY = 86_400.0


def report(
    run: Annotated[
        str,
        argument("[RUN]", "A run: the beginning of its id, a file, or `last`.", "runs"),
    ] = "last",
    since: Annotated[
        str | None,
        option("--since", "TIME", "Report on a period: 1d for the day, 7d for the week."),
    ] = None,
    milestone: Annotated[
        str | None,
        option("--milestone", "ID", "Report on this milestone.", complete="milestones"),
    ] = None,
    reports: options.Reports = None,
    output_format: options.ReportFormat = "table",
    board_file: options.Board = None,
    profile: options.Profile = None,
    history: options.History = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Print a report from recorded runs, and write it to files.

    It is about the run, or else about the time `since` then or a milestone.
    """
    settings = asked(locals())
    board = open_board(settings)
    if since is None and milestone is None:
        return _of_a_run(settings, board, run)
    if settings.reports or settings.output_format != "table":
        raise UsageError(worded("usage.team_one_text"))
    language = spoken(board.language)
    team = _of_the_team(settings, board, since, milestone, language)
    until = datetime.now().astimezone().date().isoformat()
    plan = _plan(settings, board, team, language)
    team = msgspec.structs.replace(team, plan=plan, until=until)
    put_text(page(team))
    return ExitStatus.READY


def _of_a_run(settings: RunSettings, board: Board, name: str) -> int:
    """Report on the run itself, in any format, as if it had just ended; return the status."""
    refuse_unknown_format(settings.output_format)
    refuse_targets(settings, board)
    run = find_run(settings, board, name)
    with past_of(settings, board) as history:
        run = with_past(run, history, board, formats_of(settings))
    problems = write_reports(run, settings, write_report)
    put(render(settings.output_format, run, context(os.environ, settings)))
    return ExitStatus.NOT_WRITTEN if problems else ExitStatus.READY


def _plan(
    settings: RunSettings, board: Board, team: TeamReport, language: Language
) -> dict[str, list[NextStep]]:
    """Return the steps that `next` names now, by owner; of a milestone, those of its tasks."""
    from readiness.commands.next import advise

    asked = {task.id for task in team.tasks()}
    today = datetime.fromtimestamp(time.time(), UTC).date()
    run = standing(settings, board)
    steps = advise(board, run and localised(run, language), None, today).criteria
    owners = {task.id: task.owner for task in board.tasks}
    plans: dict[str, list[NextStep]] = {}
    for step in steps:
        if team.milestone is None or step.task in asked:
            plans.setdefault(owners[step.task], []).append(step)
    return plans


def _of_the_team(
    settings: RunSettings,
    board: Board,
    since: str | None,
    milestone: str | None,
    language: Language,
) -> TeamReport:
    from readiness.commands.next import as_decided

    runs = recent_runs(settings, board, limit=RUNS, whole=True)
    if not runs:
        raise no_run(settings, board, worded("usage.no_run_yet"))
    today = datetime.fromtimestamp(time.time(), UTC).date()
    runs[-1] = msgspec.structs.replace(runs[-1], milestones=as_decided(runs[-1], today))
    if milestone is not None:
        return _of_the_milestone(milestone, runs, language)
    assert since is not None  # noqa: S101 - one of the two was asked for
    seconds = _seconds(since)
    kind = {DAY: ReportKind.DAILY, 7 * DAY: ReportKind.WEEKLY}.get(seconds, ReportKind.PERIOD)
    start = datetime.now().astimezone() - timedelta(seconds=seconds)
    within = [run for run in runs if datetime.fromisoformat(run.started_at) >= start]
    earlier = runs[: len(runs) - len(within)]
    if not within:
        raise UsageError(worded("usage.no_run_then", at=runs[-1].started_at))
    return over_a_period(
        within,
        earlier[-1] if earlier else None,
        start.isoformat(timespec="seconds"),
        kind,
        language,
    )


def _of_the_milestone(name: str, runs: list[RunDocument], language: Language) -> TeamReport:
    now = runs[-1]
    for milestone in now.milestones:
        if milestone.id == name:
            earlier = runs[-2] if len(runs) > 1 else None
            return on_a_milestone(now, earlier, milestone, language)
    names = ", ".join(milestone.id for milestone in now.milestones)
    there = worded("usage.there_is", names=names) if names else worded("usage.last_has_none")
    raise UsageError(worded("usage.no_milestone", name=name, there=there))


def _seconds(text: str) -> float:
    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(joined(["--since", words_of(error)], "colon")) from None


VERB = Verb(report)
