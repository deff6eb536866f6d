"""The whole page as data: what stands where, in words. The templates only set it."""

from readiness.record.document import RunDocument
from readiness.record.newest import of_the_project
from readiness.record.scores import goal_text
from readiness.report._html.criteria import Viewer
from readiness.report._html.head import head
from readiness.report._html.history import heat, marks, score_history, sparks
from readiness.report._html.sections import NEXT, steps
from readiness.report._html.timeline import timeline
from readiness.report._links import commit_link
from readiness.report._reasons import REASONS, untold_reasons
from readiness.report._shown import attested_by, badge_counts, beneath, decided, waived_by
from readiness.report._standing import elsewhere
from readiness.text.sentences import sentences

LINKED = 100
"""Number of steps to link beyond those in full, and of reasons to fold away."""

LARGE = 120
"""Number of criteria from which on the browser lays out only those in view."""


def view(run: RunDocument) -> dict[str, object]:
    """Return everything on the page of the project that `run` is about, in its board's language."""
    say = sentences(run.board.language)
    newest_run, run = run, of_the_project(run)
    points = marks(run)
    viewer = Viewer(run, say, sparks(run, points))
    tasks = [task for task in run.tasks if task.attainment is not None]
    in_scope = sum(len(task.in_scope()) for task in tasks)
    todo = steps(run, viewer, say)
    unlisted_reasons = untold_reasons(run)
    counts = badge_counts(run.criteria(), say)
    waived, stale, attested = decided(run)
    short = viewer.short
    return {
        "run": run,
        "say": say,
        "commit": commit_link(run),
        "head": head(run, points, viewer, say, counts),
        "late": [record for record in run.milestones if record.state == "overdue"],
        "reasons": unlisted_reasons[:REASONS],
        "more_reasons": unlisted_reasons[REASONS : REASONS + LINKED],
        "steps": todo[:NEXT],
        "more_steps": todo[NEXT : NEXT + LINKED],
        "unlisted_steps": max(len(todo) - NEXT - LINKED, 0),
        "score": score_history(run, points, say) if len(points) > 1 else None,
        "tasks": viewer.tasks(tasks),
        "large": in_scope > LARGE,
        "badges": [shown for shown, _ in counts if shown.like.in_scope],
        "in_scope": in_scope,
        "viewer": viewer,
        "goal_text": goal_text,
        "heat": heat(run, points, viewer, say) if len(points) > 1 else None,
        "time": timeline(newest_run, viewer, say),
        "loosened": run.loosened,
        "not_run": run.base.not_run if run.base is not None else [],
        "waived": [(it, waived_by(it, say, str), short(beneath(it, say))) for it in waived],
        "stale": [
            (it, say("report.stale_hint", reason=short(it.waiver.reason)), "")
            for it in stale
            if it.waiver is not None
        ],
        "attested": [
            (it, attested_by(it, say, short), short(it.attestation.evidence))
            for it in attested
            if it.attestation is not None
        ],
        "skipped": [
            (it, short(it.reason), elsewhere(it, say, short))
            for it in run.criteria()
            if not it.verdict.in_scope
        ],
    }
