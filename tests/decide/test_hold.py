"""Holding the line: nothing worse than on the base of a change."""

from decimal import Decimal
from itertools import product
from typing import Any

import msgspec
import pytest

from readiness.decide.gate import gate
from readiness.decide.score import score
from readiness.model.board import Board, Check
from readiness.model.judgement import (
    ComparedFindings,
    Earlier,
    Finding,
    Gate,
    HeldLine,
    Judgement,
)
from readiness.model.words import Better, Decision, Lack, ReasonCode, Verdict
from tests.support.builders import a_board, a_criterion, a_judgement, a_measure, a_task

COMMIT = "8eba053d6ac3a1f0"
VERDICTS = [verdict.value for verdict in Verdict]
NOTHING = HeldLine(lack=Lack.FIRST)


def held(board: Board, found: list[Judgement], line: HeldLine, **more: Any) -> Gate:
    """Score, and decide on the line."""
    return gate(board, score(board, found), found, line=line, **{"partial": False, **more})


def line_of(**criteria: str | Earlier) -> HeldLine:
    """A base with these verdicts, by the last part of an id."""
    return HeldLine(
        commit=COMMIT,
        criteria={
            f"T1.{name[1:]}": given
            if isinstance(given, Earlier)
            else Earlier(verdict=Verdict(given), reason="12 errors")
            for name, given in criteria.items()
        },
    )


def board_of(baseline: str | None = None, **changes: Any) -> Board:
    """A board of one criterion, which blocks, far from its target."""
    number = None if baseline is None else Decimal(baseline)
    return a_board(a_task(criteria=[a_criterion(baseline=number, **changes)], priority="P0"))


def rule(now: str, then: str | None, has_baseline: bool, is_below: bool) -> Decision:
    """The contract's words, as plainly as they can be written."""
    good = now in ("pass", "warn")
    if now in ("skip", "waived") or (good and not (has_baseline and is_below)):
        return Decision.HELD
    if then in (None, "error"):
        if now == "error":
            return Decision.UNDECIDED
        if has_baseline:
            return Decision.WORSE if is_below else Decision.HELD
        return Decision.UNDECIDED
    if now == "error":
        return Decision.UNDECIDED
    return Decision.WORSE if now == "fail" and then != "fail" else Decision.HELD


@pytest.mark.parametrize("then", ["pass", "warn", "fail", "error", None])
@pytest.mark.parametrize("now", VERDICTS)
def test_every_pair_of_verdicts(now: str, then: str | None) -> None:
    """Here and on the base, with and without a baseline that the number is above, at or below."""
    for baseline, value in product([None, "5", "12", "30"], ["12", "4", "31"]):
        first = a_criterion("T1.1", baseline=None if baseline is None else Decimal(baseline))
        board = a_board(a_task(criteria=[first, a_criterion("T1.2")], priority="P0"))
        number = None if now in ("error", "skip") else Decimal(value)
        judgements = [
            a_judgement(first, now, value=number),
            a_judgement(board.tasks[0].criteria[1]),
        ]
        line = line_of(_1=then) if then else line_of()
        below = baseline is not None and Decimal(value) > Decimal(baseline)

        got = held(board, judgements, line)

        assert got.decision is rule(now, then, baseline is not None, below), (baseline, value)
        assert got.exit_status == {"held": 0, "worse": 1, "undecided": 3}[got.decision]
        assert bool(got.reasons) == (got.decision is not Decision.HELD)
        part = held(board, judgements, line, partial=True)
        assert (part.decision, part.exit_status) == (Decision.PARTIAL, got.exit_status)
        assert part.reasons == got.reasons


