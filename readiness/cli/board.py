"""The commands that look at a board and its catalogue, and run no probe."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import (
    Board,
    History,
    OutputFormat,
    Profile,
    Project,
    Quiet,
    given_history,
)
from readiness.model.settings import BoardSettings, RunSettings


@app.command()
def validate(
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
    quiet: Quiet = False,
) -> int:
    """Report every mistake of the board; run nothing."""
    from readiness.commands.validate import validate as command

    return command(
        BoardSettings(
            board=board,
            project=project,
            profile=profile,
            output_format=output_format,
            quiet=quiet,
        )
    )


@app.command("list")
def list_tasks(
    board: Board = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
    history: History = None,
) -> int:
    """List the tasks, as they stood in the last run."""
    from readiness.commands.list import list_tasks as command

    return command(
        RunSettings(
            board=board,
            profile=profile,
            output_format=output_format,
            history=given_history(history),
        )
    )


@app.command()
def show(
    subject: Annotated[str, typer.Argument(metavar="ID", help="A task or a criterion.")],
    board: Board = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
    history: History = None,
) -> int:
    """Show one task or criterion with its evidence."""
    from readiness.commands.show import show as command

    return command(
        RunSettings(
            board=board,
            profile=profile,
            output_format=output_format,
            history=given_history(history),
        ),
        subject,
    )


@app.command()
def checks(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Document this check.")
    ] = None,
    board: Board = None,
    output_format: OutputFormat = "table",
) -> int:
    """List the catalogue of checks, or document one."""
    from readiness.commands.checks import checks as command

    return command(BoardSettings(board=board, output_format=output_format), name)


@app.command()
def doctor(
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
) -> int:
    """Tell which tools are here, and how to get the others."""
    from readiness.commands.doctor import doctor as command

    return command(
        BoardSettings(board=board, project=project, profile=profile, output_format=output_format)
    )


@app.command()
def schema(
    subject: Annotated[
        str,
        typer.Argument(metavar="NAME", help="board, check, run, or a command: its JSON."),
    ] = "board",
) -> int:
    """Print the JSON Schema of a board, a check, a run or a command's JSON."""
    from readiness.commands.schema import schema as command

    return command(subject)
