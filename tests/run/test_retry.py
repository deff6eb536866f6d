"""Whether a probe is tried again, and when: decision tables."""

import pytest

from readiness.model.plan import Probe
from readiness.model.words import ReasonCode
from readiness.run.retry import (
    pause,
)
from tests.support.builders import a_check


def a_probe(samples: int = 1, retries: int = 0, wait: float = 0.0) -> Probe:
    """Return a probe of which no more is asked than how often it is tried."""
    return Probe(
        id="p1",
        command="lint",
        workdir="/",
        timeout=10.0,
        check=a_check(),
        samples=samples,
        retries=retries,
        wait=wait,
    )


@pytest.mark.parametrize(
    ("probe", "attempt", "good", "waited", "seconds"),
    [
        # once
        (a_probe(), 1, True, 0.0, None),
        (a_probe(), 1, False, 0.0, None),
        # samples: all of them, good or not, and at once
        (a_probe(samples=3), 1, True, 0.0, 0.0),
        (a_probe(samples=3), 2, False, 0.0, 0.0),
        (a_probe(samples=3), 3, False, 0.0, None),
        # retries: until it is good or they are used up
        (a_probe(retries=2), 1, True, 0.0, None),
        (a_probe(retries=2), 1, False, 99.0, 0.0),
        (a_probe(retries=2), 2, False, 99.0, 0.0),
        (a_probe(retries=2), 3, False, 99.0, None),
        (a_probe(samples=3, retries=1), 3, False, 0.0, 0.0),
        (a_probe(samples=3, retries=1), 4, False, 0.0, None),
        # waiting: until it is good or the time is over, ever less often
        (a_probe(wait=60.0), 1, True, 0.0, None),
        (a_probe(wait=60.0), 1, False, 0.0, 0.2),
        (a_probe(wait=60.0), 2, False, 1.0, 0.4),
        (a_probe(wait=60.0), 4, False, 3.0, 1.6),
        (a_probe(wait=60.0), 5, False, 5.0, 2.0),
        (a_probe(wait=60.0), 5000, False, 58.0, 2.0),
        (a_probe(wait=60.0), 5, False, 59.5, 0.5),
        (a_probe(wait=60.0), 5, False, 60.0, None),
        (a_probe(wait=60.0), 5, False, 61.0, None),
        # whoever waits does not count
        (a_probe(wait=60.0, retries=1), 7, False, 30.0, 2.0),
    ],
)
def test_the_next_attempt_has_its_time(
    probe: Probe, attempt: int, good: bool, waited: float, seconds: float | None
) -> None:
    """None where there is no next one."""
    assert pause(probe, attempt, None, good=good, waited=waited) == seconds


@pytest.mark.parametrize("code", ReasonCode)
def test_what_can_start_no_more_is_final(code: ReasonCode) -> None:
    """Neither an interrupted run nor a failed producer is mended by trying again."""
    final = code in (ReasonCode.NOT_RUN, ReasonCode.PRODUCER_FAILED)
    for probe in (a_probe(retries=1), a_probe(wait=60.0), a_probe(samples=2)):
        assert (pause(probe, 1, code, good=False, waited=0.0) is None) is final
