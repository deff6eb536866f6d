"""Which reasons of the gate a report tells, and what failed without being one of them."""

from itertools import zip_longest

from readiness.record.document import RunDocument
from readiness.report._shown import open_criteria
from readiness.startup.patterns import later
from readiness.text.layout import points
from readiness.text.sentences import Sentences

REASONS = 12
"""Number of the gate's reasons to show."""

_WORDS_OF_REASON = later(r"[\s,、(（]+")


def first_reasons(reasons: list[str], say: Sentences, *, whole: bool = False) -> list[str]:
    """Return as many of the gate's reasons as one can read, and how many more there are, where."""
    if whole or len(reasons) <= REASONS:
        return reasons
    return [*reasons[:REASONS], say("report.more_reasons", count=len(reasons) - REASONS)]


def untold_reasons(run: RunDocument) -> list[str]:
    """Return the gate's reasons without those that what stands above them tells already.

    That are the criteria that failed, each loosening, and beside these a score that is too low.
    """
    bad = {one.id for one in run.criteria() if one.verdict.bad}
    loosened = tuple(f"{one.subject}: {one.what}" for one in run.loosened)
    untold = [
        reason
        for reason in run.gate.reasons
        if not (reason.startswith(loosened) or _WORDS_OF_REASON.split(reason)[0] in bad)
    ]
    keys = [wording.key for wording in run.gate.wordings]
    is_short = keys[:1] == ["gate.score_below"]
    return untold[1:] if is_short and len(untold) < len(run.gate.reasons) else untold


def reason_of(run: RunDocument) -> dict[str, str]:
    """Return the gate's first reason by the criterion that it names."""
    ids = {one.id for one in run.criteria()}
    return {
        word: reason
        for reason in reversed(run.gate.reasons)
        for word in _WORDS_OF_REASON.split(reason)
        if word in ids
    }


def named_ids(run: RunDocument) -> set[str]:
    """Return the words of the gate's reasons: ids of criteria are among them."""
    return {word for reason in run.gate.reasons for word in _WORDS_OF_REASON.split(reason)}


FALLEN = ("gate.moved", "complaint.worse", "complaint.unmeasured", "complaint.uncompared")
"""What the gate says of a criterion that is worse than on the base, or may be."""


def said_of(run: RunDocument, *keys: str) -> list[str]:
    """Return the ids of the criteria of which the gate says one of these."""
    return [str(one.facts.get("names")) for one in run.gate.wordings if one.key in keys]


def placed_reasons(run: RunDocument) -> list[str]:
    """Return the gate's reasons, each on a single criterion with the first place that it names."""
    places = {one.criterion: one.place for one in reversed(run.findings) if one.path}
    about = [wording.facts.get("names") for wording in run.gate.wordings]
    return [
        f"{reason} ({places[name]})" if isinstance(name, str) and name in places else reason
        for reason, name in zip_longest(run.gate.reasons, about[: len(run.gate.reasons)])
    ]


def also_bad(run: RunDocument) -> list[str]:
    """Return a line for each criterion that is bad and in no reason of the gate; foreign text.

    It has the value and the limit, the points to be gained, and the first place.
    """
    named = named_ids(run)
    places = {one.criterion: one for one in reversed(run.findings) if one.path}
    lines = []
    for _, criterion in open_criteria(run):
        if not criterion.verdict.bad or criterion.id in named:
            continue
        facts = [f"{criterion.verdict.mark} {criterion.id} {criterion.title}", criterion.reason]
        facts += [f"+{points(criterion.points_possible - criterion.points)}"]
        if place := places.get(criterion.id):
            facts.append(place.place)
        lines.append("  ".join(filter(None, facts)))
    return lines
