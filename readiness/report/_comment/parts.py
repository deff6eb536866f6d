"""Reports that may only be so long: what comes last is left out, and how much is told."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a report. One without items is always there.

    Else its last items can be left out, and so can all of it. An item is written when its turn
    comes: most of a long run never is.
    """

    head: str = ""
    items: Sequence[Any] = ()
    write: Callable[[Any], str] = str
    foot: str = ""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How long a report may be, how a text's length is taken, and how to tell of `n` left out."""

    most: int
    size: Callable[[str], int]
    left_out: Callable[[int], str]


def fitted(parts: Sequence[Part], limit: Limit) -> str:
    """Return the parts as one text of at most `limit`, as much of each as there is room for."""
    note = limit.size(f"\n{limit.left_out(10**9)}\n")
    room = limit.most - note * (len(parts) + 1)
    room -= sum(limit.size(f"{part.head}\n\n") for part in parts if not part.items)
    blocks = []
    lost = 0
    for part in parts:
        items: list[str] = []
        frame = limit.size(f"{part.head}\n{part.foot}\n\n") if part.items else 0
        if frame > room:
            lost += len(part.items)
            continue
        room -= frame
        for item in map(part.write, part.items):
            if (cost := limit.size(f"{item}\n")) > room:
                break
            room -= cost
            items.append(item)
        more = len(part.items) - len(items)
        lines = [part.head, *items, *(["", limit.left_out(more)] if more else []), part.foot]
        blocks.append("\n".join(lines).strip("\n"))
    if lost:
        blocks.append(limit.left_out(lost))
    return "\n\n".join(blocks) + "\n"
