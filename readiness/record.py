"""The record stage: what a run found, made into a run document. Pure, but for its arguments."""

import math
import os
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import msgspec

from readiness.clean import Redactor, clean, cut, decode
from readiness.document import (
    AttestationRecord,
    BoardRef,
    CriterionRecord,
    FindingRecord,
    GateRecord,
    Git,
    Loosening,
    MilestoneRecord,
    PastCriterion,
    PastRun,
    Previous,
    ProbeRecord,
    ScoreRecord,
    SectionRecord,
    StreamRecord,
    TaskRecord,
    Value,
    WaiverRecord,
)
from readiness.expect import format_value
from readiness.milestones import MilestoneState
from readiness.model import (
    Board,
    Capture,
    Criterion,
    Finding,
    Gate,
    Judgement,
    Milestone,
    Probe,
    Score,
    Stream,
    Task,
    Verdict,
)

TEXT_LIMIT = 2000
EXACT_IN_JSON = 2**53
MOST_REASONS = 10


class Points:
    """What a criterion earned, as it is printed, and what it could have earned.

    Criteria of equal weight may share one: the exact arithmetic is slow, and done here once.
    """

    __slots__ = ("earned", "possible", "printed", "whole")

    def __init__(self, printed: Decimal, earned: Fraction, possible: Fraction) -> None:
        self.printed = float(printed)
        self.earned = float(earned)
        self.possible = float(possible)
        self.whole = earned == possible


class Recorder:
    """Makes records, with foreign text cleaned and secrets masked."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._redact = redactor.redact
        self._made: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Foreign text for one line of a report."""
        return cut(self._redact(clean(text, newlines=False)), TEXT_LIMIT) if text else ""

    def probe(self, probe: Probe, capture: Capture) -> ProbeRecord:
        """What is kept of a probe's last attempt."""
        started = capture.started_at
        return ProbeRecord(
            id=probe.id,
            check=probe.check.name or None,
            command=self._lines(probe.command),
            workdir=self._lines(probe.workdir),
            exit_status=capture.exit_status,
            signal=capture.signal,
            timed_out=capture.timed_out,
            leaked=capture.leaked,
            attempts=capture.attempt,
            started_at=timestamp(started) if started else None,
            duration_s=round(capture.duration, 4),
            cpu_s=round(capture.cpu, 4),
            memory_kib=capture.memory,
            reused=False,
            tool_version=None,
            stdout=self._stream(capture.stdout),
            stderr=self._stream(capture.stderr),
            params={name: self._lines(value) for name, value in probe.env.items()}
            if probe.env
            else {},
        )

    def findings(self, criterion: str, findings: Sequence[Finding]) -> list[FindingRecord]:
        """The places that a tool complained about, for one criterion."""
        return [
            FindingRecord(
                criterion=criterion,
                path=self.text(finding.path),
                line=finding.line,
                rule=self.text(finding.rule),
                message=self.text(finding.message),
            )
            for finding in findings
        ]

    def criterion(
        self,
        judgement: Judgement,
        points: Points | None,
        probes: list[str],
        previous: PastCriterion | None,
    ) -> CriterionRecord:
        """One criterion's verdict with all that explains it. Skipped ones have no `points`."""
        criterion = judgement.criterion
        value = judgement.value
        measure = criterion.measure
        return CriterionRecord(
            id=criterion.id,
            title=criterion.title,
            verdict=judgement.verdict,
            value=self._value(value),
            shown="" if value is None else self.text(format_value(value, judgement.unit)),
            unit=judgement.unit,
            expect="attested" if criterion.attest is not None else criterion.expect.text,
            warn=criterion.warn.text if criterion.warn is not None else None,
            baseline=None if criterion.baseline is None else _number(criterion.baseline),
            progress=None if judgement.progress is None else round(float(judgement.progress), 6),
            reason=self.text(judgement.reason),
            reason_code=judgement.code,
            hint=self.text(judgement.hint) or None,
            flaky=judgement.flaky,
            waiver=_waiver(criterion, judgement.stale_waiver),
            attestation=_attestation(judgement),
            points=points.printed if points is not None else 0.0,
            points_possible=round(points.possible, 6) if points is not None else 0.0,
            probes=probes,
            check=(criterion.check.name or None) if criterion.check is not None else None,
            measure=(measure.name or None) if measure is not None else None,
            better=measure.better if measure is not None else None,
            line=criterion.position.line,
            previous=_previous(judgement, previous),
        )

    def _lines(self, text: str) -> str:
        """Text that may have several lines; the same few come again and again."""
        made = self._made.get(text)
        if made is None:
            made = self._made[text] = self._redact(clean(text, newlines=True))
        return made

    def _value(self, value: Decimal | bool | str | None) -> Value:
        if isinstance(value, Decimal):
            return _number(value)
        return self.text(value) if isinstance(value, str) else value

    def _part(self, data: bytes, *, begins: bool = False, ends: bool = False) -> str:
        """A part of an output that was cut from it at its beginning or end."""
        text = clean(decode(data), newlines=True)
        return self._redactor.redact(text, cut_before=begins, cut_after=ends)

    def _stream(self, stream: Stream) -> StreamRecord:
        if not stream.size:
            return EMPTY_STREAM
        head, tail = stream.head, stream.tail
        both = len(head) - stream.size + len(tail)
        if both >= 0:  # nothing between them is left out: one text
            head, tail = stream.data or head + tail[both:], b""
        return StreamRecord(
            bytes=stream.size,
            digest=stream.digest,
            head=self._part(head, ends=bool(tail)),
            tail=self._part(tail, begins=True) if tail else "",
            cut=stream.cut,
        )


