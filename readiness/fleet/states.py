"""A run document as the state of one project of a fleet."""

from collections.abc import Iterable

from readiness.fleet.project import ProjectState
from readiness.fleet.sources import Source
from readiness.model.words import Decision, Verdict
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.newest import of_the_project
from readiness.text.worded import worded


def unknown(source: Source, reason: str) -> ProjectState:
    """Return a project that could not be measured, and why."""
    return ProjectState(name=source.name, path=source.path, reasons=[reason])


def state_of(run: RunDocument, source: Source, today: str) -> ProjectState:
    """Return the project as a run of it says, as far as that still holds today."""
    stands = of_the_project(run)
    decision, reasons = _decided(stands, today)
    return ProjectState(
        name=source.name, path=source.path, decision=decision, reasons=reasons, run=stands
    )


def _decided(run: RunDocument, today: str) -> tuple[Decision | None, list[str]]:
    """Return the decision on the project; without one, the reason why."""
    if run.interrupted:
        return None, [worded("fleet.interrupted")]
    if not run.whole and run.whole_run is None:
        return None, [worded("fleet.part")]
    decision = run.gate.decision
    ended = sorted(_ended(run.criteria(), today)) if decision and decision.good else []
    if ended:
        until, name = ended[0]
        return None, [worded("fleet.ended", name=name, date=until)]
    return decision, run.gate.sentences()


def _ended(criteria: Iterable[CriterionRecord], today: str) -> Iterable[tuple[str, str]]:
    """Yield the waivers and attestations that the run rests on and that have ended."""
    for record in criteria:
        waived = record.waiver if record.verdict is Verdict.WAIVED else None
        attested = record.attestation if record.verdict.good else None
        for decision in (waived, attested):
            if decision is not None and decision.until < today:
                yield decision.until, record.id
