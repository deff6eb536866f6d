"""How single facts are written in the table: marks, percentages, durations, changes."""

import math
from collections import Counter
from collections.abc import Callable, Container, Iterable
from functools import cache

import msgspec

from readiness.model.words import MEASURED, Decision, ReasonCode, Verdict
from readiness.record import comparison
from readiness.record.comparison import Movement
from readiness.record.document import (
    CriterionRecord,
    FindingRecord,
    GateRecord,
    LineRecord,
    RunDocument,
    TaskRecord,
)
from readiness.record.earlier import Previous, Value
from readiness.record.values import unix_seconds
from readiness.record.wording import Wording, has_key, reworded
from readiness.terminal.blocks import Part, Style
from readiness.text.layout import age, literal, points
from readiness.text.sentences import Sentences
from readiness.text.worded import in_language

Entry = tuple[TaskRecord, CriterionRecord]

CHANGE_MARKS: dict[Movement, Part] = {
    Movement.BETTER: ("▲", Style.GOOD),
    Movement.WORSE: ("▼", Style.BAD),
    Movement.OTHER: ("±", Style.DIM),
    Movement.SAME: ("=", Style.DIM),
}


def open_criteria(run: RunDocument) -> list[tuple[TaskRecord, CriterionRecord]]:
    """Return criteria that fail, are errors or warn: blocking ones first, warnings last.

    What an interrupted run did not come to is no news of the criterion.
    """
    return sorted(
        (
            (task, criterion)
            for task, criterion in run.pairs()
            if (criterion.verdict.bad or criterion.verdict is Verdict.WARN)
            and not (run.interrupted and criterion.reason_code is ReasonCode.NOT_RUN)
        ),
        key=_urgency,
    )


def open_blocks(
    run: RunDocument, names: Container[str] | None = None
) -> tuple[list[list[Entry]], list[list[Entry]], list[list[Entry]]]:
    """Return what is bad, what waits to be attested, and what passes with a doubt, by cause.

    `names` limits it to some ids.
    """
    entries = [one for one in open_criteria(run) if names is None or one[1].id in names]
    doubtful = [entry for entry in entries if entry[1].verdict is Verdict.WARN]
    unattested = [entry for entry in entries if is_unattested(entry[1])]
    bad = entries[: len(entries) - len(doubtful) - len(unattested)]
    return causes(bad), causes(unattested), causes(doubtful)


def decided(
    run: RunDocument,
) -> tuple[list[CriterionRecord], list[CriterionRecord], list[CriterionRecord]]:
    """Return what is waived, what has a waiver that nothing needs, and what rests on somebody."""
    criteria = [record for record in run.criteria() if record.verdict.in_scope]
    return (
        [record for record in criteria if record.verdict is Verdict.WAIVED],
        [record for record in criteria if record.waiver and record.waiver.stale],
        [record for record in criteria if record.attestation],
    )


def seen_to_fail(run: RunDocument, say: Sentences) -> str:
    """Return how many of what a whole run measured is known to be able to fail; "" without any."""
    criteria = [record for record in run.criteria() if record.verdict.in_scope]
    measured = [one for one in criteria if not one.attestation and one.reason_code in MEASURED]
    if not measured or run.selected:
        return ""
    seen = sum(one.seen_to_fail for one in measured)
    return say("report.seen_to_fail", seen=seen, count=len(measured))


def is_unattested(criterion: CriterionRecord) -> bool:
    """Return whether a criterion waits for somebody to attest it for the first time."""
    why = criterion.wordings.get("reason")
    return criterion.verdict.bad and has_key(why, "reason.not_attested")


class Badge(msgspec.Struct, frozen=True):
    """How a verdict is shown: its name, its word, and the verdict whose colour and mark it has."""

    name: str
    word: str
    like: Verdict


@cache
def badge_of(verdict: Verdict, say: Sentences) -> Badge:
    """Return how a verdict is shown."""
    return Badge(verdict.value, say(f"verdict.{verdict}"), verdict)


def badge(criterion: CriterionRecord, say: Sentences) -> Badge:
    """Return how a criterion's verdict is shown; what waits to be attested has not failed."""
    if is_unattested(criterion):
        return Badge("unattested", say("report.not_attested"), Verdict.ERROR)
    return badge_of(criterion.verdict, say)


def verdict_part(verdict: Verdict, say: Sentences, value: str = "") -> Part:
    """Return a verdict's mark and word for a cell, and the value behind it."""
    words = f"{verdict.mark} {say(f'verdict.{verdict}')} {value}".rstrip()
    return words, Style(verdict.tone)


def in_words(criterion: CriterionRecord, say: Sentences) -> str:
    """Return the emoji and the word of a criterion's verdict."""
    shown = badge(criterion, say)
    return f"{shown.like.emoji} {shown.word}"


def badge_counts(criteria: Iterable[CriterionRecord], say: Sentences) -> list[tuple[Badge, int]]:
    """Return how many criteria have each badge, in the order of verdicts."""
    order = [*(verdict.value for verdict in Verdict), "unattested"]
    counts = Counter(badge(criterion, say) for criterion in criteria)
    return sorted(counts.items(), key=lambda entry: order.index(entry[0].name))


