"""The plot of the program: the stages, in order, and nothing else.

load → plan → run → measure → judge → score → record. A board and a plan come in, a run document
goes out; whoever calls writes it down and shows it.
"""

import datetime
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import msgspec

from readiness import __version__
from readiness.decide.milestones import MilestoneState, as_goal, gate_for, milestone_states
from readiness.decide.score import display, exit_status, explain, gate, score
from readiness.measure import close as close_helper
from readiness.model.board import Board, Milestone
from readiness.model.errors import ExitStatus
from readiness.model.judgement import Gate, Judgement, Score, ScoreLine
from readiness.model.plan import Plan
from readiness.pipeline.settle import Readings
from readiness.record.criteria import Points, Recorder, task_records, with_versions
from readiness.record.document import (
    BaseRef,
    FindingRecord,
    Git,
    Loosening,
    ProbeRecord,
    RunDocument,
    Tool,
)
from readiness.record.excerpts import PastRun
from readiness.record.run import (
    board_ref,
    gate_record,
    loosening_reasons,
    loosening_records,
    milestone_records,
    score_record,
)
from readiness.record.values import timestamp
from readiness.run.interface import Observer, run
from readiness.text.clean import Redactor

TOOL = Tool(name="readiness", version=__version__)


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run before its first probe. `at` is Unix time.

    With a base, `loosened` is what the change lets slip, and `weighed` the same board by other
    weights, whose gate must hold as well.
    With a `milestone` the gate decides on that, instead of on the release.
    """

    id: str
    at: float
    profile: str
    git: Git | None = None
    previous: PastRun | None = None
    base: BaseRef | None = None
    loosened: Sequence[Loosening] = ()
    weighed: Board | None = None
    milestone: Milestone | None = None


def day_of(start: Start) -> datetime.date:
    """The day on which a run started, in UTC."""
    return datetime.datetime.fromtimestamp(start.at, datetime.UTC).date()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found beside its judgements: `probe_ids` by criterion, `elapsed` in seconds."""

    probe_ids: Mapping[str, list[str]]
    probes: list[ProbeRecord]
    findings: list[FindingRecord]
    elapsed: float
    partial: bool = False
    interrupted: bool = False
    signal: int = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A run's document, and what it taught: seconds by probe key, versions by tool key."""

    document: RunDocument
    durations: dict[str, float]
    versions: dict[str, str]


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
    recorder = Recorder(Redactor(secrets))
    readings = Readings(
        board, plan, recorder, day_of(start), fail_fast=fail_fast, monotonic=monotonic
    )
    try:
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
    finally:
        close_helper()
    versions = {**known_versions, **readings.versions}
    facts = Facts(
        probe_ids={
            planned.criterion.id: [plan.probes[index].id for index in planned.probes]
            for planned in plan.planned
        },
        probes=with_versions(readings.records(), plan.version_keys, versions),
        findings=readings.findings(),
        elapsed=monotonic() - began,
        partial=plan.partial,
        signal=ending.signal or 0,
    )
    return Outcome(
        document=conclude(board, judgements, start, facts, recorder),
        durations=readings.durations,
        versions=readings.versions,
    )


def conclude(
    board: Board,
    judgements: Sequence[Judgement],
    start: Start,
    facts: Facts,
    recorder: Recorder,
) -> RunDocument:
    """Score the judgements, decide, and write all of it down."""
    total = score(board, judgements)
    sum_of = explain(total)
    points = _points(total.lines, sum_of.points)
    interrupted = facts.interrupted or facts.signal != 0
    loosened = loosening_records(start.loosened, recorder)
    reasons = loosening_reasons(loosened)
    decision, states = _decide(board, total, judgements, start, facts, reasons)
    if start.weighed is not None and not loosened:
        other = start.weighed
        second, _ = _decide(other, score(other, judgements), judgements, start, facts, ())
        decision = _worse(decision, second)
    return RunDocument(
        id=start.id,
        tool=TOOL,
        board=board_ref(board, start.git),
        profile=start.profile,
        partial=facts.partial,
        interrupted=interrupted,
        git=start.git,
        started_at=timestamp(start.at),
        finished_at=timestamp(start.at + facts.elapsed),
        duration_s=round(facts.elapsed, 3),
        score=score_record(total, display(total.value, total.target), sum_of.rounding),
        gate=gate_record(
            decision, exit_status(decision, signal=facts.signal), recorder, start.milestone
        ),
        tasks=task_records(board, judgements, points, facts.probe_ids, recorder, start.previous),
        probes=facts.probes,
        findings=facts.findings,
        milestones=milestone_records(states),
        loosened=loosened,
        base=start.base,
    )


def _points(lines: Sequence[ScoreLine], printed: Sequence[Decimal]) -> dict[str, Points]:
    """Each criterion's points. A board has few different weights, hence few different ones."""
    known: dict[tuple[Decimal, int, int], Points] = {}
    points = {}
    for line, each in zip(lines, printed, strict=True):
        key = (each, id(line.points), id(line.possible))
        if key not in known:
            known[key] = Points(each, line.points, line.possible)
        points[line.criterion] = known[key]
    return points


def _decide(
    board: Board,
    total: Score,
    judgements: Sequence[Judgement],
    start: Start,
    facts: Facts,
    loosened: Sequence[str],
) -> tuple[Gate, Sequence[MilestoneState]]:
    """Decide on the release or on the run's milestone, and tell how all milestones stand."""
    states = milestone_states(board, total, judgements, day_of(start), partial=facts.partial)
    decision = gate(
        board if start.milestone is None else as_goal(board, start.milestone),
        total,
        judgements,
        partial=facts.partial,
        interrupted=facts.interrupted or facts.signal != 0,
        loosened=loosened,
    )
    if start.milestone is not None:
        decision = gate_for(start.milestone, decision, states)
    return decision, states


def _worse(first: Gate, second: Gate) -> Gate:
    """The worse of two decisions on the same judgements, the second by the head's weights."""
    worst_last = (ExitStatus.READY, ExitStatus.UNDECIDED, ExitStatus.NOT_READY)
    ranks = [worst_last.index(ExitStatus(each.exit_status)) for each in (first, second)]
    if ranks[1] <= ranks[0]:
        return first
    reasons = tuple(f"by the head's weights: {reason}" for reason in second.reasons)
    return msgspec.structs.replace(second, reasons=reasons)
