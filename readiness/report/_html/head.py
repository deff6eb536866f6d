"""The head of the page: the decision, the score, and how many criteria have which verdict."""

from collections.abc import Sequence

from readiness.record.document import RunDocument
from readiness.record.earlier import PastPoint
from readiness.record.pace import arrival, pace
from readiness.record.scores import goal_text, over, score_text
from readiness.report._html.criteria import Link, Viewer
from readiness.report._shown import (
    Badge,
    decided,
    meaning,
    moment,
    percent,
    reuse,
    revision,
    seen_to_fail,
    whole,
)
from readiness.report._standing import as_of
from readiness.text.layout import duration
from readiness.text.sentences import Sentences

WAIVED = 3
"""Number of waivers to name beside the score; their section has all of them."""


def head(
    run: RunDocument,
    points: Sequence[PastPoint],
    viewer: Viewer,
    say: Sentences,
    counts: Sequence[tuple[Badge, int]],
) -> dict[str, object]:
    """Return the decision and the score, in the words of the page.

    `forecast` is when the target is reached, `waived` who let what go until when; places on the
    scale are in thousandths.
    """
    score, gate = run.score, run.gate
    known = score.progress is not None
    target = goal_text(score.target)
    profile = [say("report.profile", name=run.profile)] if run.profile else []
    base = [say("report.base", base=f"{run.base.ref} {run.base.commit[:10]}")] if run.base else []
    baseline = run.board.baseline
    return {
        "word": say(f"decision.{gate.decision}"),
        "meaning": meaning(gate, say).strip(" :：，"),
        "score": score_text(score, say),
        "over": over(score, say),
        "target": target,
        "target_at": whole(score.target / 10) * 10,
        "reached_at": whole((score.value or 0.0) / 10) * 10 if known else 0,
        "reached": known and (score.progress or 0) >= 1,
        "way": say("report.way", share=percent(score.progress or 0), target=target)
        if known
        else "",
        "forecast": _forecast(run, points, say),
        "baseline": "" if baseline is None else say("page.baseline", score=goal_text(baseline)),
        "attested": _attested(run, say),
        "waived": _waived(run, viewer, say),
        "counts": counts,
        "facts": [
            *profile,
            revision(run, say),
            *base,
            moment(run.started_at)
            if run.whole
            else say("page.part", moment=moment(run.started_at)),
            duration(run.duration_s),
            *reuse(run, say),
        ],
        "rests": as_of(run, say),
        "seen": seen_to_fail(run, say),
    }


def _forecast(run: RunDocument, points: Sequence[PastPoint], say: Sentences) -> str:
    """Format when the target is reached at the pace of the runs on the page; "" once it is."""
    known = [point for point in points if point.score is not None]
    scores = [point.score or 0.0 for point in known]
    if not known or run.score.progress is None or run.score.progress >= 1:
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
    text = say("report.attested_share", share=percent(share)) if share > 0 else ""
    return Link(text, "attested" if decided(run)[2] else "")


def _waived(run: RunDocument, viewer: Viewer, say: Sentences) -> str:
    waived = [(record, record.waiver) for record in decided(run)[0] if record.waiver is not None]
    names = [
        say("page.waived_until", id=record.id, by=viewer.short(waiver.by), until=waiver.until)
        for record, waiver in waived[:WAIVED]
    ]
    if len(waived) > WAIVED:
        names.append(say("page.more", count=len(waived) - WAIVED))
    return say("page.waived", names=say("report.comma").join(names)) if names else ""