@pytest.mark.parametrize(
    ("code", "priority", "decision"),
    [
        (ReasonCode.TOOL_MISSING, "P0", Decision.UNDECIDED),
        (ReasonCode.UNSET_VARIABLE, "P0", Decision.UNDECIDED),
        (ReasonCode.TOOL_MISSING, "P1", Decision.HELD),
        (ReasonCode.EXIT_STATUS, "P0", Decision.HELD),
        (ReasonCode.TIMEOUT, "P0", Decision.HELD),
    ],
)
def test_what_is_missing_on_both_sides_decides_where_it_blocks(
    code: ReasonCode, priority: str, decision: Decision
) -> None:
    """What ran and ended so on both is as it was; a tool that is not here tells of neither."""
    board = a_board(a_task(criteria=[a_criterion("T1.1"), a_criterion("T1.2")], priority=priority))
    first, second = board.tasks[0].criteria
    missing = a_judgement(first, "error", code=code, hint="install it: pip install lint")
    got = held(board, [missing, a_judgement(second)], line_of(_1="error"))
    assert got.decision is decision
    assert ("pip install lint" in got.reasons[0]) == (decision is Decision.UNDECIDED)


@pytest.mark.parametrize(
    ("producer", "decision"),
    [
        (ReasonCode.TOOL_MISSING, Decision.UNDECIDED),
        (None, Decision.UNDECIDED),
        (ReasonCode.EXIT_STATUS, Decision.HELD),
    ],
)
def test_a_reader_is_missing_what_its_producer_is(
    producer: ReasonCode | None, decision: Decision
) -> None:
    """Or may be, where no criterion says what became of that."""
    below = a_criterion("T1.1", check=Check(name="below", run="x", measures=(), after=("lint",)))
    name = "lint" if producer else "another"
    lint = a_criterion("T2.1", check=Check(name=name, run="x", measures=()))
    tasks = a_task(criteria=[below, a_criterion("T1.2")], priority="P0"), a_task("T2", [lint])
    board = a_board(*tasks)
    judgements = [
        a_judgement(below, "error", code=ReasonCode.PRODUCER_FAILED),
        a_judgement(board.tasks[0].criteria[1]),
        a_judgement(lint, "error", code=producer or ReasonCode.EXIT_STATUS),
    ]
    line = msgspec.structs.replace(
        line_of(_1="error"),
        criteria={one: Earlier(verdict=Verdict.ERROR) for one in ("T1.1", "T2.1")},
    )
    assert held(board, judgements, line).decision is decision


@pytest.mark.parametrize("verdict", ["pass", "fail", "error"])
def test_compared_with_nothing_it_decides_as_a_release_does(verdict: str) -> None:
    """Whatever its baselines are: it never says that a line was held."""
    board = board_of("5000")
    found = [a_judgement(board.tasks[0].criteria[0], verdict)]
    plain = gate(board, score(board, found), found, partial=False)
    assert held(board, found, NOTHING) == plain
    assert plain.decision is not Decision.HELD


def test_a_reason_names_what_it_was_and_is_and_where() -> None:
    """What moved says from where; what could not be measured, what it was."""
    board = board_of("900")
    got = held(board, [a_judgement(board.tasks[0].criteria[0], "fail")], line_of(_1="pass"))
    assert got.reasons == ("T1.1 lint rose from 900 errors to 1029 errors",)
    got = held(board, [a_judgement(board.tasks[0].criteria[0], "error")], line_of(_1="pass"))
    assert got.reasons == (
        (
            "T1.1 (P0) could not be measured: lint is not installed; its baseline is 900 errors;"
            " in 8eba053d6a: 12 errors"
        ),
    )


@pytest.mark.parametrize("then", ["pass", "warn", "fail"])
@pytest.mark.parametrize(
    ("code", "decision"),
    [
        (ReasonCode.EXIT_STATUS, Decision.WORSE),
        (ReasonCode.NO_PROOF, Decision.WORSE),
        (ReasonCode.TIMEOUT, Decision.UNDECIDED),
        (ReasonCode.TOOL_MISSING, Decision.UNDECIDED),
        (ReasonCode.NOT_RUN, Decision.UNDECIDED),
    ],
)
def test_what_no_longer_comes_to_an_end_is_worse(
    then: str, code: ReasonCode, decision: Decision
) -> None:
    """A suite that cannot be imported ran all the same; twins: what never ran says nothing."""
    board = board_of()
    error = msgspec.structs.replace(a_judgement(board.tasks[0].criteria[0], "error"), code=code)
    assert held(board, [error], line_of(_1=then)).decision is decision


