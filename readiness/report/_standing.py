"""Which run a report on the project rests on, and which one a carried measurement is of."""

from collections.abc import Callable, Sequence

from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.newest import measured_since
from readiness.record.scores import over, score_text
from readiness.report._shown import meaning, moment
from readiness.text.layout import literal
from readiness.text.sentences import Sentences


def as_of(run: RunDocument, say: Sentences) -> str:
    """Format which whole run score and decision are from, and what was measured since.

    `run` is not whole; a whole one has a moment of its own.
    """
    if run.whole:
        return ""
    if run.whole_run is None:
        return say("report.no_whole_run")
    return say("report.as_of", moment=moment(run.whole_run.at), count=measured_since(run))


def tree_changed(paths: Sequence[str], say: Sentences) -> str:
    """Format which files are not as they were measured."""
    return say("report.tree_changed", count=len(paths), path=literal(paths[0]))


def last_whole(run: RunDocument, say: Sentences) -> str:
    """Format the newest whole run's result for a run of a part; "" if there is none."""
    stands = run.whole_run
    if stands is None:
        return ""
    decision = say(f"decision.{stands.gate.decision}") + meaning(stands.gate, say)
    at, shown = moment(stands.at), literal(score_text(stands.score, say))
    of = over(stands.score, say)
    return say("report.whole_run", moment=at, decision=decision, score=shown, over=of)


def carried(record: CriterionRecord, say: Sentences, safe: Callable[[str], str] = literal) -> str:
    """Format when a carried measurement was taken, and by which run; "" for the run's own."""
    known = record.carried
    if known is None:
        return ""
    source = say("report.carried", moment=moment(known.at), run=safe(known.run))
    if not known.profile:
        return source
    return source + say("report.comma") + say("report.profile", name=safe(known.profile))


def elsewhere(record: CriterionRecord, say: Sentences, safe: Callable[[str], str] = literal) -> str:
    """Format what another profile found of a criterion that is not in this one; else ""."""
    known = record.carried
    if record.verdict.in_scope or known is None:
        return ""
    return say(
        "report.in_profile",
        profile=safe(known.profile),
        verdict=" ".join(filter(None, (say(f"verdict.{known.verdict}"), safe(known.shown)))),
        moment=moment(known.at),
    )


def last_tried(record: CriterionRecord, say: Sentences) -> str:
    """Format what the newest measurement of a criterion came to that this run did not try."""
    known = record.carried
    if known is None or known.profile:
        return elsewhere(record, say)
    verdict = say(f"verdict.{known.verdict}")
    shown = literal(known.shown) or "–"
    return say("report.last_known", shown=shown, verdict=verdict, moment=moment(known.at))


def last_known(
    record: CriterionRecord, say: Sentences, safe: Callable[[str], str] = literal
) -> str:
    """Format the last value of a criterion that could not be measured; "" if there is none."""
    known = record.last_known
    if known is None or not record.verdict.unknown:
        return ""
    verdict = say(f"verdict.{known.verdict}")
    return say(
        "report.last_known", shown=safe(known.shown), verdict=verdict, moment=moment(known.at)
    )
