"""Verdicts on numbers that are not the same twice: none is given before it is known well enough."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from readiness.decide.judge import unmeasured
from readiness.model.board import Criterion, Expectation, Sampling
from readiness.model.expect import FALLING, better_of, format_value, holds
from readiness.model.judgement import Judgement, Measurement, PairedNumbers, Unmeasured
from readiness.model.words import Better, Operator, ReasonCode, Verdict
from readiness.statistics.bounds import Interval, median_interval, ratio_interval
from readiness.text.worded import joined, worded


class Settling(NamedTuple):
    """What samples decide, and how sure that is, in words. `best` is the bound nearest to good."""

    holds: bool
    middle: Decimal
    best: Decimal
    remark: str


def settle(criterion: Criterion, samples: Sequence[Measurement]) -> Settling | Unmeasured:
    """Decide on all samples of a criterion whose `sampling` says how."""
    sampling = criterion.sampling
    assert sampling is not None  # noqa: S101 - it is what the caller asked about
    numbers = [sample.value for sample in samples if isinstance(sample.value, Decimal)]
    first, expect = samples[0], criterion.expect
    bounds: Interval | None = Interval(first.low, numbers[0], first.high)
    if sampling.looks:
        bounds = median_interval(numbers, sampling.looks, sampling.error)
    if bounds is None:  # taken between two looks
        return _unsettled(worded("reason.too_few_samples", count=len(numbers)))
    low, middle, high = (format_value(one, first.unit, expect) for one in bounds)
    sure = _percent(sampling)
    remark = worded("reason.bounded", sure=sure, low=low, high=high)
    if sampling.looks:
        remark = worded("reason.sampled", count=len(numbers), sure=sure, low=low, high=high)
    allowed = _widened(expect, sampling.tolerance)
    if all(holds(allowed, bound, first.unit) for bound in (bounds.low, bounds.high)):
        best = bounds.high if better_of(criterion) is Better.HIGHER else bounds.low
        if not holds(expect, bounds.middle, first.unit):
            remark = joined([remark, worded("reason.tolerated", expect=expect.text)])
        return Settling(True, bounds.middle, best, remark)
    if _is_missed(expect, bounds, first.unit):
        return Settling(False, bounds.middle, bounds.middle, remark)
    return _unsettled(joined([middle, remark, worded("reason.wanted", expect=expect.text)]))


def _unsettled(reason: str) -> Unmeasured:
    reason, hint = worded("reason.unsettled", why=reason), worded("hint.unsettled")
    return Unmeasured(code=ReasonCode.UNSETTLED, reason=reason, hint=hint)


def _percent(sampling: Sampling) -> str:
    return f"{100 * (1 - sampling.error):.4g} %"


def _widened(expect: Expectation, tolerance: Decimal) -> Expectation:
    """Return the expectation with its limits moved by a share of them."""
    more = abs(expect.number) * tolerance
    match expect.operator:
        case Operator.BETWEEN:
            high = expect.high + abs(expect.high) * tolerance
            return msgspec.structs.replace(expect, number=expect.number - more, high=high)
        case operator if operator in FALLING:
            return msgspec.structs.replace(expect, number=expect.number + more)
    return msgspec.structs.replace(expect, number=expect.number - more)


def _is_missed(expect: Expectation, bounds: Interval, unit: str) -> bool:
    """Return whether all that the number may be misses the limit, on one side of it."""
    if any(holds(expect, bound, unit) for bound in bounds):
        return False
    if expect.operator is not Operator.BETWEEN:
        return True
    above = Expectation(text="", operator=Operator.GT, number=expect.high, unit=expect.unit)
    return holds(above, bounds.low, unit) == holds(above, bounds.high, unit)


# --- against the base -----------------------------------------------------------------------------


def worse_by(criterion: Criterion, pairs: PairedNumbers) -> Interval | None:
    """Bound how many times worse a number is than the base's; None between looks.

    Each look takes an equal part of the error.
    """
    sampling = criterion.sampling
    if sampling is None or len(pairs.ours) not in sampling.looks:
        return None
    error = sampling.error / len(sampling.looks)
    groups = (pairs.ours, pairs.theirs)
    if better_of(criterion) is Better.HIGHER:
        groups = (pairs.theirs, pairs.ours)
    return ratio_interval(*groups, error)


def is_settled(criterion: Criterion, pairs: PairedNumbers) -> bool:
    """Return whether further pairs would not change what `as_compared` says."""
    bounds, sampling = worse_by(criterion, pairs), criterion.sampling
    if sampling is None or len(pairs.ours) >= sampling.looks[-1] or pairs.lack:
        return True
    return bounds is not None and not bounds.low <= 1 + sampling.tolerance < bounds.high


def as_compared(judgement: Judgement, pairs: PairedNumbers) -> Judgement:
    """Return the judgement on a number that is good, after it was compared with the base's."""
    sampling = judgement.criterion.sampling
    if sampling is None or not pairs.commit:
        return judgement
    bounds = None if pairs.lack else worse_by(judgement.criterion, pairs)
    if bounds is None:
        lack = pairs.lack or worded("reason.too_few_samples", count=len(pairs.ours))
        why = worded("reason.no_comparison", base=pairs.commit, why=lack)
        return unmeasured(judgement.criterion, _unsettled(why))
    allowed = 1 + sampling.tolerance
    remark = worded(
        "reason.compared",
        base=pairs.commit,
        change=_change(bounds.middle),
        low=_change(bounds.low),
        high=_change(bounds.high),
        count=len(pairs.ours),
        sure=_percent(sampling),
        allowed=_change(allowed),
    )
    if bounds.high <= allowed:
        return msgspec.structs.replace(judgement, reason=joined([judgement.reason, remark]))
    if bounds.low > allowed:
        reason = joined([judgement.reason, remark])
        return msgspec.structs.replace(
            judgement, verdict=Verdict.FAIL, reason=reason, progress=1 / bounds.middle
        )
    return unmeasured(judgement.criterion, _unsettled(remark))


def _change(ratio: Decimal) -> str:
    return f"{(ratio - 1) * 100:+.1f} %"
