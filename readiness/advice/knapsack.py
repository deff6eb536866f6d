"""The cheapest set of tasks that wins so much: found exactly, with dependencies respected.

Tasks are decided one after the other, what others wait for first. A choice is dropped where it
costs more than an answer that is known, can no longer win enough, or wins no more than one that
costs no more and leaves the same tasks out of reach.
"""

from collections.abc import Mapping, Sequence
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


LIMIT = 50_000
"""With so many choices to follow at once the search is given up for a good answer."""


class _Choice(NamedTuple):
    """What some of the works come to; of two the smaller is the better one.

    `lost` is what those win that are left. Between equals the fewer win, then the earlier: `names`
    has their bits, the first the highest, below 0. What can be done no more is `blocked`, as bits.
    """

    cost: int = 0
    lost: int = 0
    size: int = 0
    names: int = 0
    blocked: int = 0


def cheapest(works: Sequence[Work], need: Fraction) -> Bundle | None:
    """Find the cheapest works that together win `need`; None where even all of them do not.

    They come in the order of `works`. Nothing is needed where `need` is 0 or less. Hundreds of
    tasks with dependencies all across are too many to search: the answer is not `exact` then.
    """
    if need <= 0:
        return Bundle(works=[])
    spare = sum((work.gain for work in works), Fraction(0)) - need
    if spare < 0:
        return None
    order = _in_order(works)
    scale = lcm(spare.denominator, *(work.gain.denominator for work in order))
    places = {work.id: 1 << (len(works) - place) for place, work in enumerate(works)}
    known = _greedy(order, need)
    limit = sum(work.cost for work in order if work.id in known)
    choices = [_Choice()]
    for work in order:
        own, gain = places[work.id], int(work.gain * scale)
        waiting = sum(places[later.id] for later in order if work.id in later.after)
        left = [
            choice._replace(lost=choice.lost + gain, blocked=(choice.blocked | waiting) & ~own)
            for choice in choices
        ]
        taken = [
            choice._replace(
                cost=choice.cost + work.cost, size=choice.size + 1, names=choice.names - own
            )
            for choice in choices
            if not choice.blocked & own
        ]
        choices = _best([*left, *taken], limit, int(spare * scale))
        if len(choices) > LIMIT:
            return Bundle(works=[work for work in works if work.id in known], exact=False)
    names = -min(choices, key=lambda choice: (choice.cost, choice.size, choice.names)).names
    return Bundle(works=[work for work in works if names & places[work.id]])


def _best(choices: list[_Choice], limit: int, spare: int) -> list[_Choice]:
    """Drop what is too dear, has lost more than is to `spare`, or is no better than another."""
    least: dict[int, int] = {}
    kept = []
    for choice in sorted(choices):
        if choice.cost <= limit and choice.lost < least.get(choice.blocked, spare + 1):
            least[choice.blocked] = choice.lost
            kept.append(choice)
    return kept


def _greedy(order: Sequence[Work], need: Fraction) -> set[str]:
    """Pick again and again the work with the most gain for its cost and that of its needs."""
    by_id = {work.id: work for work in order}
    needs: dict[str, set[str]] = {}
    for work in order:  # what a work waits for stands before it
        needs[work.id] = {work.id}.union(*(needs[name] for name in work.after))
    taken: set[str] = set()
    while need > 0:
        offers = []
        for work in order:
            names = sorted(needs[work.id] - taken)
            gain = sum(by_id[name].gain for name in names)
            if gain:
                cost = sum(by_id[name].cost for name in names)
                offers.append((Fraction(cost) / min(gain, need), cost, names))
        best = min(offers)[2]
        taken.update(best)
        need -= sum(by_id[name].gain for name in best)
    return taken


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
