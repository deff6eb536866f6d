"""What people read, before Rich sets it: lines and tables of text with a meaning.

A command that prints JSON makes none, so this imports no Rich. Text in here may be foreign: it is
cleaned where it is set, and never read as markup.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypeAlias

import msgspec


class Style(StrEnum):
    """What a piece of text is; the theme of the consoles has a look for each."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


Part: TypeAlias = tuple[str, Style]
Cell: TypeAlias = Part | tuple[Part, ...]


class FileLink(str):
    """A file's path, and maybe a line: a link where the terminal knows links."""

    __slots__ = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line, or with a label a row of a list: neighbours of one indent share its columns.

    A label that is "" goes on with the row before. Where it is `clipped` it stays one line, and
    the middle of its last part gives way.
    """

    parts: tuple[Part, ...] = ()
    label: Part | None = None
    indent: int = 0
    clipped: bool = False


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A table, a style for each cell; a cell may have several parts.

    The columns in `right` are aligned to the right, those in `caps` no wider than that. Where the
    terminal is too narrow, columns that are `spare` give way, the first one first, until the column
    `flexible`, which is wrapped, can be read. After the rows in `ends` a section ends.
    """

    rows: Sequence[Sequence[Cell]]
    heads: list[str]
    right: tuple[int, ...] = ()
    flexible: int | None = None
    spare: tuple[int, ...] = ()
    caps: dict[int, int] = {}
    ends: frozenset[int] = frozenset()


Block: TypeAlias = Line | Grid


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Where something will be read, as far as who writes it may know.

    `width` is in cells. On a `terminal` no line is wider; elsewhere a table may be, where it has to
    be so that nothing in it is cut, and sentences are not wrapped.
    """

    width: int = 120
    colour: bool = False
    links: bool = False
    terminal: bool = False
    verbose: bool = False
    quiet: bool = False


def plain(*cells: str) -> list[Part]:
    """Return cells, or parts of a line, without a style."""
    return [(cell, Style.PLAIN) for cell in cells]


def text_lines(*lines: str) -> list[Line]:
    """Return lines without a style; what follows where one is wrapped stands further in."""
    return [
        Line(indent=len(line) - len(line.lstrip(" ")), parts=((line.strip(" "), Style.PLAIN),))
        for line in lines
    ]


def title(text: str) -> list[Line]:
    """Return an empty line and the title of a part."""
    return [Line(), Line(parts=((text, Style.STRONG),))]


def table(
    rows: Iterable[Iterable[str]],
    heads: Sequence[str] = (),
    *,
    right: tuple[int, ...] = (),
    flexible: int | None = None,
    spare: tuple[int, ...] = (),
) -> Grid:
    """Return a table of text, the first cell of each row strong; as a `Grid` otherwise."""
    return Grid(
        rows=[
            [(cell, Style.PLAIN if place else Style.STRONG) for place, cell in enumerate(row)]
            for row in rows
        ],
        heads=[*heads],
        right=right,
        flexible=flexible,
        spare=spare,
    )
