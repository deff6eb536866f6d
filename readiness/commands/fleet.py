"""Measure many projects and show them together: folders, Git URLs or recorded runs."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked, shared
from readiness.fleet.measuring import FleetRun, names_apart
from readiness.fleet.overview import Overview, overview
from readiness.fleet.page import page
from readiness.fleet.project import FleetDocument, ProjectState, document, worst
from readiness.fleet.sources import Source, sources
from readiness.fleet.table import blocks
from readiness.model.errors import ExitStatus, NotWrittenError, UsageError
from readiness.model.settings import RunSettings
from readiness.pipeline.interrupts import interruptible
from readiness.record.values import timestamp
from readiness.report import write_report
from readiness.terminal.blocks import Context
from readiness.terminal.ending import tell
from readiness.terminal.output import context, drawn, json_text, put
from readiness.text.sentences import for_reader
from readiness.text.worded import worded, words_of

FORMATS = ("table", "json", "html")


def fleet(
    projects: Annotated[
        list[str] | None, argument("[PATH|URL|RUN.json]...", "The projects.")
    ] = None,
    reports: options.Reports = None,
    output_format: Annotated[
        str,
        shared(
            "--output-format",
            "FORMAT",
            "Format on stdout: table, json or html.",
            panel=options.OUTPUT,
        ),
    ] = "table",
    profile: options.Profile = None,
    jobs: options.Jobs = None,
    timeout: options.Timeout = None,
    hold_line: options.HoldLine = False,
    exit_zero: options.ExitZero = False,
    quiet: options.Quiet = False,
) -> int:
    """Make each project known, print what they are together, and end as the worst of them.

    Raises `UsageError` for no project, and for a format that a fleet does not have.
    """
    settings = asked(locals())
    if not projects:
        raise UsageError(worded("usage.fleet_nothing"))
    _refuse_formats(settings)
    at = time.time()
    known = sources(projects)
    today = datetime.fromtimestamp(at, UTC).date().isoformat()
    # As many projects at once as probes may run, each with its share of these.
    cores = settings.jobs or len(os.sched_getaffinity(0))
    at_once = max(1, min(cores, len(known)))
    own = _of_each(settings, max(1, cores // at_once))
    run = FleetRun(own, today, at_once, os.environ)
    states, ended = _measured(run, known, quiet=settings.quiet)
    if ended:
        return ExitStatus.SIGNAL + ended
    seen = overview(states, timestamp(at))
    problems = _write_reports(settings, seen, states)
    for problem in problems:
        tell(worded("notice.readiness", what=problem))
    put(_rendered(settings.output_format, seen, states, context(os.environ)))
    status = worst(states)
    if settings.exit_zero and status in (ExitStatus.NOT_READY, ExitStatus.UNDECIDED):
        tell(worded("notice.exit_zero", status=int(status), other=0))
        status = ExitStatus.READY
    return ExitStatus.NOT_WRITTEN if problems and status is ExitStatus.READY else status


def _refuse_formats(settings: RunSettings) -> None:
    asked = [("--report", target.format) for target in settings.reports]
    for flag, name in [("--output-format", settings.output_format), *asked]:
        if name not in FORMATS:
            there = ", ".join(FORMATS)
            raise UsageError(worded("usage.fleet_format", flag=flag, name=name, there=there))


def _of_each(settings: RunSettings, jobs: int) -> RunSettings:
    """Return what the run of each project is asked; all else is for the fleet as a whole."""
    return RunSettings(
        jobs=jobs,
        profile=settings.profile,
        timeout=settings.timeout,
        hold_line=settings.hold_line,
    )


def _measured(
    run: FleetRun, projects: Sequence[Source], *, quiet: bool
) -> tuple[list[ProjectState], int]:
    """Measure the projects; return their states, and the first signal received, else 0."""
    received: list[int] = []
    done = 0

    def end(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        run.stop()

    def observe(state: ProjectState, messages: str) -> None:
        nonlocal done
        done += 1
        if quiet:
            return
        say = for_reader(state.run.board.language if state.run else None)
        decision = say(f"decision.{state.decision}") if state.decision else say("fleet.unknown")
        tell(
            say(
                "fleet.progress",
                done=done,
                count=len(projects),
                name=state.name,
                decision=decision.lower(),
                score=state.run.score.shown if state.run and state.score is not None else "–",
            )
        )
        if messages:
            tell(messages)

    with interruptible(end):
        states = run.measure(projects, observe)
    return list(names_apart(states)), received[0] if received else 0


def _write_reports(
    settings: RunSettings, seen: Overview, states: Sequence[ProjectState]
) -> list[str]:
    """Write the reports that are asked for; return what could not be written."""
    problems = []
    for target in settings.reports:
        try:
            write_report(target.path, _rendered(target.format, seen, states, Context()))
        except NotWrittenError as error:
            problems.append(words_of(error))
    return problems


def _rendered(name: str, seen: Overview, states: Sequence[ProjectState], where: Context) -> str:
    if name == "json":
        return json_text(document(states))
    return page(seen) if name == "html" else drawn(blocks(seen), where)


VERB = Verb(fleet, prints=FleetDocument)
