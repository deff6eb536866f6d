"""What the probes of a run have given its criteria so far, attempt by attempt."""

import datetime
import os
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from readiness.decide.judge import judge
from readiness.measure import Documents, doubts, find, measure, unusable
from readiness.measure.bounded import matches
from readiness.model.board import Board, Check, Criterion
from readiness.model.capture import Capture, Stream
from readiness.model.expect import better_of
from readiness.model.judgement import (
    TESTS,
    HeldLine,
    Judgement,
    PairedNumbers,
    Reading,
    Trial,
    TrialOutcome,
    Unmeasured,
)
from readiness.model.plan import Plan, Planned, Probe
from readiness.model.words import ReasonCode, Verdict
from readiness.pipeline.facts import Start
from readiness.project.recipes import is_own
from readiness.record.criteria import Recorder
from readiness.record.document import FindingRecord, ProbeRecord
from readiness.run.interface import Settle, Settled
from readiness.run.retry import (
    adds_a_sample,
    is_second_chance,
    leaves_a_doubt,
    may_repeat,
    pause,
    tries_for_better,
)
from readiness.text.worded import joined, worded

FOR_WANT_OF_SETTINGS = (
    ReasonCode.EXIT_STATUS,
    ReasonCode.NO_PROOF,
    ReasonCode.NO_VALUE,
    ReasonCode.UNREADABLE,
)
_SHORT = 20
NOT_RUN = Reading(samples=(Unmeasured(code=ReasonCode.NOT_RUN, reason=worded("reason.not_run")),))


