"""Turns what was read into a verdict. Pure: the date and the state of the world are arguments."""

import datetime as dt
from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import cast

import msgspec

from readiness.model.amounts import format_among
from readiness.model.board import Criterion, Expectation, Waiver
from readiness.model.expect import (
    Matcher,
    Value,
    better_of,
    format_value,
    holds,
    progress,
    search,
)
from readiness.model.judgement import (
    Judgement,
    Measurement,
    PairedNumbers,
    Reading,
    Trial,
    Unmeasured,
)
from readiness.model.units import quote
from readiness.model.words import Better, Operator, ReasonCode, Verdict
from readiness.text.worded import Worded, joined, worded

WHOLE, NOTHING = Decimal(1), Decimal(0)

# Two samples of any real tool are added exactly in a hundred digits.
_MEAN = Context(prec=100, Emax=MAX_EMAX, Emin=MIN_EMIN)


def judge(
    criterion: Criterion,
    readings: Sequence[Reading],
    *,
    today: dt.date,
    skipped: str = "",
    evidence_missing: bool = False,
    evidence_digest: str = "",
    trial: Trial | None = None,
    pairs: PairedNumbers | None = None,
    matches: Matcher = search,
) -> Judgement:
    """Judge one criterion by the readings of its probes, in the order of its matrix.

    `today` is the date in UTC. `skipped` says why the criterion is not part of this run, and is
    empty otherwise. `evidence_missing` says that `evidence_path` holds nothing, `evidence_digest`
    what it holds now. `trial` is how its command did in a broken copy of the project, where it was
    tried, `pairs` how it compares with the base. `matches(pattern, text)` finds the patterns of
    expectations; it may raise TimeoutError, which is an error of the criterion.
    """
    if skipped:
        return Judgement(criterion=criterion, verdict=Verdict.SKIP, reason=skipped)
    date = today.isoformat()
    if criterion.check is None:
        from readiness.decide.attested import attested

        judgement = attested(criterion, date, evidence_missing, evidence_digest)
    elif criterion.unset:
        judgement = unmeasured(criterion, _unset(criterion.unset))
    elif not readings:
        lack = Unmeasured(code=ReasonCode.NOT_RUN, reason=worded("reason.not_run"))
        judgement = unmeasured(criterion, lack)
    else:
        judgement = _worst(
            criterion, [_judge_reading(criterion, reading, matches) for reading in readings]
        )
        if names := tuple(name for reading in readings for name in reading.flaky):
            judgement = msgspec.structs.replace(judgement, flaky_tests=names)
        if trial is not None and judgement.verdict.good:
            from readiness.decide.tried import as_tried

            judgement = as_tried(judgement, trial)
        if pairs is not None and judgement.verdict.good:
            from readiness.decide.sampled import as_compared

            judgement = as_compared(judgement, pairs)
    return _with_waiver(judgement, criterion.waive, date, matches) if criterion.waive else judgement


def as_of(judgement: Judgement, today: dt.date) -> Judgement:
    """Return an earlier judgement as of `today`: attestations and waivers may have ended since.

    The value measured then stands, and so does the digest of an attestation's evidence.
    """
    criterion, date = judgement.criterion, today.isoformat()
    if judgement.verdict is Verdict.WAIVED:
        beneath = Verdict.ERROR if judgement.code else Verdict.FAIL
        reason = _beneath(judgement.reason)
        judgement = msgspec.structs.replace(judgement, verdict=beneath, reason=reason)
    elif not judgement.verdict.good:
        return judgement
    elif criterion.check is None:
        from readiness.decide.attested import attested

        judgement = attested(criterion, date, False, judgement.evidence_digest)
    return _with_waiver(judgement, criterion.waive, date, search) if criterion.waive else judgement


# --- one probe ----------------------------------------------------------------------------------


