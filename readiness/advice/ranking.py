"""Open criteria, in the order in which to take them."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import msgspec

from readiness.advice.estimates import MINUTES, effort
from readiness.model.board import Board, Criterion, Task
from readiness.model.judgement import Score
from readiness.model.words import Verdict

ASSUMED = MINUTES["d"]
"""What a task without an estimate is taken to cost, in minutes."""


class OpenCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion that does not earn its full credit yet.

    `gain` is what the score wins, in points of 10, when it passes. `blocking` says that it alone
    keeps the gate closed. `after` names the tasks with something open that its task waits for.
    """

    task: Task
    criterion: Criterion
    verdict: Verdict
    gain: Fraction
    blocking: bool
    after: tuple[str, ...]


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A task with something open, done whole or not at all: its cost in minutes, and its points.

    `after` names the works that it waits for, what comes first first; `blocking` says that it alone
    keeps the gate closed.
    """

    id: str
    cost: int
    gain: Fraction
    after: tuple[str, ...] = ()
    blocking: bool = False


def rank(board: Board, score: Score) -> list[OpenCriterion]:
    """Order the open criteria: blockers first, then by gain; what a task waits for before it."""
    open_criteria = sorted(_open(board, score), key=_urgency)
    tasks = {task.id: task for task in board.tasks}
    order: dict[str, OpenCriterion] = {}
    for entry in open_criteria:
        for name in _awaited(tasks, entry.task):
            order |= {
                other.criterion.id: other
                for other in open_criteria
                if other.task.id == name and other.criterion.id not in order
            }
        order.setdefault(entry.criterion.id, entry)
    return list(order.values())


def works(board: Board, score: Score) -> list[Work]:
    """Each task with something open as a piece of work that is done whole or not at all."""
    gains: dict[str, Fraction] = {}
    blocking: set[str] = set()
    for step in _open(board, score):
        gains[step.task.id] = gains.get(step.task.id, Fraction(0)) + step.gain
        if step.blocking:
            blocking.add(step.task.id)
    tasks = {task.id: task for task in board.tasks}
    return [
        Work(
            id=name,
            cost=cost_of(tasks[name]),
            gain=gain,
            after=tuple(other for other in _awaited(tasks, tasks[name]) if other in gains),
            blocking=name in blocking,
        )
        for name, gain in gains.items()
    ]


def enough(works: Sequence[Work], need: Fraction) -> list[Work] | None:
    """Take works until they win `need`, in the order in which to do them; None where all do not.

    Those that block come first, then those with the most points an hour; what a work waits for
    comes before it.
    """
    by_id = {work.id: work for work in works}
    taken: dict[str, Work] = {}
    for work in sorted(works, key=lambda work: (not work.blocking, -work.gain / max(work.cost, 1))):
        if need <= 0:
            break
        for name in (*work.after, work.id):
            if name not in taken:
                taken[name] = by_id[name]
                need -= by_id[name].gain
    return list(taken.values()) if need <= 0 else None


def cost_of(task: Task) -> int:
    """Return the task's likely cost in working minutes; a day where the board gives no estimate."""
    known = effort(task.estimate)
    return ASSUMED if known is None else known


def _open(board: Board, score: Score) -> Iterator[OpenCriterion]:
    """Every open criterion in scope, in the order of the board."""
    lines = {line.criterion: line for line in score.lines}
    verdicts = {name: line.verdict for name, line in lines.items()}
    tasks = {task.id: task for task in board.tasks}
    open_tasks = {task.id for task in board.tasks if _is_open(task, verdicts)}
    for task in board.tasks:
        after = tuple(name for name in _awaited(tasks, task) if name in open_tasks)
        blocks = board.priorities[task.priority].blocking
        for criterion in task.criteria:
            verdict = verdicts.get(criterion.id)
            if verdict is not None and verdict.open:
                line = lines[criterion.id]
                yield OpenCriterion(
                    task=task,
                    criterion=criterion,
                    verdict=verdict,
                    gain=line.possible - line.points,
                    blocking=blocks and verdict is not Verdict.WAIVED,
                    after=after,
                )


def _is_open(task: Task, verdicts: Mapping[str, Verdict]) -> bool:
    return any(verdicts.get(one.id, Verdict.SKIP).open for one in task.criteria)


def _urgency(one: OpenCriterion) -> tuple[bool, Fraction]:
    return not one.blocking, -one.gain


def _awaited(tasks: Mapping[str, Task], task: Task) -> list[str]:
    """All that a task waits for, directly or not; what comes first stands first."""
    names: dict[str, None] = {}
    waiting = list(reversed(task.depends_on))
    while waiting:
        name = waiting[-1]
        further = [one for one in tasks[name].depends_on if one not in names]
        if further:
            waiting += reversed(further)
        else:
            names.setdefault(waiting.pop())
    return list(names)
