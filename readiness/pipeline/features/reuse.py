"""`--reuse`: what a run takes over from earlier ones, and what it leaves to later ones."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from readiness.history import results as history_results
from readiness.history.results import HeldResults
from readiness.history.store import History, Keep
from readiness.model.board import Board
from readiness.model.capture import Capture
from readiness.model.digests import digest
from readiness.model.plan import Plan
from readiness.model.settings import RunSettings
from readiness.model.units import TIMES
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.pipeline.settle import Execution, Readings
from readiness.project.git import repository
from readiness.record.criteria import Recorder
from readiness.record.document import FindingRecord
from readiness.record.earlier import ReusedFrom
from readiness.reuse.files import GIT_INDEX, Files, KnownFile
from readiness.reuse.fingerprint import Fingerprints, checks_by_probe
from readiness.reuse.results import (
    KeptReading,
    KeptResult,
    from_bytes,
    is_young_enough,
    kept_reading,
    reading_key,
    reading_of,
)
from readiness.run.interface import Settled
from readiness.run.retry import may_repeat
from readiness.terminal.ending import tell
from readiness.text.worded import joined, worded

if TYPE_CHECKING:
    from readiness.pipeline.tracing import Tracing
    from readiness.reuse.seen import Dependence


MANY = 200
"""Number of probes of a board on which those that take but a `MOMENT`, in seconds, always run."""
MOMENT = 0.1

MOST_FILES = 300_000
"""Files of which a history knows what they are; with more, those of the last run alone."""


class ReusedResults(Feature):
    """A run that takes over the results of earlier ones, where there is a history."""

    def __init__(self, settings: RunSettings) -> None:
        super().__init__(settings)
        self._traces = settings.traces
        self._history: History | None = None
        self._reusing: Reusing | None = None

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Note the history."""
        self._history = history
        return start

    def running(self, execution: Execution) -> Execution:
        """Take over what earlier runs have of the plan's results, and leave the rest to run."""
        if self._history is None:
            return execution
        board = execution.board
        beside = msgspec.json.encode((board.secrets, board.quarantine))
        start = execution.start
        reusing = self._reusing = Reusing(execution.plan, self._history, start.id, beside)
        settle = execution.settle

        def settled(attempt: Capture) -> Settled:
            capture = reusing.counted(attempt)
            if capture is None or reusing.is_slowed(attempt, execution.readings):
                return Settled(succeeded=False, again=True)
            return settle(capture)

        left = reusing.left(execution.readings, execution.scratch, traces=self._traces)
        return msgspec.structs.replace(execution, left=left, settle=settled)

    def kept(self, execution: Execution) -> Keep | None:
        """Leave to later runs what this one has of results."""
        if self._reusing is None or not self._traces:
            return None
        return self._reusing.keep(execution.readings, execution.recorder)


