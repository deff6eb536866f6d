"""The sections beside the tasks: what to do next, milestones, and what people have decided."""

import msgspec

from readiness.model.words import Verdict
from readiness.record.document import CriterionRecord, MilestoneRecord, RunDocument
from readiness.report._html.criteria import Badge, Link, Viewer, newly_bad
from readiness.report._shown import attested_by, measured, open_criteria, target, waived_by
from readiness.text.sentences import Sentences


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """An open criterion: what was found, and what to do."""

    badge: Badge
    link: Link
    title: str
    facts: list[str]
    blocking: bool
    newly: bool
    found: str
    expect: str
    hint: str


class MilestoneView(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone; `state` is met, overdue or open."""

    record: MilestoneRecord
    state: str
    word: str
    due: str
    asks: str
    missing: list[Link]


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion that a person has decided on, and how: `text` is who, until when, and why."""

    badge: Badge
    link: Link
    title: str
    text: str
    note: str


def steps(run: RunDocument, viewer: Viewer, say: Sentences) -> list[Step]:
    """Return all open criteria, what blocks the release first."""
    found = []
    for task, criterion in open_criteria(run):
        text = measured(criterion)
        told = criterion.attestation is not None or criterion.expect in text
        gain = criterion.points_possible - criterion.points
        facts = [task.priority.value]
        if gain >= 0.005:
            facts.append(say("report.worth", points=f"{gain:.2f}"))
        found.append(
            Step(
                badge=viewer.badge(criterion.verdict),
                link=viewer.criterion_link(criterion),
                title=viewer.short(criterion.title),
                facts=facts,
                blocking=task.blocking and criterion.verdict is not Verdict.WARN,
                newly=newly_bad(criterion),
                found=viewer.short(text),
                expect="" if told else viewer.short(criterion.expect),
                hint=viewer.short(criterion.hint or ""),
            )
        )
    return found


def milestone(
    item: MilestoneRecord, run: RunDocument, viewer: Viewer, say: Sentences
) -> MilestoneView:
    """Return a milestone: its state, what it asks, and the tasks that it lacks."""
    state = "met" if item.met else "overdue" if item.overdue else "open"
    asks = [say("page.requires_all", priority=item.priority.value)] if item.priority else []
    if item.score is not None:
        asks.append(say("page.requires_score", score=target(item.score)))
    return MilestoneView(
        record=item,
        state=state,
        word=say(f"report.milestone.{item.state}"),
        due=say("report.due", date=item.due) if item.due else "",
        asks=" + ".join(asks),
        missing=[viewer.task_link(name, run) for name in item.missing],
    )


def waived(run: RunDocument, viewer: Viewer, say: Sentences) -> list[Word]:
    """Return the waivers that are in force."""
    return [
        _word(item, viewer, _waiver(item, say), viewer.short(item.reason))
        for item in run.criteria()
        if item.verdict is Verdict.WAIVED
    ]


def stale(run: RunDocument, viewer: Viewer, say: Sentences) -> list[Word]:
    """Return the waivers that nothing needs."""
    return [
        _word(item, viewer, say("report.stale_hint", reason=viewer.short(item.waiver.reason)), "")
        for item in run.criteria()
        if item.waiver is not None and item.waiver.stale
    ]


def attested(run: RunDocument, viewer: Viewer, say: Sentences) -> list[Word]:
    """Return what rests on a person's word."""
    return [
        _word(
            item,
            viewer,
            attested_by(given, say, viewer.short),
            viewer.short(given.evidence),
        )
        for item in run.criteria()
        if (given := item.attestation) is not None and item.verdict.in_scope
    ]


def skipped(run: RunDocument, viewer: Viewer) -> list[Word]:
    """Return what is out of scope, and why."""
    return [
        _word(item, viewer, viewer.short(item.reason), "")
        for item in run.criteria()
        if not item.verdict.in_scope
    ]


def _word(criterion: CriterionRecord, viewer: Viewer, text: str, note: str) -> Word:
    return Word(
        badge=viewer.badge(criterion.verdict),
        link=viewer.criterion_link(criterion),
        title=viewer.short(criterion.title),
        text=text,
        note=note,
    )


def _waiver(criterion: CriterionRecord, say: Sentences) -> str:
    waiver = criterion.waiver
    return "" if waiver is None else waived_by(waiver, say, str)
