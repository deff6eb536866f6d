"""The shortest reason that lets an agent act. Pure."""

from collections.abc import Sequence

import msgspec

from readiness.agents.transcript import SIGNATURE

LONGEST = 1200
"""No answer has more characters."""

TOKENS = 370
"""Nor more of these: three ASCII characters, or one that is none, such as of Chinese."""


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be: what, and lines that help, the most useful first."""

    what: str
    lines: list[str] = []


def tokens(text: str) -> int:
    """How many tokens a text is at most taken for."""
    others = sum(not character.isascii() for character in text)
    return (len(text) - others + 2) // 3 + others


def fits(text: str) -> bool:
    """Return whether a text is short enough for an answer."""
    return len(text) <= LONGEST and tokens(text) <= TOKENS


def reason(opening: str, complaints: Sequence[Objection], closing: str, more: str) -> str:
    """Put an answer together, which is signed; `more` says where the rest is, should there be one.

    Every complaint is named as far as there is room, and then gets its lines, one by one.
    """

    def room(count: int, lines: Sequence[int]) -> str:
        rest = more if count < len(complaints) else ""
        return _set(opening, complaints[:count], lines, closing, rest)

    count = len(complaints)
    while count > 1 and not fits(room(count, [0] * count)):
        count -= 1
    counts = [0] * count
    for place, complaint in enumerate(complaints[:count]):
        for _ in complaint.lines:
            counts[place] += 1
            if not fits(room(count, counts)):
                counts[place] -= 1
                break
    return shortened(room(count, counts))


def shortened(text: str) -> str:
    """Cut a text that is too long at its end, until it fits."""
    while not fits(text):
        text = f"{text[: len(text) * 9 // 10]}…"
    return text


def _set(
    opening: str, complaints: Sequence[Objection], lines: Sequence[int], closing: str, more: str
) -> str:
    parts = [f"{SIGNATURE}{opening}"]
    for complaint, count in zip(complaints, lines, strict=True):
        parts.append(f"- {complaint.what}")
        parts += [f"  {line}" for line in complaint.lines[:count]]
    return "\n".join(filter(None, [*parts, more, closing]))
