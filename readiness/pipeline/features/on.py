"""`--on`: the parts of a plan run by the workers of a cluster, and one run made of them."""

import os
import time
from collections.abc import Collection

import msgspec

from readiness import __version__
from readiness.cluster.client import Cluster
from readiness.cluster.part import Answer, WorkerPart
from readiness.decide.judge import as_of
from readiness.model.board import Board
from readiness.model.capture import Capture
from readiness.model.errors import UsageError
from readiness.model.judgement import Judgement
from readiness.model.plan import Plan, Planned
from readiness.model.settings import RunSettings
from readiness.model.words import ReasonCode, Verdict
from readiness.pipeline.concluding import conclude
from readiness.pipeline.facts import Facts, Outcome, Start
from readiness.pipeline.features import Command, Feature
from readiness.pipeline.past import judgement_of
from readiness.plan import secret_values
from readiness.plan.shards import digest_of, most_parts, parts
from readiness.project.git import GitError, ask, repository
from readiness.record.criteria import Recorder
from readiness.record.document import CriterionRecord, ProbeRecord, RunDocument, from_json
from readiness.record.origin import Git
from readiness.record.shards import in_order
from readiness.run.interface import Observer
from readiness.run.signals import Signals
from readiness.terminal.progress import shown_progress
from readiness.text.clean import Redactor
from readiness.text.sentences import spoken
from readiness.text.worded import worded, words_of

PARTS_A_THREAD = 4
"""So many parts for each that can run at once: a long one is then no long wait at the end."""

ALONE = ("base", "hold_line", "reuse", "fail_fast", "shard", "project")
"""What asks for the run to be on this machine, or in a part already."""


class ClusterRun(Feature):
    """A run by the workers of a cluster, unless its address is empty."""

    def around(self, command: Command) -> Command:
        """Raise `UsageError` for what cannot be asked of a cluster."""
        for name in ALONE if self.settings.on else ():
            if getattr(self.settings, name):
                flag = f"--{name.replace('_', '-')}"
                raise UsageError(worded("usage.not_on_cluster", flag=flag))
        return command

    def executing(self, plan: Plan, start: Start, board: Board) -> Outcome | None:
        """Run the plan there. Raises as `execute_on` does."""
        return execute_on(board, plan, start, self.settings) if self.settings.on else None


def execute_on(board: Board, plan: Plan, start: Start, settings: RunSettings) -> Outcome:
    """Run the plan on the cluster at `settings.on`; return the whole run as a document.

    Raises `UsageError` where no worker could measure what is here.
    """
    began = time.monotonic()
    file, commit = _in_repository(board.path, board.workdir, start.git)
    part = WorkerPart(
        number=1,
        address=settings.repository or _origin(board.workdir),
        revision=commit,
        board=file,
        settings=_of_each_part(board, plan, settings),
    )
    with Cluster(settings.on or "") as cluster:
        threads = sum(int(worker["nthreads"]) for worker in cluster.workers().values())
        made = _parts(board, plan, part, max(PARTS_A_THREAD * threads, 1))
        observer = shown_progress(plan, threads, settings, spoken(board.language), os.environ)
        gathered = _Gathered(board, plan, made, observer)
        try:
            with Signals() as signals:
                for answer in cluster.run(made.parts, f"readiness-{start.id}"):
                    if answer is not None:
                        gathered.take(*answer)
                    observer.tick()
                    if signals.received:
                        break
        finally:
            observer.close()
    return gathered.outcome(start, time.monotonic() - began, signals.received)


class _Parts(msgspec.Struct, frozen=True):
    """The parts to be run, the criteria of each by its number, and what tells their plan apart."""

    parts: list[WorkerPart]
    criteria: dict[int, frozenset[str]]
    plan: str


def _parts(board: Board, plan: Plan, first: WorkerPart, most: int) -> _Parts:
    """Cut the plan; return each part that has anything in it, in all else as the first."""
    cut = parts(plan, min(most_parts(plan), most))
    digest = digest_of(plan, cut, board.workdir, __version__, board.digest, board.profile)
    made = [
        msgspec.structs.replace(
            first,
            number=number,
            settings=msgspec.structs.replace(first.settings, shard=(number, len(cut))),
        )
        for number, part in enumerate(cut, 1)
        if part
    ]
    return _Parts(made, dict(enumerate(cut, 1)), digest)


def _of_each_part(board: Board, plan: Plan, settings: RunSettings) -> RunSettings:
    """Return what each part is asked as the whole is: of a selection, the criteria by their ids."""
    ids = (planned.criterion.id for planned in plan.planned if not planned.skipped)
    return RunSettings(
        profile=board.profile or None,
        timeout=settings.timeout,
        selectors=tuple(ids) if settings.selectors else (),
    )


