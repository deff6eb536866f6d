"""Milestones are met by evidence alone, and late when their day is over."""

from datetime import date
from decimal import Decimal

import pytest

from readiness.decide.milestones import is_done, milestone_states
from readiness.decide.score import score
from readiness.model.board import Milestone
from readiness.model.words import Priority, Verdict
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
    """All tasks of the priority done, and the score reached."""
    asked = Milestone(id="M1", priority=priority, score=Decimal(wanted) if wanted else None)
    board = a_board(a_task("T1", 1, "P0"), a_task("T2", 1, "P1"), milestones=(asked,))
    judgements = judgements_of(board, *verdicts)
    total = score(board, judgements)

    (state,) = milestone_states(board, total, judgements, TODAY)
    assert state.met is met


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