def _urgency(entry: tuple[TaskRecord, CriterionRecord]) -> tuple[bool, bool, bool, str]:
    task, criterion = entry
    is_warning = criterion.verdict is Verdict.WARN
    return is_warning, is_unattested(criterion), not task.blocking, task.priority


def causes(entries: list[Entry]) -> list[list[Entry]]:
    """Return open criteria in blocks: those that one cause keeps from being measured are one.

    So are those that wait to be attested.
    """
    blocks: dict[object, list[Entry]] = {}
    for place, (task, criterion) in enumerate(entries):
        hint = "" if is_unattested(criterion) else criterion.hint
        shared = is_unattested(criterion) or (criterion.verdict.unknown and criterion.reason)
        key = (criterion.reason_code, criterion.reason, hint) if shared else place
        blocks.setdefault(key, []).append((task, criterion))
    return list(blocks.values())


def findings(run: RunDocument) -> dict[str, list[FindingRecord]]:
    """Return the places that tools name, by criterion."""
    places: dict[str, list[FindingRecord]] = {}
    for finding in run.findings:
        places.setdefault(finding.criterion, []).append(finding)
    return places


def standing(block: list[Entry], say: Sentences) -> list[str]:
    """Return how much a block weighs: priority, whether it blocks, the points it could bring."""
    task, criterion = block[0]
    facts = [task.priority.value]
    if task.blocking and criterion.verdict.bad:
        facts.append(say("report.blocking"))
    return [*facts, *worth(block, say)]


def worth(block: list[Entry], say: Sentences) -> list[str]:
    """Return the points that a block could bring; [] where that is next to nothing."""
    missing = sum(criterion.points_possible - criterion.points for _, criterion in block)
    return [say("report.worth", points=points(missing))] if missing >= 0.005 else []


def outcome(criterion: CriterionRecord, say: Sentences) -> str:
    """Return the value and the reason, and whether it is flaky; foreign text, in lines."""
    text = measured(criterion)
    return f"{text}\n{say('report.flaky')}" if criterion.flaky else text


def with_expectation(criterion: CriterionRecord, text: str, say: Sentences) -> str:
    """Add to the first line of an outcome what was expected, unless that tells it."""
    first, *rest = text.splitlines()
    if criterion.expect not in first:
        first += say("report.comma") + say("report.expecting", expect=criterion.expect)
    return "\n".join([first, *rest])


def measured(criterion: CriterionRecord) -> str:
    """Return the value and the reason, without repetition; foreign text."""
    shown, reason = criterion.shown, criterion.reason
    wording = criterion.wordings.get("reason")
    joint = wording is not None and wording.key == "joint.comma"
    parts = list(wording.facts.values()) if wording and joint else []
    plain = len(parts) == 2 and isinstance(parts[1], Wording) and parts[1].key == "reason.expected"
    if shown and (plain or reason in ("", f"{shown}, expected {criterion.expect}")):
        return shown
    return reason if not shown or shown in reason else f"{shown}: {reason}"


def value_shown(criterion: CriterionRecord, say: Sentences) -> str:
    """Return the value, or in a word why there is none; foreign text."""
    if criterion.attestation is not None and criterion.verdict is Verdict.PASS:
        return say("report.attested")
    if criterion.shown or criterion.reason_code is None:
        return criterion.shown
    return say(f"code.{criterion.reason_code}")


def whole(share: float) -> int:
    """Return a share as whole percent, 100 only for a whole share; 0 if it is not finite."""
    if not math.isfinite(share):
        return 0
    return 100 if share >= 1 else max(min(round(share * 100), 99), 0)


def percent(share: float) -> str:
    """Return a share 0..1 as a whole percentage; only a whole share is 100%."""
    return f"{whole(share)}%"


def number(value: float) -> str:
    """Format a number as short as possible without changing it."""
    return str(int(value)) if float(value).is_integer() else repr(value)


def elapsed(iso: str, now: float, say: Sentences) -> str:
    """Format how long before `now` a moment of a document was; one that is later, as itself."""
    at = unix_seconds(iso)
    return moment(iso) if at is None or at > now else say("report.elapsed", age=age(now - at))


def ago(iso: str, now: float, say: Sentences) -> str:
    """Format a moment of a document for people who look at it at `now`: its age, and itself."""
    shown = moment(iso)
    how_long = elapsed(iso, now, say)
    return shown if how_long == shown else say("report.ago", elapsed=how_long, moment=shown)


def moment(iso: str) -> str:
    """Format `2026-11-24T13:10:42Z` as `2026-11-24 13:10 UTC`."""
    return f"{iso[:10]} {iso[11:16]} UTC" if len(iso) >= 16 else iso