EMPTY_STREAM = StreamRecord(bytes=0, digest="", head="", tail="")


def task_records(
    board: Board,
    judgements: Sequence[Judgement],
    points: Mapping[str, Points],
    probe_ids: Mapping[str, list[str]],
    recorder: Recorder,
    previous: PastRun | None,
) -> list[TaskRecord]:
    """Every task of the board with its criteria, in the board's order.

    `points` has the criteria in scope: what each earned, and what it could have.
    """
    before = {} if previous is None else {record.id: record for record in previous.criteria()}
    judged = {judgement.criterion.id: judgement for judgement in judgements}
    return [
        _task(
            task,
            [
                recorder.criterion(
                    judged[criterion.id],
                    points.get(criterion.id),
                    probe_ids[criterion.id],
                    before.get(criterion.id),
                )
                for criterion in task.criteria
            ],
            [points[criterion.id] for criterion in task.criteria if criterion.id in points],
            blocking=board.priorities[task.priority].blocking,
        )
        for task in board.tasks
    ]


def _task(
    task: Task, records: list[CriterionRecord], points: list[Points], *, blocking: bool
) -> TaskRecord:
    in_scope = [record.verdict for record in records if record.verdict is not Verdict.SKIP]
    return TaskRecord(
        id=task.id,
        title=task.title,
        priority=task.priority,
        owner=task.owner,
        done=bool(in_scope) and all(v in (Verdict.PASS, Verdict.WARN) for v in in_scope),
        attainment=_attainment(points),
        criteria=records,
        blocking=blocking,
        weight=float(task.weight),
        estimate=task.estimate,
        risk=task.risk,
        problem=task.problem,
        details=task.details,
        steps=list(task.steps),
        depends_on=list(task.depends_on),
        tags=list(task.tags),
    )


def _attainment(points: list[Points]) -> float | None:
    """The earned share, which is 1 only where all of it is."""
    possible = sum(each.possible for each in points)
    if not possible:
        return None
    if all(each.whole for each in points):
        return 1.0
    share = sum(each.earned for each in points) / possible
    return min(math.floor(share * 1000 + 1e-6) / 1000, 0.999)


def with_versions(
    probes: Sequence[ProbeRecord], keys: Mapping[str, str], versions: Mapping[str, str]
) -> list[ProbeRecord]:
    """The probes with what each one's tool said of its version.

    `keys` gives the key of a check's tool, `versions` what was said, by that key.
    """
    if not keys:
        return list(probes)
    return [
        msgspec.structs.replace(probe, tool_version=versions.get(keys.get(probe.check or "", "")))
        for probe in probes
    ]


def score_record(score: Score, shown: str, rounding: Decimal) -> ScoreRecord:
    """The score as numbers, and as it must be printed."""
    value = score.value
    progress = 0.0
    if value is not None:
        progress = _below(value / Fraction(score.target), 1) if score.target else 1.0
    return ScoreRecord(
        value=None if value is None else _below(value, score.target),
        shown=shown,
        target=float(score.target),
        progress=min(progress, 1.0),
        measured=score.measured,
        in_scope=score.in_scope,
        total=score.total,
        attested=round(float(score.attested_share), 6),
        rounding=float(rounding),
    )


