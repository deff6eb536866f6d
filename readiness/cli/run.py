"""The commands that run probes."""

from typing import Annotated

import typer

from readiness.cli.app import app
from readiness.cli.options import (
    Base,
    Board,
    DryRun,
    ExitZero,
    FailFast,
    History,
    Jobs,
    Milestone,
    OutputFormat,
    Profile,
    Project,
    Quiet,
    Report,
    Timeout,
    Verbose,
    given_history,
    seconds,
    targets,
)
from readiness.model.settings import RunSettings


@app.command()
def check(
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
    fail_fast: FailFast = False,
    report: Report = None,
    output_format: OutputFormat = "table",
    history: History = None,
    base: Base = None,
    dry_run: DryRun = False,
    exit_zero: ExitZero = False,
    milestone: Milestone = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Run the probes; show what passes, the score and the gate."""
    from readiness.commands.check import check as command

    return command(
        RunSettings(
            board=board,
            project=project,
            profile=profile,
            selectors=tuple(selectors or ()),
            jobs=jobs,
            timeout=seconds(timeout),
            fail_fast=fail_fast,
            reports=targets(report),
            output_format=output_format,
            history=given_history(history),
            base=base,
            dry_run=dry_run,
            exit_zero=exit_zero,
            milestone=milestone,
            quiet=quiet,
            verbose=verbose,
        )
    )


@app.command()
def score(
    recorded: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN.json]...", help="Score these recorded runs together."),
    ] = None,
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    jobs: Jobs = None,
    timeout: Timeout = None,
    fail_fast: FailFast = False,
    report: Report = None,
    output_format: OutputFormat = "table",
    history: History = None,
    base: Base = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", envvar="READINESS_EXPLAIN", help="Show the score's sum line by line."
        ),
    ] = False,
    dry_run: DryRun = False,
    exit_zero: ExitZero = False,
    milestone: Milestone = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Run the probes and print the score and the gate, for CI."""
    from readiness.commands.score import score as command

    return command(
        RunSettings(
            board=board,
            project=project,
            profile=profile,
            recorded=tuple(recorded or ()),
            jobs=jobs,
            timeout=seconds(timeout),
            fail_fast=fail_fast,
            reports=targets(report),
            output_format=output_format,
            history=given_history(history),
            base=base,
            dry_run=dry_run,
            explain=explain,
            exit_zero=exit_zero,
            milestone=milestone,
            quiet=quiet,
            verbose=verbose,
        )
    )
