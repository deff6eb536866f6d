"""What a change of weights does: who counts for less of the score than before."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.pairs import Pairs, Placed
from readiness.model.board import Board

# A criterion that keeps its weight may lose this much of its share before it is told.
UNTOLD = Fraction(1, 10)


def weights(base: Board, head: Board, pairs: Pairs) -> Iterator[Change]:
    """Compare the weights of the criteria that both boards have, and of what is new.

    Only the proportions of the weights of a kind count.
    """
    yield from _of_criteria(pairs, head.path)
    yield from _of_tasks(pairs, head.path)
    yield from _of_priorities(base, head, pairs)
    yield from _diluted(base, head, pairs)
    yield from _outweighing(base, head, pairs)


def _of_criteria(pairs: Pairs, path: str) -> Iterator[Change]:
    tasks: dict[str, list[tuple[str, int, Decimal, Decimal]]] = {}
    for old, new in pairs.same:
        criterion = new.criterion
        tasks.setdefault(new.task.id, []).append(
            (criterion.id, criterion.position.line, old.criterion.weight, criterion.weight)
        )
    for items in tasks.values():
        yield from _changed(items, path)


def _of_tasks(pairs: Pairs, path: str) -> Iterator[Change]:
    tasks = {new.task.id: (old.task, new.task) for old, new in pairs.same}
    items = [(new.id, new.position.line, old.weight, new.weight) for old, new in tasks.values()]
    yield from _changed(items, path)


def _of_priorities(base: Board, head: Board, pairs: Pairs) -> Iterator[Change]:
    used = dict.fromkeys(new.task.priority for _, new in pairs.same)
    items = [
        (name.value, 0, base.priorities[name].weight, head.priorities[name].weight) for name in used
    ]
    yield from _changed(items, path=head.path)


def _changed(items: Sequence[tuple[str, int, Decimal, Decimal]], path: str) -> Iterator[Change]:
    """Compare weights (subject, line, before, after) that count against each other."""
    ratios = {Fraction(after) / Fraction(before) for _, _, before, after in items}
    is_scaled = len(items) > 1 and len(ratios) == 1
    for subject, line, before, after in items:
        if before != after:
            direction = Direction.LOOSENED if after < before else Direction.TIGHTENED
            yield Change(
                subject=subject,
                kind=Kind.WEIGHT,
                direction=Direction.NEUTRAL if is_scaled else direction,
                before=f"{before:f}",
                after=f"{after:f}",
                path=path,
                line=line,
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
        yield Change(
            subject=worst.criterion.id,
            kind=Kind.SHARE,
            direction=Direction.LOOSENED,
            before=_percent(before),
            after=_percent(after),
            path=head.path,
            line=worst.criterion.position.line,
            note=f"other weights were raised; its share{more} fell",
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
    return Change(
        subject=subject,
        kind=Kind.WEIGHT,
        direction=Direction.LOOSENED,
        before=f"{most:f} at most",
        after=f"{weight:f}",
        path=path,
        line=placed.criterion.position.line,
        note="new, and heavier than all there was",
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