class Reusing:
    """The reused part of one run of a plan.

    `run` is its id, `beside` what its board says of all results.
    """

    def __init__(self, plan: Plan, history: History, run: str, beside: bytes) -> None:
        self._plan = plan
        self._history = history
        self._run = run
        self._checks = checks_by_probe(plan)
        self._readers = plan.readers()
        self._known = _known_files(history.ask(history_results.known_files, b""))
        self._files = Files(self._known)
        fingerprints = Fingerprints(plan, beside)
        self._asked = {
            index: fingerprints.of(index)
            for index in plan.order
            if plan.probes[index].check.measures and not may_repeat(plan.probes[index])
        }
        self._partners: dict[int, list[int]] = {index: [] for index in plan.order}
        for index in plan.order:
            for producer in self._partners.keys() & plan.probes[index].after:
                self._partners[index].append(producer)
                if not fingerprints.lacks_a_tool(index):  # it ends at once, whatever it comes after
                    self._partners[producer].append(index)
        self._now = time.time()
        self._asking: dict[int, str] = {}
        self.taken = self._take_over(self._now)
        self._tracing: Tracing | None = None

    def left(self, readings: Readings, scratch: str, *, traces: bool) -> Plan:
        """Have `readings` know what is taken over; the plan of what is left to run.

        Probes of which it is to be seen what they depend on are run so. `scratch` is the run's.
        """
        for index, result in self.taken.items():
            probe = self._plan.probes[index]
            record = msgspec.structs.replace(
                result.record,
                id=probe.id,
                reused=True,
                reused_from=ReusedFrom(
                    run=result.run,
                    at=result.record.started_at or "",
                    age_s=round(max(self._now - result.at, 0.0), 3),
                ),
                result=None,
            )
            kept = {
                planned.criterion.id: result.readings[reading_key(planned.criterion)]
                for planned in self._readers[index]
            }
            readings.take_over(
                index,
                record,
                {name: reading_of(reading) for name, reading in kept.items()},
                {name: _findings(reading, name) for name, reading in kept.items()},
            )
        order = tuple(index for index in self._plan.order if index not in self.taken)
        left = msgspec.structs.replace(self._plan, order=order)
        wanted = [index for index in order if index in self._asked and self._is_worth_it(index)]
        if not (wanted and traces):
            return left
        from readiness.pipeline.tracing import Tracing

        roots = {repository(self._plan.probes[index].workdir) for index in wanted} - {""}
        self._files.state(f"{root}{GIT_INDEX}" for root in roots)  # as it is before they run
        self._tracing = Tracing(left, wanted, scratch)
        return self._tracing.traced()

    def _is_worth_it(self, index: int) -> bool:
        """Return whether to see what a probe depends on: not of many that take but a moment.

        Nor of one that was seen to ask for more than files.
        """
        is_long = (self._plan.probes[index].estimate or 0) > MOMENT
        return index not in self._asking and (len(self._plan.order) <= MANY or is_long)

    def counted(self, attempt: Capture) -> Capture | None:
        """Return an attempt as it counts; None where the tracer may have hindered it."""
        return attempt if self._tracing is None else self._tracing.counted(attempt)

    def is_slowed(self, attempt: Capture, readings: Readings) -> bool:
        """Return whether a time that is not good was measured under the tracer, which slows it."""
        if self._tracing is None or not self._tracing.slows(attempt):
            return False
        timed = [
            planned.criterion
            for planned in self._readers[attempt.probe]
            if planned.criterion.measure and planned.criterion.measure.unit in (*TIMES, "rps")
        ]
        if timed:
            readings.take(attempt)
        if all(readings.is_good(criterion, attempt.probe) for criterion in timed):
            return False
        self._tracing.made_again.add(attempt.probe)
        return True

    def keep(self, readings: Readings, recorder: Recorder) -> Keep:
        """Collect for later runs the results of probes that ran once, with inputs as they were.

        The records of all others say why they are none, unless they are errors.
        """
        # An index counts as it was when this run began.
        known = {path: file for path, file in self._known.items() if not path.endswith(GIT_INDEX)}
        after = Files({**known, **self._files.looked_at})
        dependences = self._dependences(readings, after)
        seen = {index: each.paths for index, each in dependences.items() if not each.refusal}
        kept: dict[int, KeptResult] = {}
        refusals: dict[int, str] = {}
        for index in filter(readings.is_over, self._plan.order):
            if self._plan.probes[index].check.measures and index not in self.taken:
                result = self._result(index, dependences.get(index), readings, recorder)
                if isinstance(result, KeptResult):
                    kept[index] = result
                if why := result if isinstance(result, str) else dependences[index].refusal:
                    refusals[index] = why
        reusable = {index: kept[index] for index in kept.keys() - refusals.keys()}
        whole = self._whole_chains({**self.taken, **reusable})
        for index in reusable.keys() - whole.keys():
            partner = next(each for each in self._partners[index] if each not in whole)
            name = self._plan.probes[partner].check.name
            refusals[index] = worded("traced.together", name=name)
            del kept[index]
        for index, why in refusals.items():
            readings.name_refusal(index, why)
        results = {}
        for index, result in kept.items():
            result = msgspec.structs.replace(result, state=self._state(index, seen, after))
            stored = results[self._asked[index]] = msgspec.json.encode(result)
            readings.name_result(index, digest(stored))
        known = {**(self._known if len(self._known) < MOST_FILES else {}), **after.looked_at}
        files = msgspec.json.encode({path: file for path, file in known.items() if file.stamp})
        return partial(history_results.keep, results=results, files=files)

    # --- taking over ------------------------------------------------------------------------------

    def _take_over(self, now: float) -> dict[int, KeptResult]:
        if not self._asked:
            return {}
        ask = partial(history_results.held, fingerprints=set(self._asked.values()))
        held = self._history.ask(ask, HeldResults(results={}, alterations=[]))
        if held.alterations:
            what = joined(list(map(str, held.alterations)), "semicolon")
            tell(worded("notice.not_reused", what=what))
        known = {}
        for index, fingerprint in self._asked.items():
            result = from_bytes(held.results.get(fingerprint, b""))
            if result is not None and result.fingerprint == fingerprint and result.asks:
                self._asking[index] = result.asks
            elif result is not None and result.fingerprint == fingerprint:
                known[index] = result
        seen = {index: result.seen for index, result in known.items()}
        taken = {
            index: result
            for index, result in known.items()
            if self._is_answered(index, result)
            and is_young_enough(result, self._checks[index], now)
            and result.state == self._state(index, seen, self._files)
        }
        return self._whole_chains(taken)

    def _is_answered(self, index: int, result: KeptResult) -> bool:
        """Return whether the result has all that is read of the probe, and came in time."""
        if result.record.duration_s > self._plan.probes[index].timeout:
            return False
        wanted = {reading_key(planned.criterion) for planned in self._readers[index]}
        return wanted <= result.readings.keys()

    def _state(self, index: int, seen: Mapping[int, Sequence[str]], files: Files) -> str:
        """Compute a digest over what the probe and its producers were `seen` to depend on."""
        parts = [files.state(seen[index])] if index in seen else []
        producers = self._plan.probes[index].after
        parts += [self._state(producer, seen, files) for producer in producers]
        text = "\n".join(filter(None, parts))
        return digest(text.encode()) if text else ""

    def _whole_chains(self, taken: dict[int, KeptResult]) -> dict[int, KeptResult]:
        """Leave out what reads the files of a probe that has to run, and what is read by one."""
        left = dict(taken)
        while out := [index for index in left if not left.keys() >= set(self._partners[index])]:
            for index in out:
                del left[index]
        return left

    # --- keeping ----------------------------------------------------------------------------------

    def _dependences(self, readings: Readings, files: Files) -> "dict[int, Dependence]":
        """Return what probes depend on, as was seen in this run, or of more than files before."""
        traced = self._tracing.dependences(readings.lasting, files) if self._tracing else ()
        dependences = dict(traced)
        for index in self._asking.keys() & readings.lasting.keys():
            from readiness.reuse.seen import asking

            dependences[index] = asking(self._asking[index])
        return dependences

    def _result(
        self, index: int, dependence: "Dependence | None", readings: Readings, recorder: Recorder
    ) -> KeptResult | str:
        """Return what is kept of a probe that was run, or why nothing is; "" for an error."""
        if may_repeat(self._plan.probes[index]):
            return worded("traced.repeated")
        if index not in readings.lasting:
            return ""
        if dependence is None:
            return worded("traced.moment")
        if dependence.refusal and not dependence.asks:
            return dependence.refusal
        kept: dict[str, KeptReading] = {}
        for planned in () if dependence.asks else self._readers[index]:
            measured = readings.measured(planned.criterion.id, index)
            reading = kept_reading(*measured, recorder.text)
            if isinstance(reading, str):
                return reading
            kept[reading_key(planned.criterion)] = reading
        return KeptResult(
            fingerprint=self._asked[index],
            run=self._run,
            at=readings.lasting[index],
            record=readings.record(index),
            readings=kept,
            seen=dependence.paths,
            asks=recorder.text(dependence.asks),
        )


def _known_files(stored: bytes) -> dict[str, KnownFile]:
    try:
        return msgspec.json.decode(stored, type=dict[str, KnownFile])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _findings(kept: KeptReading, criterion: str) -> list[FindingRecord]:
    return [msgspec.structs.replace(finding, criterion=criterion) for finding in kept.findings]


FEATURE = ReusedResults