def at(value: str, **changes: Any) -> Earlier:
    """A number that failed on the base too."""
    fields = {"value": Decimal(value), "unit": "errors", "check": "lint", "measure": "errors"}
    return Earlier(**({"verdict": Verdict.FAIL, "reason": "errors"} | fields | changes))


@pytest.mark.parametrize(
    ("earlier", "decision"),
    [
        (at("1029"), Decision.HELD),
        (at("1050"), Decision.HELD),
        (at("1028"), Decision.WORSE),
        (at("1028", unit="warnings"), Decision.HELD),
        (at("1028", check="other"), Decision.HELD),
        (at("1029", verdict=Verdict.PASS), Decision.WORSE),
    ],
)
def test_a_number_that_fails_on_both_is_compared(earlier: Earlier, decision: Decision) -> None:
    """Without any baseline; what was measured otherwise is no number to compare with."""
    board = board_of()
    found = [a_judgement(board.tasks[0].criteria[0], "fail")]
    assert held(board, found, line_of(_1=earlier)).decision is decision


@pytest.mark.parametrize(
    ("then", "usual", "decision"),
    [
        ("90", {}, Decision.HELD),
        ("70", {}, Decision.WORSE),
        ("90", {"T1.1": (80.0, 120.0)}, Decision.HELD),
        ("90", {"T1.1": (80.0, 95.0)}, Decision.WORSE),
        ("70", {"T1.1": (0.0, 999.0)}, Decision.WORSE),
    ],
)
def test_what_was_usual_makes_noise_narrower_and_never_wider(
    then: str, usual: dict[str, tuple[float, float]], decision: Decision
) -> None:
    """Of a duration of 100 ms, past its baseline here and on the base."""
    board = board_of("50", expected="< 200 ms", measure=a_measure(unit="ms"))
    judgements = [a_judgement(board.tasks[0].criteria[0], value=Decimal(100), unit="ms")]
    line = line_of(_1=at(then, unit="ms", verdict=Verdict.PASS))
    assert held(board, judgements, msgspec.structs.replace(line, usual=usual)).decision is decision


@pytest.mark.parametrize(("rule", "decision"), [("E1", Decision.HELD), ("E2", Decision.WORSE)])
def test_findings_that_fail_on_both_are_compared_one_by_one(rule: str, decision: Decision) -> None:
    """A new one is worse though there are no more of them."""
    board = board_of()
    judgements = [a_judgement(board.tasks[0].criteria[0], "fail", value=Decimal(1))]
    now, then = (Finding(path="a.py", line=1, rule=name, message="x") for name in (rule, "E1"))
    places = ComparedFindings(now={"T1.1": [now]}, then={"T1.1": [then]})
    assert held(board, judgements, line_of(_1=at("1")), places=places).decision is decision


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
    assert held(board, found, line_of()).decision is decision


def test_a_failure_without_a_number_is_below_any_baseline() -> None:
    """What cannot be compared and fails is not taken for held."""
    board = board_of("3")
    criterion = board.tasks[0].criteria[0]
    for value in (None, False, "three"):
        found = [a_judgement(criterion, "fail", value=value)]
        assert held(board, found, line_of()).decision is Decision.WORSE
    passing = [a_judgement(criterion, "pass", value=True)]
    assert held(board, passing, line_of()).decision is Decision.HELD


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("verdict", ["error", "skip"])
def test_nothing_measured_holds_nothing(verdict: str, partial: bool) -> None:
    """Where no tool ran there is no line to speak of."""
    board = board_of()
    found = [a_judgement(board.tasks[0].criteria[0], verdict)]
    got = held(board, found, line_of(), partial=partial)
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
