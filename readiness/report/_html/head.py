"""The head of the page: the decision, the score, and how many criteria have which verdict."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from readiness.model.words import Verdict
from readiness.record.document import RunDocument
from readiness.record.earlier import PastPoint
from readiness.record.pace import arrival, pace
from readiness.record.scores import goal_text, score_text
from readiness.report._html.criteria import Badge, Link, Viewer, whole
from readiness.report._shown import meaning, moment, percent, reuse, revision
from readiness.report._standing import as_of
from readiness.text.layout import duration
from readiness.text.sentences import Sentences

WAIVED = 3
"""Number of waivers to name beside the score; their section has all of them."""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many criteria have a verdict: `start` and `length` in thousandths of those in scope."""

    badge: Badge
    count: int
    start: int
    length: int


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The decision and the score. `mark` goes before the decision's words.

    `forecast` is when the target is reached, `waived` who let what go until when.
    """

    decision: str
    mark: str
    word: str
    meaning: str
    exit: str
    score: str
    target: str
    target_at: int
    reached_at: int
    reached: bool
    way: str
    forecast: str
    measured: str
    baseline: str
    attested: Link
    waived: str
    counts: list[Count]
    facts: list[str]
    interrupted: str
    rests: str


def head(
    run: RunDocument,
    points: Sequence[PastPoint],
    viewer: Viewer,
    say: Sentences,
    counts: Counter[Verdict],
) -> Head:
    """Return the beginning of the page."""
    score, gate = run.score, run.gate
    known = score.value is not None
    profile = [say("report.profile", name=run.profile)] if run.profile else []
    base = [say("report.base", base=f"{run.base.ref} {run.base.commit[:10]}")] if run.base else []
    return Head(
        decision=gate.decision.value,
        mark=gate.decision.mark,
        word=say(f"decision.{gate.decision}"),
        meaning=meaning(run.gate, say).strip(" :：，"),
        exit=say("report.exit_status", status=gate.exit_status),
        score=score_text(score, say),
        target=goal_text(score.target),
        target_at=whole(score.target / 10) * 10,
        reached_at=whole((score.value or 0.0) / 10) * 10,
        reached=known and score.progress >= 1,
        way=say("report.way", share=percent(score.progress), target=goal_text(score.target))
        if known
        else "",
        forecast=_forecast(run, points, say),
        measured=say(
            "report.measured", measured=score.measured, scope=score.in_scope, total=score.total
        ),
        baseline=""
        if run.board.baseline is None
        else say("page.baseline", score=goal_text(run.board.baseline)),
        attested=_attested(run, say),
        waived=_waived(run, viewer, say),
        counts=_counts(viewer, counts),
        facts=[
            *profile,
            revision(run, say),
            *base,
            moment(run.started_at),
            duration(run.duration_s),
            *reuse(run, say),
        ],
        interrupted=say("report.interrupted") if run.interrupted else "",
        rests=as_of(run, say),
    )


def _forecast(run: RunDocument, points: Sequence[PastPoint], say: Sentences) -> str:
    """Format when the target is reached at the pace of the runs on the page; "" once it is."""
    known = [point for point in points if point.score is not None]
    scores = [point.score or 0.0 for point in known]
    if not known or run.score.value is None or run.score.progress >= 1:
        return ""
    moments = [point.started_at for point in known]
    try:
        change = pace(moments, scores)
        date = arrival(moments[-1], scores[-1], run.score.target, change)
    except (ValueError, OverflowError):  # a document may come from anywhere
        return ""
    if change is None:
        return ""
    shown, since = f"{change:+.3g}", moments[0][:10]
    if date is None:
        return say("page.never", pace=shown, since=since)
    return say("page.arrives", pace=shown, since=since, date=date)


def _attested(run: RunDocument, say: Sentences) -> Link:
    share = run.score.attested
    told = say("report.attested_share", share=percent(share)) if share > 0 else ""
    named = any(one.attestation is not None and one.verdict.in_scope for one in run.criteria())
    return Link(told, "attested" if named else "")


def _waived(run: RunDocument, viewer: Viewer, say: Sentences) -> str:
    known = [(one.id, one.waiver) for one in run.criteria() if one.verdict is Verdict.WAIVED]
    told = [
        say("page.waived_until", id=name, by=viewer.short(waiver.by), until=waiver.until)
        for name, waiver in known[:WAIVED]
        if waiver is not None
    ]
    if more := len(known) - WAIVED if len(known) > WAIVED else 0:
        told.append(say("page.more", count=more))
    return say("page.waived", names=say("report.comma").join(told)) if told else ""


def _counts(viewer: Viewer, counts: Counter[Verdict]) -> list[Count]:
    total = sum(counts.values()) or 1
    found = []
    start = 0
    for verdict in Verdict:
        if counts[verdict]:
            length = round(counts[verdict] / total * 1000)
            found.append(
                Count(
                    badge=viewer.badge(verdict),
                    count=counts[verdict],
                    start=start,
                    length=length,
                )
            )
            start += length
    return found
