"""Parsed output as plain data, whatever the format was; the formats are the files `read_*.py`.

A document format is one module `read_<format>.py` with a function `parse(text) -> Data` that
raises ValueError (or RecursionError) with a message for what it refuses.
"""

from decimal import Decimal
from importlib import import_module
from typing import Protocol, TypeAlias, cast

from readiness.measure.problem import NotMeasuredError, shown
from readiness.model.words import Format, ReasonCode
from readiness.text.worded import worded

Data: TypeAlias = "dict[str, Data] | list[Data] | str | int | Decimal | bool | None"


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
            from readiness.measure.read_jsonl import without

            text = without(text, passed_over)
        return reader.parse(text)
    except RecursionError:
        raise _unreadable(kind, worded("reason.nested")) from None
    except ValueError as error:
        raise _unreadable(kind, error.args[0] if error.args else "") from None


def _unreadable(kind: Format, why: str) -> NotMeasuredError:
    return NotMeasuredError(
        ReasonCode.UNREADABLE, worded("reason.unreadable", kind=kind, why=shown(why))
    )
