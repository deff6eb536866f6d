"""The commands that look back at recorded runs."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import Board, History, OutputFormat, Project, given_history
from readiness.model.errors import UsageError
from readiness.model.settings import RunSettings


@app.command()
def history(
    recorded: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN.json]...", help="With --verify: hold these reports against the history."
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            envvar="READINESS_VERIFY",
            help="Name what was edited, removed or inserted; end with 4 where anything was.",
        ),
    ] = False,
    commit: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            envvar="READINESS_COMMIT",
            help="With --verify: the commit that the reports must be of. Default: HEAD.",
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            "--limit", "-n", min=1, metavar="N", envvar="READINESS_LIMIT", help="So many runs."
        ),
    ] = 20,
    board: Board = None,
    project: Project = None,
    output_format: OutputFormat = "table",
    history: History = None,
) -> int:
    """List the recorded runs, or verify that nobody altered them."""
    from readiness.commands.history import history as listing
    from readiness.commands.history import verify as verification

    settings = RunSettings(
        board=board,
        project=project,
        recorded=tuple(recorded or ()),
        output_format=output_format,
        history=given_history(history),
    )
    if verify:
        return verification(settings, commit=commit)
    if recorded or commit is not None:
        raise UsageError("reports and --commit need --verify")
    return listing(settings, limit=limit)
