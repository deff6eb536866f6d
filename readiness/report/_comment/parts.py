"""Reports that may only be so long: what matters least is left out, and how much is told."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

_MISSES = 3


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a report. Its items can be left out, the last ones first; so can all of it.

    An item is written when its turn comes: most of a long run never is. The lower its `rank`, the
    longer a part stays; that of rank 0 is always there. Its items take no more than their `share`
    of the room that more important parts leave.
    """

    rank: int
    head: str = ""
    items: Sequence[Any] = ()
    write: Callable[[Any], str] = str
    foot: str = ""
    share: float = 1.0


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How long a report may be, how a text's length is taken, and how to tell of `n` left out."""

    most: int
    size: Callable[[str], int]
    left_out: Callable[[int], str]


def fitted(parts: Sequence[Part], limit: Limit) -> str:
    """Return the parts, in their order, as one text of at most `limit`."""
    note = limit.left_out(10**9)
    room = limit.most - limit.size(f"\n{note}\n") * (len(parts) + 1)
    kept: dict[int, list[str]] = {}
    for number in sorted(range(len(parts)), key=lambda index: parts[index].rank):
        part = parts[number]
        cost = limit.size(f"{part.head}\n{part.foot}\n\n")
        if cost > room and part.rank:
            continue
        room -= cost
        kept[number], taken = _first(part, int(room * part.share), limit)
        room -= taken
    blocks = [_block(parts[number], items, limit) for number, items in sorted(kept.items())]
    lost = sum(max(len(part.items), 1) for i, part in enumerate(parts) if i not in kept)
    if lost:
        blocks.append(limit.left_out(lost))
    return "\n\n".join(blocks) + "\n"


def _first(part: Part, room: int, limit: Limit) -> tuple[list[str], int]:
    """Return the items that fit, and their size; stops after a few that do not."""
    items: list[str] = []
    taken = misses = 0
    for item in map(part.write, part.items):
        cost = limit.size(f"{item}\n")
        if taken + cost <= room:
            taken += cost
            items.append(item)
        elif (misses := misses + 1) == _MISSES:
            break
    return items, taken


def _block(part: Part, items: list[str], limit: Limit) -> str:
    lines = [part.head] if part.head else []
    lines += items
    if lost := len(part.items) - len(items):
        lines += ["", limit.left_out(lost)]
    if part.foot:
        lines += [part.foot]
    return "\n".join(lines)
