"""The commands that write a person's decision into the board."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import Board, OutputFormat, Profile, Project
from readiness.model.settings import BoardSettings

Criterion = Annotated[str, typer.Argument(metavar="ID", help="The criterion.")]
By = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Who decides this. Default: git's user.name."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the change, write nothing.")]


@app.command()
def waive(
    subject: Criterion,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it may fail.")],
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The last day, in UTC.")],
    by: By = None,
    up_to: Annotated[
        str | None,
        typer.Option(
            metavar="EXPECTATION", help='How bad it may be: "<= 2". "" takes a bound away.'
        ),
    ] = None,
    dry_run: DryRun = False,
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
) -> int:
    """Let a criterion fail until a day: write it into the board."""
    from readiness.commands.waive import Waive
    from readiness.commands.waive import waive as command

    return command(
        _settings(board, project, profile, output_format),
        subject,
        Waive(reason=reason, until=until, by=by, up_to=up_to),
        dry_run=dry_run,
    )


@app.command()
def attest(
    subject: Criterion,
    by: By = None,
    on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Default: today, in UTC.")
    ] = None,
    valid: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="How long it is good. Default: as the board has it, or 180d."
        ),
    ] = None,
    evidence: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help='A file, a folder or a link. Default: the board\'s own; "": none.'
        ),
    ] = None,
    dry_run: DryRun = False,
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    output_format: OutputFormat = "table",
) -> int:
    """Give your word where nothing can be measured: write it into the board."""
    from readiness.commands.attest import Attest
    from readiness.commands.attest import attest as command

    return command(
        _settings(board, project, profile, output_format),
        subject,
        Attest(by=by, on=on, valid=valid, evidence=evidence),
        dry_run=dry_run,
    )


def _settings(
    board: str | None, project: str | None, profile: str | None, output_format: str
) -> BoardSettings:
    return BoardSettings(board=board, project=project, profile=profile, output_format=output_format)
