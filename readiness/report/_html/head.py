"""The head of the page: the decision, the score, and how many criteria have which verdict."""

from collections import Counter

import msgspec

from readiness.model.words import Verdict
from readiness.record.document import RunDocument
from readiness.record.scores import goal_text, score_text
from readiness.report._html.criteria import Badge, Viewer, whole
from readiness.report._shown import meaning, moment, percent, revision
from readiness.report._standing import as_of
from readiness.text.layout import duration
from readiness.text.sentences import Sentences


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many criteria have a verdict: `start` and `length` in thousandths of those in scope."""

    badge: Badge
    count: int
    start: int
    length: int


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The decision and the score. `mark` goes before the decision's words."""

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
    measured: str
    baseline: str
    attested: str
    counts: list[Count]
    facts: list[str]
    interrupted: str
    rests: str


def head(
    run: RunDocument,
    viewer: Viewer,
    say: Sentences,
    counts: Counter[Verdict],
) -> Head:
    """Return what the page begins with."""
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
        measured=say(
            "report.measured", measured=score.measured, scope=score.in_scope, total=score.total
        ),
        baseline=""
        if run.board.baseline is None
        else say("page.baseline", score=goal_text(run.board.baseline)),
        attested=say("report.attested_share", share=percent(score.attested))
        if score.attested > 0
        else "",
        counts=_counts(viewer, counts),
        facts=[
            *profile,
            revision(run, say),
            *base,
            moment(run.started_at),
            duration(run.duration_s),
        ],
        interrupted=say("report.interrupted") if run.interrupted else "",
        rests=as_of(run, say),
    )


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
