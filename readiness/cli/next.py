"""The command that looks ahead."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import Board, History, OutputFormat, Profile, given_history
from readiness.model.settings import RunSettings


@app.command("next")
def next_steps(
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="SCORE",
            envvar="READINESS_TO",
            help="Find the cheapest set of tasks, by estimate, that reaches this score.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="TASK", help="Leave this task out of the set; repeatable."),
    ] = None,
    board: Board = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
    history: History = None,
) -> int:
    """Tell what to do next: open criteria by what they gain, blockers first."""
    from readiness.commands.next import next_steps as command

    settings = RunSettings(
        board=board, profile=profile, output_format=output_format, history=given_history(history)
    )
    return command(settings, to, without or ())
