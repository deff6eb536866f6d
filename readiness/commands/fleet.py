"""Measure many projects and show them together: folders, git addresses or recorded runs."""

import os
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType
from typing import Protocol

import msgspec

from readiness.command_line.options import Argument, Option, Value, Verb
from readiness.fleet.measuring import FleetRun, Observer, Wanted, names_apart
from readiness.fleet.overview import Overview, overview
from readiness.fleet.page import page
from readiness.fleet.past import FILE, FleetHistory, PastFleet, PastFleets, summed_up
from readiness.fleet.project import FleetDocument, ProjectState, document, worst
from readiness.fleet.sources import Source, sources
from readiness.fleet.table import markdown, table
from readiness.model.errors import ExitStatus, NotWrittenError, UsageError
from readiness.model.settings import RunSettings
from readiness.model.status import ENDING_SIGNALS
from readiness.record.values import timestamp
from readiness.report import write_report
from readiness.report._shown import moment
from readiness.terminal.ending import tell
from readiness.terminal.output import (
    json_text,
    line_limit,
    put,
    put_json,
    put_text,
    wants_json,
)
from readiness.text.layout import columns
from readiness.text.sentences import for_reader
from readiness.text.worded import worded, words_of

FORMATS = ("table", "json", "markdown", "html")


def fleet(
    settings: RunSettings,
    projects: Sequence[str] = (),
    *,
    recorded: bool = False,
    pages: str | None = None,
    past: bool = False,
) -> int:
    """Make each project known, print what they are together, and end as the worst of them.

    Raises `UsageError` for no project, and for a format that a fleet does not have.
    """
    if past:
        return _past(settings)
    if not projects:
        raise UsageError(worded("usage.fleet_nothing"))
    _refuse_formats(settings)
    if pages is not None:
        os.makedirs(pages, exist_ok=True)
    at = time.time()
    found = sources(projects)
    wanted = Wanted(
        settings=_of_each(settings),
        recorded=recorded,
        pages=None if pages is None else os.path.abspath(pages),
        today=datetime.fromtimestamp(at, UTC).date().isoformat(),
    )
    run = _on_cluster(settings, wanted) if settings.on else _here(settings, wanted, len(found))
    states, ended = _measured(run, found, quiet=settings.quiet)
    if ended:
        return ExitStatus.SIGNAL + ended
    shown, problems = _with_history(settings, states, timestamp(at))
    problems += _reports(settings, shown, states)
    for problem in problems:
        tell(worded("notice.readiness", what=problem))
    put(_printed(settings.output_format, shown, states))
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


class FleetMeasurer(Protocol):
    """Makes the projects of a fleet known, here or elsewhere, until it is told to stop."""

    def measure(self, found: Sequence[Source], observe: Observer) -> list[ProjectState]:
        """Measure each project; return their states, in their order."""

    def stop(self) -> None:
        """End what still runs."""


