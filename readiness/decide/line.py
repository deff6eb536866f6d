"""Whether anything is worse than on the base of a change. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum, auto

from readiness.decide.findings import new_findings
from readiness.model.board import Board, Task
from readiness.model.expect import better_of, format_value, is_worse
from readiness.model.judgement import (
    ComparedFindings,
    Earlier,
    Finding,
    HeldLine,
    Judgement,
)
from readiness.model.units import JITTERY
from readiness.model.words import Format, ReasonCode, Verdict
from readiness.text.worded import joined, worded

_NOISE = Decimal("0.25")
"""What share of a duration or a rate is no change, as it is never measured the same twice."""

_BROKEN = (ReasonCode.EXIT_STATUS, ReasonCode.NO_PROOF)
"""What is measured no longer because of what the tool ran on, such as tests without an import."""

_ABSENT = {ReasonCode.TOOL_MISSING, ReasonCode.COULD_NOT_START, ReasonCode.UNSET_VARIABLE}
"""What was not measured for want of something on this machine: of the project it says nothing."""


class _Fall(Enum):
    """How a criterion compares with the base; `ASIDE` decides nothing, and is named."""

    HELD = auto()
    WORSE = auto()
    LOST = auto()
    UNCOMPARED = auto()
    ASIDE = auto()


def is_open(judged: Judgement) -> bool:
    """Return whether only the base tells if a criterion is worse: it is bad, or past its baseline.

    Waived criteria are excused, as by the gate for a release.
    """
    verdict = judged.verdict
    if not verdict.in_scope or verdict is Verdict.WAIVED:
        return False
    return verdict.bad or _is_below(judged)


def fallen(
    board: Board, by_id: Mapping[str, Judgement], line: HeldLine, places: ComparedFindings
) -> tuple[list[str], list[str], list[str]]:
    """Return a sentence for each criterion worse than the line, for each that may be, and the rest.

    That is what can be measured neither here nor on the base, and decides nothing: it ran, and
    ended so, or does not block.
    """
    worse: list[str] = []
    unknown: list[str] = []
    aside: list[str] = []
    for task, criterion in board.pairs():
        judged, earlier = by_id[criterion.id], line.criteria.get(criterion.id)
        if not is_open(judged):
            continue
        own = (places.now.get(criterion.id, ()), places.then.get(criterion.id, ()))
        fall = _fall(judged, earlier, line, *own)
        if fall is _Fall.ASIDE and board.priorities[task.priority].blocking:
            fall = _Fall.LOST if _is_absent(judged, by_id) else fall
        hint = [judged.hint] if fall is _Fall.LOST and judged.hint else []
        reason = joined([judged.reason, *hint, *_before(judged, earlier, line)], "semicolon")
        names = [criterion.id]
        if fall is _Fall.WORSE and (moved := _moved(judged, earlier, new_findings(*own))):
            what = (criterion.check.name if criterion.check else "") or criterion.title
            worse.append(worded("gate.moved", names=criterion.id, what=what, reason=moved))
        elif fall is _Fall.WORSE:
            worse.append(complaint(names, "worse", task, reason))
        elif fall is _Fall.LOST:
            unknown.append(complaint(names, "unmeasured", task, reason))
        elif fall is _Fall.UNCOMPARED:
            unknown.append(complaint(names, "uncompared", task, reason))
        elif fall is _Fall.ASIDE:
            aside.append(complaint(names, "aside", task, reason))
    return worse, unknown, aside


def complaint(names: Sequence[str], what: str, task: Task, reason: str) -> str:
    """Word what is wrong with some criteria of a task."""
    shown = joined(names, "names")
    return worded(f"complaint.{what}", names=shown, priority=task.priority.value, reason=reason)


def _fall(
    judged: Judgement,
    earlier: Earlier | None,
    line: HeldLine,
    now: Sequence[Finding],
    then: Sequence[Finding],
) -> _Fall:
    """Compare an open criterion with the base. Of what the base does not say, a baseline does."""
    if judged.code is ReasonCode.NOT_RUN:
        return _Fall.LOST
    if earlier is None or earlier.verdict.unknown:
        return _without_base(judged, earlier)
    if judged.verdict.unknown:
        return _Fall.WORSE if judged.code in _BROKEN else _Fall.LOST
    if earlier.verdict.good and judged.verdict.bad:
        noisy = line.usual.get(judged.criterion.id) and _is_noise(judged, earlier, line)
        return _Fall.HELD if noisy else _Fall.WORSE
    if _is_past(judged, earlier) and not _is_noise(judged, earlier, line):
        return _Fall.WORSE
    return _Fall.WORSE if _new(judged, earlier, now, then) else _Fall.HELD


def _without_base(judged: Judgement, earlier: Earlier | None) -> _Fall:
    has_baseline = judged.criterion.baseline is not None
    if judged.verdict.unknown:
        return _Fall.LOST if has_baseline or earlier is None else _Fall.ASIDE
    if has_baseline:
        return _Fall.WORSE if _is_below(judged) else _Fall.HELD
    return _Fall.UNCOMPARED


def _is_absent(judged: Judgement, by_id: Mapping[str, Judgement]) -> bool:
    """Return whether something is missing here, for a criterion or for what it reads.

    A producer that no criterion is about may be what is missing.
    """
    check = judged.criterion.check
    if judged.code is not ReasonCode.PRODUCER_FAILED or check is None:
        return judged.code in _ABSENT
    failed = ((one.criterion.check, one.code) for one in by_id.values() if one.code)
    codes = {code for other, code in failed if other and other.name in check.after}
    return not codes or bool(codes & _ABSENT)


def _before(judged: Judgement, earlier: Earlier | None, line: HeldLine) -> list[str]:
    """Say what the base was, and the baseline where a value is worse than that, or unknown."""
    criterion, clauses = judged.criterion, []
    if criterion.baseline is not None and (judged.verdict.unknown or _is_below(judged)):
        unit = criterion.measure.unit if criterion.measure else ""
        clauses.append(worded("gate.baseline", value=format_value(criterion.baseline, unit)))
    if earlier is not None:
        clauses.append(worded("gate.at_base", commit=line.commit[:10], reason=earlier.reason))
    return clauses


def _new(
    judged: Judgement, earlier: Earlier, now: Sequence[Finding], then: Sequence[Finding]
) -> Sequence[Finding]:
    """Return what was found anew, where each finding counts and no fewer are counted than before.

    As long as an expectation holds, and no baseline says what it was, it may be met by others.
    """
    counted = (judged.value, earlier.value) == (len(now), len(then)) and len(now) >= len(then)
    return new_findings(now, then) if counted and _is_alike(judged, earlier) else ()


def _moved(judged: Judgement, earlier: Earlier | None, new: Sequence[Finding]) -> str:
    """Return how a number got worse, and the first place that is new; empty for anything else."""
    now, criterion, measure = judged.value, judged.criterion, judged.criterion.measure
    if not isinstance(now, Decimal) or measure is None or measure.reader.format is Format.EXIT:
        return ""
    value = format_value(now, judged.unit, criterion.expect)
    then = earlier.value if earlier and _is_alike(judged, earlier) else None
    better = [
        each
        for each in (then, criterion.baseline)
        if isinstance(each, Decimal) and _is_worse(judged, now, each)
    ]
    before = format_value(better[0], judged.unit, criterion.expect) if better else ""
    if better and now < better[0]:
        text = worded("gate.fell", before=before, value=value)
    elif better:
        text = worded("gate.rose", before=before, value=value)
    elif new:
        text = worded("gate.swapped", count=len(new), value=value)
    else:
        return ""
    if not new:
        return text
    finding = f"{new[0].rule} {new[0].message}".strip()
    return worded("gate.where", text=text, said=finding, place=new[0].place)


def _is_below(judged: Judgement) -> bool:
    """Return whether a value is worse than its baseline; for no number, whether it failed."""
    baseline = judged.criterion.baseline
    if baseline is None:
        return False
    if not isinstance(judged.value, Decimal):
        return judged.verdict is Verdict.FAIL
    return _is_worse(judged, judged.value, baseline)


def _is_past(judged: Judgement, earlier: Earlier) -> bool:
    """Return whether a number, other than an exit status, is worse than it was on the base."""
    now, then, measure = judged.value, earlier.value, judged.criterion.measure
    if not (isinstance(now, Decimal) and isinstance(then, Decimal)) or measure is None:
        return False
    is_number = measure.reader.format is not Format.EXIT and _is_alike(judged, earlier)
    # A recorded number has the precision of JSON.
    return is_number and float(now) != float(then) and _is_worse(judged, now, then)


def _is_noise(judged: Judgement, earlier: Earlier, line: HeldLine) -> bool:
    """Return whether a duration or a rate differs no more than such numbers do.

    What was usual lately makes that stricter.
    """
    now, then = judged.value, earlier.value
    if judged.unit not in JITTERY or not _is_alike(judged, earlier):
        return False
    if not (isinstance(now, Decimal) and isinstance(then, Decimal)):
        return False
    known = judged.criterion.id in line.usual
    usual = not known or line.is_usual(judged.criterion, better_of(judged.criterion), now)
    return usual and abs(now - then) <= _NOISE * abs(then)


def _is_alike(judged: Judgement, earlier: Earlier) -> bool:
    """Return whether a value was measured as the earlier one was."""
    measure, check = judged.criterion.measure, judged.criterion.check
    if measure is None or check is None:
        return False
    now = (check.name, measure.name, judged.unit)
    return now == (earlier.check, earlier.measure, earlier.unit)


def _is_worse(judged: Judgement, value: Decimal, than: Decimal) -> bool:
    criterion = judged.criterion
    better = criterion.measure.better if criterion.measure else None
    return is_worse(criterion.expect, value, than, judged.unit, better)
