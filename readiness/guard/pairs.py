"""Which criterion of one board is which of another, though ids shift and tasks are renamed."""

from collections.abc import Callable, Hashable, Iterator
from itertools import starmap
from typing import Final

import msgspec

from readiness.model.board import Board, Criterion, Task


class Placed(msgspec.Struct, frozen=True):
    """A criterion and the task that it belongs to."""

    task: Task
    criterion: Criterion


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """The same criteria in two boards, and those that only one of them has, in board order."""

    same: list[tuple[Placed, Placed]]
    removed: list[Placed]
    added: list[Placed]


def pair_criteria(base: Board, head: Board) -> Pairs:
    """Find each criterion of `base` in `head`: first equal ones, last those of equal id alone.

    Default ids are positions, so a criterion that moved is known by its title and its probe.
    """
    left, right = list(placed(base)), list(placed(head))
    partner_of: dict[int, Placed] = {}
    for key in _KEYS:
        waiting: dict[Hashable, list[Placed]] = {}
        for candidate in right:
            waiting.setdefault(key(candidate), []).append(candidate)
        for position, candidate in enumerate(left):
            partners = waiting.get(key(candidate))
            if position not in partner_of and partners:
                partner_of[position] = partners.pop(0)
        taken = {id(each) for each in partner_of.values()}
        right = [candidate for candidate in right if id(candidate) not in taken]
    return Pairs(
        same=[(left[position], partner_of[position]) for position in sorted(partner_of)],
        removed=[
            candidate for position, candidate in enumerate(left) if position not in partner_of
        ],
        added=right,
    )


FOLDER: Final = "its folder"
"""A key that no parameter can have."""


def placed(board: Board) -> Iterator[Placed]:
    """Return an iterator over all criteria with their tasks, in the order of the board."""
    return starmap(Placed, board.pairs())


def combinations(criterion: Criterion) -> list[dict[str, str]]:
    """Return the parameters of each probe, and its folder where that is not the board's."""
    folders = criterion.workdirs or ("",) * len(criterion.matrix)
    return [
        {**criterion.params, **each, **({FOLDER: folder} if folder else {})}
        for each, folder in zip(criterion.matrix, folders, strict=True)
    ]


def probe_of(criterion: Criterion) -> Hashable:
    """Return a key of what a criterion runs and reads; equal for those that measure the same."""
    check = criterion.check
    if check is None:
        return ("attested",)
    named = check.name or check.run
    params = tuple(sorted(tuple(sorted(each.items())) for each in combinations(criterion)))
    return (named, params, criterion.measure)


_KEYS: tuple[Callable[[Placed], Hashable], ...] = (
    lambda at: (
        at.task.id,
        at.criterion.id,
        at.criterion.title,
        probe_of(at.criterion),
    ),
    lambda at: (at.task.id, at.criterion.id, at.criterion.title),
    lambda at: (at.task.id, at.criterion.title, probe_of(at.criterion)),
    lambda at: (at.task.id, at.criterion.id, probe_of(at.criterion)),
    lambda at: (at.criterion.title, probe_of(at.criterion)),
    lambda at: (at.task.id, at.criterion.title),
    lambda at: (at.task.id, probe_of(at.criterion)),
    lambda at: at.criterion.id,
    lambda at: at.criterion.title,
)
