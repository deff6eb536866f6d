"""The commands that look back: recorded runs compared and followed."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import (
    Board,
    History,
    OutputFormat,
    Profile,
    Quiet,
    Report,
    Verbose,
    given_history,
    targets,
)
from readiness.model.settings import RunSettings


@app.command()
def diff(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[A [B]]",
            help="Runs by the beginning of their id, as files, or `last`. Default: the last two.",
        ),
    ] = None,
    board: Board = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
    history: History = None,
) -> int:
    """Tell what changed between two runs, and what that did to the score."""
    from readiness.commands.diff import diff as command

    settings = RunSettings(
        board=board, profile=profile, output_format=output_format, history=given_history(history)
    )
    return command(settings, runs or ())


@app.command()
def trend(
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="A criterion, a task, or `score`.")
    ] = "score",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many runs at most.")] = 100,
    board: Board = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
    history: History = None,
) -> int:
    """Follow a number over the runs, and tell when it reaches its target at this pace."""
    from readiness.commands.trend import trend_of

    settings = RunSettings(
        board=board, profile=profile, output_format=output_format, history=given_history(history)
    )
    return trend_of(settings, subject, limit)


@app.command("report")
def make_report(
    run: Annotated[
        str,
        typer.Argument(metavar="[RUN]", help="The beginning of an id, a file, or `last`."),
    ] = "last",
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The report on a time: 1d of the day, 7d of the week."),
    ] = None,
    milestone: Annotated[
        str | None, typer.Option(metavar="ID", help="The report on a milestone.")
    ] = None,
    notify: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            envvar="READINESS_NOTIFY",
            help="Send it there, as Apprise writes addresses; repeatable.",
        ),
    ] = None,
    report: Report = None,
    output_format: OutputFormat = "table",
    board: Board = None,
    profile: Profile = None,
    history: History = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Make reports from recorded runs: of one run, a day, a week or a milestone."""
    from readiness.commands.report import ReportSettings
    from readiness.commands.report import report as command

    return command(
        ReportSettings(
            run=run,
            since=since,
            milestone=milestone,
            notify=tuple(notify or ()),
            reports=targets(report),
            output_format=output_format,
            board=board,
            profile=profile,
            history=given_history(history),
            quiet=quiet,
            verbose=verbose,
        )
    )
