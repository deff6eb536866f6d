"""The whole page as data: what stands where, in words. The templates only set it."""

from collections import Counter

import msgspec

from readiness.model.words import Verdict
from readiness.record.document import Loosening, RunDocument
from readiness.record.newest import of_the_project
from readiness.report._html.criteria import Badge, Group, Link, Viewer
from readiness.report._html.head import Head, head
from readiness.report._html.history import (
    Heat,
    Numbers,
    ScoreHistory,
    heat,
    marks,
    numbers,
    score_history,
    sparks,
    ways,
)
from readiness.report._html.sections import (
    NEXT,
    MilestoneView,
    Step,
    Word,
    attested,
    milestone,
    reasons,
    skipped,
    stale,
    steps,
    waived,
)
from readiness.report._html.timeline import Timeline, timeline
from readiness.report._links import commit_link
from readiness.report._shown import REASONS
from readiness.text.sentences import Sentences, sentences

LINKED = 100
"""Number of steps to link beyond those in full, and of reasons to fold away."""

OPEN_TASKS = 120
"""Number of criteria up to which the tasks are unfolded."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is on the page."""

    run: RunDocument
    say: Sentences
    commit: str
    head: Head
    late: list[MilestoneView]
    reasons: list[str]
    more_reasons: list[str]
    steps: list[Step]
    more_steps: list[Step]
    unlisted_steps: int
    score: ScoreHistory | None
    groups: list[Group]
    tasks_open: bool
    owners: list[str]
    verdicts: list[Badge]
    in_scope: int
    milestones: list[MilestoneView]
    heat: Heat | None
    heat_links: list[Link]
    heat_badges: list[Badge]
    numbers: Numbers
    number_links: list[Link]
    time: Timeline
    waived: list[Word]
    stale: list[Word]
    attested: list[Word]
    loosened: list[Loosening]
    not_run: list[str]
    skipped: list[Word]


def view(run: RunDocument) -> View:
    """Return the view of the project that the page for `run` shows, in its board's language."""
    say = sentences(run.board.language)
    run = of_the_project(run)
    points = marks(run)
    found = ways(run, points)
    pictures = sparks(run, found)
    viewer = Viewer(run, say, pictures)
    groups = viewer.groups(run)
    in_scope = sum(len(task.criteria) for group in groups for task in group.tasks)
    todo = steps(run, viewer, say)
    known = bool(run.past)
    course = heat(run, points, say) if known else None
    shown = numbers(run, found, pictures, say)
    why = reasons(run.gate, todo[: NEXT + LINKED])
    milestones = [milestone(item, run, viewer, say) for item in run.milestones]
    counts = Counter(criterion.verdict for criterion in run.criteria())
    return View(
        run=run,
        say=say,
        commit=commit_link(run),
        head=head(run, points, viewer, say, counts),
        late=[item for item in milestones if item.state == "overdue"],
        reasons=why[:REASONS],
        more_reasons=why[REASONS : REASONS + LINKED],
        steps=todo[:NEXT],
        more_steps=todo[NEXT : NEXT + LINKED],
        unlisted_steps=max(len(todo) - NEXT - LINKED, 0),
        score=score_history(run, points, say) if known else None,
        groups=groups,
        tasks_open=in_scope <= OPEN_TASKS,
        owners=sorted({task.owner for group in groups for task in group.tasks}),
        verdicts=[
            viewer.badge(verdict) for verdict in Verdict if counts[verdict] and verdict.in_scope
        ],
        in_scope=in_scope,
        milestones=milestones,
        heat=course,
        heat_links=[viewer.criterion_link(item) for item in course.rows] if course else [],
        heat_badges=[viewer.badge(verdict) for verdict in course.cells.boxes] if course else [],
        numbers=shown,
        number_links=[viewer.criterion_link(item.criterion) for item in shown.shown],
        time=timeline(run, say),
        loosened=run.loosened,
        not_run=run.base.not_run if run.base is not None else [],
        waived=waived(run, viewer, say),
        stale=stale(run, viewer, say),
        attested=attested(run, viewer, say),
        skipped=skipped(run, viewer, say),
    )
