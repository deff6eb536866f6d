"""The page of a fleet: one file with all projects, a map of their criteria, and each in detail."""

import os
from collections.abc import Sequence

import msgspec

from readiness.fleet.overview import Overview
from readiness.fleet.project import ProjectState
from readiness.model.words import Verdict
from readiness.record.document import CriterionRecord
from readiness.record.wording import sentence_of
from readiness.report._html.page import FOLDER, asset, environment, policy, quiet
from readiness.report._shown import moment
from readiness.text.layout import middle
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language

TEMPLATES = os.path.join(os.path.dirname(__file__), "templates")

COLUMNS = 150
"""Number of criteria in the map; of more, those that most projects lack."""

WIDEST = 160


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A project in full: where it is, and its criteria, each with what was found of it."""

    project: ProjectState
    facts: Sequence[str]
    criteria: Sequence[tuple[CriterionRecord, str]]


def page(fleet: Overview) -> str:
    """Return the fleet as one HTML page, which needs no network."""
    style = asset("style.css") + asset("fleet.css", TEMPLATES)
    script = asset("fleet.js", TEMPLATES)
    say = fleet.say
    shown = fleet.rows[:COLUMNS]
    used = {verdict for row in shown for verdict in row.cells.values()}
    made = (
        environment(TEMPLATES, FOLDER)
        .get_template("fleet.html")
        .render(
            fleet=fleet,
            say=say,
            columns=shown,
            cut=len(fleet.rows) - len(shown),
            used=[verdict for verdict in Verdict if verdict in used],
            details=[_detail(project, say) for project in fleet.projects],
            moment=moment,
            middle=lambda text: middle(text, WIDEST),
            words={verdict: say(f"verdict.{verdict}") for verdict in Verdict},
            found_heads=say.heads("fleet.found_heads"),
            style=style,
            script=script,
            policy=policy(style, script),
        )
    )
    return quiet(made)


def _detail(project: ProjectState, say: Sentences) -> Detail:
    """Return all that the page tells of a project, its criteria that are not good first."""
    worst_first = sorted(project.in_scope(), key=lambda criterion: -criterion.verdict.rank)
    return Detail(
        project=project,
        facts=_facts(project, say),
        criteria=[(criterion, _finding(criterion, say)) for criterion in worst_first],
    )


def _facts(project: ProjectState, say: Sentences) -> list[str]:
    """Return where the project is, and the commit and run that are shown."""
    run = project.run
    if run is None:
        return [project.path]
    commit = run.git.commit[:10] if run.git and run.git.commit else ""
    if commit and run.git and run.git.dirty:
        commit = say("report.dirty", revision=commit)
    return [fact for fact in (project.path, commit, moment(run.started_at), run.id) if fact]


def _finding(criterion: CriterionRecord, say: Sentences) -> str:
    """Return the value of a criterion; where it has none, the reason."""
    has_value = criterion.shown and not criterion.verdict.unknown
    name = "shown" if has_value or not criterion.reason else "reason"
    return middle(in_language(sentence_of(criterion, name), say), WIDEST)
