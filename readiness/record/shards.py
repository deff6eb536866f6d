"""Recorded shards: that they are all the parts of one run, and the run that they make."""

from collections.abc import Sequence

import msgspec

from readiness.model.errors import UsageError
from readiness.record.criteria import with_criteria
from readiness.record.document import CriterionRecord, RunDocument
from readiness.text.worded import joined, worded


def refuse_misfits(names: Sequence[str], runs: Sequence[RunDocument]) -> None:
    """Raise `UsageError` unless these are all shards of one run, each once, or none is a shard."""
    if all(run.shard is None for run in runs):
        return
    seen: dict[int, str] = {}
    for name, run in zip(names, runs, strict=True):
        if run.shard is None:
            raise UsageError(worded("shards.no_shard", name=name))
        _refuse_another_kind(name, run, names[0], runs[0])
        number, count = run.shard.number, run.shard.count
        if number in seen:
            other = seen[number]
            raise UsageError(
                worded("shards.twice", name=name, number=number, total=count, other=other)
            )
        seen[number] = name
    missing = [str(number) for number in range(1, count + 1) if number not in seen]
    if missing:
        names = joined(missing, "names")
        raise UsageError(worded("shards.missing", count=len(missing), names=names, total=count))


def _refuse_another_kind(name: str, run: RunDocument, first: str, other: RunDocument) -> None:
    """Raise `UsageError`, with what differs, where the two are not parts of one plan."""
    facts = [
        ("tool", run.tool.version, other.tool.version),
        ("profile", run.profile, other.profile),
        ("commit", _commit(run), _commit(other)),
        ("tree", run.git.worktree if run.git else "", other.git.worktree if other.git else ""),
    ]
    if run.shard is not None and other.shard is not None:
        facts.append(("count", str(run.shard.count), str(other.shard.count)))
        facts.append(("plan", run.shard.plan, other.shard.plan))
    for what, actual, expected in facts:
        if actual != expected:
            raise UsageError(
                worded(
                    f"shards.another.{what}",
                    name=name,
                    found=actual or "-",
                    first=first,
                    expected=expected or "-",
                )
            )


def _commit(run: RunDocument) -> str:
    return run.git.commit[:12] if run.git else ""


def as_whole(document: RunDocument, runs: Sequence[RunDocument]) -> RunDocument:
    """Return the union of shards as the whole run would have written it."""
    return with_criteria(in_order(document, runs), lambda record: _as_measured(record, runs))


def in_order(document: RunDocument, runs: Sequence[RunDocument]) -> RunDocument:
    """Return a run with the probes and findings of its parts in the order of the board."""
    places = {record.id: place for place, record in enumerate(document.criteria())}
    return msgspec.structs.replace(
        document,
        probes=sorted(document.probes, key=lambda probe: int(probe.id[1:])),
        findings=sorted(document.findings, key=lambda finding: places[finding.criterion]),
        folders=runs[0].folders if runs else [],
        put_aside=runs[0].put_aside if runs else document.put_aside,
    )


def _as_measured(record: CriterionRecord, runs: Sequence[RunDocument]) -> CriterionRecord:
    """Return the record with the earlier runs that its own shard knew."""
    if not record.verdict.in_scope:
        return record
    own = next(
        measured
        for run in runs
        for measured in run.criteria()
        if measured.id == record.id and measured.verdict.in_scope
    )
    return msgspec.structs.replace(
        record, previous=own.previous, carried=own.carried, last_known=own.last_known
    )
