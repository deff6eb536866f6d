"""The cheapest set of tasks that wins so much: found exactly, with dependencies respected.

Tasks are decided one after the other, what others wait for first. Of all choices that cost the
same and leave the same tasks out of reach, only the one that wins most is kept: the others can
never be better. What is left at the end holds the answer (dynamic programming over the cost).
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
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


class _Choice(NamedTuple):
    """What some tasks win together. Between equals the fewer win, then the earlier ones."""

    gain: int
    fewer: int
    earlier: int

    def and_also(self, gain: int, place: int) -> "_Choice":
        return _Choice(self.gain + gain, self.fewer - 1, self.earlier | place)


# For each set of works that are out of reach (as bits): the best choice for each cost.
_States = dict[int, dict[int, _Choice]]


def cheapest(works: Sequence[Work], need: Fraction) -> list[Work] | None:
    """The works that together win `need` at the least cost; None where all of them do not.

    They come in the order of `works`. Nothing is needed where `need` is 0 or less.
    """
    if need <= 0:
        return []
    order = _in_order(works)
    scale = lcm(need.denominator, *(work.gain.denominator for work in order))
    wanted = int(need * scale)
    step = gcd(*(work.cost for work in order)) or 1
    states: _States = {0: {0: _Choice(0, 0, 0)}}
    places = {work.id: place for place, work in enumerate(works)}
    for position, work in enumerate(order):
        waiting = _bits(order, position, work.id)
        gain = int(work.gain * scale)
        place = 1 << (len(works) - places[work.id])
        states = _decided(states, 1 << position, waiting, work.cost // step, gain, place)
        _forget_the_worse(states, wanted)
    reaching = [
        (cost, -choice.fewer, -choice.earlier)
        for choices in states.values()
        for cost, choice in choices.items()
        if choice.gain >= wanted
    ]
    if not reaching:
        return None
    chosen = -min(reaching)[2]
    return [work for work in works if chosen & 1 << (len(works) - places[work.id])]


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


def _forget_the_worse(states: _States, wanted: int) -> None:
    """Drop what costs more and wins no more, and what costs more than an answer that is known."""
    answers = (
        cost
        for choices in states.values()
        for cost, choice in choices.items()
        if choice.gain >= wanted
    )
    limit = min(answers, default=None)
    for blocked, choices in states.items():
        kept: dict[int, _Choice] = {}
        most = -1
        for cost in sorted(choices):
            if limit is not None and cost > limit:
                break
            if choices[cost].gain > most:
                most = choices[cost].gain
                kept[cost] = choices[cost]
        states[blocked] = kept


def _in_order(works: Sequence[Work]) -> list[Work]:
    """What others wait for first, and close before them: few works are undecided in between."""
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
