"""Verdicts on numbers that are not the same twice: none before it is known well enough."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from readiness.decide.judge import judge
from readiness.decide.sampled import as_compared, is_settled
from readiness.model.board import Criterion, Sampling
from readiness.model.judgement import Judgement, Measurement, PairedNumbers, Reading
from readiness.model.words import ReasonCode, Verdict
from tests.support.builders import a_criterion, a_judgement, a_reading

LOOKS = (5, 8, 12, 20)


def sampled(expected: str = "< 100 ms", tolerance: str = "0", **changes: Any) -> Criterion:
    """Make a criterion that takes 5 to 20 samples."""
    usual = {"looks": LOOKS, "error": 0.05, "against_base": False}
    sampling = Sampling(**usual | changes | {"tolerance": Decimal(tolerance)})
    return msgspec.structs.replace(a_criterion(expected=expected, unit="ms"), sampling=sampling)


def judged(criterion: Criterion, *values: float) -> Judgement:
    """Judge by these samples."""
    return judge(criterion, [a_reading(*values, unit="ms")], today=dt.date(2026, 11, 20))


@pytest.mark.parametrize(
    ("criterion", "samples", "verdict", "wording"),
    [
        (sampled(), [90, 95, 80, 99, 91], "pass", "91 ms, the median of 5 samples, 95 % sure"),
        (sampled(), [190, 195, 180, 199, 191], "fail", "sure to be 180 ms to 199 ms, expected"),
        (sampled(), [90, 95, 80, 101, 91], "error", "not settled: 91 ms"),
        (sampled(), [90] * 4, "error", "4 samples show too little"),
        (sampled(), [90] * 6, "error", "6 samples show too little"),
        (sampled(), [*[90] * 15, *[110] * 5], "pass", "the median of 20 samples"),
        (sampled(), [*[90] * 14, *[110] * 6], "error", "not settled"),
        (sampled("> 100 ms"), [110] * 5, "pass", "110 ms"),
        (sampled("> 100 ms"), [90] * 5, "fail", "90 ms"),
        (sampled("between 90 and 110"), [95] * 5, "pass", "95 ms"),
        (sampled("between 90 and 110"), [80, 81, 82, 83, 84], "fail", "82 ms"),
        (sampled("between 90 and 110"), [80, 81, 120, 121, 122], "error", "not settled"),
        (sampled(tolerance="0.05"), [101, 102, 103, 99, 104], "pass", "within the tolerance of"),
        (sampled(tolerance="0.05"), [101, 102, 103, 99, 106], "error", "not settled"),
        (sampled(tolerance="0.05"), [106] * 5, "fail", "106 ms"),
    ],
)
def test_samples_decide_once_they_are_enough(
    criterion: Criterion, samples: list[float], verdict: str, wording: str
) -> None:
    """On one side of the limit, between looks, on both sides, and within a tolerance."""
    judgement = judged(criterion, *samples)
    assert (judgement.verdict, wording in judgement.reason) == (Verdict(verdict), True), judgement
    assert (judgement.code is ReasonCode.UNSETTLED) is (verdict == "error")


def test_a_baseline_is_missed_only_where_that_is_certain() -> None:
    """The bound that is nearest to good is compared with it."""
    ratcheted = msgspec.structs.replace(sampled(), ratchet=True, baseline=Decimal(90))
    assert judged(ratcheted, 89, 95, 96, 97, 98).verdict is Verdict.PASS
    assert judged(ratcheted, 91, 95, 96, 97, 98).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(80, 99, "pass"), (101, 120, "fail"), (80, 120, "error")]
)
def test_the_bounds_of_a_quantile_decide(low: int, high: int, verdict: str) -> None:
    """One run has all of its values."""
    sample = Measurement(value=Decimal(100), unit="ms", low=Decimal(low), high=Decimal(high))
    judgement = judge(sampled(looks=()), [Reading(samples=(sample,))], today=dt.date(2026, 11, 20))
    assert judgement.verdict is Verdict(verdict)


def paired(ours: list[float], theirs: list[float], lack: str = "") -> PairedNumbers:
    """Return numbers that were measured in turn."""
    return PairedNumbers(
        commit="abc",
        ours=tuple(Decimal(str(number)) for number in ours),
        theirs=tuple(Decimal(str(number)) for number in theirs),
        lack=lack,
    )


BASE = [100, 101, 102, 103, 104]


@pytest.mark.parametrize(
    ("expected", "pairs", "verdict", "wording"),
    [
        ("< 200 ms", paired(BASE, BASE), "pass", "+0.0 % against abc in 5 pairs"),
        ("< 200 ms", paired([120, 121, 122, 123, 124], BASE), "fail", "+19.6 % against abc"),
        ("< 200 ms", paired([90, 100, 108, 109, 120], BASE), "error", "not settled"),
        ("> 50 ms", paired([120, 121, 122, 123, 124], BASE), "pass", "-16.4 %"),
        ("> 50 ms", paired([80, 81, 82, 83, 84], BASE), "fail", "+24.4 %"),
        ("< 200 ms", paired(BASE[:4], BASE[:4]), "error", "4 samples show too little"),
        ("< 200 ms", paired([], [], "there is no earlier commit"), "error", "no earlier commit"),
    ],
)
def test_a_number_is_compared_with_the_bases(
    expected: str, pairs: PairedNumbers, verdict: str, wording: str
) -> None:
    """Worse beyond the tolerance fails, whichever way is worse; too little known is an error."""
    criterion = sampled(expected, "0.05", against_base=True)
    good = a_judgement(criterion, "pass", reason="102 ms")
    judgement = as_compared(good, pairs)
    assert (judgement.verdict, wording in judgement.reason) == (Verdict(verdict), True), judgement
    enough = verdict != "error" or bool(pairs.lack)
    assert is_settled(criterion, pairs) is enough


def test_the_last_pair_is_the_last() -> None:
    """Whatever it says."""
    criterion = sampled("< 200 ms", "0.05", against_base=True)
    noisy = [90.0, 120.0] * 10
    assert is_settled(criterion, paired(noisy, noisy[::-1]))