def change(criterion: CriterionRecord, say: Sentences, *, all_known: bool = True) -> Part:
    """Return what a criterion was in the last comparable run: its value, else its verdict.

    Where not `all_known`, as of a base on which only what is bad is measured, the rest is not new.
    The mark says what happened since: ▲ better, ▼ worse, = the same, ± neither of these.
    """
    if not criterion.verdict.in_scope:
        return ("", Style.DIM)
    if criterion.previous is None:
        return (say("report.new") if all_known else "", Style.DIM)
    movement = _movement(criterion, criterion.previous)
    mark, style = CHANGE_MARKS[movement]
    if movement is Movement.SAME:
        return (mark, style)
    return (f"{mark} {_before(criterion, criterion.previous, say)}", style)


def change_in_words(criterion: CriterionRecord, say: Sentences) -> Part:
    """Return the same as a sentence's end, empty where there is nothing to compare with."""
    if criterion.previous is None:
        return ("", Style.DIM)
    movement = _movement(criterion, criterion.previous)
    before = _before(criterion, criterion.previous, say)
    return (say(f"report.since.{movement}", before=before), CHANGE_MARKS[movement][1])


def _movement(criterion: CriterionRecord, before: Previous) -> Movement:
    return comparison.change(criterion, before.verdict, before.value, before.scatter)


def _before(criterion: CriterionRecord, previous: Previous, say: Sentences) -> str:
    moved = previous.value is not None and previous.value != criterion.value
    if moved:
        return _text(previous.value, criterion.value)
    return say(f"verdict.{previous.verdict}")


def _text(value: Value, beside: Value) -> str:
    """Format a value, rounded unless that would hide a difference from the other one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        short = round(value, 2)
        is_exact = not isinstance(beside, int | float) or short != round(beside, 2)
        return number(short if is_exact else value)
    return literal(value or "")


def revision(run: RunDocument, say: Sentences, safe: Callable[[str], str] = literal) -> str:
    """Return the branch and the commit that were measured; `safe` shows both."""
    if run.git is None:
        return say("report.no_revision")
    text = f"{safe(run.git.branch)} {safe(run.git.commit[:10])}".strip()
    return say("report.dirty", revision=text) if run.git.dirty else text


def reuse(run: RunDocument, say: Sentences) -> list[str]:
    """Return how many probes were reused, and the age of the oldest result; [] without one."""
    taken = [probe.reused_from for probe in run.probes if probe.reused_from is not None]
    if not taken:
        return []
    oldest = age(max(source.age_s for source in taken))
    return [say("report.reused_of", taken=len(taken), of=len(run.probes), age=oldest)]


def meaning(gate: GateRecord, say: Sentences, safe: Callable[[str], str] = literal) -> str:
    """Return what the decision is about, to follow it on its line; `safe` shows ids."""
    about = say(f"meaning.{gate.decision}")
    if gate.decision is Decision.HELD and gate.reasons:
        about += say("report.held_aside", count=len(gate.reasons))
    if gate.decision is Decision.ACCEPTED:
        about += accepted_by(gate, say, safe)
    if gate.line is None:
        return about
    return about + say("report.compared", line=line(gate.line, say, safe))


def accepted_by(gate: GateRecord, say: Sentences, safe: Callable[[str], str] = literal) -> str:
    """Format who accepts what the change loosens, and why; "" where nobody does."""
    if gate.accepted is None:
        return ""
    by, reason = safe(gate.accepted.by), safe(gate.accepted.reason)
    return say("report.accepted", by=by, reason=reason)


def line(held: LineRecord, say: Sentences, safe: Callable[[str], str] = literal) -> str:
    """Return what a run was compared with, to see whether anything is worse."""
    baselines = say("report.line_baselines", count=held.baselines) if held.baselines else ""
    if held.lack is not None:
        return say(f"report.line_lack.{held.lack}")
    commit = say("report.line_commit", commit=safe(held.commit[:10]))
    return say("report.comma").join(filter(None, (commit, baselines)))


def waived_by(
    criterion: CriterionRecord, say: Sentences, safe: Callable[[str], str] = literal
) -> str:
    """Format why a criterion is waived, by whom and until when; "" for one that is not.

    `safe` shows foreign text.
    """
    waiver = criterion.waiver
    if waiver is None or criterion.verdict is not Verdict.WAIVED:
        return ""
    reason, by, until = map(safe, (waiver.reason, waiver.by, waiver.until))
    return say("report.waived_by", reason=reason, by=by, until=until)


def beneath(criterion: CriterionRecord, say: Sentences) -> str:
    """Return the reason without its waiver, where the waiver is shown beside it."""
    wording = criterion.wordings.get("reason")
    waived = wording is not None and wording.key == "reason.waived"
    inner = wording.facts.get("reason") if wording and waived else None
    if isinstance(inner, Wording):
        text = str(inner.facts.get("text", ""))
        return in_language(reworded(text, inner), say)
    return criterion.reason if inner is None else str(inner)


def attested_by(
    criterion: CriterionRecord, say: Sentences, safe: Callable[[str], str] = literal
) -> str:
    """Format whose word a criterion rests on, since when and until when; "" for nobody's."""
    attestation = criterion.attestation
    if attestation is None:
        return ""
    by, on, until = map(safe, (attestation.by, attestation.on, attestation.until))
    return say("report.attested_by", by=by, on=on, until=until)
