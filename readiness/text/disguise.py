"""Text as it was before programs escaped it, however often and for whatever format.

Percent signs, HTML references, backslashes of JSON, C and shells, doubled quotes and terminal
sequences are undone again and again until nothing is left to undo. What comes out is for comparing
alone: two texts that differ only in how they are escaped come out alike.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from readiness.startup.patterns import later

_ROUNDS: Final = 6
"""Number of layers to undo; each takes time in proportion to the text."""

_ESCAPE: Final = later(
    r"""
    (?P<nothing> (?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]
        | (?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)
        | \x1b[ -/]*[0-Z\\^-~] | [\xad\u200b-\u200f\u2060-\u2064\ufeff] )
    | (?P<percent> (?:%[0-9A-Fa-f]{2})+ )
    | (?P<html> &(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30}); )
    | (?P<bytes> (?:\\[0-3][0-7]{2}|\\x[0-9A-Fa-f]{2})+ )
    | (?P<units> (?:\\u[0-9A-Fa-f]{4})+ )
    | (?P<letter> \\[abefnrtvE] )
    | (?P<quote> '\\+'' | '"'"' | "'"'" )
    | (?P<escaped> \\(?!\\x1b\[|\\u200|\\ufeff)
        [^A-Za-z0-9\x1b\xad\u200b-\u200f\u2060-\u2064\ufeff] )
    | (?P<doubled> "" | '' )
    """,
    re.VERBOSE,
)
_LETTERS: Final = dict(zip("abefnrtvE", "\a\b\x1b\f\n\r\t\v\x1b", strict=True))

Piece = tuple[str, int]
"""A character, and how much of the text stands for it."""


class Undisguised:
    """A text without its escapes; `span` says where in the original a part of it stands."""

    def __init__(self, original: str) -> None:
        self.text = original
        self._starts: list[int] | range = range(len(original))
        self._ends: list[int] | range = range(1, len(original) + 1)
        for _ in range(_ROUNDS):
            if not self._undo():
                break

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the part of the text from `start` to `end` stands in the original."""
        return self._starts[start], self._ends[end - 1]

    def _undo(self) -> bool:
        """Undo one layer; return False if there is none."""
        text, done = self.text, 0
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for escape in _ESCAPE.finditer(text):
            kind = escape.lastgroup
            assert kind is not None  # noqa: S101 - every alternative has a name
            parts.append(text[done : escape.start()])
            starts += self._starts[done : escape.start()]
            ends += self._ends[done : escape.start()]
            place = escape.start()
            for character, length in _MEANT[kind](escape[0]):
                parts.append(character)
                starts.append(self._starts[min(place, len(text) - 1)])
                place += length
                ends.append(self._ends[place - 1])
            done = escape.end()
        if not done:
            return False
        self.text = "".join(parts) + text[done:]
        self._starts = starts + list(self._starts[done:])
        self._ends = ends + list(self._ends[done:])
        return True


def undisguised(text: str) -> str:
    """Return the text without its escapes."""
    return Undisguised(text).text


def _nothing(_: str) -> Iterator[Piece]:
    return iter(())


def _percent(escape: str) -> Iterator[Piece]:
    codes = [int(code, 16) for code in escape.split("%")[1:]]
    return _characters([(code, 3) for code in codes])


def _bytes(escape: str) -> Iterator[Piece]:
    codes = escape.split("\\")[1:]
    return _characters(
        [(int(code[1:], 16) if code[0] == "x" else int(code, 8), 4) for code in codes]
    )


def _characters(data: list[tuple[int, int]]) -> Iterator[Piece]:
    """Decode bytes as UTF-8 where they are valid, and each other byte as one character."""
    place = 0
    while place < len(data):
        first = data[place][0]
        size = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        group = data[place : place + size]
        try:
            yield bytes(code for code, _ in group).decode(), sum(width for _, width in group)
        except UnicodeDecodeError:
            size = 1
            yield chr(first), group[0][1]
        place += size


def _units(escape: str) -> Iterator[Piece]:
    codes = [int(code, 16) for code in escape.split("\\u")[1:]]
    place = 0
    while place < len(codes):
        pair = codes[place : place + 2]
        if len(pair) == 2 and 0xD800 <= pair[0] < 0xDC00 <= pair[1] < 0xE000:
            yield chr(0x10000 + ((pair[0] - 0xD800) << 10) + pair[1] - 0xDC00), 12
            place += 2
        else:
            yield chr(pair[0]), 6
            place += 1


def _html(escape: str) -> Iterator[Piece]:
    from html import unescape

    meant = unescape(escape)
    if meant == escape:
        yield from ((character, 1) for character in escape)
    else:
        yield meant[0], len(escape)
        yield from ((character, 0) for character in meant[1:])


def _last(escape: str) -> Iterator[Piece]:
    yield escape[-1], len(escape)


_MEANT: Final[dict[str, Callable[[str], Iterator[Piece]]]] = {
    "nothing": _nothing,
    "percent": _percent,
    "html": _html,
    "bytes": _bytes,
    "units": _units,
    "letter": lambda escape: iter([(_LETTERS[escape[1]], 2)]),
    "quote": lambda escape: iter([("'" if escape[0] == "'" else '"', len(escape))]),
    "escaped": _last,
    "doubled": _last,
}
