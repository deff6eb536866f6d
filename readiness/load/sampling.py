"""How sure the verdict on a criterion's number must be: what a board says of samples."""

from decimal import Decimal
from typing import Final

from msgspec import UNSET

from readiness.load.definitions import CriterionFile, SamplesFile
from readiness.load.faults import Problems
from readiness.load.readers import share
from readiness.load.yamlfile import Path
from readiness.model.board import Expectation, Measure, Sampling
from readiness.model.expect import FALLING, RISING
from readiness.model.words import Operator
from readiness.statistics.bounds import looks, median_ranks, shift_rank
from readiness.text.worded import worded

_LIMITS: Final = (*FALLING, *RISING, Operator.BETWEEN)
LEAST_PAIRS: Final = 5
_SURE: Final = Decimal("0.95")
_ALIKE: Final = Decimal("0.05")


def sampled(
    file: CriterionFile, path: Path, expected: Expectation, measure: Measure, problems: Problems
) -> tuple[int, Sampling | None]:
    """Return how often to run its probe, at most, and when that decides; None for the median."""
    against = file.against is not UNSET
    ranged = isinstance(file.samples, SamplesFile)
    runs = SamplesFile() if isinstance(file.samples, int) else file.samples
    quantile = measure.reader.pick is not None and measure.reader.pick.share > 0
    sure = share(file.confidence, (*path, "confidence"), problems)
    alike = share(file.tolerance, (*path, "tolerance"), problems)
    sure = _SURE if sure is None else sure
    error = float(1 - sure)
    fault = ""
    if expected.operator not in _LIMITS:
        fault = worded("fault.sampled_limit", expect=expected.text)
    elif not ranged and not against and not quantile:
        fault = worded("fault.sampled_once")
    elif not Decimal("0.5") < sure < 1:
        fault = worded("fault.sampled_confidence")
    elif file.wait is not UNSET or file.retries:
        fault = worded("fault.sampled_retries")
    elif against and expected.operator is Operator.BETWEEN:
        fault = worded("fault.sampled_direction", expect=expected.text)
    elif against and runs.min < LEAST_PAIRS:
        fault = worded("fault.sampled_pairs", least=LEAST_PAIRS)
    elif runs.min > runs.max:
        fault = worded("fault.sampled_range", least=runs.min, most=runs.max)
    elif (ranged or against) and not _can_decide(runs, error, against=against):
        fault = worded("fault.sampled_few", most=runs.max, sure=f"{sure * 100:f}".rstrip("0."))
    if fault:
        field = "samples" if ranged else "against" if against else "confidence"
        problems.add((*path, field), fault)
        return 1, None
    sampling = Sampling(
        looks=looks(runs.min, runs.max) if ranged or against else (),
        error=error,
        tolerance=(_ALIKE if against else Decimal(0)) if alike is None else alike,
        against_base=against,
    )
    return (runs.max if ranged and not against else 1), sampling


def _can_decide(runs: SamplesFile, error: float, *, against: bool) -> bool:
    at = looks(runs.min, runs.max)
    if against:
        return any(shift_rank(count, count, error / len(at)) for count in at)
    return any(median_ranks(at, error))
