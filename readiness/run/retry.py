"""Is a probe tried again, and when? Pure."""

from typing import Final

from readiness.model.plan import Probe
from readiness.model.words import ReasonCode

FIRST_DELAY: Final = 0.2
LONGEST_DELAY: Final = 2.0
FINAL: Final = (ReasonCode.NOT_RUN, ReasonCode.PRODUCER_FAILED)
"""Failures after which no other attempt can be made."""


def may_repeat(probe: Probe) -> bool:
    """Return whether an attempt of the probe may be followed by another."""
    return probe.samples > 1 or tries_for_better(probe)


def tries_for_better(probe: Probe) -> bool:
    """Return whether what was not good may be tried again, once all samples are taken."""
    return bool(probe.wait or probe.retries)


def adds_a_sample(probe: Probe, attempt: int) -> bool:
    """Return whether this attempt counts beside those before it, instead of in their place."""
    return 1 < attempt <= probe.samples


def is_second_chance(probe: Probe, attempt: int) -> bool:
    """Return whether this attempt is made because one before it was not good."""
    return attempt > probe.samples


def leaves_a_doubt(probe: Probe, attempt: int) -> bool:
    """Return whether a pass on this attempt is a warning; a waiting probe may fail at first."""
    return is_second_chance(probe, attempt) and not probe.wait


def pause(
    probe: Probe,
    attempt: int,
    failure: ReasonCode | None,
    *,
    good: bool,
    waited: float,
    settled: bool = False,
) -> float | None:
    """Return the seconds from the end of this attempt to the next; None if there is none.

    `good` says that all who read the probe have what they ask for, `waited` how long ago its last
    sample was started, `settled` that no further sample can change a verdict. The last attempt of
    one that waits starts when its time is over.
    """
    if failure in FINAL or (settled and probe.settles):
        return None
    if attempt < probe.samples:
        return 0.0
    if good or not tries_for_better(probe):
        return None
    if not probe.wait:
        return 0.0 if attempt < probe.samples + probe.retries else None
    left = probe.wait - waited
    delay = min(FIRST_DELAY * 2.0 ** min(attempt - 1, 8), LONGEST_DELAY, left)
    return delay if delay > 0 else None
