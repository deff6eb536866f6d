"""Better, worse or the same: one criterion in two runs. Like is compared with like alone. Pure."""

from enum import StrEnum
from typing import TypeGuard

from readiness.model.units import JITTERY
from readiness.model.words import Better, Verdict
from readiness.record.document import CriterionRecord
from readiness.record.earlier import Value

UNKNOWN_SCATTER, LEAST_SCATTER, SCATTERS = 0.25, 0.05, 3
"""What share of a value is no change while its scatter is unknown, and at least; and how many
scatters are none: in a simulation, 4 % of values that are normally distributed differ by more."""


class Movement(StrEnum):
    """What happened to a criterion between two runs; `other` is neither better nor worse."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    OTHER = "other"


def change(now: CriterionRecord, verdict: Verdict, value: Value, scatter: float = 0.0) -> Movement:
    """Return how `now` compares with an earlier verdict and value of the same criterion.

    The verdict decides; between equal verdicts, the number's distance from the expectation. A
    duration or a rate is the same within its `scatter`, as `scatter_of` computes it.
    """
    if now.verdict.in_scope and verdict.in_scope and now.verdict.rank != verdict.rank:
        return Movement.BETTER if now.verdict.rank < verdict.rank else Movement.WORSE
    if now.value == value or (now.verdict is verdict and _is_jitter(now, value, scatter)):
        return Movement.SAME if now.verdict is verdict else Movement.OTHER
    here, there = distance(now, now.value), distance(now, value)
    if here is None or there is None or here == there:
        return Movement.OTHER
    return Movement.BETTER if here < there else Movement.WORSE


def scatter_of(past: CriterionRecord) -> float:
    """Return how far apart successive values of a criterion lie: a moving mean, 0 if unknown."""
    before = past.previous
    if before is None or not (_is_number(past.value) and _is_number(before.value)):
        return 0.0
    step = abs(float(past.value) - float(before.value))
    return round((3 * before.scatter + step) / 4 if before.scatter else step, 6)


def _is_jitter(now: CriterionRecord, value: Value, scatter: float) -> bool:
    if now.unit not in JITTERY or not (_is_number(now.value) and _is_number(value)):
        return False
    usual = max(SCATTERS * scatter, LEAST_SCATTER * value) if scatter else UNKNOWN_SCATTER * value
    return abs(now.value - value) <= usual


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def distance(criterion: CriterionRecord, value: Value) -> float | None:
    """Return how far a number is from good; less is better. None where that cannot be told.

    The direction is the expectation's or, where it has none, the measure's.
    """
    if value is None or isinstance(value, bool | str):
        return None
    if criterion.expect.startswith("<"):
        return value
    if criterion.expect.startswith(">"):
        return -value
    if criterion.expect.startswith("== "):
        try:
            return abs(value - float(criterion.expect.split()[1]))
        except ValueError:
            return None
    if criterion.better is None:
        return None
    return value if criterion.better is Better.LOWER else -value


def comparable(record: CriterionRecord, other: CriterionRecord) -> bool:
    """Return whether both records are of one criterion, measured the same way in one unit."""
    same = (record.id, record.check, record.measure) == (other.id, other.check, other.measure)
    no_value = record.value is None or other.value is None
    return same and (no_value or record.unit == other.unit)
