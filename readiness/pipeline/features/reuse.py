"""`--reuse`: what a run takes over from earlier ones, and what it leaves to later ones."""

import time
from functools import partial

import msgspec

from readiness.history import results as history_results
from readiness.history.results import HeldResults
from readiness.history.store import History, Keep
from readiness.model.board import Board
from readiness.model.digests import digest
from readiness.model.settings import RunSettings
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.pipeline.settle import Execution, Readings
from readiness.project.git import identities
from readiness.record.document import FindingRecord
from readiness.record.earlier import ReusedFrom
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
from readiness.reuse.services import service
from readiness.reuse.snapshot import Snapshot
from readiness.run.retry import may_repeat
from readiness.terminal.ending import tell
from readiness.text.worded import joined, worded


class ReusedResults(Feature):
    """A run that takes over the results of earlier ones, where there is a history."""

    def __init__(self, settings: RunSettings) -> None:
        super().__init__(settings)
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
        self._reusing = Reusing(execution, self._history, self.settings)
        taken = self._reusing.taken
        order = tuple(index for index in execution.plan.order if index not in taken)
        left = msgspec.structs.replace(execution.plan, order=order)
        return msgspec.structs.replace(execution, left=left)

    def kept(self, execution: Execution) -> Keep | None:
        """Leave to later runs what this one has of results."""
        return self._reusing.keep() if self._reusing else None