def _judge_reading(criterion: Criterion, reading: Reading, matches: Matcher) -> Judgement:
    """Judge by one probe alone: the median of its samples counts."""
    answers: list[tuple[bool, Measurement]] = []
    for sample in reading.samples:
        if isinstance(sample, Unmeasured):
            return unmeasured(criterion, sample)
        answer = _ask(criterion.expect, sample.value, sample.unit, matches)
        if isinstance(answer, Unmeasured):
            return unmeasured(criterion, answer)
        answers.append((answer, sample))
    if not answers:
        lack = Unmeasured(code=ReasonCode.NOT_RUN, reason=worded("reason.not_run"))
        return unmeasured(criterion, lack)
    if criterion.sampling is not None and not criterion.sampling.against_base:
        return _settled(criterion, reading, [sample for _, sample in answers], matches)
    straddles = len({answer for answer, _ in answers}) > 1
    doubts = []
    if straddles:
        doubts.append(worded("reason.straddle", count=len(answers), expect=criterion.expect.text))
    if reading.retried and not reading.flaky:
        doubts.append(worded("reason.only_on_retry"))
    if reading.flaky:
        doubts.append(worded("reason.flaky_tests", names=joined(reading.flaky, "names")))
    holding, middle = answers[0] if len(answers) == 1 else _median(criterion, answers, matches)
    faults = [] if holding else [worded("reason.expected", expect=criterion.expect.text)]
    faults += _slipped(criterion, middle)
    if faults:
        return _measured(criterion, Verdict.FAIL, middle, faults, flaky=straddles)
    return _passed(criterion, reading, middle, doubts, matches)


def _settled(
    criterion: Criterion, reading: Reading, samples: list[Measurement], matches: Matcher
) -> Judgement:
    """Judge by as many samples as it takes to be sure."""
    from readiness.decide.sampled import settle

    settled = settle(criterion, samples)
    if isinstance(settled, Unmeasured):
        return unmeasured(criterion, settled)
    middle = msgspec.structs.replace(samples[0], value=settled.middle)
    faults = [] if settled.holds else [worded("reason.expected", expect=criterion.expect.text)]
    faults += _slipped(criterion, msgspec.structs.replace(middle, value=settled.best))
    if faults:
        return _measured(criterion, Verdict.FAIL, middle, [settled.remark, *faults], flaky=False)
    judgement = _passed(criterion, reading, middle, [], matches)
    return msgspec.structs.replace(judgement, reason=joined([judgement.reason, settled.remark]))


def _passed(
    criterion: Criterion,
    reading: Reading,
    middle: Measurement,
    doubts: list[str],
    matches: Matcher,
) -> Judgement:
    """Judge a value that meets the expectation: what is in doubt about it makes it a warning."""
    flaky = bool(doubts)
    if blocks := flaky and criterion.flaky_blocks:
        doubts.append(worded("reason.flaky_blocks"))
    if reading.quarantined:
        names = joined(reading.quarantined, "names")
        doubts.append(worded("reason.quarantined", count=len(reading.quarantined), names=names))
    if criterion.warn and _ask(criterion.warn, middle.value, middle.unit, matches) is not True:
        doubts.append(worded("reason.wanted", expect=criterion.warn.text))
    doubts += reading.doubts
    hint = reading.hint
    if path := reading.left_over:
        doubts.append(worded("reason.left_over", path=path))
        hint = worded("hint.left_over", path=path)
    elif not hint and criterion.is_by_status and reading.is_number:
        hint = worded("hint.unread_number", number=reading.word)
    verdict = Verdict.FAIL if blocks else Verdict.WARN if doubts else Verdict.PASS
    judgement = _measured(criterion, verdict, middle, doubts, flaky=flaky, hint=hint)
    return msgspec.structs.replace(judgement, progress=NOTHING) if blocks else judgement


