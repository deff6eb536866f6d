"""What a sequence of runs says, beside scipy and a series that everybody knows."""

import random

import pytest
from scipy import stats

from readiness.statistics.sequences import (
    Flakiness,
    Stretch,
    flakiness,
    prediction,
    stretches,
    student,
)

# The annual flow of the Nile at Aswan, 1871-1970, in 10^8 m³ (Cobb, Biometrika 65, 1978): it fell
# with the dam of 1898.
NILE = [
    *(1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960),
    *(1180, 799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694),
    *(940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764),
    *(821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822),
    *(1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050),
    *(918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740),
]


def test_the_nile_changed_once() -> None:
    """In 1899, the first year after."""
    assert stretches(NILE) == [Stretch(0, 28), Stretch(28, 100)]


def test_a_change_waits_for_the_next_run() -> None:
    """One value that is far off is none, whatever it is; the second one is."""
    steady = [10.0, 10.2, 10.1] * 9 + [10.2, 10.1, 10.0]
    assert stretches([*steady, 99.0]) == [Stretch(0, 31)]
    assert stretches([]) == [Stretch(0, 0)]
    assert stretches([1.0] * 20) == [Stretch(0, 20)]
    assert stretches([*steady, *([20.0] * 12)])[-1] == Stretch(30, 42)


def test_where_a_number_slides_no_run_is_named() -> None:
    """A straight line with some scatter has no step."""
    draw = random.Random(6)
    assert stretches([number + draw.gauss(0, 2) for number in range(60)]) == [Stretch(0, 60)]


def test_chance_is_rarely_called_a_change() -> None:
    """In 5 % at most of sequences that never changed."""
    draw = random.Random(2)
    wrong = sum(len(stretches([draw.gauss(0, 1) for _ in range(40)])) > 1 for _ in range(400))
    assert wrong / 400 <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


@pytest.mark.parametrize("freedom", [4, 5, 7, 10, 30, 100])
@pytest.mark.parametrize("share", [0.9, 0.95, 0.975, 0.99])
def test_students_distribution_is_scipys(freedom: int, share: float) -> None:
    """To two in a thousand."""
    assert student(freedom, share) == pytest.approx(stats.t.ppf(share, freedom), rel=2e-3)


def test_the_next_value_lies_where_it_was_predicted() -> None:
    """In 95 % of all cases, also after only six values."""
    draw, rounds, outside = random.Random(4), 2000, 0
    for _ in range(rounds):
        *past, following = (draw.gauss(50, 4) for _ in range(7))
        bounds = prediction(past)
        assert bounds is not None
        outside += not bounds[0] <= following <= bounds[1]
    assert outside / rounds == pytest.approx(0.05, abs=3 * (0.05 * 0.95 / rounds) ** 0.5)
    assert prediction([1.0] * 4) is None


@pytest.mark.parametrize(
    ("runs", "failures", "expected"),
    [
        (1, 0, Flakiness.UNSETTLED),
        (10, 1, Flakiness.FLAKY),
        (30, 1, Flakiness.UNSETTLED),
        (30, 2, Flakiness.FLAKY),
        (60, 0, Flakiness.STEADY),
        (150, 1, Flakiness.STEADY),
    ],
)
def test_a_test_is_flaky_or_steady_by_walds_bounds(
    runs: int, failures: int, expected: Flakiness
) -> None:
    """One failure in ten runs is no accident of a test that fails once in a thousand."""
    assert flakiness(runs, failures) is expected
