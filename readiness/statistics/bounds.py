"""Between which values a median, a quantile or a ratio lies, with a stated chance of error.

Nothing is assumed of how the values are distributed but that each is drawn like the others. All
errors are one-sided shares, such as 0.05 for a confidence of 95 %.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from math import ceil, comb, exp, lgamma, log
from typing import NamedTuple

GROWTH = 1.6
"""By how much the number of samples grows from one look at them to the next."""


class Interval(NamedTuple):
    """Where a number is estimated, and the bounds that it is not beyond, but for the error."""

    low: Decimal
    middle: Decimal
    high: Decimal


def looks(least: int, most: int) -> tuple[int, ...]:
    """Return after how many samples a decision may be made: (5, 8, 12, 20) for 5 to 20."""
    numbers = [least]
    while (following := int(numbers[-1] * GROWTH)) * 1.2 < most:
        numbers.append(max(following, numbers[-1] + 1))
    return tuple(dict.fromkeys([*numbers, most]))


def middle_of(ordered: Sequence[Decimal]) -> Decimal:
    """Return the median of numbers in order."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@lru_cache(maxsize=256)
def median_ranks(looks: tuple[int, ...], error: float) -> tuple[int, ...]:
    """Return, for each look, the rank of the sample that bounds the median from above; 0 for none.

    As many samples as the rank below a limit show that the median is below it. A fair coin decides
    so, at any of the looks, with a chance of `error` at most: the first look takes of it what it
    can, each later one half of what is left, and the last one all. A group-sequential sign test
    (Lan and DeMets, Biometrika 70, 1983) with exact binomial chances.
    """
    ranks: list[int] = []
    chances = {0: 1.0}  # of so many heads, undecided so far
    flipped, left = 0, error
    for place, look in enumerate(looks):
        for _ in range(look - flipped):
            following = dict.fromkeys(range(max(chances, default=0) + 2), 0.0)
            for heads, chance in chances.items():
                following[heads] += chance / 2
                following[heads + 1] += chance / 2
            chances = following
        flipped = look
        budget = left if place in (0, len(looks) - 1) else left / 2
        rank, spent = look + 1, 0.0
        while rank and spent + chances.get(rank - 1, 0.0) <= budget:
            rank -= 1
            spent += chances.get(rank, 0.0)
        left -= spent
        ranks.append(rank if rank <= look else 0)
        chances = {heads: chance for heads, chance in chances.items() if heads < rank}
    return tuple(ranks)


def median_interval(
    values: Sequence[Decimal], looks: tuple[int, ...], error: float
) -> Interval | None:
    """Bound the median of so many samples; None between looks, or if they are too few."""
    if len(values) not in looks:
        return None
    rank = median_ranks(looks, error)[looks.index(len(values))]
    ordered = sorted(values)
    if not rank:
        return None
    return Interval(ordered[-rank], middle_of(ordered), ordered[rank - 1])


def fewest(share: float, error: float) -> int:
    """Return how many values bound a quantile on its far side: 59 for 0.95, 299 for 0.99, at 5 %.

    The largest of n is below it with the chance share^n (Wilks, Annals of Math. Statistics 12).
    """
    return max(1, ceil(log(error) / log(max(share, 1 - share)) - 1e-9))


def quantile_interval(values: Sequence[Decimal], share: float, error: float) -> Interval | None:
    """Bound a quantile by two of the ordered values; None if they are fewer than `fewest`.

    The number of values below the quantile is binomial (Conover, Practical Nonparametric
    Statistics, 3.2). The estimate is the value at rank ceil(n * share).
    """
    size = len(values)
    if size < fewest(share, error):
        return None
    ordered = sorted(values)
    below, low, high = 0.0, 0, size - 1
    for rank in range(size):
        # The chance that at most `rank` values are below the quantile.
        below += _binomial(size, rank, share)
        if below <= error:
            low = rank
        if below >= 1 - error:
            high = rank
            break
    middle = max(ceil(size * share - 1e-9), 1) - 1
    return Interval(ordered[min(low, middle)], ordered[middle], ordered[min(high, size - 1)])


def _binomial(size: int, hits: int, share: float) -> float:
    ways = lgamma(size + 1) - lgamma(hits + 1) - lgamma(size - hits + 1)
    return exp(ways + hits * log(share) + (size - hits) * log(1 - share))


@lru_cache(maxsize=256)
def shift_rank(ours: int, theirs: int, error: float) -> int:
    """Return which of the ordered ratios, from either end, bounds that of two groups; 0 for none.

    By counting arrangements (Mann and Whitney, Annals of Mathematical Statistics 18, 1947).
    """
    counts = [1]
    for size in range(1, theirs + 1):  # times (1 - q^(ours + size)) / (1 - q^size)
        counts += [0] * ours
        for place in range(len(counts) - 1, ours + size - 1, -1):
            counts[place] -= counts[place - ours - size]
        for place in range(size, len(counts)):
            counts[place] += counts[place - size]
    allowed, rank, sum_of = error * comb(ours + theirs, ours), 0, 0
    while rank < len(counts) and sum_of + counts[rank] <= allowed:
        sum_of += counts[rank]
        rank += 1
    return rank


def ratio_interval(
    ours: Sequence[Decimal], theirs: Sequence[Decimal], error: float
) -> Interval | None:
    """Bound how many times larger the values of one group are than those of another.

    All are above 0. The estimate is the median of all ratios of two, and the bounds are those of
    Hodges and Lehmann (Annals of Mathematical Statistics 34, 1963), on a logarithmic scale. None if
    they are too few.
    """
    rank = shift_rank(len(ours), len(theirs), error)
    ratios = sorted(one / other for one in ours for other in theirs)
    if not rank:
        return None
    return Interval(ratios[rank - 1], middle_of(ratios), ratios[-rank])