def _ask(expectation: Expectation, value: Value, unit: str, matches: Matcher) -> bool | Unmeasured:
    """Return whether the value meets the expectation, or why that cannot be told."""
    try:
        return holds(expectation, value, unit, matches)
    except TimeoutError:
        return Unmeasured(
            code=ReasonCode.PATTERN_TOO_SLOW,
            reason=worded("reason.pattern_slow", pattern=quote(expectation.pattern)),
            hint=worded("hint.pattern_slow"),
        )
    except (TypeError, ValueError) as error:
        boolean = expectation.operator in (Operator.TRUE, Operator.FALSE)
        return Unmeasured(
            code=ReasonCode.NO_VALUE if boolean else ReasonCode.NOT_A_NUMBER,
            reason=worded("reason.misfit", what=error, expect=expectation.text),
            hint=worded("hint.misfit"),
        )


def _median(
    criterion: Criterion, answers: list[tuple[bool, Measurement]], matches: Matcher
) -> tuple[bool, Measurement]:
    """Return the middle sample; of texts and booleans, one that stands for the majority.

    Where two are in the middle, numbers give their mean and others the one that fails.
    """
    middle = len(answers) // 2
    numbers = sorted(sample.value for _, sample in answers if isinstance(sample.value, Decimal))
    if len(numbers) < len(answers):
        return sorted(answers, key=lambda pair: pair[0])[(len(answers) - 1) // 2]
    value = numbers[middle]
    if len(numbers) % 2 == 0:
        value = _MEAN.divide(_MEAN.add(numbers[middle - 1], value), Decimal(2))
    first = answers[0][1]
    holding = _ask(criterion.expect, value, first.unit, matches) is True
    return holding, Measurement(value=value, unit=first.unit, of=first.of, lines=first.lines)


def _slipped(criterion: Criterion, measurement: Measurement) -> list[str]:
    """Return a sentence if a ratchet's value is worse than its baseline."""
    floor = _floor(criterion)
    if floor is None or not isinstance(measurement.value, Decimal):
        return []
    if holds(floor, measurement.value, measurement.unit):
        return []
    return [worded("reason.below_baseline", baseline=format_value(floor.number))]


def _floor(criterion: Criterion) -> Expectation | None:
    """Return the expectation of a ratchet: no worse than the baseline."""
    if not criterion.ratchet or criterion.baseline is None:
        return None
    better = better_of(criterion)
    if better is None:
        return None
    asked = Operator.LE if better is Better.LOWER else Operator.GE
    return Expectation(text=asked, operator=asked, number=criterion.baseline)


def _measured(
    criterion: Criterion,
    verdict: Verdict,
    measurement: Measurement,
    remarks: list[str],
    *,
    flaky: bool,
    hint: str = "",
) -> Judgement:
    shown = _value_text(criterion, measurement)
    value_text = quote(measurement.value) if isinstance(measurement.value, str) else shown
    return Judgement(
        criterion=criterion,
        verdict=verdict,
        value=measurement.value,
        unit=measurement.unit,
        of=measurement.of,
        shown=shown,
        progress=WHOLE
        if verdict.good
        else progress_of(criterion, measurement.value, measurement.unit),
        reason=joined([value_text, *remarks]),
        hint=hint,
        flaky=flaky,
        lines=measurement.lines,
    )


def progress_of(criterion: Criterion, value: Value, unit: str) -> Decimal:
    """Return a failing value's progress: to its target, or back to the baseline if less."""
    if not isinstance(value, Decimal):
        return NOTHING
    better = better_of(criterion)
    asked = (criterion.expect, _floor(criterion))
    return min(progress(one, value, unit, criterion.baseline, better) for one in asked if one)


def _value_text(criterion: Criterion, measurement: Measurement) -> str:
    """Write the value as people read it, rounded as far as its side of the limit allows."""
    if isinstance(measurement.value, str):
        return measurement.value
    limit = criterion.expect
    if (floor := _floor(criterion)) and _slipped(criterion, measurement):
        limit = floor
    text = format_value(measurement.value, measurement.unit, limit)
    text = format_among(text, criterion.measure, measurement.of)
    return worded("reason.exit_value", status=text) if criterion.is_by_status else text


def unmeasured(criterion: Criterion, lack: Unmeasured) -> Judgement:
    """Return the judgement on a criterion of which there is no measurement."""
    return Judgement(
        criterion=criterion,
        verdict=Verdict.ERROR,
        reason=lack.reason,
        code=lack.code,
        hint=lack.hint,
    )


def _unset(names: tuple[str, ...]) -> Unmeasured:
    return Unmeasured(
        code=ReasonCode.UNSET_VARIABLE,
        reason=worded("reason.unset", count=len(names), names=joined(names, "names")),
        hint=worded("hint.unset", names=joined(names, "and"), first=names[0]),
    )


# --- several probes -----------------------------------------------------------------------------


def _worst(criterion: Criterion, judgements: list[Judgement]) -> Judgement:
    """Return the worst of several probes' judgements; of equal verdicts, the worst value."""
    if len(judgements) == 1:
        return judgements[0]
    rank = max(judgement.verdict.rank for judgement in judgements)
    places = [place for place, judgement in enumerate(judgements) if judgement.verdict.rank == rank]
    place = _worst_place(criterion, judgements, places)
    worst = judgements[place]
    flaky = any(judgement.flaky for judgement in judgements)
    if worst.verdict is Verdict.PASS:
        return worst
    reason = worded(
        "reason.combination", reason=worst.reason, place=place + 1, count=len(judgements)
    )
    return msgspec.structs.replace(worst, reason=reason, flaky=flaky, place=place)


def _worst_place(criterion: Criterion, judgements: list[Judgement], places: list[int]) -> int:
    numbers = {
        place: number
        for place in places
        if isinstance(number := judgements[place].value, Decimal) and number.is_finite()
    }
    if judgements[places[0]].verdict.unknown or len(numbers) < len(places):
        return places[0]
    match better_of(criterion):
        case Better.LOWER:
            return max(places, key=numbers.__getitem__)
        case Better.HIGHER:
            return min(places, key=numbers.__getitem__)
        case None:
            return min(places, key=lambda place: judgements[place].progress or NOTHING)


# --- waivers ------------------------------------------------------------------------------------


def _with_waiver(judgement: Judgement, waiver: Waiver, today: str, matches: Matcher) -> Judgement:
    """Apply the waiver where it is in force and covers what was found."""
    if today > waiver.until:
        ended = worded("reason.waiver_expired", reason=judgement.reason, until=waiver.until)
        return (
            judgement
            if judgement.verdict.good
            else msgspec.structs.replace(judgement, reason=ended)
        )
    if judgement.verdict.good:
        return msgspec.structs.replace(judgement, stale_waiver=True)
    if waiver.up_to and (beyond := _beyond(judgement, waiver.up_to, matches)):
        reason = joined([judgement.reason, beyond], "semicolon")
        return msgspec.structs.replace(judgement, reason=reason)
    reason = worded(
        "reason.waived",
        reason=judgement.reason,
        by=waiver.by,
        until=waiver.until,
        why=waiver.reason,
    )
    return msgspec.structs.replace(judgement, verdict=Verdict.WAIVED, reason=reason)


def _beneath(reason: str) -> str:
    """Return the reason without the waiver that was added to it."""
    if isinstance(reason, Worded) and reason.key == "reason.waived":
        return cast("str", reason.facts["reason"])
    return reason


def _beyond(judgement: Judgement, up_to: Expectation, matches: Matcher) -> str:
    """Return why the value is not known to be within the waiver's bound; "" if it is."""
    if judgement.verdict.unknown or judgement.value is None:
        return worded("reason.beyond_unknown", limit=up_to.text)
    if _ask(up_to, judgement.value, judgement.unit, matches) is not True:
        return worded("reason.beyond", limit=up_to.text)
    return ""
