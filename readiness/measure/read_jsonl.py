"""JSON lines: one JSON text a line, blank lines between them.

A line of plain text is a fault: mypy 1.13 reports a syntax error so, in the middle of what should
be JSON, and a reader that ignored it would count none. The exception is a line which the check
itself expects, as its proof that the tool did its work.
"""

from readiness.measure import bounded
from readiness.measure.data import Data
from readiness.measure.read_json import parse as parse_json

IN_PLACE = 1024 * 1024
TEXT_ONLY = False

_MOST_PLAIN_LINES = 100


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


def without(text: str, pattern: str) -> str:
    """Return the text without those lines of plain text in which the pattern is found."""
    lines = text.split("\n")
    plain = [
        place for place, line in enumerate(lines) if line.strip() and line.lstrip()[0] not in "{["
    ]
    for place in plain[:_MOST_PLAIN_LINES]:
        if bounded.count(pattern, lines[place]):
            lines[place] = ""
    return "\n".join(lines) if plain else text
