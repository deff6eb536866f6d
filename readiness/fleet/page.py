"""The page of a fleet: one file with all projects, a map of their criteria, and each in detail."""

import os
from collections.abc import Mapping, Sequence

import msgspec

from readiness.fleet.overview import Overview
from readiness.fleet.project import UNKNOWN, ProjectCriterion, ProjectState
from readiness.fleet.rows import FleetRow
from readiness.model.words import Tone, Verdict
from readiness.report._html.page import FOLDER, asset, environment, policy, quiet
from readiness.report._shown import moment
from readiness.text.layout import middle
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language

TEMPLATES = os.path.join(os.path.dirname(__file__), "templates")

COLUMNS = 150
"""Number of criteria in the map; of more, those that most projects lack."""

DETAILED = 15_000
"""Number of criteria above which the details show only what is not good."""

WIDEST = 160


class MapRow(msgspec.Struct, frozen=True, kw_only=True):
    """A project in the map: a verdict for each criterion, none where it has no such criterion."""

    anchor: str
    project: ProjectState
    verdicts: Sequence[Verdict | None]


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A project in full: its criteria that are not good first; `kept` is how many are not told."""

    anchor: str
    project: ProjectState
    facts: Sequence[str]
    decision: str
    reasons: Sequence[str]
    criteria: Sequence[ProjectCriterion]
    kept: int


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How many projects have a decision: `start` and `length` in thousandths of all."""

    tone: Tone
    mark: str
    word: str
    count: int
    start: int
    length: int


def page(fleet: Overview) -> str:
    """Return the fleet as one HTML page, which needs no network."""
    style = asset("style.css") + asset("fleet.css", TEMPLATES)
    script = asset("fleet.js", TEMPLATES)
    say = fleet.say
    shown = fleet.rows[:COLUMNS]
    short = sum(len(state.criteria) for state in fleet.projects) > DETAILED
    made = (
        environment(TEMPLATES, FOLDER)
        .get_template("fleet.html")
        .render(
            fleet=fleet,
            say=say,
            shares=_shares(fleet),
            columns=shown,
            cut=len(fleet.rows) - len(shown),
            map=_map(fleet.projects, shown),
            used=[verdict for verdict in Verdict if any(row.count(verdict) for row in shown)],
            details=[
                _detail(fleet, place, project, short=short)
                for place, project in enumerate(fleet.projects)
            ],
            moment=moment,
            words={verdict: say(f"verdict.{verdict}") for verdict in Verdict},
            found_heads=say.heads("fleet.found_heads"),
            style=style,
            script=script,
            policy=policy(style, script),
        )
    )
    return quiet(made)


def _map(projects: Sequence[ProjectState], shown: Sequence[FleetRow]) -> list[MapRow]:
    return [
        MapRow(
            anchor=f"p{place}",
            project=project,
            verdicts=[_verdict(row.cells, place) for row in shown],
        )
        for place, project in enumerate(projects)
    ]


def _verdict(cells: Mapping[int, ProjectCriterion], place: int) -> Verdict | None:
    found = cells.get(place)
    return None if found is None else found.verdict


def _detail(fleet: Overview, place: int, project: ProjectState, *, short: bool) -> Detail:
    scope = [
        criterion
        for criterion in project.in_scope()
        if criterion.verdict is not Verdict.PASS or not short
    ]
    return Detail(
        anchor=f"p{place}",
        project=project,
        facts=_facts(project, fleet.say),
        decision=fleet.decision(project),
        reasons=fleet.reasons(project),
        criteria=[
            _worded(criterion, fleet)
            for criterion in sorted(scope, key=lambda criterion: -criterion.verdict.rank)
        ],
        kept=len(project.in_scope()) - len(scope),
    )


def _facts(project: ProjectState, say: Sentences) -> list[str]:
    """Return where the project is, and the commit and run that are shown."""
    commit = (project.commit or "")[:10]
    if commit and project.dirty:
        commit = say("report.dirty", revision=commit)
    at = moment(project.at) if project.at else ""
    return [fact for fact in (project.path, commit, at, project.run) if fact]


def _worded(criterion: ProjectCriterion, fleet: Overview) -> ProjectCriterion:
    """Return a criterion with its value and, where it has none, its reason, ready to print."""
    unvalued = criterion.verdict.unknown or not criterion.shown
    reason = in_language(criterion.reason, fleet.say) if unvalued else ""
    return msgspec.structs.replace(
        criterion,
        shown=in_language(criterion.shown, fleet.say),
        reason=middle(reason, WIDEST),
        title=middle(criterion.title, WIDEST),
    )


def _shares(fleet: Overview) -> list[Share]:
    """Return how many projects have which decision, in the order in which they are shown."""
    counts: dict[str, list[ProjectState]] = {}
    for state in fleet.projects:
        counts.setdefault(state.word, []).append(state)
    shares, start = [], 0
    for word, states in counts.items():
        end = start + len(states) * 1000 // len(fleet.projects)
        decision = states[0].decision
        shares.append(
            Share(
                tone=decision.tone if decision else Tone.UNKNOWN,
                mark=decision.mark if decision else "?",
                word=fleet.say("fleet.unknown") if word == UNKNOWN else fleet.decision(states[0]),
                count=len(states),
                start=start,
                length=end - start,
            )
        )
        start = end
    return shares
