"""Records of criteria, tasks and probes, with foreign text cleaned and secrets masked."""

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from readiness.model.board import Attestation, Board, Check, Criterion, Task
from readiness.model.capture import Capture, Stream
from readiness.model.digests import digest
from readiness.model.judgement import Finding, Judgement, ScoreLine
from readiness.model.plan import Plan, Probe
from readiness.model.units import JITTERY
from readiness.model.words import Format
from readiness.record.by_hand import command_by_hand, criterion_by_hand
from readiness.record.comparison import comparable, scatter_of
from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    ProbeRecord,
    RunDocument,
    StreamRecord,
    TaskRecord,
    WaiverRecord,
)
from readiness.record.earlier import Previous, Value
from readiness.record.newest import is_done, of_all
from readiness.record.origin import FolderRecord
from readiness.record.values import number, timestamp
from readiness.record.wording import wordings_of
from readiness.text.clean import Redactor, clean, cut, decode

TEXT_LIMIT = 2000


class Points:
    """What a criterion earned, as it is printed, and what it could have earned."""

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

    def text(self, text: str) -> str:
        """Clean, redact and shorten foreign text for one line of a report."""
        return cut(self._redact(clean(str(text), newlines=False)), TEXT_LIMIT) if text else ""

    def probe(self, probe: Probe, capture: Capture) -> ProbeRecord:
        """Return the record of a probe's last attempt."""
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
            tool_path=self._lines(probe.tool_path) or None,
            elsewhere=probe.elsewhere,
            by_hand=self._lines(command_by_hand(probe.check, probe.env)),
            stdout=self._stream(capture.stdout, probe.check, "stdout"),
            stderr=self._stream(capture.stderr, probe.check, "stderr"),
            params={name: self._lines(value) for name, value in probe.env.items()}
            if probe.env
            else {},
        )

    def not_kept(self, record: ProbeRecord, why: str) -> ProbeRecord:
        """Return the record of a probe of which nothing is kept for later runs, and why."""
        wordings = wordings_of({"not_kept": why}, self.text)
        return msgspec.structs.replace(record, not_kept=self.text(why), wordings=wordings)

    def folders(self, plan: Plan) -> list[FolderRecord]:
        """Return the folders in which probes ran, each with its environment."""
        return [
            FolderRecord(
                workdir=self._lines(folder.workdir),
                kind=folder.kind or None,
                environment=self._lines(folder.environment) or None,
                python=self._lines(folder.python) or None,
            )
            for folder in plan.folders
        ]

    def findings(
        self, criterion: str, findings: Sequence[Finding], folder: str = ""
    ) -> list[FindingRecord]:
        """Return the places that a tool complained about, for one criterion.

        Their paths are from the board's folder, below which the tool ran in `folder`.
        """
        return [
            FindingRecord(
                criterion=criterion,
                path=self.text(os.path.normpath(os.path.join(folder, finding.path)))
                if folder and finding.path
                else self.text(finding.path),
                line=finding.line,
                rule=self.text(finding.rule),
                message=self.text(finding.message),
                fingerprint=finding.fingerprint,
            )
            for finding in findings
        ]

    def criterion(
        self,
        judgement: Judgement,
        points: Points | None,
        probes: list[str],
        previous: CriterionRecord | None,
    ) -> CriterionRecord:
        """Return one criterion's verdict and its explanation; a skipped one has no `points`."""
        criterion = judgement.criterion
        value = judgement.value
        measure = criterion.measure
        texts = {"reason": judgement.reason, "hint": judgement.hint, "shown": judgement.shown}
        record = CriterionRecord(
            id=criterion.id,
            title=criterion.title,
            verdict=judgement.verdict,
            value=self._value(value),
            shown=self.text(judgement.shown),
            unit=judgement.unit,
            of=None if judgement.of is None else number(judgement.of),
            expect="attested" if criterion.attest is not None else criterion.expect.text,
            warn=criterion.warn.text if criterion.warn is not None else None,
            baseline=None if criterion.baseline is None else number(criterion.baseline),
            progress=None if judgement.progress is None else round(float(judgement.progress), 6),
            reason=self.text(judgement.reason),
            reason_code=judgement.code,
            hint=self.text(judgement.hint) or None,
            flaky=judgement.flaky,
            seen_to_fail=judgement.seen_to_fail,
            flaky_tests=list(map(self.text, judgement.flaky_tests)),
            waiver=_waiver(criterion, judgement.stale_waiver),
            attestation=_attestation(judgement),
            points=points.printed if points is not None else 0.0,
            points_possible=round(points.possible, 6) if points is not None else 0.0,
            probes=probes,
            check=(criterion.check.name or None) if criterion.check is not None else None,
            measure=(measure.name or None) if measure is not None else None,
            better=measure.better if measure is not None else None,
            line=criterion.position.line,
            by_hand=self._lines(criterion_by_hand(criterion)),
            counted=[self._line(line) for line in judgement.lines] if judgement.verdict.bad else [],
            decisive=probes[judgement.place] if len(probes) > 1 else None,
            wordings=wordings_of(texts, self.text),
        )
        if previous is None or not previous.verdict.in_scope or not comparable(record, previous):
            return record
        scatter = scatter_of(previous) if record.unit in JITTERY else 0.0
        before = Previous(verdict=previous.verdict, value=previous.value, scatter=scatter)
        return msgspec.structs.replace(record, previous=before)

    def _lines(self, text: str) -> str:
        return self._redact(clean(text, newlines=True))

    def _line(self, line: str) -> str:
        """Clean, redact and shorten a line of an output, which may have been cut."""
        text = clean(line, newlines=False)
        return cut(self._redactor.redact(text, cut_after=True), TEXT_LIMIT)

    def _value(self, value: Decimal | bool | str | None) -> Value:
        if isinstance(value, Decimal):
            return number(value)
        return self.text(value) if isinstance(value, str) else value

    def _part(self, data: bytes, *, begins: bool = False, ends: bool = False) -> str:
        """Clean and redact a part of an output that was cut at its beginning or end."""
        text = clean(decode(data), newlines=True)
        return self._redactor.redact(text, cut_before=begins, cut_after=ends)

    def _stream(self, stream: Stream, check: Check, name: str) -> StreamRecord:
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
            data=_is_data(check, name),
        )


