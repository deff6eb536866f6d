"""What every report of a fleet tells: its projects, worst first, and what most of them lack."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from readiness.fleet.project import ProjectState, worst, worst_first
from readiness.fleet.rows import FleetRow, rows
from readiness.model.errors import ExitStatus
from readiness.model.words import Decision
from readiness.record.scores import over
from readiness.text.languages import Language
from readiness.text.layout import literal
from readiness.text.sentences import Sentences, sentences, spoken
from readiness.text.worded import in_language

LACKED = 12
"""Number of lacking criteria to show."""

NAMED = 3
"""Number of projects to name for each criterion that they lack."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A fleet for its readers: `projects` the worst first, `rows` over these places.

    `at` is when it was measured.
    """

    projects: Sequence[ProjectState]
    rows: Sequence[FleetRow]
    at: str
    status: ExitStatus
    say: Sentences
    language: Language

    def lacked(self) -> list[FleetRow]:
        """Return the criteria that projects lack, those that most lack first."""
        return [row for row in self.rows if row.lacking][:LACKED]

    def lacking(self, row: FleetRow) -> str:
        """Return the names of the projects that lack a criterion."""
        names = [
            literal(self.projects[place].name)
            for place, verdict in row.cells.items()
            if verdict.bad
        ]
        more = len(names) - NAMED
        first = self.say("report.comma").join(names[:NAMED])
        return first + (self.say("fleet.and_more", count=more) if more > 0 else "")

    def word(self, decision: Decision | None) -> str:
        """Return a decision in a word."""
        return self.say(f"decision.{decision}").lower() if decision else self.say("fleet.unknown")

    def decisions(self) -> list[tuple[Decision | None, int]]:
        """Return how many projects have each decision, the worst first."""
        return list(Counter(state.decision for state in self.projects).items())

    def reasons(self, state: ProjectState) -> list[str]:
        """Return the reasons for the decision, in the report's language."""
        return [in_language(reason, self.say) for reason in state.reasons]

    def why(self, state: ProjectState) -> str:
        """Return the first reason, and how many more there are."""
        reasons = self.reasons(state)
        more = len(reasons) - 1
        first = reasons[0] if reasons else ""
        return first + (self.say("fleet.and_more", count=more) if more > 0 else "")

    def score(self, state: ProjectState) -> str:
        """Format the score and its target."""
        if state.run is None or state.score is None:
            return "–"
        return (
            f"{state.run.score.shown}/{state.run.score.target:g}{over(state.run.score, self.say)}"
        )

    def summary(self) -> str:
        """Return a sentence with the number of projects by decision, and the exit status."""
        parts = self.say("report.comma").join(
            f"{count} {self.word(decision)}" for decision, count in self.decisions()
        )
        projects = self.say("fleet.projects", count=len(self.projects))
        return self.say("fleet.sum", projects=projects, parts=parts, status=int(self.status))

    def counts(self, row: FleetRow) -> str:
        """Format how many projects lack a criterion, of those that have it."""
        return f"{row.lacking}/{len(row.cells)}"


def overview(states: Sequence[ProjectState], at: str) -> Overview:
    """Return what reports show of these projects, in the language asked for or of most boards."""
    language = spoken(language_of_most(states))
    projects = worst_first(states)
    return Overview(
        projects=projects,
        rows=rows(projects),
        at=at,
        status=worst(states),
        say=sentences(language),
        language=language,
    )


def language_of_most(states: Sequence[ProjectState]) -> Language:
    """Return the language of most boards."""
    languages = Counter(state.run.board.language for state in states if state.run)
    return max(languages, key=languages.__getitem__, default=Language.EN)
