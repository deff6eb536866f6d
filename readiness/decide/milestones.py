"""The milestones stage: dated promises, met by evidence or not. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from readiness.model.board import Board, Milestone, PriorityRule, Task
from readiness.model.errors import ExitStatus
from readiness.model.judgement import Gate, Judgement, Score
from readiness.model.words import Decision, Verdict
from readiness.text.worded import worded


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
    *,
    partial: bool = False,
) -> tuple[MilestoneState, ...]:
    """Return the state of each milestone; a partial run cannot show it as met.

    A milestone is overdue from the day after it is due (UTC) until it is met.
    """
    verdicts = {one.criterion.id: one.verdict for one in judgements}
    states = []
    for milestone in board.milestones:
        asked = [task for task in board.tasks if task.priority is milestone.priority]
        missing = tuple(task for task in asked if not is_done(task, verdicts))
        met = not partial and _is_met(milestone, score, asked, missing)
        late = bool(milestone.due) and date.fromisoformat(milestone.due) < today
        states.append(
            MilestoneState(milestone=milestone, met=met, overdue=late and not met, missing=missing)
        )
    return tuple(states)


def as_goal(board: Board, milestone: Milestone) -> Board:
    """Return the board as a gate for this milestone sees it, instead of for the release.

    The milestone's score is the target, and the tasks of its priority alone are blocking.
    """
    rules = {
        priority: PriorityRule(weight=rule.weight, blocking=priority is milestone.priority)
        for priority, rule in board.priorities.items()
    }
    target = Decimal(0) if milestone.score is None else milestone.score
    return msgspec.structs.replace(board, target=target, priorities=rules, min_measured=None)


def gate_for(milestone: Milestone, gate: Gate, states: Sequence[MilestoneState]) -> Gate:
    """Return the decision of `as_goal`, once each task asked for must be done as well.

    A waiver lifts a block, but leaves its task undone and the milestone unmet.
    """
    (state,) = (state for state in states if state.milestone.id == milestone.id)
    if gate.decision is not Decision.READY or state.met:
        return gate
    lacks = [
        worded("gate.task_not_done", milestone=milestone.id, task=task.id) for task in state.missing
    ]
    return Gate(
        decision=Decision.NOT_READY,
        exit_status=ExitStatus.NOT_READY,
        reasons=tuple(lacks or [worded("gate.no_tasks", milestone=milestone.id)]),
    )


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
