"""From verdicts to the score, the gate and the exit status: every row of the contract."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from readiness.decide.score import display, exit_status, explain, gate, score
from readiness.model.board import Board
from readiness.model.errors import ExitStatus
from readiness.model.judgement import Gate, Judgement
from readiness.model.words import Decision, Scoring
from tests.support.builders import (
    a_board,
    a_criterion,
    a_judgement,
    a_task,
    an_attested,
    judgements_of,
)


def the_gate(board: Board, judgements: Sequence[Judgement], *, partial: bool = False) -> Gate:
    """Score and decide in one go."""
    return gate(board, score(board, judgements), judgements, partial=partial)


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
        (("pass", "fail"), 5),
        (("pass", "waived"), 5),
        (("pass", "skip"), 10),
        (("fail", "skip"), 0),
        (("fail", "error"), 0),
        (("error", "error"), None),
        (("error", "skip"), None),
        (("skip", "skip"), None),
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


def test_each_line_names_its_task_and_criterion() -> None:
    """The sum can be followed line by line."""
    board = a_board(a_task("T1", 1), a_task("T2", 1))
    lines = score(board, judgements_of(board, "pass", "fail")).lines

    assert [(line.task, line.criterion) for line in lines] == [("T1", "T1.1"), ("T2", "T2.1")]


def test_nothing_earned_rests_on_no_attestation() -> None:
    """Of a score of 0 no share is attested."""
    board = a_board(a_task("T1", [an_attested("T1.1")]))

    assert score(board, judgements_of(board, "fail")).attested_share == 0


def test_a_criterion_without_a_judgement_counts_as_not_run() -> None:
    """What nobody judged is unknown: it stays in the sum and holds the gate."""
    board = a_board(a_task(criteria=2, priority="P0"))
    judgements = judgements_of(board, "pass", "pass")[:1]

    assert score(board, judgements).value == 5
    found = the_gate(board, judgements)
    assert found.exit_status == 3
    assert found.reasons[1:] == ("T1.2 (P0) could not be measured: its probe was not run",)


def test_counters_tell_how_much_was_measured() -> None:
    """Measured, in scope and total are counted beside the score, and shares by weight."""
    criteria = [a_criterion(f"T1.{place}") for place in range(1, 8)]
    attested, absent = an_attested("T1.8"), an_attested("T1.9")
    board = a_board(a_task("T1", [*criteria, attested, absent]), a_task("T2", 1))
    verdicts = ["pass", "warn", "fail", "error", "waived", "waived", "skip", "pass", "fail", "skip"]
    judgements = judgements_of(board, *verdicts)
    judgements[5] = a_judgement(criteria[5], "waived", value=None)
    found = score(board, judgements)

    assert (found.measured, found.in_scope, found.total) == (5, 8, 10)
    assert found.measured_share == Fraction(5, 9) / 2
    assert found.attested_share == Fraction(1, 3)


def test_a_board_without_weight_has_no_division_by_zero() -> None:
    """Weights of nothing earn nothing."""
    board = a_board(a_task(criteria=1, weight=0), target="0")

    assert score(board, judgements_of(board, "pass")).value == 0


# --- the gate -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "target", "verdicts", "decision", "status"),
    [
        ("P0", "10", ("pass", "pass"), Decision.READY, 0),
        ("P0", "10", ("pass", "warn"), Decision.READY, 0),
        ("P0", "5", ("pass", "waived"), Decision.READY, 0),
        ("P0", "10", ("pass", "waived"), Decision.NOT_READY, 1),
        ("P0", "5", ("pass", "fail"), Decision.NOT_READY, 1),
        ("P0", "5", ("pass", "error"), Decision.UNDECIDED, 3),
        ("P0", "10", ("pass", "error"), Decision.UNDECIDED, 3),
        ("P0", "10", ("fail", "error"), Decision.NOT_READY, 1),
        ("P0", "10", ("error", "error"), Decision.UNDECIDED, 3),
        ("P0", "10", ("pass", "skip"), Decision.READY, 0),
        ("P0", "10", ("skip", "skip"), Decision.NOT_READY, 1),
        ("P0", "0", ("waived", "waived"), Decision.READY, 0),
        ("P1", "5", ("pass", "fail"), Decision.READY, 0),
        ("P1", "5", ("pass", "error"), Decision.READY, 0),
        ("P1", "5.1", ("pass", "fail"), Decision.NOT_READY, 1),
        ("P1", "5.1", ("pass", "error"), Decision.UNDECIDED, 3),
        ("P1", "5.1", ("fail", "error"), Decision.NOT_READY, 1),
        ("P1", "0", ("fail", "fail"), Decision.READY, 0),
        ("P1", "0", ("error", "error"), Decision.UNDECIDED, 3),
    ],
)
def test_the_gate_takes_the_unknown_as_bad_and_as_good(
    priority: str, target: str, verdicts: tuple[str, ...], decision: Decision, status: int
) -> None:
    """Ready, not ready, or undecided where only the unknown makes the difference."""
    board = a_board(a_task(criteria=2, priority=priority), target=target)
    found = the_gate(board, judgements_of(board, *verdicts))

    assert (found.decision, found.exit_status) == (decision, status)
    assert bool(found.reasons) == (decision is not Decision.READY)


def test_waived_without_a_value_is_not_measured() -> None:
    """Waivers alone, over tools that are not there, release nothing."""
    board = a_board(a_task(priority="P0"), target="0")
    judgements = [a_judgement(board.tasks[0].criteria[0], "waived", value=None)]

    assert the_gate(board, judgements).decision is Decision.NOT_READY


@pytest.mark.parametrize(
    ("verdicts", "decision"),
    [
        (("pass",) * 10, Decision.READY),
        (("pass",) * 9 + ("skip",), Decision.READY),
        (("pass",) * 8 + ("skip",) * 2, Decision.NOT_READY),
        (("pass",) * 8 + ("error",) * 2, Decision.UNDECIDED),
        (("pass",) * 8 + ("error", "skip"), Decision.UNDECIDED),
        (("pass",) * 7 + ("error", "skip", "skip"), Decision.NOT_READY),
    ],
)
def test_a_release_measures_its_share_of_the_board(
    verdicts: tuple[str, ...], decision: Decision
) -> None:
    """`min_measured` is of the whole board: what is skipped counts as not measured."""
    board = a_board(a_task(criteria=10), target="5", min_measured=Decimal("0.9"))

    assert the_gate(board, judgements_of(board, *verdicts)).decision is decision


def test_reasons_are_sentences_score_first_then_blockers_in_board_order() -> None:
    """The reasons of a gate that is not ready name the score and every blocker."""
    board = a_board(
        a_task("T3", 1, "P0"),
        a_task("T2", 1, "P0"),
        a_task("T1", 2, "P1", weight=2),
        target="8",
        min_measured=Decimal("0.9"),
    )
    judgements = judgements_of(board, "error", "fail", "pass", "fail")[::-1]

    assert the_gate(board, judgements).reasons == (
        "score 2.1 is below the target 8.0",
        "T3.1 (P0) could not be measured: lint is not installed",
        "T2.1 (P0) fails: 1029 errors, expected < 50",
        "only 71.4 % of the board was measured, 90.0 % is required",
    )


def test_an_undecided_gate_names_what_makes_the_difference() -> None:
    """What could not be measured is named, though its priority does not block."""
    board = a_board(a_task(criteria=2), target="8.0")

    assert the_gate(board, judgements_of(board, "pass", "error")).reasons == (
        "score 5.0 is below the target 8.0, but could be 10.0 with what was not measured",
        "T1.2 (P1) could not be measured: lint is not installed",
    )


def test_what_makes_no_difference_is_not_named() -> None:
    """Where even the best outcome is too little, the unknown is not what it is about."""
    board = a_board(a_task(criteria=2), target="5.1")

    assert the_gate(board, judgements_of(board, "fail", "error")).reasons == (
        "score 0.0 is below the target 5.1",
    )


def test_a_target_that_can_just_be_reached_could_be() -> None:
    """To reach it is enough."""
    board = a_board(a_task(criteria=2))

    assert the_gate(board, judgements_of(board, "pass", "error")).reasons[0] == (
        "score 5.0 is below the target 10.0, but could be 10.0 with what was not measured"
    )


def test_a_score_of_nothing_measured_is_called_unknown() -> None:
    """All errors: neither 0 nor 10."""
    board = a_board(a_task())
    found = the_gate(board, judgements_of(board, "error"))

    assert found.reasons[0] == "the score is unknown: nothing was measured"


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (("pass", "skip"), 0),
        (("warn", "waived"), 0),
        (("pass", "fail"), 1),
        (("error", "fail"), 1),
        (("pass", "error"), 3),
        (("error", "skip"), 3),
        (("skip", "skip"), 3),
    ],
)
def test_a_selection_is_never_ready(verdicts: tuple[str, ...], status: int) -> None:
    """A partial run is 0 only when all that was selected is good, whatever the target says."""
    board = a_board(a_task(criteria=2), target="0")
    found = the_gate(board, judgements_of(board, *verdicts), partial=True)

    assert (found.decision, found.exit_status) == (Decision.PARTIAL, status)
    assert bool(found.reasons) == (status != 0)
    if verdicts == ("skip", "skip"):
        assert found.reasons == ("no criterion was selected",)


@pytest.mark.parametrize(
    ("verdict", "partial", "decision", "status"),
    [
        ("pass", False, Decision.UNDECIDED, 3),
        ("fail", False, Decision.NOT_READY, 1),
        ("pass", True, Decision.PARTIAL, 3),
        ("fail", True, Decision.PARTIAL, 1),
    ],
)
def test_an_interrupted_run_is_never_ready(
    verdict: str, partial: bool, decision: Decision, status: int
) -> None:
    """Whatever was measured before, the run did not come to its end."""
    board = a_board(a_task())
    judgements = judgements_of(board, verdict)
    found = gate(board, score(board, judgements), judgements, partial=partial, interrupted=True)

    assert (found.decision, found.exit_status) == (decision, status)
    assert found.reasons[-1] == "the run was interrupted"


def test_a_loosened_gate_is_neither_ready_nor_not() -> None:
    """A change that moves its own goalposts is told so, and nothing else."""
    board = a_board(a_task())
    judgements = judgements_of(board, "pass")
    found = gate(
        board, score(board, judgements), judgements, partial=False, loosened=["T1.1: < 5 to < 50"]
    )

    assert (found.decision, found.exit_status) == (Decision.LOOSENED, 4)
    assert found.reasons == ("T1.1: < 5 to < 50",)


@pytest.mark.parametrize(
    ("status", "written", "signal", "exit_zero", "ends"),
    [
        (0, True, 0, False, 0),
        (1, True, 0, False, 1),
        (3, True, 0, False, 3),
        (4, True, 0, False, 4),
        (0, False, 0, False, 5),
        (1, False, 0, False, 1),
        (3, False, 0, False, 3),
        (1, True, 0, True, 0),
        (3, True, 0, True, 0),
        (4, True, 0, True, 4),
        (3, False, 0, True, 5),
        (0, True, 2, False, 130),
        (1, False, 15, True, 143),
    ],
)
def test_every_exit_status_is_made_in_one_place(
    status: int, written: bool, signal: int, exit_zero: bool, ends: int
) -> None:
    """A signal first, then the gate, then what could not be written."""
    decided = Gate(decision=Decision.READY, exit_status=status)

    assert exit_status(decided, written=written, signal=signal, exit_zero=exit_zero) == ends


@pytest.mark.parametrize("status", [0, 1, 3, 4])
def test_without_more_to_tell_the_status_is_the_gates(status: int) -> None:
    """All was written, no signal came, and nobody asked for 0."""
    assert exit_status(Gate(decision=Decision.READY, exit_status=status)) == status


def test_decisions_have_the_contracts_statuses() -> None:
    """The numbers are public."""
    assert [ExitStatus.READY, ExitStatus.NOT_READY, ExitStatus.UNDECIDED] == [0, 1, 3]
    assert [ExitStatus.USAGE, ExitStatus.LOOSENED, ExitStatus.NOT_WRITTEN] == [2, 4, 5]


# --- showing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        ("7.9999", "8.0", "7.9"),
        ("7.9999", "8", "7.9"),
        ("8", "8", "8.0"),
        ("9.99999999", "10", "9.9"),
        ("10", "10", "10.0"),
        ("0", "10", "0.0"),
        ("5.53", "8.0", "5.5"),
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


def test_the_explained_lines_add_up_to_what_is_printed() -> None:
    """Sevenths do not end as decimals; what is printed adds up all the same."""
    board = a_board(a_task(criteria=7))
    found = score(board, judgements_of(board, *["pass"] * 5, "fail", "error"))
    told = explain(found)

    assert told.points == (*[Decimal("1.429")] * 2, *[Decimal("1.428")] * 3, 0, 0)
    assert sum(told.points) + told.rounding == told.shown == Decimal("7.1")
    assert told.rounding == Decimal("-0.042")


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
    told = explain(score(board, judgements_of(board, *["pass"] * 10)))

    thirds, sevenths = [Decimal("1.667")] * 3, [Decimal("0.714")] * 6
    assert told.points == (*thirds, Decimal("0.715"), *sevenths)
