"""The milestones stage: dated promises, met by evidence or not. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from readiness.model.board import Board, Milestone, Task
from readiness.model.judgement import Judgement, Score
from readiness.model.words import Verdict


class MilestoneState(msgspec.Struct, frozen=True, kw_only=True):
    """How a milestone stands. `missing` has the tasks it asks for that are not done."""

    milestone: Milestone
    met: bool
    overdue: bool
    missing: tuple[Task, ...]


def milestone_states(
    board: Board,
    score: Score,
    judgements: Sequence[Judgement],
    today: date,
) -> tuple[MilestoneState, ...]:
    """Return the state of each milestone.

    A milestone is overdue from the day after it is due (UTC) until it is met.
    """
    verdicts = {one.criterion.id: one.verdict for one in judgements}
    states = []
    for milestone in board.milestones:
        asked = [task for task in board.tasks if task.priority is milestone.priority]
        missing = tuple(task for task in asked if not is_done(task, verdicts))
        met = _is_met(milestone, score, asked, missing)
        late = bool(milestone.due) and date.fromisoformat(milestone.due) < today
        states.append(
            MilestoneState(milestone=milestone, met=met, overdue=late and not met, missing=missing)
        )
    return tuple(states)


def is_done(task: Task, verdicts: Mapping[str, Verdict]) -> bool:
    """Return whether every criterion of the task in scope is pass or warn, and at least one is."""
    scope = [verdicts.get(one.id, Verdict.ERROR) for one in task.criteria]
    scope = [verdict for verdict in scope if verdict.in_scope]
    return bool(scope) and all(verdict.good for verdict in scope)


def _is_met(
    milestone: Milestone, score: Score, asked: Sequence[Task], missing: Sequence[Task]
) -> bool:
    holds = []
    if milestone.priority is not None:
        holds.append(bool(asked) and not missing)
    if milestone.score is not None:
        holds.append(score.value is not None and score.value >= milestone.score)
    return bool(holds) and all(holds)
