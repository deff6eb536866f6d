"""A fleet as data: each project as it was found, and as programs read it."""

from collections.abc import Iterable, Sequence

import msgspec

from readiness.model.errors import ExitStatus
from readiness.model.words import Decision, Verdict
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.earlier import Value

UNKNOWN = "unknown"
"""The decision on a project that could not be measured."""

STATUSES = {
    Decision.READY: ExitStatus.READY,
    Decision.HELD: ExitStatus.READY,
    Decision.ACCEPTED: ExitStatus.READY,
    Decision.PARTIAL: ExitStatus.UNDECIDED,
    Decision.UNDECIDED: ExitStatus.UNDECIDED,
    Decision.NOT_READY: ExitStatus.NOT_READY,
    Decision.WORSE: ExitStatus.NOT_READY,
    Decision.LOOSENED: ExitStatus.LOOSENED,
}
"""The exit status of each decision in a fleet; one on a part of a run decides nothing."""

WORST_LAST = [*dict.fromkeys(STATUSES.values())]
"""Exit statuses, the worst last: known to be bad is worse than unknown, as in one gate."""


class ProjectState(msgspec.Struct, frozen=True, kw_only=True):
    """One project of a fleet; without a `decision` it is unknown, and `reasons` say why.

    `run` is the one that it is known by, as it speaks of the project.
    """

    name: str
    path: str
    decision: Decision | None = None
    reasons: Sequence[str] = ()
    run: RunDocument | None = None

    @property
    def status(self) -> ExitStatus:
        """The exit status that tells the decision."""
        return ExitStatus.UNDECIDED if self.decision is None else STATUSES[self.decision]

    @property
    def word(self) -> str:
        """The decision as programs read it."""
        return UNKNOWN if self.decision is None else self.decision.value

    @property
    def score(self) -> float | None:
        """The score, where there is one."""
        return self.run.score.value if self.run else None

    def criteria(self) -> list[CriterionRecord]:
        """Return all criteria; none where no run is known."""
        return list(self.run.criteria()) if self.run else []

    def in_scope(self) -> list[CriterionRecord]:
        """Return the criteria that count."""
        return [criterion for criterion in self.criteria() if criterion.verdict.in_scope]

    def good(self) -> int:
        """Count the criteria that hold."""
        return sum(criterion.verdict.good for criterion in self.criteria())

    def blockers(self) -> int:
        """Count the criteria of a blocking priority that keep the gate shut."""
        pairs = self.run.pairs() if self.run else ()
        return sum(task.blocking and criterion.verdict.bad for task, criterion in pairs)


class FleetCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion of a project, for programs."""

    id: str
    title: str
    verdict: Verdict
    value: Value


class FleetProject(msgspec.Struct, frozen=True, kw_only=True):
    """One project, for programs. `decision` is the gate's, or `unknown` with the reason."""

    name: str
    path: str
    commit: str | None
    decision: str
    score: float | None
    reason: str
    criteria: list[FleetCriterion]


class FleetDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What `--output-format json` gives: the projects in the order in which they were named."""

    projects: list[FleetProject]


def document(states: Iterable[ProjectState]) -> FleetDocument:
    """Return the fleet as programs read it."""
    return FleetDocument(
        projects=[
            FleetProject(
                name=state.name,
                path=state.path,
                commit=state.run.git.commit if state.run and state.run.git else None,
                decision=state.word,
                score=state.score,
                reason="; ".join(map(str, state.reasons)),
                criteria=[
                    FleetCriterion(id=one.id, title=one.title, verdict=one.verdict, value=one.value)
                    for one in state.criteria()
                ],
            )
            for state in states
        ]
    )


def worst_first(states: Iterable[ProjectState]) -> list[ProjectState]:
    """Sort the projects by their decision, the worst first, and then by their score."""
    return sorted(
        states,
        key=lambda state: (
            -WORST_LAST.index(state.status),
            state.decision is not None,
            -1.0 if state.score is None else state.score,
            state.name,
        ),
    )


def worst(states: Iterable[ProjectState]) -> ExitStatus:
    """Return the exit status of the fleet: that of its worst project."""
    return max((state.status for state in states), key=WORST_LAST.index)
