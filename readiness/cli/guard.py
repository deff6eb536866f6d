"""The command that looks at what a change does to its own gate."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import Board, OutputFormat, Profile, Project, Quiet, Verbose
from readiness.model.settings import BoardSettings


@app.command()
def guard(
    base: Annotated[
        str,
        typer.Option(metavar="REF", envvar="READINESS_BASE", help="The revision to compare with."),
    ],
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Tell what this change loosens, in the gate and in what it measures; run nothing."""
    from readiness.commands.guard import guard as command

    return command(
        BoardSettings(
            board=board,
            project=project,
            profile=profile,
            output_format=output_format,
            quiet=quiet,
            verbose=verbose,
            base=base,
        )
    )
