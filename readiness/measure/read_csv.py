"""CSV with a header: a list of objects, all values text."""

import csv
import io

from readiness.measure.data import Data
from readiness.text.worded import worded

IN_PLACE = 512 * 1024
TEXT_ONLY = True

_LARGEST_FIELD = 1 << 20


def parse(text: str) -> Data:
    """Return an object for each row. A row must have as many fields as the header."""
    csv.field_size_limit(_LARGEST_FIELD)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    header, *body = rows
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise ValueError(worded("reason.csv_twice", name=repr(twice)))
    return [_row(number, header, row) for number, row in enumerate(body, start=1)]


def _row(number: int, header: list[str], row: list[str]) -> Data:
    if len(row) != len(header):
        raise ValueError(
            worded("reason.csv_fields", row=number, count=len(row), wanted=len(header))
        )
    return dict(zip(header, row, strict=True))
