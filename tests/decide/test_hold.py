"""Holding the line: nothing worse than its baseline, and nothing failing that passed before."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from readiness.decide.gate import gate
from readiness.decide.score import score
from readiness.model.board import Board
from readiness.model.judgement import Earlier, Gate, HeldLine, Judgement
from readiness.model.words import Better, Decision, Verdict
from tests.support.builders import a_board, a_criterion, a_judgement, a_measure, a_task

RUN = "20261124T131042Z-3f2a"
VERDICTS = [verdict.value for verdict in Verdict]


def held(board: Board, found: list[Judgement], line: HeldLine, **more: Any) -> Gate:
    """Score, and decide on the line."""
    return gate(board, score(board, found), found, line=line, **{"partial": False, **more})


def line_of(**criteria: str | Earlier) -> HeldLine:
    """An earlier run with these verdicts, by the last part of an id."""
    return HeldLine(
        run=RUN,
        criteria={
            f"T1.{name[1:]}": given
            if isinstance(given, Earlier)
            else Earlier(verdict=Verdict(given), reason="12 errors", expect="< 50")
            for name, given in criteria.items()
        },
    )


def board_of(baseline: str | None = None, **changes: Any) -> Board:
    """A board of one criterion, which blocks, far from its target."""
    number = None if baseline is None else Decimal(baseline)
    return a_board(a_task(criteria=[a_criterion(baseline=number, **changes)], priority="P0"))


def rule(now: str, then: str | None, has_baseline: bool, is_below: bool) -> Decision:
    """The contract's words, as plainly as they can be written."""
    if now in ("skip", "waived"):
        return Decision.HELD
    worse = has_baseline and is_below and now != "error"
    slipped = then in ("pass", "warn") and now == "fail"
    if worse or slipped:
        return Decision.WORSE
    lost = now == "error" and (has_baseline or then in ("pass", "warn"))
    return Decision.UNDECIDED if lost else Decision.HELD


@pytest.mark.parametrize("then", [*VERDICTS, None])
@pytest.mark.parametrize("now", VERDICTS)
def test_every_pair_of_verdicts(now: str, then: str | None) -> None:
    """Now and then, with and without a baseline that the number is above, at or below."""
    for baseline, value in product([None, "5", "12", "30"], ["12", "4", "31"]):
        first = a_criterion("T1.1", baseline=None if baseline is None else Decimal(baseline))
        board = a_board(a_task(criteria=[first, a_criterion("T1.2")], priority="P0"))
        number = None if now in ("error", "skip") else Decimal(value)
        judgements = [
            a_judgement(first, now, value=number),
            a_judgement(board.tasks[0].criteria[1]),
        ]
        line = line_of(_1=then) if then else HeldLine()
        below = baseline is not None and Decimal(value) > Decimal(baseline)

        got = held(board, judgements, line)

        assert got.decision is rule(now, then, baseline is not None, below), (baseline, value)
        assert got.exit_status == {"held": 0, "worse": 1, "undecided": 3}[got.decision]
        assert bool(got.reasons) == (got.decision is not Decision.HELD)
        part = held(board, judgements, line, partial=True)
        assert (part.decision, part.exit_status) == (Decision.PARTIAL, got.exit_status)
        assert part.reasons == got.reasons


def test_a_reason_names_what_it_was_and_is_and_where() -> None:
    """What moved says from where; what could not be measured, what it was."""
    board = board_of("900")
    got = held(board, [a_judgement(board.tasks[0].criteria[0], "fail")], line_of(_1="pass"))
    assert got.reasons == ("T1.1 lint rose from 900 errors to 1029 errors",)
    got = held(board, [a_judgement(board.tasks[0].criteria[0], "error")], line_of(_1="pass"))
    assert got.reasons == (
        (
            "T1.1 (P0) could not be measured: lint is not installed; its baseline is 900 errors;"
            f" it passed in run {RUN}: 12 errors"
        ),
    )


