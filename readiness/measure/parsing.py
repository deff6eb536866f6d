"""Text to data: the formats are the files `read_*.py`.

A document format is one module `read_<format>.py` with a function `parse(text) -> Data` that
raises ValueError (or RecursionError) with a message for what it refuses.
"""

from importlib import import_module
from typing import Protocol, cast

from readiness.measure import bounded
from readiness.measure.data import Data
from readiness.measure.problem import NotMeasuredError, shown, unreadable
from readiness.model.words import Format
from readiness.text.worded import worded

_MOST_PLAIN_LINES = 100


class DocumentReader(Protocol):
    """What a module `read_<format>.py` offers.

    `IN_PLACE` is the length of the longest texts that surely take less than some 0.3 s to parse.
    `TEXT_ONLY` says that the format has no numbers, only text that may be one.
    """

    IN_PLACE: int
    TEXT_ONLY: bool

    def parse(self, text: str) -> Data:
        """Return the text as data; numbers exact, nothing guessed, nothing ignored."""


def reader_of(kind: Format) -> DocumentReader:
    """Return the module that reads a format."""
    return cast("DocumentReader", import_module(f"readiness.measure.read_{kind}"))


def parse(kind: Format, text: str, passed_over: str = "") -> Data:
    """Return the text as data; see `Documents.document`."""
    reader = reader_of(kind)
    try:
        if passed_over:
            text = _without(text, passed_over)
        return reader.parse(text)
    except RecursionError:
        raise _unreadable(kind, worded("reason.nested")) from None
    except ValueError as error:
        raise _unreadable(kind, error.args[0] if error.args else "") from None


def _unreadable(kind: Format, why: str) -> NotMeasuredError:
    return unreadable(worded("reason.unreadable", kind=kind, why=shown(why)))


def _without(text: str, pattern: str) -> str:
    """Return the text without those lines of plain text in which the pattern is found."""
    lines = text.split("\n")
    plain = [
        place for place, line in enumerate(lines) if line.strip() and line.lstrip()[0] not in "{["
    ]
    for place in plain[:_MOST_PLAIN_LINES]:
        if bounded.count(pattern, lines[place]):
            lines[place] = ""
    return "\n".join(lines) if plain else text
