"""`readiness report`: reports from recorded runs, of a day, a week or a milestone."""

import os
from datetime import datetime, timedelta

from readiness.model.board import Board
from readiness.model.errors import ExitStatus, NotWrittenError, UsageError
from readiness.model.settings import RunSettings, history_path
from readiness.model.units import duration
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import find_run, recent_runs, with_past
from readiness.pipeline.run import irreplaceable, write_reports
from readiness.record.document import RunDocument
from readiness.report import FORMATS, render, write_report
from readiness.terminal.ending import tell
from readiness.terminal.output import context, put, put_json, put_text, wants_json
from readiness.timeline.page import page, title
from readiness.timeline.period import ReportKind, TeamReport, on_a_milestone, over_a_period

RUNS = 1000
DAY = 86_400.0


class ReportSettings(RunSettings, frozen=True, kw_only=True):
    """Which run or time the report is about, and where it is sent. `since` is in seconds."""

    run: str = "last"
    since: str | None = None
    notify: tuple[str, ...] = ()


def report(settings: ReportSettings) -> int:
    """Print a report from recorded runs, write it to files, and send it where it is asked for."""
    board = open_board(settings)
    if settings.since is None and settings.milestone is None:
        return _of_a_run(settings, board)
    if settings.reports:
        raise UsageError("--report: a team's report is one Markdown text; use > FILE instead")
    made = _of_the_team(settings, board)
    if wants_json(settings.output_format):
        put_json(made)
    else:
        put_text(page(made))
    return _sent(settings, title(made), page(made))


def _of_a_run(settings: ReportSettings, board: Board) -> int:
    """The run's own report, in any format, as if it had just ended."""
    if settings.output_format not in FORMATS:
        raise UsageError(
            f'--output-format: no format is called "{settings.output_format}";'
            f" there is {', '.join(sorted(FORMATS))}"
        )
    run = find_run(settings, board, settings.run)
    formats = [settings.output_format, *(target.format for target in settings.reports)]
    run = with_past(run, settings, board, formats)
    forbidden = irreplaceable(board, history_path(settings, board.path))
    problems = write_reports(run, settings, write_report, forbidden)
    seen = context(os.environ, quiet=settings.quiet, verbose=settings.verbose)
    put(render(settings.output_format, run, seen))
    for problem in problems:
        tell(f"readiness: {problem}")
    sent = ExitStatus.READY
    if settings.notify:
        sent = _sent(settings, run.board.title, render("markdown", run, seen))
    return ExitStatus.NOT_WRITTEN if problems else sent


def _sent(settings: ReportSettings, subject: str, body: str) -> ExitStatus:
    if not settings.notify:
        return ExitStatus.READY
    from readiness.commands.notify import notify

    try:
        notify(settings.notify, subject, body)
    except NotWrittenError as error:
        tell(f"readiness: {error}")
        return ExitStatus.NOT_WRITTEN
    return ExitStatus.READY


def _of_the_team(settings: ReportSettings, board: Board) -> TeamReport:
    runs = recent_runs(settings, board, limit=RUNS, whole=True)
    if not runs:
        raise UsageError("no run of the whole board is recorded yet: run `readiness check`")
    if settings.milestone is not None:
        return _of_the_milestone(settings.milestone, runs)
    assert settings.since is not None  # noqa: S101 - one of the two was asked for
    seconds = _seconds(settings.since)
    kind = {DAY: ReportKind.DAILY, 7 * DAY: ReportKind.WEEKLY}.get(seconds, ReportKind.PERIOD)
    since = datetime.now().astimezone() - timedelta(seconds=seconds)
    within = [run for run in runs if datetime.fromisoformat(run.started_at) >= since]
    earlier = runs[: len(runs) - len(within)]
    if not within:
        raise UsageError(
            f"no run of the whole board in that time; the last was at {runs[-1].started_at}"
        )
    return over_a_period(
        within, earlier[-1] if earlier else None, since.isoformat(timespec="seconds"), kind
    )


def _of_the_milestone(name: str, runs: list[RunDocument]) -> TeamReport:
    now = runs[-1]
    for milestone in now.milestones:
        if milestone.id == name:
            return on_a_milestone(now, runs[-2] if len(runs) > 1 else None, milestone)
    names = ", ".join(milestone.id for milestone in now.milestones)
    there = f"there is {names}" if names else "the last run has none"
    raise UsageError(f'--milestone: no milestone is called "{name}"; {there}')


def _seconds(text: str) -> float:
    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--since: {error}") from None
