"""A run as it speaks of the project: each criterion's newest measurement, the newest whole run."""

from collections.abc import Iterable, Sequence

import msgspec

from readiness.model.words import ReasonCode
from readiness.record.document import (
    CriterionRecord,
    Evidence,
    RunDocument,
    TaskRecord,
    WholeRun,
)
from readiness.record.earlier import Carried
from readiness.record.scores import NO_SCORE

_MEASURED = [
    name for name in Carried.__struct_fields__ if name in CriterionRecord.__struct_fields__
]
"""The fields that a carried measurement has of a criterion."""


def tried(record: CriterionRecord) -> bool:
    """Return whether the run tried to measure the criterion."""
    return record.verdict.in_scope and record.reason_code is not ReasonCode.NOT_RUN


def newest(
    record: CriterionRecord, profile: str, evidence: Evidence | None = None
) -> CriterionRecord:
    """Return the criterion with its newest measurement in this profile: its own or a carried one.

    A carried one is marked by `carried`, and has the probes of its `evidence`; one of another
    profile never replaces the run's own.
    """
    known = record.carried
    if known is None or known.profile != profile or tried(record):
        return record
    measured = {name: getattr(known, name) for name in _MEASURED}
    probes = [probe.id for probe in evidence.probes] if evidence else []
    return msgspec.structs.replace(record, **measured, previous=None, probes=probes)


def evidence_of(record: CriterionRecord, run: RunDocument) -> Evidence:
    """Return what stands behind a criterion of this run, for documents of others."""
    probes = {probe.id: probe for probe in run.probes}
    names = sorted(record.probes, key=lambda name: name != record.decisive)
    return Evidence(
        probes=[
            msgspec.structs.replace(probes[name], id=f"{run.id}/{name}")
            for name in names
            if name in probes
        ],
        findings=[finding for finding in run.findings if finding.criterion == record.id],
    )


def carried_from(record: CriterionRecord, run: RunDocument) -> Carried:
    """Return the record of this run as documents of others carry it."""
    git = run.git
    return Carried(
        run=run.id,
        at=run.started_at,
        profile=run.profile,
        commit=git.commit if git else "",
        dirty=git is not None and git.dirty,
        **{name: getattr(record, name) for name in _MEASURED},
    )


def measured_by(record: CriterionRecord, run: str) -> str:
    """Return the run of a criterion's newest measurement, in a document of the run `run`."""
    return run if record.carried is None else record.carried.run


def rests_on(run: RunDocument) -> WholeRun | None:
    """Return the newest whole run as of this one: itself where it is whole."""
    if not run.whole:
        return run.whole_run
    return WholeRun(
        run=run.id,
        at=run.started_at,
        score=run.score,
        gate=run.gate,
        milestones=run.milestones,
        git=run.git,
    )


def measured_since(run: RunDocument) -> int:
    """Count the newest measurements that are later than the whole run, in a project's document."""
    if run.whole:
        return 0
    whole = "" if run.whole_run is None else run.whole_run.run
    return sum(tried(one) and measured_by(one, run.id) != whole for one in run.criteria())


def of_the_project(run: RunDocument) -> RunDocument:
    """Return the document for a report on the project; a whole run is returned as it is.

    For a partial or interrupted run, each criterion has its newest measurement; score, decision
    and milestones are those of the newest whole run, which `whole_run` names. An interrupted run
    keeps its own decision: no report of it says that an earlier run was ready.
    """
    if run.whole:
        return run
    stands = run.whole_run
    tasks = [_task(task, run) for task in run.tasks]
    others = {probe.id: probe for known in run.earlier.values() for probe in known.probes}
    run = msgspec.structs.replace(
        run,
        probes=[*run.probes, *others.values()],
        findings=[
            *run.findings,
            *(one for known in run.earlier.values() for one in known.findings),
        ],
    )
    if stands is None:
        none = msgspec.structs.replace(run.score, value=None, shown=NO_SCORE, progress=None)
        return msgspec.structs.replace(run, tasks=tasks, score=none, milestones=[])
    gate = run.gate if run.interrupted else stands.gate
    return msgspec.structs.replace(
        run, tasks=tasks, score=stands.score, gate=gate, milestones=stands.milestones
    )


def _task(task: TaskRecord, run: RunDocument) -> TaskRecord:
    criteria = [newest(one, run.profile, run.earlier.get(one.id)) for one in task.criteria]
    scope = [record for record in criteria if record.verdict.in_scope]
    return msgspec.structs.replace(
        task,
        criteria=criteria,
        done=is_done(criteria),
        attainment=of_all(attainment(scope), criteria),
    )


def is_done(criteria: Iterable[CriterionRecord]) -> bool:
    """Return whether all of a task's criteria hold; what the run left out does not."""
    asked = [one for one in criteria if one.verdict.in_scope or one.left_out]
    return bool(asked) and all(one.verdict.good for one in asked)


def of_all(attained: float | None, criteria: Sequence[CriterionRecord]) -> float | None:
    """Return the share of a task that is earned where what its run left out counts by number."""
    scope = sum(one.verdict.in_scope for one in criteria)
    asked = scope + sum(one.left_out for one in criteria)
    if attained is None or scope == asked:
        return attained
    return int(attained * scope / asked * 1000) / 1000


def attainment(records: Iterable[CriterionRecord]) -> float | None:
    """Return the earned share of these criteria's points, which is 1 only where all are good."""
    earned = possible = 0.0
    whole = True
    for record in records:
        earned += record.points
        possible += record.points_possible
        whole = whole and record.verdict.good
    if not possible:
        return None
    return 1.0 if whole else min(int(earned / possible * 1000 + 1e-6) / 1000, 0.999)