class Readings:
    """Measures every finished attempt for the criteria that read it, and keeps what they need.

    Of an attempt only its record and its measurements are kept: the output itself is let go.
    `lasting` has when those probes started whose results say something beyond this run, `trials`
    how commands did that were tried, and `pairs` how numbers compare with the base's, by criterion.
    `spans` are when each attempt of a probe began and ended, in Unix time.
    """

    def __init__(
        self,
        board: Board,
        plan: Plan,
        recorder: Recorder,
        today: datetime.date,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.durations: dict[str, float] = {}
        self.versions: dict[str, str] = {}
        self.lasting: dict[int, float] = {}
        self.trials: dict[str, Trial] = {}
        self.pairs: dict[str, PairedNumbers] = {}
        self.usual = HeldLine()
        self.spans: list[tuple[int, float, float]] = []
        self._board = board
        self._plan = plan
        self._recorder = recorder
        self._today = today
        self._monotonic = monotonic
        self._records: dict[int, ProbeRecord] = {}
        self._readings: dict[tuple[str, int], Reading] = {}
        self._waits_since: dict[int, float] = {}
        self._over: set[int] = set()
        self._findings: dict[tuple[str, int], list[FindingRecord]] = {}
        self._readers = plan.readers()
        self._started = time.time()

    def take(self, capture: Capture) -> Settled:
        """Measure an attempt for all who read it; say whether the probes after it may start."""
        index = capture.probe
        probe = self._plan.probes[index]
        if not probe.check.measures:
            self._keep_version(probe, capture)
            return Settled(succeeded=True)
        self._records[index] = self._recorder.probe(probe, capture)
        began = capture.started_at
        self.spans.append((index, began, began + capture.duration))
        documents = Documents(
            capture, probe.workdir, self._environment(probe, capture), timeout=probe.timeout
        )
        refused = unusable(documents, probe.check)
        if capture.exit_status is not None or capture.timed_out:
            # What ended at once for want of something would take its time if it had it.
            known = probe.estimate or 0.0 if refused is not None else 0.0
            self.durations[probe.key] = max(capture.duration, known)
        for planned in self._readers[index]:
            self._read(planned.criterion, probe, documents)
        succeeded = refused is None and _succeeded(probe.check, capture)
        if refused is None and (succeeded or self._readers[index]) and not may_repeat(probe):
            self.lasting[index] = capture.started_at
        return Settled(succeeded=succeeded, why=refused.reason if refused else "")

    def settle(self, attempt: Capture) -> Settled:
        """Settle an attempt, which is over: it is made again, or what comes after it may start."""
        taken = self.take(attempt)
        delay = self._pause(attempt)
        if delay is not None:
            return Settled(succeeded=False, again=True, delay=delay)
        self._over.add(attempt.probe)
        return taken

    def take_over(
        self,
        index: int,
        record: ProbeRecord,
        readings: Mapping[str, Reading],
        findings: Mapping[str, list[FindingRecord]],
    ) -> None:
        """Take over what an earlier run had of a probe, which is not run, by ids of criteria."""
        self._over.add(index)
        self._records[index] = record
        self._readings.update({(name, index): reading for name, reading in readings.items()})
        self._findings.update({(name, index): own for name, own in findings.items()})

    def measured(self, criterion: str, index: int) -> tuple[Reading, list[FindingRecord]]:
        """Return what was read of a probe for a criterion so far."""
        key = (criterion, index)
        return self._readings.get(key, NOT_RUN), self._findings.get(key, [])

    def record(self, index: int) -> ProbeRecord:
        """Return the record of a probe that was run, or taken over."""
        return self._records[index]

    def is_over(self, index: int) -> bool:
        """Return whether the probe's last attempt was taken, so that nothing it gave changes."""
        return index in self._over

    def readers(self, index: int) -> list[Planned]:
        """Return the criteria that read the probe."""
        return self._readers[index]

    def _pause(self, capture: Capture) -> float | None:
        """Return the seconds until the probe of a taken attempt is tried again; None: never."""
        index, probe = capture.probe, self._plan.probes[capture.probe]
        if not may_repeat(probe):
            again = capture.attempt == 1 and any(
                self._is_unusual(planned.criterion, index) for planned in self._readers[index]
            )
            return 0.0 if again else None
        now = self._monotonic()
        if not is_second_chance(probe, capture.attempt):
            self._waits_since[index] = now - capture.duration
        waited = now - self._waits_since[index]
        good = tries_for_better(probe) and all(
            self.is_good(planned.criterion, index) for planned in self._readers[index]
        )
        settled = probe.settles and all(
            self._judged(planned.criterion, index).code is not ReasonCode.UNSETTLED
            for planned in self._readers[index]
        )
        return pause(
            probe, capture.attempt, capture.failure, good=good, waited=waited, settled=settled
        )

    def fault(self, capture: Capture) -> str:
        """Return why `--fail-fast` ends the run once this attempt is final, or ""."""
        for planned in self._readers[capture.probe]:
            known = ((planned.criterion.id, other) in self._readings for other in planned.probes)
            if all(known) and (verdict := self.judge(planned).verdict).bad:
                return f"--fail-fast: {planned.criterion.id} is {verdict}"
        return ""

    def name_result(self, index: int, digest: str) -> None:
        """Have the record of a probe name what is kept of it for later runs."""
        self._records[index] = msgspec.structs.replace(self._records[index], result=digest)

    def name_refusal(self, index: int, why: str) -> None:
        """Have the record of a probe say why nothing of it is kept for later runs."""
        self._records[index] = self._recorder.not_kept(self._records[index], why)

    def note_changes(self, planned: Planned, changes: Sequence[str]) -> None:
        """Note what the work tree became while a criterion was measured."""
        key = (planned.criterion.id, planned.probes[0])
        if reading := self._readings.get(key):
            self._readings[key] = msgspec.structs.replace(
                reading, doubts=(*reading.doubts, *changes), hint=worded("hint.tree_changed")
            )

    def judge(self, planned: Planned) -> Judgement:
        """Judge a criterion by what its probes have given."""
        criterion = planned.criterion
        missing, digest = self._evidence(criterion)
        trial = self.trials.get(criterion.id)
        judgement = judge(
            criterion,
            [self._readings.get((criterion.id, index), NOT_RUN) for index in planned.probes],
            today=self._today,
            skipped=planned.skipped,
            evidence_missing=missing,
            evidence_digest=digest,
            trial=trial,
            pairs=self.pairs.get(criterion.id),
            matches=matches,
        )
        if criterion.check is None or not planned.probes:
            return judgement
        seen = trial.outcome is TrialOutcome.SEEN if trial else not is_own(criterion.check)
        failed = judgement.verdict is Verdict.FAIL
        return msgspec.structs.replace(judgement, seen_to_fail=seen or failed)

    def records(self) -> list[ProbeRecord]:
        """List the probes' records, in the order of the plan."""
        return [self._records[index] for index in sorted(self._records)]

    def findings(self) -> list[FindingRecord]:
        """List what tools complained about, in the order of the board."""
        return [
            finding
            for planned in self._plan.planned
            for index in planned.probes
            for finding in self._findings.get((planned.criterion.id, index), ())
        ]

    def _read(self, criterion: Criterion, probe: Probe, documents: Documents) -> None:
        check, wanted = criterion.check, criterion.measure
        if check is None or wanted is None:
            return
        index, attempt = documents.capture.probe, documents.capture.attempt
        if (
            is_second_chance(probe, attempt)
            and self.is_good(criterion, index)
            and not self._is_unusual(criterion, index)
        ):
            return  # others have it tried again
        sample = unusable(documents, check) or measure(
            documents,
            check,
            wanted,
            number=criterion.expect.operator.needs_number,
            error=criterion.sampling.error if criterion.sampling else 0.05,
        )
        quarantined: tuple[str, ...] = ()
        flaky = (
            self._readings[key].flaky if (key := (criterion.id, index)) in self._readings else ()
        )
        if isinstance(sample, Unmeasured):
            sample = self._with_hints(sample, probe)
        elif check.findings is not None or check.flaky is not None:
            places = find(documents, check)
            if self._board.quarantine:
                from readiness.pipeline.quarantined import without_quarantined

                sample, quarantined = without_quarantined(
                    self._board, criterion, sample, places, self._today.isoformat()
                )
            home = self._board.workdir
            folder = "" if probe.workdir == home else os.path.relpath(probe.workdir, home)
            records = self._recorder.findings(criterion.id, places, folder)
            if is_second_chance(probe, attempt) and wanted.unit == TESTS:
                again = {place.test for place in records}
                before = (place.test for place in self._findings.get(key, ()))
                flaky += tuple(name for name in before if name not in again)
            flaky += tuple(place.test for place in find(documents, check, flaky=True))
            self._findings[key] = records
        earlier = self._readings[key].samples if adds_a_sample(probe, attempt) else ()
        reading = Reading(
            samples=(*earlier, sample),
            retried=leaves_a_doubt(probe, attempt) and may_repeat(probe),
            flaky=tuple(dict.fromkeys(flaky)),
            quarantined=quarantined,
            doubts=doubts(documents.capture.stderr) if check.name else (),
        )
        if not check.name:
            reading = self._of_an_own_command(reading, criterion, probe, documents.capture.stdout)
        self._readings[key] = reading

    def _of_an_own_command(
        self, reading: Reading, criterion: Criterion, probe: Probe, printed: Stream
    ) -> Reading:
        """Add what a command of the board's own printed, or the report that it only read."""
        if criterion.is_by_status:
            if printed.size > _SHORT:
                return reading
            word = printed.data.decode("utf-8", "replace").strip()
            return msgspec.structs.replace(reading, word=word)
        from readiness.pipeline.tree_changes import left_over

        path = left_over(probe.check, probe.workdir, self._started)
        return msgspec.structs.replace(reading, left_over=path)

    def _with_hints(self, sample: Unmeasured, probe: Probe) -> Unmeasured:
        """Add what the probe did not get of the caller's, where that may be why it failed.

        A tool that is missing is installed in the version that the project pins.
        """
        if sample.code is ReasonCode.TOOL_MISSING and probe.check.install:
            from readiness.project.managers import fitting

            how = fitting(probe.check.install, probe.workdir)
            return msgspec.structs.replace(sample, hint=worded("hint.install_how", how=how))
        if sample.code not in FOR_WANT_OF_SETTINGS:
            return sample
        hints = [sample.hint]
        if probe.elsewhere:
            hints.append(worded("hint.elsewhere", tool=probe.tool_path))
        # Only where it says so itself: a shell has many that no command ever asks for.
        if aside := [name for name in self._plan.put_aside if name in sample.reason]:
            names = joined(aside, "and")
            hints.append(worded("hint.put_aside", count=len(aside), names=names))
        hint = joined(list(filter(None, hints)), "semicolon")
        return msgspec.structs.replace(sample, hint=hint)

    def is_good(self, criterion: Criterion, index: int) -> bool:
        """Return whether this probe alone, as it was read last, makes the criterion hold."""
        return self._judged(criterion, index).verdict.good

    def _is_unusual(self, criterion: Criterion, index: int) -> bool:
        """Return whether a number is worse than it usually is, as it was read last."""
        if criterion.id not in self.usual.usual:
            return False
        judged = self._judged(criterion, index)
        return judged.verdict.measured and not self.usual.is_usual(
            criterion, better_of(criterion), judged.value
        )

    def _judged(self, criterion: Criterion, index: int) -> Judgement:
        """Judge a criterion by this probe alone, as it was read last."""
        reading = self._readings[criterion.id, index]
        return judge(criterion, [reading], today=self._today, matches=matches)

    def _evidence(self, criterion: Criterion) -> tuple[bool, str]:
        """Return whether an attestation's evidence is missing or empty, and else its digest."""
        if criterion.attest is None:
            return False, ""
        from readiness.decide.attested import evidence_path

        path = evidence_path(criterion.attest)
        if not path:
            return False, ""
        from readiness.project.evidence import content_digest, is_empty, locate

        beside_board = os.path.dirname(os.path.abspath(self._board.path))
        evidence = locate(path, (self._board.workdir, beside_board))
        if not evidence or is_empty(evidence):
            return True, ""
        return False, content_digest(evidence)

    def _environment(self, probe: Probe, capture: Capture) -> dict[str, str]:
        return {
            **self._plan.environment,
            **({"PATH": probe.path} if probe.path else {}),
            **probe.env,
            "READINESS_TMP": capture.tmp,
            "READINESS_SCRATCH": capture.scratch,
        }

    def _keep_version(self, probe: Probe, capture: Capture) -> None:
        text = (capture.stdout.data or capture.stderr.data).decode("utf-8", "replace").strip()
        if capture.exit_status == 0 and text:
            self.versions[probe.key] = self._recorder.text(text.splitlines()[0])


def _succeeded(check: Check, capture: Capture) -> bool:
    """Return whether the probes after it may start: a status that is read freely has to be 0."""
    return check.exit_ok is not None or capture.exit_status == 0


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """How a plan is going to be run: what of it is `left`, and how attempts are settled.

    `may_stop` says that `settle` may end the run early. `scratch` is a folder that is there as
    long as probes run.
    """

    board: Board
    plan: Plan
    start: Start
    readings: Readings
    recorder: Recorder
    scratch: str
    left: Plan
    settle: Settle
    may_stop: bool = False