class Reusing:
    """The reused part of one run of a plan; `taken` are the results of earlier ones."""

    def __init__(self, execution: Execution, history: History, settings: RunSettings) -> None:
        self._execution = execution
        self._plan = plan = execution.plan
        self._history = history
        self._outputs = [report.path for report in settings.reports]
        self._outputs += [f"{history.path}{end}" for end in ("", "-wal", "-shm", "-journal")]
        self._checks = checks_by_probe(plan)
        self._readers = plan.readers()
        board = execution.board
        beside = msgspec.json.encode((board.secrets, board.quarantine))
        fingerprints = Fingerprints(plan, beside)
        self._fingerprint = fingerprints.of
        self._before = self._look()
        measuring = [index for index in plan.order if plan.probes[index].check.measures]
        self._refusals = {index: self._refusal(index) for index in measuring}
        self._partners: dict[int, set[int]] = {index: set() for index in plan.order}
        for index in plan.order:
            for producer in self._partners.keys() & plan.probes[index].after:
                self._partners[index].add(producer)
                if not fingerprints.lacks_a_tool(index):  # it ends at once, whatever it comes after
                    self._partners[producer].add(index)
        self._keys = {
            index: self._key(index, self._before)
            for index, refusal in self._refusals.items()
            if not refusal
        }
        self.taken = {} if settings.fresh else self._take_over(time.time())

    def _look(self) -> Snapshot:
        return Snapshot(self._plan, identities(self._outputs))

    def _key(self, index: int, snapshot: Snapshot) -> str:
        return digest(f"{self._fingerprint(index)}\n{snapshot.key(index)}".encode())

    def _refusal(self, index: int) -> str:
        """Return why no result of a probe is ever reused; "" where one may be."""
        probe, board = self._plan.probes[index], self._execution.board
        if may_repeat(probe):
            return worded("not_kept.repeated")
        asked = service(probe, self._checks[index], self._plan.environment, board.profile_env)
        if asked:
            return worded("not_kept.service", what=asked)
        return self._before.problem(index)

    # --- taking over ------------------------------------------------------------------------------

    def _take_over(self, now: float) -> dict[int, KeptResult]:
        ask = partial(history_results.held, fingerprints=set(self._keys.values()))
        held = self._history.ask(ask, HeldResults(results={}, alterations=[]))
        if held.alterations:
            what = joined(list(map(str, held.alterations)), "semicolon")
            tell(worded("notice.not_reused", what=what))
        known = {index: from_bytes(held.results.get(key, b"")) for index, key in self._keys.items()}
        taken = self._whole_chains(
            {
                index: result
                for index, result in known.items()
                if result is not None and self._is_good(index, result, now)
            }
        )
        for index, result in taken.items():
            self._put(index, result, now)
        return taken

    def _is_good(self, index: int, result: KeptResult, now: float) -> bool:
        """Return whether the result has all that is read of the probe, and came in time."""
        wanted = {reading_key(planned.criterion) for planned in self._readers[index]}
        return (
            result.key == self._keys[index]
            and result.record.duration_s <= self._plan.probes[index].timeout
            and wanted <= result.readings.keys()
            and is_young_enough(result, self._checks[index], now)
        )

    def _put(self, index: int, result: KeptResult, now: float) -> None:
        """Have the run's readings know a result."""
        at, age = result.record.started_at or "", round(max(now - result.at, 0.0), 3)
        record = msgspec.structs.replace(
            result.record,
            id=self._plan.probes[index].id,
            reused=True,
            reused_from=ReusedFrom(run=result.run, at=at, age_s=age),
            result=None,
        )
        kept = {
            planned.criterion.id: result.readings[reading_key(planned.criterion)]
            for planned in self._readers[index]
        }
        self._execution.readings.take_over(
            index,
            record,
            {name: reading_of(reading) for name, reading in kept.items()},
            {name: _findings(reading, name) for name, reading in kept.items()},
        )

    def _whole_chains(self, taken: dict[int, KeptResult]) -> dict[int, KeptResult]:
        """Leave out what reads the files of a probe that has to run, and what is read by one."""
        left = dict(taken)
        while out := [index for index in left if not left.keys() >= self._partners[index]]:
            for index in out:
                del left[index]
        return left

    # --- keeping ----------------------------------------------------------------------------------

    def keep(self) -> Keep | None:
        """Collect the results for later runs; the records of all others say why they are none."""
        readings = self._execution.readings
        ran = [index for index in self._refusals.keys() - self.taken if readings.is_over(index)]
        if not ran:
            return None
        now = self._look()
        kept: dict[int, KeptResult] = {}
        for index in ran:
            result = self._result(index, now, readings)
            if isinstance(result, KeptResult):
                kept[index] = result
            elif result:
                readings.name_refusal(index, result)
        whole = self._whole_chains({**self.taken, **kept})
        for index in kept.keys() - whole.keys():
            partner = min(self._partners[index] - whole.keys())
            name = self._plan.probes[partner].check.name
            readings.name_refusal(index, worded("not_kept.together", name=name))
        results = {}
        for index in kept.keys() & whole.keys():
            results[kept[index].key] = stored = msgspec.json.encode(kept[index])
            readings.name_result(index, digest(stored))
        refuted = {self._keys[index] for index in ran if index in self._keys}
        return partial(history_results.keep, results=results, refuted=refuted)

    def _result(self, index: int, now: Snapshot, readings: Readings) -> KeptResult | str:
        """Return what is kept of a probe that was run, or why nothing is; "" for an error."""
        if refusal := self._refusals[index] or now.problem(index):
            return refusal
        if index not in readings.lasting:
            return ""
        began, record = readings.lasting[index], readings.record(index)
        if path := now.disturbed(index, self._before, began, began + record.duration_s):
            return worded("not_kept.changed", path=path)
        kept: dict[str, KeptReading] = {}
        for planned in self._readers[index]:
            measured = readings.measured(planned.criterion.id, index)
            reading = kept_reading(*measured, self._execution.recorder.text)
            if isinstance(reading, str):
                return reading
            kept[reading_key(planned.criterion)] = reading
        return KeptResult(
            key=self._key(index, now),
            run=self._execution.start.id,
            at=began,
            record=record,
            readings=kept,
        )


def _findings(kept: KeptReading, criterion: str) -> list[FindingRecord]:
    return [msgspec.structs.replace(finding, criterion=criterion) for finding in kept.findings]


FEATURE = ReusedResults
