"""`--reuse`: what a run takes over from earlier ones, and what it leaves to later ones."""

import time
from collections.abc import Mapping
from functools import partial
from shutil import which

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
from readiness.reuse.fingerprint import Fingerprints, checks_by_probe, search_path
from readiness.reuse.results import (
    KeptReading,
    KeptResult,
    from_bytes,
    kept_reading,
    reading_key,
    reading_of,
)
from readiness.reuse.services import asked
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
        self._outputs = [report.path for report in settings.reports]
        self._outputs += [f"{history.path}{end}" for end in ("", "-wal", "-shm", "-journal")]
        self._readers = plan.readers()
        board, environment = execution.board, plan.environment
        beside = msgspec.json.encode((board.secrets, board.quarantine))
        self._fingerprints = Fingerprints(plan, beside)
        self._before = Snapshot(plan, identities(self._outputs))
        checks = checks_by_probe(plan)
        self._refusals: dict[int, str] = {}
        for index in plan.order:
            probe, refusal = plan.probes[index], self._before.problem(index)
            if what := asked(probe, checks[index], environment, board.profile_env):
                refusal = worded("not_kept.service", what=what)
            if probe.check.measures:
                repeated = worded("not_kept.repeated") if may_repeat(probe) else ""
                self._refusals[index] = repeated or refusal
        # What reads the files of another probe needs it to run, and what is read by one.
        self._partners: dict[int, set[int]] = {index: set() for index in plan.order}
        for index in plan.order:
            for producer in self._partners.keys() & plan.probes[index].after:
                self._partners[index].add(producer)
                tools, path = plan.probes[index].check.tools, search_path(plan, plan.probes[index])
                if all(which(tool, path=path) for tool in tools):  # else it ends at once
                    self._partners[producer].add(index)
        self._keys = {
            index: self._key(index, self._before)
            for index, refusal in self._refusals.items()
            if not refusal
        }
        self.taken = {} if settings.fresh else self._take_over(history)

    def _key(self, index: int, snapshot: Snapshot) -> str:
        return digest(f"{self._fingerprints.of(index)}\n{snapshot.key(index)}".encode())

    def _take_over(self, history: History) -> dict[int, KeptResult]:
        """Have the run's readings know the results of earlier ones that hold; return these."""
        ask = partial(history_results.held, fingerprints=set(self._keys.values()))
        held = history.ask(ask, HeldResults(results={}, alterations=[]))
        if held.alterations:
            what = joined(list(map(str, held.alterations)), "semicolon")
            tell(worded("notice.not_reused", what=what))
        known = {}
        for index, key in self._keys.items():
            wanted = {reading_key(planned.criterion) for planned in self._readers[index]}
            result = from_bytes(held.results.get(key, b""), key)
            if (
                result is not None
                and wanted <= result.readings.keys()
                and result.record.duration_s <= self._plan.probes[index].timeout
            ):
                known[index] = result
        taken = self._whole_chains(known)
        for index, result in taken.items():
            self._put(index, result, max(time.time() - result.at, 0.0))
        return taken

    def _put(self, index: int, result: KeptResult, age: float) -> None:
        at = result.record.started_at or ""
        record = msgspec.structs.replace(
            result.record,
            id=self._plan.probes[index].id,
            reused=True,
            reused_from=ReusedFrom(run=result.run, at=at, age_s=round(age, 3)),
            result=None,
        )
        kept = {
            planned.criterion.id: result.readings[reading_key(planned.criterion)]
            for planned in self._readers[index]
        }
        readings = {name: reading_of(reading) for name, reading in kept.items()}
        self._execution.readings.take_over(index, record, readings, _findings(kept))

    def _whole_chains(self, known: Mapping[int, KeptResult]) -> dict[int, KeptResult]:
        """Leave out whatever has a partner that has to run."""
        left = dict(known)
        while out := [index for index in left if not left.keys() >= self._partners[index]]:
            for index in out:
                del left[index]
        return left

    def keep(self) -> Keep | None:
        """Collect the results for later runs; the records of all others say why they are none."""
        readings = self._execution.readings
        ran = [index for index in self._refusals.keys() - self.taken if readings.is_over(index)]
        if not ran:
            return None
        now = Snapshot(self._plan, identities(self._outputs))
        results = {index: self._result(index, now, readings) for index in ran}
        kept = {index: one for index, one in results.items() if isinstance(one, KeptResult)}
        whole = self._whole_chains({**self.taken, **kept})
        stored = {}
        for index, result in results.items():
            if index in whole and isinstance(result, KeptResult):
                stored[result.key] = msgspec.json.encode(result)
                readings.name_result(index, digest(stored[result.key]))
            elif result and isinstance(result, str):
                readings.name_refusal(index, result)
            elif index in kept:
                partner = min(self._partners[index] - whole.keys())
                name = self._plan.probes[partner].check.name
                readings.name_refusal(index, worded("not_kept.together", name=name))
        refuted = {self._keys[index] for index in ran if index in self._keys}
        return partial(history_results.keep, results=stored, refuted=refuted)

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
        run, key = self._execution.start.id, self._key(index, now)
        return KeptResult(key=key, run=run, at=began, record=record, readings=kept)


def _findings(kept: Mapping[str, KeptReading]) -> dict[str, list[FindingRecord]]:
    return {
        name: [msgspec.structs.replace(finding, criterion=name) for finding in reading.findings]
        for name, reading in kept.items()
    }


FEATURE = ReusedResults
