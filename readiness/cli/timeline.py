"""The commands that look back: recorded runs compared and followed."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import Board, History, OutputFormat, Profile, given_history
from readiness.settings import RunSettings


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