def _here(settings: RunSettings, wanted: Wanted, count: int) -> FleetMeasurer:
    """As many projects at once as probes may run, each with its share of these."""
    cores = settings.jobs or len(os.sched_getaffinity(0))
    at_once = max(1, min(cores, count))
    jobs = max(1, cores // at_once)
    here = msgspec.structs.replace(
        wanted, settings=msgspec.structs.replace(wanted.settings, jobs=jobs), at_once=at_once
    )
    return FleetRun(here, os.environ)


def _on_cluster(settings: RunSettings, wanted: Wanted) -> FleetMeasurer:
    """All of them, as the workers get to it. Raises `UsageError` for what is for this machine."""
    from readiness.pipeline.fleet_on_cluster import FleetOnCluster

    for flag, given in (("--recorded", wanted.recorded), ("--hold-line", settings.hold_line)):
        if given:
            raise UsageError(worded("usage.not_on_cluster", flag=flag))
    return FleetOnCluster(
        wanted, os.environ, address=settings.on or "", repository=settings.repository
    )


def _of_each(settings: RunSettings) -> RunSettings:
    """Return what the run of each project is asked; all else is for the fleet as a whole."""
    return RunSettings(
        profile=settings.profile,
        milestone=settings.milestone,
        timeout=settings.timeout,
        hold_line=settings.hold_line,
    )


def _measured(
    run: FleetMeasurer, found: Sequence[Source], *, quiet: bool
) -> tuple[list[ProjectState], int]:
    """Measure the projects; return their states, and the first signal received, else 0."""
    received: list[int] = []
    done = 0

    def end(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        run.stop()

    def observe(state: ProjectState, said: str) -> None:
        nonlocal done
        done += 1
        if quiet:
            return
        say = for_reader(state.language)
        decision = say(f"decision.{state.decision}") if state.decision else say("fleet.unknown")
        tell(
            say(
                "fleet.progress",
                done=done,
                count=len(found),
                name=state.name,
                decision=decision.lower(),
                score=state.shown if state.score is not None else "–",
            )
        )
        if said:
            tell(said)

    former = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    for number, action in former.items():
        if action is not signal.SIG_IGN:
            signal.signal(number, end)
    try:
        states = run.measure(found, observe)
    finally:
        for number, action in former.items():
            signal.signal(number, action)
    return list(names_apart(states)), received[0] if received else 0


def _with_history(
    settings: RunSettings, states: Sequence[ProjectState], at: str
) -> tuple[Overview, list[str]]:
    """Record the states; return the overview with the fleets' history, and any problems."""
    problems: list[str] = []
    path = FILE if settings.history is None else settings.history
    kept = FleetHistory(path or os.devnull)
    past: list[PastFleet] = []
    known = bool(path)
    if known:
        try:
            past = kept.fleets()
            kept.record(states, at)
        except NotWrittenError as error:
            problems.append(words_of(error))
            known = False
    try:
        shown = overview(
            states,
            worst(states),
            summed_up(states, at),
            (lambda key: kept.course(key)) if known else (lambda _: ()),
            past,
        )
    finally:
        kept.close()
    return shown, problems


def _reports(settings: RunSettings, shown: Overview, states: Sequence[ProjectState]) -> list[str]:
    problems = []
    for target in settings.reports:
        try:
            write_report(target.path, _made(target.format, shown, states, target.path))
        except NotWrittenError as error:
            problems.append(words_of(error))
    return problems


def _printed(name: str, shown: Overview, states: Sequence[ProjectState]) -> str:
    return _made(name, shown, states, "", limit=line_limit(os.environ))


def _made(
    name: str,
    shown: Overview,
    states: Sequence[ProjectState],
    path: str,
    limit: int | None = None,
) -> str:
    if name == "json":
        return json_text(document(states))
    if name == "html":
        return page(shown, path)
    return markdown(shown) if name == "markdown" else table(shown, limit)


def _past(settings: RunSettings) -> int:
    """List the fleets that were measured here, newest first."""
    as_data = wants_json(settings.output_format)
    kept = FleetHistory(settings.history or FILE)
    try:
        found = kept.fleets()
    finally:
        kept.close()
    if as_data:
        put_json(PastFleets(fleets=found))
        return ExitStatus.READY
    say = for_reader()
    rows = [
        [
            moment(one.at),
            *map(str, (one.projects, one.ready, one.unknown)),
            "–" if one.score is None else f"{one.score:.2f}",
        ]
        for one in found
    ]
    heads = say.heads("fleet.past_heads")
    put_text(columns(rows, heads, right=(1, 2, 3, 4)) if rows else say("fleet.never"))
    return ExitStatus.READY


VERB = Verb(
    fleet,
    Argument("projects", "[PATH|URL|RUN.json]...", "The projects.", repeats=True),
    Option(
        "recorded",
        "",
        "Run nothing: the newest whole run of each folder's history stands for it.",
        value=Value.SWITCH,
        variable=False,
    ),
    Option("pages", "DIR", "Write each project's own page there; fleet pages link to it."),
    Option(
        "past", "", "List the fleets that were measured here.", value=Value.SWITCH, variable=False
    ),
    Option(
        "output_format",
        "FORMAT",
        "What stdout gets: table, json, markdown or html.",
    ),
    Option(
        "history",
        "FILE",
        'The history of fleets; "" for none. Default: .readiness/fleet.db here.',
        empty=True,
        variable=False,
    ),
    takes="profile jobs timeout report hold_line milestone exit_zero quiet on repository",
    prints=FleetDocument,
    prints_with={"past": PastFleets},
)
