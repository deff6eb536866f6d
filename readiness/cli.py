"""The command line: flags become settings, settings go to one command, and it gives the status."""

import os
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from readiness.ending import protected, secure_streams
from readiness.errors import ExitStatus, UsageError
from readiness.settings import BoardSettings, ReportTarget, RunSettings

app = typer.Typer(
    name="readiness",
    help="Decide whether a project is ready for release, by measuring.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Exit status: 0 ready, 1 not ready, 2 wrong command line or board, 3 undecided,"
        " 4 loosened, 5 a report was not written, 70 internal error, 128+n ended by signal n."
    ),
)

Board = Annotated[
    str | None,
    typer.Option("--board", "-b", metavar="FILE", envvar="READINESS_BOARD", help="The board."),
]
Project = Annotated[
    str | None,
    typer.Option(
        "--project",
        "-C",
        metavar="DIR",
        envvar="READINESS_PROJECT",
        help="Run probes in this folder instead of the board's workdir.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(metavar="NAME", envvar="READINESS_PROFILE", help="Where the run takes place."),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, metavar="N", envvar="READINESS_JOBS", help="Probes at once."
    ),
]
Timeout = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", envvar="READINESS_TIMEOUT", help="Time limit of each probe, e.g. 90s."
    ),
]
FailFast = Annotated[
    bool,
    typer.Option(
        "--fail-fast", envvar="READINESS_FAIL_FAST", help="Stop at the first fail or error."
    ),
]
Report = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FORMAT=FILE", envvar="READINESS_REPORT", help="Write a report; repeatable."
    ),
]
OutputFormat = Annotated[
    str,
    typer.Option(
        metavar="FORMAT", envvar="READINESS_OUTPUT_FORMAT", help="What stdout gets: table or json."
    ),
]
History = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        envvar="READINESS_HISTORY",
        help='The history of runs; "" for none. Default: .readiness/history.db beside the board.',
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", envvar="READINESS_DRY_RUN", help="Show the plan, run nothing."),
]
ExitZero = Annotated[
    bool,
    typer.Option(
        "--exit-zero",
        envvar="READINESS_EXIT_ZERO",
        help="End with 0 instead of 1 or 3, for reports that do not block.",
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", envvar="READINESS_QUIET", help="Only the decision."),
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", envvar="READINESS_VERBOSE", help="Show outputs of probes."),
]


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
    dry_run: DryRun = False,
    exit_zero: ExitZero = False,
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
            timeout=_seconds(timeout),
            fail_fast=fail_fast,
            reports=_targets(report),
            output_format=output_format,
            history=_given_history(history),
            dry_run=dry_run,
            exit_zero=exit_zero,
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
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", envvar="READINESS_EXPLAIN", help="Show the score's sum line by line."
        ),
    ] = False,
    dry_run: DryRun = False,
    exit_zero: ExitZero = False,
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
            timeout=_seconds(timeout),
            fail_fast=fail_fast,
            reports=_targets(report),
            output_format=output_format,
            history=_given_history(history),
            dry_run=dry_run,
            explain=explain,
            exit_zero=exit_zero,
            quiet=quiet,
            verbose=verbose,
        )
    )


@app.command()
def validate(
    board: Board = None,
    project: Project = None,
    profile: Profile = None,
    quiet: Quiet = False,
) -> int:
    """Report every mistake of the board; run nothing."""
    from readiness.commands.validate import validate as command

    return command(BoardSettings(board=board, project=project, profile=profile, quiet=quiet))


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
            history=_given_history(history),
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
            history=_given_history(history),
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
        str, typer.Argument(metavar="[board|check|run]", help="Which file it describes.")
    ] = "board",
) -> int:
    """Print the JSON Schema of a board, a check or a run."""
    from readiness.commands.schema import schema as command

    return command(subject)


def main(arguments: list[str]) -> int:
    """Run one command. The result is the exit status; errors are told on stderr."""
    secure_streams()
    return protected(lambda: _invoke(arguments))


def _invoke(arguments: list[str]) -> int:
    from typer import _click as click

    command = typer.main.get_command(app)
    try:
        status = command.main(arguments, prog_name="readiness", standalone_mode=False)
    except click.exceptions.ClickException as error:
        error.show(sys.stderr)
        return ExitStatus.USAGE
    except SystemExit:  # a pipe without a reader: 1 would say "not ready"
        return ExitStatus.NOT_WRITTEN
    sys.stdout.flush()
    return status if isinstance(status, int) else ExitStatus.READY


def _given_history(option: str | None) -> str | None:
    """As the option says; an empty variable, which Typer takes for none, means no history too."""
    return os.environ.get("READINESS_HISTORY") if option is None else option


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    from readiness.expect import duration

    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--timeout: {error}") from None


def _targets(values: list[str] | None) -> tuple[ReportTarget, ...]:
    from readiness.report import FORMATS

    targets: list[ReportTarget] = []
    for value in values or ():
        name, equals, path = value.partition("=")
        if not equals or not path:
            raise UsageError(f'--report: expected FORMAT=FILE, found "{value}"')
        if name not in FORMATS:
            raise UsageError(f'--report: no format is called "{name}"; there is {_all(FORMATS)}')
        if any(os.path.realpath(path) == os.path.realpath(other.path) for other in targets):
            raise UsageError(f"--report: {path} is named twice")
        targets.append(ReportTarget(name, path))
    return tuple(targets)


def _all(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
