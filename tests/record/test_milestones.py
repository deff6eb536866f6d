"""Milestones are met by evidence alone, and late when their day is over."""

from datetime import date
from decimal import Decimal

import pytest

from readiness.decide.score import score
from readiness.model.board import Board, Milestone
from readiness.model.words import Priority
from readiness.record.criteria import Recorder, task_records
from readiness.record.document import MilestoneRecord
from readiness.record.run import milestone_records
from readiness.text.clean import Redactor
from tests.support.builders import a_board, a_task, judgements_of

TODAY = date(2026, 11, 24)


def milestone_of(board: Board, *verdicts: str) -> MilestoneRecord:
    """How the board's milestone stands with these verdicts."""
    judgements = judgements_of(board, *verdicts)
    ids: dict[str, list[str]] = {one.criterion.id: [] for one in judgements}
    tasks = task_records(board, judgements, {}, ids, Recorder(Redactor([])), {})
    (record,) = milestone_records(board, tasks, score(board, judgements), TODAY)
    return record


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
    assert milestone_of(board, *verdicts).met is met


@pytest.mark.parametrize(
    ("verdict", "met"), [("pass", True), ("waived", False), ("error", False), ("skip", None)]
)
def test_a_milestone_names_the_tasks_that_it_lacks(verdict: str, met: bool | None) -> None:
    """A waiver leaves its task undone, and the milestone unmet; leaving it out decides nothing."""
    asked = Milestone(id="M1", priority=Priority.P0)
    board = a_board(a_task("T1", 1, "P0"), a_task("T2", 1, "P1"), milestones=(asked,))
    record = milestone_of(board, verdict, "fail")
    assert (record.missing, record.met) == ([] if met else ["T1"], met)


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
    assert milestone_of(board, verdict).overdue is overdue
