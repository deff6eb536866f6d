"""What a sequence of runs says: whether a test is flaky, and where a number changed."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import StrEnum
from math import exp, log, sqrt
from statistics import NormalDist, fmean, linear_regression, stdev
from typing import NamedTuple

STEADY, FLAKY = 0.001, 0.05
"""How often tests fail, on code that did not change, which are told apart."""
WALD_ERROR = 0.05
CHANGE_ERROR = 0.05
CLEARLY = 0.9


class Flakiness(StrEnum):
    """What is known of a test."""

    FLAKY = "flaky"
    STEADY = "steady"
    UNSETTLED = "unsettled"


def flakiness(runs: int, failures: int) -> Flakiness:
    """Tell whether a test fails in 0.1 % or in 5 % of its runs, by Wald's sequential test.

    Each answer is wrong in 5 % at most (Wald, Annals of Mathematical Statistics 16, 1945).
    """
    odds = failures * log(FLAKY / STEADY) + (runs - failures) * log((1 - FLAKY) / (1 - STEADY))
    bound = log((1 - WALD_ERROR) / WALD_ERROR)
    if odds >= bound:
        return Flakiness.FLAKY
    return Flakiness.STEADY if odds <= -bound else Flakiness.UNSETTLED


class Stretch(NamedTuple):
    """A part of a sequence in which nothing changed: from `start` to before `end`."""

    start: int
    end: int


def stretches(values: Sequence[float]) -> list[Stretch]:
    """Split a sequence where it changes, by Pettitt's test, again in each part.

    A change counts at a chance of 5 % at most, when the value after it has been confirmed by
    another (Pettitt, Applied Statistics 28, 1979), and only as a step: where a number slides, no
    run is the one with which it changed. A part of fewer than eleven values has none.
    """
    parts, waiting = [], [Stretch(0, len(values))]
    while waiting:
        part = waiting.pop()
        at = _change(values[part.start : part.end])
        if at:
            waiting += [Stretch(part.start + at, part.end), Stretch(part.start, part.start + at)]
        else:
            parts.append(part)
    return parts


def _change(values: Sequence[float]) -> int:
    """Return where a sequence changes; 0 where that may be chance, or a slide."""
    size, ordered = len(values), sorted(values)
    ranks, largest, clearest, at = 0, 0, 0.0, 0
    for place, value in enumerate(values[: size - 2], 1):
        ranks += bisect_left(ordered, value) + bisect_right(ordered, value) - size
        largest = max(largest, abs(ranks))
        # Where there are few values on one side, the statistic itself is largest beside the place.
        if (clear := abs(ranks) / sqrt(place * (size - place))) > clearest and place > 1:
            clearest, at = clear, place
    chance = 2 * exp(-6 * largest**2 / (size**3 + size**2)) if size else 1.0
    return at if chance <= CHANGE_ERROR and _is_a_step(values, at) else 0


def _is_a_step(values: Sequence[float], at: int) -> bool:
    """Return whether two levels come clearly nearer to the values than one straight line."""
    slope, start = linear_regression(range(len(values)), values)
    beside_line = sum((value - start - slope * x) ** 2 for x, value in enumerate(values))
    below, above = fmean(values[:at]), fmean(values[at:])
    levels = [(value, below) for value in values[:at]]
    levels += [(value, above) for value in values[at:]]
    return sum((value - level) ** 2 for value, level in levels) < CLEARLY * beside_line


def prediction(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the bounds of the next of these values, with 95 %; None for fewer than five.

    mean ± t(n - 1) * s * √(1 + 1/n), for values that are about normally distributed.
    """
    size = len(values)
    if size < 5:
        return None
    reach = student(size - 1, 0.975) * stdev(values) * sqrt(1 + 1 / size)
    return fmean(values) - reach, fmean(values) + reach


def student(freedom: int, share: float) -> float:
    """Return a quantile of Student's distribution, within 0.2 % from four degrees of freedom on.

    The expansion of Fisher and Cornish (Technometrics 2, 1960).
    """
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, 1))
