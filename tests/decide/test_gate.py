"""From the score to the gate and the exit status: every row of the contract."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from readiness.decide.gate import exit_status, gate
from readiness.decide.score import score
from readiness.model.board import Board
from readiness.model.judgement import Gate, Judgement
from readiness.model.words import Decision
from tests.support.builders import a_board, a_judgement, a_task, judgements_of


def the_gate(board: Board, judgements: Sequence[Judgement], *, partial: bool = False) -> Gate:
    """Score and decide in one go."""
    return gate(board, score(board, judgements), judgements, partial=partial)


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
    decided = the_gate(board, judgements_of(board, *verdicts))

    assert (decided.decision, decided.exit_status) == (decision, status)
    assert bool(decided.reasons) == (decision is not Decision.READY)


def test_a_criterion_without_a_judgement_counts_as_not_run() -> None:
    """What nobody judged is unknown: it stays in the sum and holds the gate."""
    board = a_board(a_task(criteria=2, priority="P0"))
    judgements = judgements_of(board, "pass", "pass")[:1]

    assert score(board, judgements).value == 5
    found = the_gate(board, judgements)
    assert found.exit_status == 3
    assert found.reasons[1:] == ("T1.2 (P0) could not be measured: its probe was not run",)


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
        "only 71.4 % of the board was measured; 90.0 % is required",
    )


def test_an_undecided_gate_names_what_makes_the_difference() -> None:
    """What could not be measured is named, though its priority does not block."""
    board = a_board(a_task(criteria=2), target="10")

    assert the_gate(board, judgements_of(board, "pass", "error")).reasons == (
        "score 5.0 is below the target 10.0, but could be 10.0 once everything is measured",
        "T1.2 (P1) could not be measured: lint is not installed",
    )


def test_what_makes_no_difference_is_not_named() -> None:
    """Where even the best outcome is too little, the unknown is not what it is about."""
    board = a_board(a_task(criteria=2), target="5.1")

    assert the_gate(board, judgements_of(board, "fail", "error")).reasons == (
        "score 0.0 is below the target 5.1",
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
    decided = the_gate(board, judgements_of(board, *verdicts), partial=True)

    assert (decided.decision, decided.exit_status) == (Decision.PARTIAL, status)
    assert bool(decided.reasons) == (status != 0)
    if verdicts == ("skip", "skip"):
        assert decided.reasons == ("no criterion was selected",)


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
    decided = gate(board, score(board, judgements), judgements, partial=partial, interrupted=True)

    assert (decided.decision, decided.exit_status) == (decision, status)
    assert decided.reasons[-1] == "the run was interrupted"


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


def test_one_cause_is_one_reason() -> None:
    """What one cause keeps from being measured is told together, by priority; failures each."""
    board = a_board(a_task("T1", 2, "P0"), a_task("T2", 3, "P1"), target="10")
    verdicts = ("error", "error", "error", "fail", "fail")
    reasons = the_gate(board, judgements_of(board, *verdicts)).reasons[1:]
    assert reasons == ("T1.1, T1.2 (P0) could not be measured: lint is not installed",)

    board = a_board(a_task("T1", 3, "P0"), target="0")
    judged = judgements_of(board, "error", "fail", "fail")
    assert the_gate(board, judged).reasons == (
        "T1.1 (P0) could not be measured: lint is not installed",
        "T1.2 (P0) fails: 1029 errors, expected < 50",
        "T1.3 (P0) fails: 1029 errors, expected < 50",
    )
