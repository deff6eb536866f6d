"""What a judgement holds beside its verdict, and the corners where two rules meet."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from readiness.model.board import Attestation
from readiness.model.judgement import Reading
from readiness.model.words import Better, Verdict
from tests.decide.test_judge import judged
from tests.support.builders import a_criterion, a_measure, a_reading, a_waiver, an_attested


def always(pattern: str, text: str) -> bool:
    """Find every pattern."""
    return True


def give_up(pattern: str, text: str) -> bool:
    """Find that every pattern takes too long."""
    raise TimeoutError


# --- what it holds --------------------------------------------------------------------------------


def test_a_pattern_that_is_stopped_is_told_with_what_to_do() -> None:
    """The reader of a report sees which pattern it is."""
    criterion = a_criterion(expected=r"matches (\w+\s?)*errors", unit="")
    judgement = judged(criterion, a_reading("a" * 60, unit=""), matches=give_up)

    assert judgement.reason == r'the pattern "(\w+\s?)*errors" takes too long on this text'
    assert judgement.hint == "write a pattern without nested repetition"


# --- values and units -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "value", "changes", "reason"),
    [
        (">= 50", "22.527777", {}, "22.53 %, expected >= 50"),
        (
            ">= 10",
            "22.123456789",
            {"baseline": Decimal("22.5"), "ratchet": True},
            "22.12 %, worse than the baseline 22.5",
        ),
        (">= 20", "22.534", {"baseline": Decimal("22.533"), "ratchet": True}, "22.53 %"),
    ],
)
def test_a_value_is_shown_as_far_as_its_limit_asks(
    expected: str, value: str, changes: dict[str, Any], reason: str
) -> None:
    """The limit that it is held against is the one that it missed."""
    criterion = a_criterion(expected=expected, unit="%", **changes)

    assert judged(criterion, a_reading(Decimal(value), unit="%")).reason == reason


@pytest.mark.parametrize(
    ("expected", "changes", "value", "progress"),
    [
        ("== 0", {"baseline": Decimal(16)}, 4, Decimal("0.75")),
        ("== 10", {"measure": a_measure(better=Better.HIGHER)}, 20, Decimal("0.999999")),
        ("== 10", {}, 20, Decimal("0.5")),
        ("== 10", {"measure": None}, 20, Decimal("0.5")),
    ],
)
def test_progress_knows_where_it_started_and_which_way_is_better(
    expected: str, changes: dict[str, Any], value: int, progress: Decimal
) -> None:
    """The baseline and the measure's direction count, where there are any."""
    assert judged(a_criterion(expected=expected, **changes), a_reading(value)).progress == progress


@pytest.mark.parametrize(
    ("changes", "samples", "verdict"),
    [
        ({}, ("0.1", "0.2", "0.3"), "pass"),
        ({"warn": "< 100 ms"}, ("0.05",), "pass"),
        ({"warn": "< 100 ms"}, ("0.2",), "warn"),
        ({"waive": a_waiver(up_to="<= 600 ms")}, ("0.55",), "waived"),
        ({"waive": a_waiver(up_to="<= 600 ms")}, ("0.65",), "fail"),
    ],
)
def test_every_limit_may_have_a_unit_of_its_own(
    changes: dict[str, Any], samples: tuple[str, ...], verdict: str
) -> None:
    """Expectation, warning and bound are in milliseconds, the measure in seconds."""
    criterion = a_criterion(expected="< 500 ms", unit="s", **changes)
    reading = a_reading(*map(Decimal, samples), unit="s")

    assert judged(criterion, reading).verdict is Verdict(verdict)


# --- several samples, several probes --------------------------------------------------------------


def test_of_failing_texts_the_one_in_the_middle_counts() -> None:
    """Texts have no order of their own."""
    criterion = a_criterion(expected="matches ^v2", unit="")
    found = judged(criterion, a_reading("v9", "v3", "v4", unit=""))

    assert (found.verdict, found.value) == (Verdict.FAIL, "v3")


@pytest.mark.parametrize(
    ("readings", "verdict", "flaky"),
    [
        ([a_reading(12, retried=True), a_reading(60)], "fail", True),
        ([a_reading(12), a_reading(60)], "fail", False),
        ([a_reading(12, retried=True), a_reading(13)], "warn", True),
    ],
)
def test_one_flaky_probe_makes_the_criterion_flaky(
    readings: list[Reading], verdict: str, flaky: bool
) -> None:
    """Even where another is worse."""
    found = judged(a_criterion(), *readings)

    assert (found.verdict, found.flaky) == (Verdict(verdict), flaky)


@pytest.mark.parametrize("values", [(9, 100), (100, 9)])
def test_the_worst_number_is_the_farthest_where_no_way_is_better(values: tuple[int, int]) -> None:
    """Both miss the range; one by far."""
    criterion = a_criterion(expected="between 10 and 20")

    assert judged(criterion, *map(a_reading, values)).value == 100


# --- patterns -------------------------------------------------------------------------------------

ODD = "matches ^odd$"


@pytest.mark.parametrize(
    ("changes", "values", "verdict"),
    [
        ({"expected": ODD}, ("even",), "pass"),
        ({"expected": ODD}, (10, 12, 15), "pass"),
        ({"expected": "contains e", "warn": ODD}, ("even",), "pass"),
        ({"expected": "contains x", "waive": a_waiver(up_to=ODD)}, ("even",), "waived"),
    ],
)
def test_every_pattern_is_found_by_the_matcher_that_was_given(
    changes: dict[str, Any], values: tuple[Any, ...], verdict: str
) -> None:
    """One that stops wild patterns is asked for all of them."""
    criterion = a_criterion(unit="", **changes)

    assert judged(criterion, a_reading(*values, unit=""), matches=always).verdict is Verdict(
        verdict
    )


# --- attestations and waivers ---------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["by", "on", "until"])
def test_an_attestation_without_one_of_its_parts_is_none(missing: str) -> None:
    """Who, when and for how long: all of them."""
    parts = {"by": "li.wei", "on": "2025-11-01", "until": "2026-04-30"} | {missing: ""}

    assert judged(an_attested(attest=Attestation(**parts))).reason == "nobody has attested it"


def test_an_attestation_tells_all_that_is_wrong_with_it() -> None:
    """Not one fault after the other."""
    given = Attestation(by="li.wei", on="2025-11-01", until="2025-11-19", evidence="a.md")
    judgement = judged(an_attested(attest=given), evidence_missing=True)

    assert judgement.reason == (
        "the attestation by li.wei expired on 2025-11-19; "
        "its evidence a.md does not exist or is empty"
    )
    assert judgement.progress == 0


def test_a_bound_says_nothing_of_an_absent_attestation() -> None:
    """There is no value that it could hold."""
    judgement = judged(
        a_criterion(check=None, measure=None, attest=None, waive=a_waiver(up_to="<= 2"))
    )

    assert judgement.verdict is Verdict.FAIL
    assert judgement.reason.endswith("its waiver covers <= 2, which cannot be judged")


def test_the_matcher_is_not_asked_where_there_is_no_pattern() -> None:
    """Numbers are compared by themselves."""
    asked: Callable[[str, str], bool] = give_up

    assert judged(a_criterion(), a_reading(12), matches=asked).verdict is Verdict.PASS
