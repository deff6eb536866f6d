"""The cheapest set of tasks that wins so much: found exactly, with dependencies respected.

Tasks are decided one after the other, what others wait for first. Of all choices that cost the
same and leave the same tasks out of reach, only the one that wins most is kept: the others can
never be better. What is left at the end holds the answer (dynamic programming over the cost).
A choice is dropped as soon as it costs more than an answer that is known, or can no longer win
enough.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import msgspec


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A task that is done whole or not at all: its cost in minutes, and the points that it wins.

    `after` names the works that must be done for it to be possible; they are in the same list.
    """

    id: str
    cost: int
    gain: Fraction
    after: tuple[str, ...] = ()


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """Works that win enough. Where `exact` is not set, a cheaper set may exist."""

    works: list[Work]
    exact: bool = True


LIMIT = 100_000
"""With so many choices to follow at once the search is given up for a good answer."""


class _Choice(NamedTuple):
    """What some tasks win together. Between equals the fewer win, then the earlier ones."""

    gain: int
    fewer: int
    earlier: int

    def and_also(self, gain: int, place: int) -> "_Choice":
        return _Choice(self.gain + gain, self.fewer - 1, self.earlier | place)


# For each set of works that are out of reach (as bits): the best choice for each cost.
_States = dict[int, dict[int, _Choice]]


def cheapest(works: Sequence[Work], need: Fraction) -> Bundle | None:
    """Find the cheapest works that together win `need`; None where even all of them do not.

    They come in the order of `works`. Nothing is needed where `need` is 0 or less. Hundreds of
    tasks with dependencies all across are too many to search: the answer is not `exact` then.
    """
    if need <= 0:
        return Bundle(works=[])
    order = _in_order(works)
    scale = lcm(need.denominator, *(work.gain.denominator for work in order))
    wanted = int(need * scale)
    gains = [int(work.gain * scale) for work in order]
    if sum(gains) < wanted:
        return None
    places = {work.id: 1 << (len(works) - place) for place, work in enumerate(works)}
    known = _greedy(order, gains, wanted)
    limit = sum(work.cost for work in order if work.id in known)
    states: _States = {0: {0: _Choice(0, 0, 0)}}
    for position, work in enumerate(order):
        waiting = _bits(order, position, work.id)
        states = _decided(
            states, 1 << position, waiting, work.cost, gains[position], places[work.id]
        )
        _forget_the_hopeless(states, wanted, limit, sum(gains[position + 1 :]))
        if sum(map(len, states.values())) > LIMIT:
            return Bundle(works=[work for work in works if work.id in known], exact=False)
    reaching = [
        (cost, -choice.fewer, -choice.earlier)
        for choices in states.values()
        for cost, choice in choices.items()
    ]
    chosen = -min(reaching)[2]
    return Bundle(works=[work for work in works if chosen & places[work.id]])


def _greedy(order: Sequence[Work], gains: Sequence[int], wanted: int) -> set[str]:
    """Pick again and again the work with the most gain for its cost and that of its needs."""
    gain_of = {work.id: gain for work, gain in zip(order, gains, strict=True)}
    by_id = {work.id: work for work in order}
    needs: dict[str, set[str]] = {}
    for work in order:  # what a work waits for stands before it
        needs[work.id] = {work.id}.union(*(needs[name] for name in work.after))
    taken: set[str] = set()
    won = 0
    while won < wanted:
        offers = []
        for work in order:
            names = sorted(needs[work.id] - taken)
            gain = sum(gain_of[name] for name in names)
            if gain:
                cost = sum(by_id[name].cost for name in names)
                offers.append((Fraction(cost, min(gain, wanted - won)), cost, names))
        best = min(offers)[2]
        taken.update(best)
        won += sum(gain_of[name] for name in best)
    return taken


def _decided(states: _States, own: int, waiting: int, cost: int, gain: int, place: int) -> _States:
    """Take a work or leave it, in every state; what waits for one that is left is out of reach."""
    after: _States = {}
    for blocked, choices in states.items():
        left = after.setdefault((blocked | waiting) & ~own, {})
        for spent, choice in choices.items():
            _keep(left, spent, choice)
        if not blocked & own:
            taken = after.setdefault(blocked, {})
            for spent, choice in choices.items():
                _keep(taken, spent + cost, choice.and_also(gain, place))
    return after


def _keep(choices: dict[int, _Choice], cost: int, choice: _Choice) -> None:
    known = choices.get(cost)
    if known is None or choice > known:
        choices[cost] = choice


def _forget_the_hopeless(states: _States, wanted: int, limit: int, rest: int) -> None:
    """Drop what wins no more than something cheaper, costs too much, or can win too little."""
    for blocked, choices in states.items():
        kept: dict[int, _Choice] = {}
        most = -1
        for cost in sorted(choices):
            choice = choices[cost]
            if choice.gain > most and choice.gain + rest >= wanted and cost <= limit:
                most = choice.gain
                kept[cost] = choice
        states[blocked] = kept
    for blocked in [blocked for blocked, choices in states.items() if not choices]:
        del states[blocked]


def _in_order(works: Sequence[Work]) -> list[Work]:
    """Sort works behind their needs, close to them, so that few are undecided in between."""
    by_id: Mapping[str, Work] = {work.id: work for work in works}
    order: dict[str, Work] = {}

    def place(work: Work) -> None:
        for name in work.after:
            if name not in order:
                place(by_id[name])
        order.setdefault(work.id, work)

    for work in works:
        place(work)
    return list(order.values())


def _bits(order: Sequence[Work], position: int, name: str) -> int:
    waiting: Iterable[int] = (
        1 << later for later in range(position + 1, len(order)) if name in order[later].after
    )
    return sum(waiting)
