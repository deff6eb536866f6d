"""Fleets for tests: states of projects, and recorded runs as they would be sent in."""

import random
from collections.abc import Sequence

import msgspec

from readiness.fleet.overview import Overview, overview
from readiness.fleet.project import ProjectState
from readiness.fleet.sources import Source, SourceKind
from readiness.fleet.states import state_of
from readiness.model.words import Decision, Verdict
from readiness.record.document import CriterionRecord, RunDocument
from readiness.text.languages import Language
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.page_runs import a_large_document

AT = "2026-11-26T10:22:09.000Z"


def a_criterion_of(title: str, verdict: str = "pass", **fields: object) -> CriterionRecord:
    """Return a criterion of a project, of no check."""
    return a_criterion("T1.1", Verdict(verdict), **{"title": title, **fields})


def a_state(
    name: str,
    *criteria: CriterionRecord,
    score: float | None = 5.5,
    language: Language = Language.EN,
    **fields: object,
) -> ProjectState:
    """Return a project that is not ready."""
    base = a_document()
    run = msgspec.structs.replace(
        base,
        board=msgspec.structs.replace(base.board, title=f"The board of {name}", language=language),
        score=msgspec.structs.replace(base.score, value=score, shown=str(score)),
        tasks=[a_task("T1", *criteria, blocking=True)],
    )
    made = ProjectState(
        name=name,
        path=f"services/{name}",
        decision=Decision.NOT_READY,
        reasons=["score 5.5 is below the target 8.0"],
        run=run,
    )
    return msgspec.structs.replace(made, **fields)


def a_source(kind: SourceKind = SourceKind.RECORDED, name: str = "run") -> Source:
    """Return a source of this kind."""
    return Source(kind=kind, name=name, path=f"{name}.json", place=f"/nowhere/{name}.json")


def shown(states: Sequence[ProjectState]) -> Overview:
    """Return what reports tell of these projects."""
    return overview(states, AT)


def recorded_runs(count: int, criteria: int = 60) -> list[RunDocument]:
    """Return as many recorded runs, of boards with the same criteria and of all verdicts."""
    base, chance = a_large_document(criteria, 0), random.Random(3)
    runs = []
    for number in range(count):
        ready = number % 9 == 0
        tasks = [
            msgspec.structs.replace(
                task,
                criteria=[
                    msgspec.structs.replace(
                        one,
                        verdict=Verdict.PASS
                        if ready
                        else chance.choices(list(Verdict), weights=[70, 5, 12, 6, 3, 4])[0],
                    )
                    for one in task.criteria
                ],
            )
            for task in base.tasks
        ]
        score = 10.0 if ready else round(4 + 4 * chance.random(), 2)
        runs.append(
            msgspec.structs.replace(
                base,
                id=f"20261124T131042Z-{number:04x}",
                tasks=tasks,
                board=msgspec.structs.replace(base.board, title=f"Service {number}"),
                score=msgspec.structs.replace(base.score, value=score, shown=f"{score:.2f}"),
                gate=msgspec.structs.replace(
                    base.gate,
                    decision=Decision.READY if ready else Decision.NOT_READY,
                    reasons=[] if ready else base.gate.reasons,
                ),
            )
        )
    return runs


def large_fleet(count: int = 200) -> Overview:
    """What reports tell of so many recorded runs of 60 criteria."""
    states = [
        state_of(run, a_source(name=f"run-{number}"), "2026-11-26")
        for number, run in enumerate(recorded_runs(count))
    ]
    return shown(states)
