"""Bounds hold with the error that they state: beside scipy over a grid, and in simulations."""

import itertools
import random
from collections.abc import Callable
from decimal import Decimal

import pytest
from scipy import stats

from readiness.statistics.bounds import (
    fewest,
    looks,
    median_interval,
    median_ranks,
    quantile_interval,
    ratio_interval,
    shift_rank,
)

ERRORS = (0.1, 0.05, 0.01)
SHAPES: dict[str, Callable[[random.Random], float]] = {
    "normal": lambda draw: 100 + draw.gauss(0, 10),
    "exponential": lambda draw: 100 + draw.expovariate(0.1),
    "two peaks": lambda draw: draw.choice((50, 150)) + draw.gauss(0, 5),
}


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (5, 20, (5, 8, 12, 20)),
        (5, 5, (5,)),
        (1, 3, (1, 2, 3)),
        (10, 40, (10, 16, 25, 40)),
        (19, 20, (19, 20)),
    ],
)
def test_samples_are_looked_at_as_they_grow(
    least: int, most: int, expected: tuple[int, ...]
) -> None:
    """At the first moment, at the last, and each time that there are half as many more."""
    assert looks(least, most) == expected


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("at", [(5,), (5, 8, 12), (8, 13), (2, 3, 4, 6, 9, 14)])
def test_all_looks_share_the_error(at: tuple[int, ...], error: float) -> None:
    """Of all sequences of a fair coin, at most that share is ever decided; each is counted."""
    ranks = median_ranks(at, error)
    decided = sum(
        any(rank and sum(coins[:look]) >= rank for look, rank in zip(at, ranks, strict=True))
        for coins in itertools.product((0, 1), repeat=at[-1])
    )
    assert decided / 2 ** at[-1] <= error


def test_five_samples_on_one_side_decide() -> None:
    """The usual case costs five runs at 95 %, and no number of fewer says anything."""
    assert median_ranks((5, 8, 12, 20), 0.05) == (5, 8, 11, 15)
    assert median_ranks((4,), 0.05) == (0,)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("size", [5, 29, 59, 60, 299, 400, 5000])
def test_a_quantile_is_bounded_as_by_scipy(size: int, share: float, error: float) -> None:
    """By the outermost of the ordered values that the binomial distribution allows."""
    values = [Decimal(number) for number in range(size)]
    bounds = quantile_interval(values, share, error)
    assert (bounds is None) is (size < fewest(share, error))
    if bounds is not None:
        assert bounds.high == stats.binom.ppf(1 - error, size, share)
        below = int(stats.binom.ppf(error, size, share))
        allowed = below if stats.binom.cdf(below, size, share) <= error else below - 1
        assert bounds.low == max(allowed, 0)
        assert bounds.low <= bounds.middle <= bounds.high


def test_how_many_values_a_quantile_takes() -> None:
    """As the tables of Wilks have it."""
    assert [fewest(share, 0.05) for share in (0.5, 0.9, 0.95, 0.99)] == [5, 29, 59, 299]


@pytest.mark.parametrize("sizes", [(5, 5), (5, 8), (8, 8), (12, 7)])
def test_a_shift_is_tested_as_by_scipy(sizes: tuple[int, int]) -> None:
    """Whatever is drawn, the statistic is beyond the rank where scipy's p is within the error."""
    draw = random.Random(3)
    for error, _ in itertools.product(ERRORS, range(60)):
        one = [draw.random() for _ in range(sizes[0])]
        other = [draw.random() + draw.choice((0, 0.5)) for _ in range(sizes[1])]
        result = stats.mannwhitneyu(one, other, alternative="less", method="exact")
        assert (result.statistic < shift_rank(*sizes, error)) is (result.pvalue <= error)


@pytest.mark.parametrize("shape", SHAPES)
def test_verdicts_on_a_median_are_wrong_as_rarely_as_stated(shape: str) -> None:
    """With the limit at the median itself, either answer is wrong; each comes in 5 % at most."""
    draw, at, rounds = random.Random(11), (5, 8, 12, 20), 2000
    middle = sorted(SHAPES[shape](draw) for _ in range(20_001))[10_000]
    answers = [_first_answer(SHAPES[shape], draw, at, middle) for _ in range(rounds)]
    for answer in ("below", "above"):
        assert answers.count(answer) / rounds <= 0.05 + 3 * (0.05 * 0.95 / rounds) ** 0.5


def _first_answer(
    shape: Callable[[random.Random], float], draw: random.Random, at: tuple[int, ...], limit: float
) -> str:
    values = [Decimal(shape(draw)) for _ in range(at[-1])]
    for look in at:
        if (bounds := median_interval(values[:look], at, 0.05)) is None:
            continue
        if bounds.high < limit:
            return "below"
        if bounds.low > limit:
            return "above"
    return ""


@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.3])
def test_a_ratio_is_within_its_bounds_as_often_as_stated(ratio: float) -> None:
    """Both bounds together miss it in 10 % at most, at an error of 5 % each."""
    draw, rounds, missed = random.Random(5), 1000, 0
    for _ in range(rounds):
        ours = [Decimal(ratio * draw.lognormvariate(0, 0.1)) for _ in range(8)]
        theirs = [Decimal(draw.lognormvariate(0, 0.1)) for _ in range(8)]
        bounds = ratio_interval(ours, theirs, 0.05)
        assert bounds is not None
        missed += not bounds.low <= ratio <= bounds.high
    assert missed / rounds <= 0.1 + 3 * (0.1 * 0.9 / rounds) ** 0.5
