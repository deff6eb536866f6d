"""From verdicts to the score: every row of the contract."""

from decimal import Decimal
from fractions import Fraction

import pytest

from readiness.decide.score import display, explain, score
from readiness.model.words import Scoring
from tests.support.builders import (
    a_board,
    a_criterion,
    a_judgement,
    a_task,
    an_attested,
    judgements_of,
)

# --- the score ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "strict", "partial"),
    [
        ("pass", 10, 10),
        ("warn", 10, 10),
        ("fail", 0, Fraction("4.506")),
        ("waived", 0, 0),
    ],
)
def test_each_verdict_earns_its_credit(verdict: str, strict: int, partial: Fraction) -> None:
    """Pass and warn earn all; a failure its progress, and that under partial scoring alone."""
    task = a_task()
    progress = Decimal("0.4506") if verdict == "fail" else Decimal(1)
    judgement = a_judgement(task.criteria[0], verdict, progress=progress)

    assert score(a_board(task), [judgement]).value == strict
    assert score(a_board(task, scoring=Scoring.PARTIAL), [judgement]).value == partial


@pytest.mark.parametrize(
    ("verdicts", "value"),
    [
        (("pass", "pass"), 10),
        (("pass", "error"), 5),
        (("pass", "skip"), 10),
        (("fail", "error"), 0),
        (("error", "error"), None),
        (("error", "skip"), None),
    ],
)
def test_only_a_skip_leaves_the_sum(verdicts: tuple[str, ...], value: int | None) -> None:
    """An error and a waiver stay in the denominator; nothing measured is no score."""
    board = a_board(a_task(criteria=2))

    assert score(board, judgements_of(board, *verdicts)).value == value


@pytest.mark.parametrize(
    ("verdicts", "value"),
    [
        (("pass", "fail", "fail"), Fraction(10) * 10 / 15),
        (("fail", "pass", "fail"), Fraction(10) * 5 / 15 / 4),
        (("fail", "fail", "pass"), Fraction(10) * 5 / 15 * 3 / 4),
        (("fail", "pass", "pass"), Fraction(10) * 5 / 15),
        (("skip", "pass", "pass"), 10),
        (("fail", "pass", "skip"), Fraction(10) * 5 / 15),
    ],
)
def test_tasks_and_criteria_weigh_what_the_board_says(
    verdicts: tuple[str, ...], value: Fraction
) -> None:
    """A task weighs its priority times its own; within, its criteria share that by weight."""
    unequal = [a_criterion("T2.1", weight=1), a_criterion("T2.2", weight=3)]
    board = a_board(a_task("T1", 1, "P0"), a_task("T2", unequal, "P3", weight=2))

    assert score(board, judgements_of(board, *verdicts)).value == value


def test_the_score_is_exact() -> None:
    """Three failures at a third make a third, not a hair less."""
    board = a_board(a_task(criteria=3), scoring=Scoring.PARTIAL)
    third = Decimal(1) / Decimal(3)
    judgements = [a_judgement(one, "fail", progress=third) for one in board.tasks[0].criteria]

    assert score(board, judgements).value == Fraction(10, 3)


@pytest.mark.parametrize(
    "progress",
    [
        f"0.{'3' * 19}4{'3' * 8}",  # a third and a hair
        f"0.{'3' * 25}475",  # further away than decimals end
        f"0.5{'0' * 25}10",
        "0.0009990009990009990009990009990",  # one of 1001: no simple fraction
    ],
)
def test_progress_that_is_no_simple_fraction_counts_as_it_is_written(progress: str) -> None:
    """Only what decimals could not write is taken for what was meant."""
    board = a_board(a_task(), scoring=Scoring.PARTIAL)
    judgement = a_judgement(board.tasks[0].criteria[0], "fail", progress=Decimal(progress))

    assert score(board, [judgement]).value == 10 * Fraction(progress)


def test_the_last_decimal_of_a_third_does_not_matter() -> None:
    """It may be rounded either way, or be the result of two steps."""
    board = a_board(a_task(), scoring=Scoring.PARTIAL)
    almost = Decimal(f"0.{'3' * 27}28"[:30])
    judgement = a_judgement(board.tasks[0].criteria[0], "fail", progress=almost)

    assert score(board, [judgement]).value == Fraction(10, 3)


def test_nothing_earned_rests_on_no_attestation() -> None:
    """Of a score of 0 no share is attested."""
    board = a_board(a_task("T1", [an_attested("T1.1")]))

    assert score(board, judgements_of(board, "fail")).attested_share == 0


def test_counters_tell_how_much_was_measured() -> None:
    """Measured, in scope and total are counted beside the score, and shares by weight."""
    criteria = [a_criterion(f"T1.{place}") for place in range(1, 8)]
    attested, absent = an_attested("T1.8"), an_attested("T1.9")
    board = a_board(a_task("T1", [*criteria, attested, absent]), a_task("T2", 1))
    verdicts = ["pass", "warn", "fail", "error", "waived", "waived", "skip", "pass", "fail", "skip"]
    judgements = judgements_of(board, *verdicts)
    judgements[5] = a_judgement(criteria[5], "waived", value=None)
    total = score(board, judgements)

    assert (total.measured, total.in_scope, total.total) == (5, 8, 10)
    assert total.measured_share == Fraction(5, 9) / 2
    assert total.attested_share == Fraction(1, 3)


def test_a_board_without_weight_has_no_division_by_zero() -> None:
    """Weights of nothing earn nothing."""
    board = a_board(a_task(criteria=1, weight=0), target="0")

    assert score(board, judgements_of(board, "pass")).value == 0


# --- showing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        ("7.9999", "8.0", "7.9"),
        ("8", "8", "8.0"),
        ("10", "10", "10.0"),
        ("7.949", "7.95", "7.94"),
        ("7.96", "7.95", "7.96"),
        ("8.05", "8.00", "8.0"),
    ],
)
def test_a_score_is_shown_rounded_down(value: str, target: str, shown: str) -> None:
    """Below the target it looks below, at it or above it does not."""
    assert display(Fraction(value), Decimal(target)) == shown


def test_no_score_is_shown_as_unknown() -> None:
    """Not 0, not 10."""
    assert display(None, Decimal(10)) == "unknown"


def test_the_explained_lines_have_decimals_enough() -> None:
    """As many as the target has, and more the more lines there are."""
    fine = a_board(a_task(criteria=1), target="7.95555")
    found = explain(score(fine, judgements_of(fine, "pass")))
    assert found.points == (Decimal("10.00000"),)
    assert found.points[0].as_tuple().exponent == -5

    long = a_board(a_task(criteria=100))
    told = explain(score(long, judgements_of(long, *["pass"] * 100)))
    assert {point.as_tuple().exponent for point in told.points} == {-4}


def test_the_lines_that_lost_most_get_what_is_left_over() -> None:
    """Thirds lose more by rounding down than sevenths do."""
    board = a_board(a_task("T1", 3), a_task("T2", 7))
    explanation = explain(score(board, judgements_of(board, *["pass"] * 10)))

    thirds, sevenths = [Decimal("1.667")] * 3, [Decimal("0.714")] * 6
    assert explanation.points == (*thirds, Decimal("0.715"), *sevenths)