@pytest.mark.parametrize(
    ("expected", "better", "baseline", "value", "worse"),
    [
        ("< 50", None, "100", "101", True),
        ("< 50", None, "100", "100", False),
        ("< 50", None, "10", "11", True),
        (">= 80", None, "60.5", "60.4", True),
        ("== 0", None, "16", "17", True),
        ("== 7", Better.LOWER, "9", "10", True),
        ("== 7", Better.HIGHER, "5", "4", True),
        ("== 7", None, "9", "4", True),
        ("== 7", None, "9", "5", False),
        ("between 3 and 6", None, "8", "9", True),
        ("between 3 and 6", None, "8", "1", False),
        ("between 3 and 6", None, "8", "0", True),
        ("between 3 and 6", None, "4", "7", True),
        ("!= 3", None, "4", "3", True),
        ("!= 3", None, "3", "4", False),
    ],
)
def test_worse_than_a_baseline(
    expected: str, better: Better | None, baseline: str, value: str, worse: bool
) -> None:
    """By the way the number improves; without one, by how far it is from what is expected."""
    board = board_of(baseline, expected=expected, measure=a_measure(better=better))
    found = [a_judgement(board.tasks[0].criteria[0], "fail", value=Decimal(value))]
    decision = Decision.WORSE if worse else Decision.HELD
    assert held(board, found, HeldLine()).decision is decision


def test_a_failure_without_a_number_is_below_any_baseline() -> None:
    """What cannot be compared and fails is not taken for held."""
    board = board_of("3")
    criterion = board.tasks[0].criteria[0]
    for value in (None, False, "three"):
        found = [a_judgement(criterion, "fail", value=value)]
        assert held(board, found, HeldLine()).decision is Decision.WORSE
    passing = [a_judgement(criterion, "pass", value=True)]
    assert held(board, passing, HeldLine()).decision is Decision.HELD


def asked_less(**changes: Any) -> Earlier:
    """What the run found when 1100 were allowed."""
    fields = {"value": Decimal(1029), "unit": "errors", "expect": "< 1100"}
    fields |= {"check": "lint", "measure": "errors", "reason": "1029 errors"}
    return Earlier(verdict=Verdict.PASS, **(fields | changes))


@pytest.mark.parametrize(
    ("earlier", "decision"),
    [
        (asked_less(), Decision.HELD),
        (asked_less(value=Decimal(1050)), Decision.HELD),
        (asked_less(value=Decimal(1028)), Decision.WORSE),
        (asked_less(expect="< 50"), Decision.WORSE),
        (asked_less(unit="warnings"), Decision.WORSE),
        (asked_less(check="other"), Decision.WORSE),
        (asked_less(measure="other"), Decision.WORSE),
        (asked_less(value=True), Decision.WORSE),
    ],
)
def test_a_board_that_asks_for_more_is_no_worse(earlier: Earlier, decision: Decision) -> None:
    """A number that stayed, under a stricter expectation, holds; a worse one never does."""
    board = board_of()
    found = [a_judgement(board.tasks[0].criteria[0], "fail")]
    assert held(board, found, line_of(_1=earlier)).decision is decision


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("verdict", ["error", "skip"])
def test_nothing_measured_holds_nothing(verdict: str, partial: bool) -> None:
    """Where no tool ran there is no line to speak of."""
    board = board_of()
    found = [a_judgement(board.tasks[0].criteria[0], verdict)]
    got = held(board, found, HeldLine(), partial=partial)
    assert got.exit_status == 3
    assert got.reasons


@pytest.mark.parametrize("partial", [False, True])
def test_an_interrupted_run_holds_nothing(partial: bool) -> None:
    """What was left out might be worse; what is known to be worse stays so."""
    board = board_of()
    criterion = board.tasks[0].criteria[0]
    cut = {"partial": partial, "interrupted": True}
    got = held(board, [a_judgement(criterion)], line_of(_1="pass"), **cut)
    assert got.exit_status == 3
    assert got.reasons == ("the run was interrupted",)
    assert held(board, [a_judgement(criterion, "fail")], line_of(_1="pass"), **cut).exit_status == 1


def test_what_is_worse_is_told_beside_what_is_loosened() -> None:
    """One does not hide the other."""
    board = board_of()
    found = [a_judgement(board.tasks[0].criteria[0], "fail")]
    got = held(board, found, line_of(_1="pass"), loosened=["T1.1: expectation"])
    assert (got.decision, got.exit_status) == (Decision.LOOSENED, 4)
    assert got.reasons[0] == "T1.1: expectation"
    assert "is worse" in got.reasons[1]
    assert len(got.reasons) == 2
