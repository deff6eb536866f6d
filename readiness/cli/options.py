"""The options that commands share, and how their values are read."""

import os
from collections.abc import Iterable
from typing import Annotated

import typer

from readiness.model.errors import UsageError
from readiness.model.settings import ReportTarget

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
Base = Annotated[
    str | None,
    typer.Option(
        metavar="REF",
        envvar="READINESS_BASE",
        help="Judge by this revision's board, and tell what the change loosens.",
    ),
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
        metavar="FORMAT",
        envvar="READINESS_OUTPUT_FORMAT",
        help="What stdout gets: table, json, or any report format.",
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
Milestone = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        envvar="READINESS_MILESTONE",
        help="Decide on this milestone instead of on the release.",
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


def given_history(option: str | None) -> str | None:
    """As the option says; an empty variable, which Typer takes for none, means no history too."""
    return os.environ.get("READINESS_HISTORY") if option is None else option


def seconds(text: str | None) -> float | None:
    """A time such as 90s, in seconds. Raises `UsageError` for anything else."""
    if text is None:
        return None
    from readiness.model.expect import duration

    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--timeout: {error}") from None


def targets(values: list[str] | None) -> tuple[ReportTarget, ...]:
    """The reports that `--report` names. Raises `UsageError` for what is no FORMAT=FILE."""
    from readiness.report import FORMATS

    found: list[ReportTarget] = []
    for value in values or ():
        name, equals, path = value.partition("=")
        if not equals or not path:
            raise UsageError(f'--report: expected FORMAT=FILE, found "{value}"')
        if name not in FORMATS:
            raise UsageError(f'--report: no format is called "{name}"; there is {_all(FORMATS)}')
        if any(os.path.realpath(path) == os.path.realpath(other.path) for other in found):
            raise UsageError(f"--report: {path} is named twice")
        found.append(ReportTarget(name, path))
    return tuple(found)


def _all(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
