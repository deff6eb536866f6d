"""What a change of weights does: who counts for less of the score than before."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.pairs import Pairs, Placed
from readiness.model.board import Board

# A criterion that keeps its weight may lose this much of its share before it is told.
UNTOLD = Fraction(1, 10)

Weighed: TypeAlias = tuple[str, int, Decimal, Decimal]
"""A subject, the line where it stands, and its weight before and after."""


def weights(base: Board, head: Board, pairs: Pairs) -> Iterator[Change]:
    """Compare the weights of the criteria that both boards have, and of what is new.

    Only the proportions of the weights of a kind count.
    """
    for weighed in _together(base, head, pairs):
        yield from _changed(weighed, head.path)
    yield from _diluted(base, head, pairs)
    yield from _outweighing(base, head, pairs)


def _together(base: Board, head: Board, pairs: Pairs) -> Iterator[list[Weighed]]:
    """Yield the weights that count against each other: of criteria by task, tasks, priorities."""
    criteria: dict[str, list[Weighed]] = {}
    tasks: dict[str, Weighed] = {}
    priorities: dict[str, Weighed] = {}
    for old, new in pairs.same:
        criterion, task, name = new.criterion, new.task, new.task.priority
        weight, line = old.criterion.weight, criterion.position.line
        criteria.setdefault(task.id, []).append((criterion.id, line, weight, criterion.weight))
        tasks[task.id] = (task.id, task.position.line, old.task.weight, task.weight)
        before, after = (board.priorities[name].weight for board in (base, head))
        priorities[name.value] = (name.value, 0, before, after)
    yield from criteria.values()
    yield list(tasks.values())
    yield list(priorities.values())


def _changed(items: Sequence[Weighed], path: str) -> Iterator[Change]:
    """Compare weights that count against each other."""
    ratios = {Fraction(after) / Fraction(before) for _, _, before, after in items}
    is_scaled = len(items) > 1 and len(ratios) == 1
    for subject, line, before, after in items:
        if before != after:
            direction = Direction.LOOSENED if after < before else Direction.TIGHTENED
            yield Teller(subject, path, line)(
                Kind.WEIGHT,
                Direction.NEUTRAL if is_scaled else direction,
                f"{before:f}",
                f"{after:f}",
            )


def _diluted(base: Board, head: Board, pairs: Pairs) -> Iterator[Change]:
    """Yield a change for each criterion that counts for less because others were raised."""
    old = _shares(base, [placed for placed, _ in pairs.same])
    new = _shares(head, [placed for _, placed in pairs.same])
    losers = [
        (after / before, placed, before, after)
        for (before, after), (earlier, placed) in zip(
            zip(old, new, strict=True), pairs.same, strict=True
        )
        if after < before * (1 - UNTOLD) and not _lowered(base, head, earlier, placed)
    ]
    if losers:
        _, worst, before, after = min(losers, key=lambda loser: loser[0])
        more = f" and of {len(losers) - 1} more" if len(losers) > 1 else ""
        yield Teller(worst.criterion.id, head.path, worst.criterion.position.line)(
            Kind.SHARE,
            Direction.LOOSENED,
            _percent(before),
            _percent(after),
            f"other weights were raised; its share{more} fell",
        )


def _lowered(base: Board, head: Board, old: Placed, new: Placed) -> bool:
    """Return whether a criterion's own weight, its task's or its priority's was lowered."""
    return (
        new.criterion.weight < old.criterion.weight
        or new.task.weight < old.task.weight
        or head.priorities[new.task.priority].weight < base.priorities[old.task.priority].weight
    )


def _outweighing(base: Board, head: Board, pairs: Pairs) -> Iterator[Change]:
    """Yield changes for new items that outweigh all before, so that all others count for less."""
    everything = [placed for placed, _ in pairs.same] + pairs.removed
    heaviest = max((placed.criterion.weight for placed in everything), default=Decimal(1))
    heaviest_task = max((_task_weight(base, placed) for placed in everything), default=Decimal(1))
    known = {new.task.id for _, new in pairs.same}
    new_tasks: set[str] = set()
    for placed in pairs.added:
        if placed.criterion.weight > max(heaviest, Decimal(1)):
            yield _outweighs(
                placed.criterion.id, placed.criterion.weight, heaviest, placed, head.path
            )
        weight = _task_weight(head, placed)
        if placed.task.id not in known | new_tasks and weight > max(heaviest_task, Decimal(10)):
            new_tasks.add(placed.task.id)
            yield _outweighs(placed.task.id, weight, heaviest_task, placed, head.path)


def _outweighs(subject: str, weight: Decimal, most: Decimal, placed: Placed, path: str) -> Change:
    return Teller(subject, path, placed.criterion.position.line)(
        Kind.WEIGHT,
        Direction.LOOSENED,
        f"{most:f} at most",
        f"{weight:f}",
        "new, and heavier than all there was",
    )


def _task_weight(board: Board, one: Placed) -> Decimal:
    return board.priorities[one.task.priority].weight * one.task.weight


def _shares(board: Board, criteria: Sequence[Placed]) -> list[Fraction]:
    """Return each one's share of the score, were these the only criteria."""
    within: dict[str, Fraction] = {}
    for placed in criteria:
        within[placed.task.id] = within.get(placed.task.id, Fraction(0)) + Fraction(
            placed.criterion.weight
        )
    tasks = {placed.task.id: Fraction(_task_weight(board, placed)) for placed in criteria}
    total = sum(tasks.values(), Fraction(0))
    return [
        tasks[placed.task.id] / total * Fraction(placed.criterion.weight) / within[placed.task.id]
        for placed in criteria
    ]


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f} %"
