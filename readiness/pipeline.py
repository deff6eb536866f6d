"""The plot of the program: the stages, in order, and nothing else.

load → plan → run → measure → judge → score → record. A board and a plan come in, a run document
goes out; whoever calls writes it down and shows it.
"""

import datetime
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from readiness import __version__
from readiness.clean import Redactor
from readiness.document import Git, RunDocument, Tool
from readiness.model import Board, Plan
from readiness.readings import Readings
from readiness.record import (
    Recorder,
    board_ref,
    gate_record,
    milestone_records,
    score_record,
    task_records,
    timestamp,
    with_versions,
)
from readiness.run import Observer, run
from readiness.score import gate, milestones_met, score

TOOL = Tool(name="readiness", version=__version__)


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run before its first probe. `at` is Unix time."""

    id: str
    at: float
    git: Git | None = None
    previous: RunDocument | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A run's document, and what it taught: seconds by probe key, versions by tool key."""

    document: RunDocument
    durations: dict[str, float]
    versions: dict[str, str]
    signal: int | None = None


def execute(
    board: Board,
    plan: Plan,
    start: Start,
    *,
    secrets: Sequence[str],
    known_versions: Mapping[str, str],
    jobs: int,
    run_timeout: float,
    scratch: str,
    fail_fast: bool = False,
    observer: Observer | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Run every probe of `plan`, judge every criterion, and return the whole run as a document.

    `scratch` is an empty folder that the caller removes. Never raises for what a probe does.
    """
    began = monotonic()
    today = datetime.datetime.fromtimestamp(start.at, datetime.UTC).date()
    recorder = Recorder(Redactor(secrets))
    readings = Readings(board, plan, recorder, today, fail_fast=fail_fast, monotonic=monotonic)
    ending = run(
        plan,
        readings.settle,
        jobs=jobs,
        run_timeout=run_timeout,
        scratch=scratch,
        observe=observer,
        fail_fast=fail_fast,
    )
    judgements = [readings.judge(planned) for planned in plan.planned]
    total = score(board, judgements)
    interrupted = ending.signal is not None
    decision = gate(board, total, judgements, partial=plan.partial, interrupted=interrupted)
    elapsed = monotonic() - began
    versions = {**known_versions, **readings.versions}
    document = RunDocument(
        id=start.id,
        tool=TOOL,
        board=board_ref(board),
        profile=board.profile,
        partial=plan.partial,
        interrupted=interrupted,
        git=start.git,
        started_at=timestamp(start.at),
        finished_at=timestamp(start.at + elapsed),
        duration_s=round(elapsed, 3),
        score=score_record(total),
        gate=gate_record(decision, recorder),
        tasks=task_records(board, plan, judgements, total.lines, recorder, start.previous),
        probes=with_versions(readings.records(), plan.version_keys, versions),
        findings=readings.findings(),
        milestones=milestone_records(board, milestones_met(board, total, judgements)),
    )
    return Outcome(
        document=document,
        durations=readings.durations,
        versions=readings.versions,
        signal=ending.signal,
    )