def _below(number: Fraction, limit: Decimal | int) -> float:
    """The number to six decimals, or to as many as it takes to be below the limit if it is."""
    for written in (round(float(number), 6), float(number)):
        if number >= limit or written < limit:
            return written
    return math.nextafter(float(limit), 0.0)


def _number(value: Decimal) -> int | float | None:
    """The number as JSON holds it; None for one that is too large for that."""
    if value == value.to_integral_value() and abs(value) < EXACT_IN_JSON:
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None


def gate_record(
    gate: Gate, status: int, recorder: Recorder, milestone: Milestone | None = None
) -> GateRecord:
    """The decision with its reasons, which may quote what probes printed."""
    return GateRecord(
        decision=gate.decision,
        exit_status=status,
        reasons=[recorder.text(reason) for reason in gate.reasons],
        milestone=None if milestone is None else milestone.id,
    )


def loosening_records(loosened: Sequence[Loosening], recorder: Recorder) -> list[Loosening]:
    """What a change lets slip, made safe to show."""
    return [
        Loosening(
            subject=recorder.text(each.subject),
            what=recorder.text(each.what),
            before=recorder.text(each.before),
            after=recorder.text(each.after),
            path=recorder.text(each.path),
            line=each.line,
        )
        for each in loosened
    ]


def loosening_reasons(loosened: Sequence[Loosening]) -> list[str]:
    """A sentence for each, as many as one can read; the document has all of them."""
    shown = [
        f"{each.subject}: {each.what}: {each.before or 'none'} → {each.after or 'none'}"
        for each in loosened[:MOST_REASONS]
    ]
    more = len(loosened) - len(shown)
    return [*shown, f"and {more} more that the change loosens"] if more else shown


def milestone_records(states: Sequence[MilestoneState]) -> list[MilestoneRecord]:
    """Every milestone, met or not."""
    return [
        MilestoneRecord(
            id=state.milestone.id,
            title=state.milestone.title,
            met=state.met,
            due=state.milestone.due,
            overdue=state.overdue,
            priority=state.milestone.priority,
            score=None if state.milestone.score is None else float(state.milestone.score),
            missing=[task.id for task in state.missing],
        )
        for state in states
    ]


def board_ref(board: Board, git: Git | None) -> BoardRef:
    """Which board a run is about, and where it lies in the repository that `git` tells of."""
    return BoardRef(
        title=board.title,
        path=clean(board.path, newlines=False),
        digest=board.digest,
        file=clean(_in_repository(board, git), newlines=False),
        language=board.language,
        baseline=None if board.baseline is None else float(board.baseline),
        created=board.created,
        goal=board.goal,
        review=board.review,
        sections=[
            SectionRecord(title=each.title, text=each.text, place=each.place)
            for each in board.sections
        ],
        key_figures=board.key_figures,
    )


def _in_repository(board: Board, git: Git | None) -> str:
    """The way from the repository's root, or from the workdir where there is no repository."""
    folder = os.path.realpath(board.workdir)
    up = git.folder.count("/") + 1 if git is not None and git.folder else 0
    root = os.path.normpath(os.path.join(folder, *[".."] * up))
    path = os.path.relpath(os.path.realpath(board.path), root)
    return os.path.basename(path) if path.startswith("../") else path


def timestamp(seconds: float) -> str:
    """Unix time as ISO 8601 in UTC, to the millisecond."""
    whole, part = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_second(whole)}.{part // 1000:03d}Z"


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _waiver(criterion: Criterion, stale: bool) -> WaiverRecord | None:
    waiver = criterion.waive
    if waiver is None:
        return None
    return WaiverRecord(reason=waiver.reason, by=waiver.by, until=waiver.until, stale=stale)


def _attestation(judgement: Judgement) -> AttestationRecord | None:
    attest = judgement.criterion.attest
    if attest is None or not attest.by:
        return None
    return AttestationRecord(
        by=attest.by,
        on=attest.on,
        until=attest.until,
        evidence=attest.evidence,
        digest=judgement.evidence_digest,
    )


def _previous(judgement: Judgement, previous: PastCriterion | None) -> Previous | None:
    """Only like is compared with like: another measure or unit is another criterion."""
    if previous is None or previous.verdict is Verdict.SKIP:
        return None
    criterion = judgement.criterion
    check = criterion.check.name if criterion.check is not None else ""
    measure = criterion.measure.name if criterion.measure is not None else ""
    if (previous.check or "", previous.measure or "") != (check, measure):
        return None
    if previous.unit != judgement.unit and None not in (previous.value, judgement.value):
        return None
    return Previous(verdict=previous.verdict, value=previous.value)
