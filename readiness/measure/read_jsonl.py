"""JSON lines: one JSON text a line, blank lines between them.

A line of plain text is a fault: mypy 1.13 reports a syntax error so, in the middle of what should
be JSON, and a reader that ignored it would count none. The exception is a line which the check
itself expects, as its proof that the tool did its work.
"""

from readiness.measure.data import Data
from readiness.measure.read_json import parse as parse_json

IN_PLACE = 1024 * 1024
TEXT_ONLY = False


def parse(text: str) -> Data:
    """Return the list of the lines' data."""
    values: list[Data] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line and not line.isspace():
            try:
                values.append(parse_json(line))
            except ValueError as error:
                raise ValueError(f"line {number}, {line[:80]!r}: {error}") from None
    return values