def _in_repository(board: str, workdir: str, git: Git | None) -> tuple[str, str]:
    """Return the board's file below the repository, and the commit, which has all that is here.

    Raises `UsageError` where there is no such commit.
    """
    if git is None:
        raise UsageError(worded("usage.cluster_needs_git"))
    if git.dirty:
        first = next(iter(git.changes), "")
        raise UsageError(worded("usage.cluster_dirty", file=first))
    path = os.path.realpath(board)
    root = os.path.realpath(repository(os.path.dirname(path)))
    inside = repository(workdir) and os.path.realpath(repository(workdir)) == root
    if not inside:
        raise UsageError(worded("usage.cluster_beside", path=board))
    return os.path.relpath(path, root), git.commit


def _origin(folder: str) -> str:
    """Return where a folder's repository comes from. Raises `UsageError` if it does not say."""
    try:
        return os.fsdecode(ask(folder, "remote", "get-url", "origin")).strip()
    except GitError:
        raise UsageError(worded("usage.no_repository")) from None


def _run_of(answer: Answer) -> tuple[RunDocument | None, str]:
    """Return the document of a part that is over, or why there is none."""
    if answer.lost:
        return None, worded("cluster.lost", count=answer.lost)
    if not answer.worker:
        return None, answer.why
    if not answer.document:
        return None, worded("cluster.worker_says", worker=answer.worker, why=answer.why)
    try:
        return from_json(answer.document, answer.worker), ""
    except UsageError as error:
        return None, words_of(error)


class _Gathered:
    """What has come in so far."""

    def __init__(self, board: Board, plan: Plan, made: _Parts, observer: Observer) -> None:
        self._board = board
        self._plan = plan
        self._made = made
        self._observer = observer
        self._indices = {probe.id: index for index, probe in enumerate(plan.probes)}
        self._runs: dict[int, RunDocument] = {}
        self._records: dict[str, CriterionRecord] = {}
        self._lacks: dict[str, str] = {}

    def take(self, number: int, answer: Answer) -> None:
        """Take in what became of a part."""
        run, why = _run_of(answer)
        if run is None:
            self._never(self._made.criteria[number], why)
            return
        if run.shard is None or run.shard.plan != self._made.plan:
            version = run.tool.version
            why = worded("cluster.other_plan", worker=answer.worker, found=version)
            self._never(self._made.criteria[number], why)
            return
        self._runs[number] = run
        own = self._made.criteria[number]
        self._records.update({record.id: record for record in run.criteria() if record.id in own})
        for probe in run.probes:
            index = self._indices[probe.id]
            self._observer.started(index, 1)
            reasons = (read.reason for read in run.criteria() if probe.id in read.probes)
            self._observer.finished(_capture(index, probe, next(reasons, "")))

    def _never(self, criteria: Collection[str], why: str) -> None:
        """Know that these criteria are not measured."""
        self._lacks.update(dict.fromkeys(criteria, why))
        probes = {
            index
            for planned in self._plan.planned
            if planned.criterion.id in criteria
            for index in planned.probes
        }
        for index in sorted(probes):
            self._observer.finished(
                Capture(probe=index, failure=ReasonCode.NOT_RUN, failure_text=why)
            )

    def outcome(self, start: Start, elapsed: float, received: list[int]) -> Outcome:
        """Join the parts' runs into one."""
        plan, board = self._plan, self._board
        runs = [run for _, run in sorted(self._runs.items())]
        probes = [probe for run in runs for probe in run.probes]
        facts = Facts(
            probe_ids=plan.probe_ids(),
            probes=probes,
            findings=[finding for run in runs for finding in run.findings],
            put_aside=plan.put_aside,
            elapsed=elapsed,
            partial=plan.partial,
            empty=plan.empty,
            signal=received[0] if received else 0,
        )
        judgements = [self._judgement(planned, start) for planned in plan.planned]
        recorder = Recorder(Redactor(secret_values(board, os.environ)))
        document = in_order(conclude(board, judgements, start, facts, recorder), runs)
        took = {plan.probes[self._indices[probe.id]].key: probe.duration_s for probe in probes}
        return Outcome(document=document, durations=took, versions={})

    def _judgement(self, planned: Planned, start: Start) -> Judgement:
        criterion = planned.criterion
        if planned.skipped:
            return Judgement(criterion=criterion, verdict=Verdict.SKIP, reason=planned.skipped)
        record = self._records.get(criterion.id)
        if record is not None:
            return as_of(judgement_of(criterion, record), start.day())
        reason = self._lacks.get(criterion.id) or worded("reason.not_run")
        return Judgement(
            criterion=criterion, verdict=Verdict.ERROR, code=ReasonCode.NOT_RUN, reason=reason
        )


def _capture(index: int, probe: ProbeRecord, reason: str) -> Capture:
    """Return as much of an attempt on another machine as progress shows."""
    ended = probe.timed_out or probe.exit_status is not None or probe.signal is not None
    return Capture(
        probe=index,
        attempt=1,
        exit_status=probe.exit_status,
        signal=probe.signal,
        timed_out=probe.timed_out,
        failure=None if ended else ReasonCode.COULD_NOT_START,
        failure_text="" if ended else reason,
        duration=probe.duration_s,
    )


FEATURE = ClusterRun