def _is_data(check: Check, stream: str) -> bool:
    """Return whether the check reads this stream as something else than text."""
    return any(
        reader.source == stream and reader.format not in (Format.TEXT, Format.EXIT)
        for reader in check.readers()
    )


EMPTY_STREAM = StreamRecord(bytes=0, digest="", head="", tail="")


def points_of(lines: Sequence[ScoreLine], printed: Sequence[Decimal]) -> dict[str, Points]:
    """Return each criterion's points."""
    return {
        line.criterion: Points(earned, line.points, line.possible)
        for line, earned in zip(lines, printed, strict=True)
    }


def task_records(
    board: Board,
    judgements: Sequence[Judgement],
    points: Mapping[str, Points],
    probe_ids: Mapping[str, list[str]],
    recorder: Recorder,
    before: Mapping[str, CriterionRecord],
) -> list[TaskRecord]:
    """Return the record of every task of the board, in the board's order.

    `points` has the criteria of the profile: what each earned, and what it could have; those that
    are not selected do not count for their task.
    """
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
            [
                points[criterion.id]
                for criterion in task.criteria
                if criterion.id in points and judged[criterion.id].verdict.in_scope
            ],
            blocking=board.priorities[task.priority].blocking,
        )
        for task in board.tasks
    ]


def _task(
    task: Task, records: list[CriterionRecord], points: list[Points], *, blocking: bool
) -> TaskRecord:
    return TaskRecord(
        id=task.id,
        title=task.title,
        priority=task.priority,
        owner=task.owner,
        done=is_done(records),
        attainment=of_all(_attainment(points), records),
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
        notes=task.notes,
    )


def _attainment(points: list[Points]) -> float | None:
    """Return the earned share, which is 1 only where every criterion earned all its points."""
    possible = sum(criterion.possible for criterion in points)
    if not possible:
        return None
    if all(criterion.whole for criterion in points):
        return 1.0
    share = sum(criterion.earned for criterion in points) / possible
    return min(math.floor(share * 1000 + 1e-6) / 1000, 0.999)


def with_criteria(
    run: RunDocument, change: Callable[[CriterionRecord], CriterionRecord]
) -> RunDocument:
    """Return the run with `change` made to each criterion."""
    tasks = [
        msgspec.structs.replace(task, criteria=list(map(change, task.criteria)))
        for task in run.tasks
    ]
    return msgspec.structs.replace(run, tasks=tasks)


def with_versions(
    probes: Sequence[ProbeRecord], keys: Mapping[str, str], versions: Mapping[str, str]
) -> list[ProbeRecord]:
    """Return the probes, each with the version that its tool reported.

    `keys` gives the key of a probe's tool, `versions` the version by that key.
    """
    if not keys:
        return list(probes)
    return [
        msgspec.structs.replace(probe, tool_version=versions.get(keys.get(probe.id, "")))
        for probe in probes
    ]


def _waiver(criterion: Criterion, stale: bool) -> WaiverRecord | None:
    waiver = criterion.waive
    if waiver is None:
        return None
    return WaiverRecord(reason=waiver.reason, by=waiver.by, until=waiver.until, stale=stale)


def _attestation(judgement: Judgement) -> Attestation | None:
    attest = judgement.criterion.attest
    if attest is None or not attest.by:
        return None
    return msgspec.structs.replace(attest, digest=judgement.evidence_digest)


def digests_of(probes: Iterable[ProbeRecord], folder: str) -> tuple[str, ...]:
    """Return the digests of what some probes printed, of either stream in turn; "" for nothing.

    A copy says the same as its original: the name of `folder`, in which they ran, makes no
    difference unless the output is too long to be kept whole.
    """
    return tuple(
        _digest(stream, folder) if stream.bytes else ""
        for probe in probes
        for stream in (probe.stdout, probe.stderr)
    )


def _digest(stream: StreamRecord, folder: str) -> str:
    if stream.tail or folder not in stream.head:
        return stream.digest
    return digest(stream.head.replace(folder, ".").encode())
