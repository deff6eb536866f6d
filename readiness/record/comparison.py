"""Better, worse or the same: one criterion in two runs. Like is compared with like alone. Pure."""

from enum import StrEnum

from readiness.model.words import Better, Verdict
from readiness.record.document import CriterionRecord
from readiness.record.earlier import Value


class Movement(StrEnum):
    """What happened to a criterion between two runs; `other` is neither better nor worse."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    OTHER = "other"


def change(now: CriterionRecord, verdict: Verdict, value: Value) -> Movement:
    """Return how `now` compares with an earlier verdict and value of the same criterion.

    The verdict decides; between equal verdicts, the number's distance from the expectation.
    """
    if now.verdict.in_scope and verdict.in_scope and now.verdict.rank != verdict.rank:
        return Movement.BETTER if now.verdict.rank < verdict.rank else Movement.WORSE
    if now.value == value:
        return Movement.SAME if now.verdict is verdict else Movement.OTHER
    here, there = distance(now, now.value), distance(now, value)
    if here is None or there is None or here == there:
        return Movement.OTHER
    return Movement.BETTER if here < there else Movement.WORSE


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
