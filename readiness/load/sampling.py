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
from readiness.statistics.bounds import looks, median_ranks
from readiness.text.worded import worded

_LIMITS: Final = (*FALLING, *RISING, Operator.BETWEEN)
_SURE: Final = Decimal("0.95")


def sampled(
    file: CriterionFile, path: Path, expected: Expectation, measure: Measure, problems: Problems
) -> tuple[int, Sampling | None]:
    """Return how often to run its probe, at most, and when that decides; None for the median."""
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
    elif not ranged and not quantile:
        fault = worded("fault.sampled_once")
    elif not Decimal("0.5") < sure < 1:
        fault = worded("fault.sampled_confidence")
    elif file.wait is not UNSET or file.retries:
        fault = worded("fault.sampled_retries")
    elif runs.min > runs.max:
        fault = worded("fault.sampled_range", least=runs.min, most=runs.max)
    elif ranged and not any(median_ranks(looks(runs.min, runs.max), error)):
        fault = worded("fault.sampled_few", most=runs.max, sure=f"{sure * 100:f}".rstrip("0."))
    if fault:
        field = "samples" if ranged else "confidence"
        problems.add((*path, field), fault)
        return 1, None
    sampling = Sampling(
        looks=looks(runs.min, runs.max) if ranged else (),
        error=error,
        tolerance=Decimal(0) if alike is None else alike,
    )
    return (runs.max if ranged else 1), sampling
