"""Milestones are met by evidence alone, and late when their day is over."""

from datetime import date
from decimal import Decimal

import pytest

from readiness.decide.gate import gate
from readiness.decide.milestones import as_goal, gate_for, is_done, milestone_states
from readiness.decide.score import score
from readiness.model.board import Board, Milestone
from readiness.model.words import Decision, Priority, Verdict
from tests.support.builders import a_board, a_task, judgements_of

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("verdicts", "done"),
    [
        (("pass", "warn"), True),
        (("pass", "skip"), True),
        (("pass", "waived"), False),
        (("pass", "fail"), False),
        (("pass", "error"), False),
        (("skip", "skip"), False),
    ],
)
def test_a_task_is_done_when_all_of_it_in_scope_passes(
    verdicts: tuple[str, ...], done: bool
) -> None:
    """A waiver does not make a task done, and neither does leaving it out."""
    task = a_task(criteria=2)
    known = {one.id: Verdict(word) for one, word in zip(task.criteria, verdicts, strict=True)}

    assert is_done(task, known) is done


@pytest.mark.parametrize(
    ("priority", "wanted", "verdicts", "met"),
    [
        (Priority.P0, None, ("pass", "fail"), True),
        (Priority.P0, None, ("fail", "pass"), False),
        (Priority.P2, None, ("pass", "pass"), False),
        (None, "5.7", ("pass", "fail"), True),
        (None, "5.8", ("pass", "fail"), False),
        (None, "10", ("pass", "pass"), True),
        (None, "0", ("error", "error"), False),
        (Priority.P0, "8", ("pass", "fail"), False),
        (None, None, ("pass", "pass"), False),
    ],
)
def test_milestones_are_met_by_evidence(
    priority: Priority | None, wanted: str | None, verdicts: tuple[str, ...], met: bool
) -> None:
    """All tasks of the priority done, and the score reached; a selection shows neither."""
    asked = Milestone(id="M1", priority=priority, score=Decimal(wanted) if wanted else None)
    board = a_board(a_task("T1", 1, "P0"), a_task("T2", 1, "P1"), milestones=(asked,))
    judgements = judgements_of(board, *verdicts)
    total = score(board, judgements)

    (whole,) = milestone_states(board, total, judgements, TODAY)
    (part,) = milestone_states(board, total, judgements, TODAY, partial=True)
    assert (whole.met, part.met) == (met, False)


@pytest.mark.parametrize(
    ("due", "verdict", "overdue"),
    [
        ("2026-11-23", "fail", True),
        ("2026-11-24", "fail", False),
        ("2026-11-25", "fail", False),
        ("2026-11-23", "pass", False),
        ("", "fail", False),
    ],
)
def test_a_milestone_is_late_once_its_day_is_over(due: str, verdict: str, overdue: bool) -> None:
    """What is met is never late, and neither is what has no day."""
    board = a_board(a_task(criteria=1), milestones=(Milestone(id="M1", score=Decimal(8), due=due),))
    judgements = judgements_of(board, verdict)
    (state,) = milestone_states(board, score(board, judgements), judgements, TODAY)
    assert state.overdue is overdue


# --- the gate for a milestone -------------------------------------------------------------------


def decided(board: Board, milestone: Milestone, *verdicts: str) -> tuple[Decision, str]:
    """The decision on the milestone, and its reasons in one text."""
    judgements = judgements_of(board, *verdicts)
    total = score(board, judgements)
    goal = as_goal(board, milestone)
    first = gate(goal, total, judgements, partial=False)
    found = gate_for(milestone, first, milestone_states(board, total, judgements, TODAY))
    return found.decision, "; ".join(found.reasons)


@pytest.mark.parametrize(
    ("priority", "wanted", "verdicts", "decision"),
    [
        ("P1", None, ("fail", "pass", "pass"), Decision.READY),
        ("P1", None, ("pass", "fail", "pass"), Decision.NOT_READY),
        ("P1", None, ("pass", "error", "pass"), Decision.UNDECIDED),
        ("P1", None, ("pass", "waived", "pass"), Decision.NOT_READY),
        ("P3", None, ("pass", "pass", "pass"), Decision.NOT_READY),
        (None, "6", ("pass", "fail", "fail"), Decision.NOT_READY),
        (None, "6", ("fail", "pass", "pass"), Decision.READY),
        (None, "6", ("fail", "pass", "error"), Decision.UNDECIDED),
        ("P1", "9", ("fail", "pass", "pass"), Decision.NOT_READY),
        ("P1", None, ("skip", "skip", "skip"), Decision.NOT_READY),
    ],
)
def test_the_gate_decides_on_a_milestone(
    priority: str | None, wanted: str | None, verdicts: tuple[str, ...], decision: Decision
) -> None:
    """Its tasks block, its score is the target, and what is unknown is taken both ways."""
    asked = Milestone(
        id="M1",
        priority=Priority(priority) if priority else None,
        score=Decimal(wanted) if wanted else None,
    )
    board = a_board(
        a_task("T1", 1, "P0"), a_task("T2", 1, "P1"), a_task("T3", 1, "P1"), milestones=(asked,)
    )
    assert decided(board, asked, *verdicts)[0] is decision


def test_a_waived_criterion_leaves_its_milestone_unmet_and_says_so() -> None:
    """The task is named that is not done."""
    asked = Milestone(id="M1", priority=Priority.P0)
    board = a_board(a_task("T1", 1, "P0"), a_task("T2", 1, "P1"), milestones=(asked,))
    assert decided(board, asked, "waived", "pass") == (
        Decision.NOT_READY,
        "M1 requires T1, which is not done",
    )


def test_a_milestone_that_asks_for_no_task_of_the_board_says_so() -> None:
    """It is met by nothing."""
    asked = Milestone(id="M1", priority=Priority.P3)
    board = a_board(a_task("T1", 1, "P0"), milestones=(asked,))
    assert decided(board, asked, "pass") == (
        Decision.NOT_READY,
        "M1 requires tasks that this board does not have",
    )


def test_a_goal_is_the_board_with_other_rules_to_decide_by() -> None:
    """Weights stay; what blocks, the target and the share to be measured are the milestone's."""
    board = a_board(a_task("T1", 1, "P0"), target="8", min_measured=Decimal("0.9"))
    goal = as_goal(board, Milestone(id="M1", priority=Priority.P1))

    assert (goal.target, goal.min_measured) == (0, None)
    assert [name for name, rule in goal.priorities.items() if rule.blocking] == ["P1"]
    assert [rule.weight for rule in goal.priorities.values()] == [
        rule.weight for rule in board.priorities.values()
    ]


def test_a_milestone_that_is_not_met_has_the_status_of_a_gate_that_is_not_ready() -> None:
    """Decision and status tell one verdict."""
    asked = Milestone(id="M1", priority=Priority.P0)
    board = a_board(a_task("T1", 1, "P0"), milestones=(asked,), target="0")
    judgements = judgements_of(board, "waived")
    total = score(board, judgements)
    ready = gate(as_goal(board, asked), total, judgements, partial=False)
    found = gate_for(asked, ready, milestone_states(board, total, judgements, TODAY))

    assert (ready.exit_status, found.decision, found.exit_status) == (0, Decision.NOT_READY, 1)
