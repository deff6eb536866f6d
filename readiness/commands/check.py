"""Run the probes and show the criteria, the score and the gate."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, shared_switch
from readiness.run.processes.supervise import supervise
from readiness.terminal.ending import protected

if TYPE_CHECKING:  # the watcher is split off before it is imported
    from readiness.model.settings import RunSettings
    from readiness.record.document import RunDocument
    from readiness.report import Context


def check(
    selectors: options.Selectors = None,
    board_file: options.Board = None,
    profile: options.Profile = None,
    jobs: options.Jobs = None,
    reports: options.Reports = None,
    output_format: options.ReportFormat = "table",
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    base: options.Base = None,
    hold_line: options.HoldLine = False,
    exit_zero: options.ExitZero = False,
    project: options.Project = None,
    timeout: options.Timeout = None,
    fail_fast: options.FailFast = False,
    reuse: options.Reuse = False,
    fresh: Annotated[
        bool,
        shared_switch(
            "--fresh",
            "Measure everything, though results could be reused.",
            panel=options.MEASURING,
        ),
    ] = False,
    history: options.History = None,
    accepted: options.Accepted = None,
    shard: options.Shard = None,
    on: options.On = None,
    repository: options.Repository = None,
) -> int:
    """Run the board and print the report on stdout; the result is the exit status.

    On a terminal, people are spared what nothing has changed for since an earlier run, unless this
    one speaks for others too: a CI job, the rules of a base, a part of a board.
    """
    parameters = locals()
    for_others = os.environ.get("CI") or base or shard or on
    reused = reuse or (sys.stdout.isatty() and not for_others)

    def perform() -> int:
        from msgspec.structs import replace

        from readiness.pipeline.run import run_and_report

        settings = asked(parameters)
        return run_and_report(replace(settings, reuse=reused), _print)

    return perform() if dry_run else supervise(lambda: protected(perform))


def _print(document: "RunDocument", settings: "RunSettings", context: "Context") -> str:
    from readiness.report import render

    return render(settings.output_format, document, context)


VERB = Verb(
    check,
    examples=(
        "readiness check T1 --verbose",
        "readiness check --base main --hold-line",
        "readiness check --report html=readiness.html",
    ),
)
