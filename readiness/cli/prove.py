"""The command that tries the gate itself."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import (
    Board,
    History,
    Jobs,
    OutputFormat,
    Profile,
    Project,
    Quiet,
    Timeout,
    given_history,
    seconds,
)
from readiness.model.settings import RunSettings


@app.command()
def prove(
    selectors: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SELECTOR]...",
            help="Task or criterion ids, P0, tag:NAME, check:NAME, or failed (in the last run).",
        ),
    ] = None,
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    jobs: Jobs = None,
    timeout: Timeout = None,
    output_format: OutputFormat = "table",
    history: History = None,
    quiet: Quiet = False,
) -> int:
    """Show that each criterion can fail: without its tools, with empty output, on a bad sample."""
    from readiness.commands.prove import prove as command

    return command(
        RunSettings(
            board=board,
            project=project,
            profile=profile,
            selectors=tuple(selectors or ()),
            jobs=jobs,
            timeout=seconds(timeout),
            output_format=output_format,
            history=given_history(history),
            quiet=quiet,
        )
    )
