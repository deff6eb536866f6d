"""What the probes of a run have given its criteria so far; the runner asks after every attempt."""

import datetime
import time
from collections.abc import Callable, Iterable

from readiness.document import FindingRecord, ProbeRecord
from readiness.judge import judge
from readiness.measure import Documents, find, measure, unusable
from readiness.model import (
    Board,
    Capture,
    Criterion,
    Judgement,
    Measurement,
    Operator,
    Plan,
    Planned,
    Probe,
    Reading,
    ReasonCode,
    Unmeasured,
    Verdict,
)
from readiness.record import Recorder
from readiness.run import Settled

GOOD = (Verdict.PASS, Verdict.WARN)
TEXTUAL = (Operator.MATCHES, Operator.CONTAINS, Operator.TRUE, Operator.FALSE)
FIRST_DELAY = 0.2
LONGEST_DELAY = 2.0

Sample = Measurement | Unmeasured


class Readings:
    """Measures every finished attempt for the criteria that read it, and keeps what they need.

    Of an attempt only its record and its measurements are kept: the output itself is let go.
    """

    def __init__(
        self,
        board: Board,
        plan: Plan,
        recorder: Recorder,
        today: datetime.date,
        *,
        fail_fast: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.durations: dict[str, float] = {}
        self.versions: dict[str, str] = {}
        self.stopped_by = ""
        self._board = board
        self._plan = plan
        self._recorder = recorder
        self._today = today
        self._fail_fast = fail_fast
        self._monotonic = monotonic
        self._records: dict[int, ProbeRecord] = {}
        self._readings: dict[tuple[str, int], Reading] = {}
        self._first_end: dict[int, float] = {}
        self._findings: dict[str, list[FindingRecord]] = {}
        self._readers: list[list[Criterion]] = [[] for _ in plan.probes]
        for planned in plan.planned:
            for index in planned.probes:
                self._readers[index].append(planned.criterion)

    def settle(self, capture: Capture) -> Settled:
        """Measure an attempt. Says whether probes after it may start, and if it is tried again."""
        index = capture.probe
        probe = self._plan.probes[index]
        if not probe.check.measures:
            self._keep_version(probe, capture)
            return Settled(succeeded=True)
        self._records[index] = self._recorder.probe(probe, capture)
        refused = unusable(capture, probe.check)
        if refused is None:
            self.durations[probe.key] = capture.duration
        documents = Documents(capture, probe.workdir, self._environment(probe, capture))
        for criterion in self._readers[index]:
            self._read(criterion, probe, capture, documents)
        delay = self._again(probe, capture)
        if delay is not None:
            return Settled(succeeded=False, again=True, delay=delay)
        if self._fail_fast and not self.stopped_by:
            self._look_for_failure(index)
        return Settled(succeeded=refused is None)

    def stop_reason(self) -> str:
        """Why no further probe may start; empty while all is well."""
        return self.stopped_by

    def judge(self, planned: Planned, evidence_exists: Callable[[str], bool]) -> Judgement:
        """The verdict on a criterion, from what its probes have given."""
        criterion = planned.criterion
        return judge(
            criterion,
            [self._readings.get((criterion.id, index), NOT_RUN) for index in planned.probes],
            today=self._today,
            skipped=planned.skipped,
            evidence_exists=evidence_exists,
        )

    def records(self) -> Iterable[ProbeRecord]:
        """The probes' records, in the order of the plan."""
        return (self._records[index] for index in sorted(self._records))

    def findings(self) -> list[FindingRecord]:
        """What tools complained about, in the order of the board."""
        return [
            finding
            for planned in self._plan.planned
            for finding in self._findings.get(planned.criterion.id, ())
        ]

    def _read(
        self, criterion: Criterion, probe: Probe, capture: Capture, documents: Documents
    ) -> None:
        check, wanted = criterion.check, criterion.measure
        if check is None or wanted is None:
            return
        sample: Sample | None = unusable(capture, check)
        if sample is None:
            number = criterion.expect.operator not in TEXTUAL
            sample = measure(documents, check, wanted, number=number)
            if check.findings is not None:
                self._findings[criterion.id] = self._recorder.findings(
                    criterion.id, find(documents, check)
                )
        key = (criterion.id, capture.probe)
        earlier = self._readings.get(key)
        sampled = earlier.samples if earlier is not None and probe.samples > 1 else ()
        self._readings[key] = Reading(
            samples=(*sampled, sample), retried=capture.attempt > probe.samples and not probe.wait
        )

    def _again(self, probe: Probe, capture: Capture) -> float | None:
        """The pause before the next attempt; None where there is none."""
        if capture.failure is ReasonCode.NOT_RUN:
            return None
        if capture.attempt < probe.samples:
            return 0.0
        if not (probe.wait or probe.retries) or self._all_good(capture.probe):
            return None
        now = self._monotonic()
        first = self._first_end.setdefault(capture.probe, now - capture.duration)
        if probe.wait:
            delay = min(FIRST_DELAY * 2 ** min(capture.attempt - 1, 8), LONGEST_DELAY)
            return delay if now + delay - first < probe.wait else None
        return 0.0 if capture.attempt < probe.samples + probe.retries else None

    def _all_good(self, index: int) -> bool:
        return all(
            judge(
                criterion,
                [self._readings[criterion.id, index]],
                today=self._today,
            ).verdict
            in GOOD
            for criterion in self._readers[index]
        )

    def _look_for_failure(self, index: int) -> None:
        for planned in self._plan.planned:
            if index in planned.probes and all(
                (planned.criterion.id, other) in self._readings for other in planned.probes
            ):
                judgement = self.judge(planned, lambda _: True)
                if judgement.verdict in (Verdict.FAIL, Verdict.ERROR):
                    self.stopped_by = f"--fail-fast: {planned.criterion.id} is {judgement.verdict}"
                    return

    def _keep_version(self, probe: Probe, capture: Capture) -> None:
        text = (capture.stdout.data or capture.stderr.data).decode("utf-8", "replace").strip()
        if capture.exit_status == 0 and text:
            self.versions[probe.key] = self._recorder.text(text.splitlines()[0])

    def _environment(self, probe: Probe, capture: Capture) -> dict[str, str]:
        return {
            **self._plan.environment,
            **probe.env,
            "READINESS_TMP": capture.tmp,
            "READINESS_SCRATCH": capture.scratch,
        }


NOT_RUN = Reading(samples=(Unmeasured(code=ReasonCode.NOT_RUN, reason="its probe was not run"),))
