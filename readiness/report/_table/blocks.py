"""What the table consists of, before it is set: lines, and one grid.

All text in here is literal already: it can be shown as it is.
"""

from enum import StrEnum

import msgspec

from readiness.text.layout import literal


class Style(StrEnum):
    """What a piece of text is, for a terminal that has colours."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


Part = tuple[str, Style]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line. Its parts follow each other; wrapped, they stay to the right of the label.

    `label_cells` is the room that the label takes, `indent` what stands before it. Where it is
    `clipped`, the middle of its last part gives way instead: it stays one line.
    """

    parts: tuple[Part, ...] = ()
    label: Part = ("", Style.PLAIN)
    label_cells: int = 0
    indent: int = 0
    clipped: bool = False


class TaskRows(msgspec.Struct, frozen=True, kw_only=True):
    """One task: its head (`facts` at the right end), and its rows. `before` opens a group."""

    title: tuple[Part, ...]
    facts: tuple[Part, ...]
    rows: list[list[Part]]
    before: tuple[Line, ...] = ()


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """The table of tasks and criteria; the columns are as wide in every section.

    As a `PlainTable`; a cell that is wider than the `caps` of its column does not widen it.
    """

    sections: list[TaskRows]
    heads: list[str]
    right: tuple[int, ...]
    flexible: int
    spare: tuple[int, ...]
    caps: dict[int, int]


class PlainTable(msgspec.Struct, frozen=True, kw_only=True):
    """A plain table: as `columns` of `readiness.text.layout` sets it, a style for each cell."""

    rows: list[list[Part]]
    heads: list[str]
    right: tuple[int, ...] = ()
    flexible: int | None = None
    spare: tuple[int, ...] = ()


Block = Line | Grid | PlainTable


def plain(*cells: str) -> list[Part]:
    """Return cells, or parts of a line, without a style."""
    return [(cell, Style.PLAIN) for cell in cells]


def text_lines(*lines: str) -> list[Line]:
    """Return lines without a style; what follows where one is wrapped stands further in."""
    return [
        Line(
            label=("", Style.PLAIN),
            indent=len(line) - len(line.lstrip()),
            parts=((literal(line.strip()), Style.PLAIN),),
        )
        for line in lines
    ]
