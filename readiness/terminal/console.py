"""The consoles on which people read, with their one theme, and how blocks are set on them.

What is foreign is cleaned here, on its way into Rich, which passes escape sequences on.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import StringIO
from itertools import groupby
from os.path import abspath, exists
from typing import IO, Any
from urllib.parse import quote

from msgspec import structs
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, JustifyMethod, RenderableType
from rich.containers import Lines
from rich.padding import Padding
from rich.style import Style as RichStyle
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from readiness.terminal.blocks import Block, Cell, Context, FileLink, Grid, Line, Part, Style
from readiness.text.layout import inert, literal, middle, wrap

THEME = Theme(
    {
        Style.PLAIN: "none",
        Style.STRONG: "bold",
        Style.DIM: "dim",
        Style.GOOD: "green",
        Style.WARN: "yellow",
        Style.BAD: "bold red",
        Style.UNKNOWN: "magenta",
        "bar.complete": "green",
        "bar.finished": "green",
        "bar.back": "dim",
    },
    inherit=False,
)
GAP = 2
READABLE = 20
"""Cells in which a title or a sentence can be read, though it is wrapped."""
_UNWRAPPED = 1_000_000

Safe = Callable[[str], str]


class Screen(Console):
    """A console that leaves the cursor as it is: who is killed could not bring it back."""

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002
        """Do nothing."""
        return False


def console(file: IO[str], context: Context, height: int = 25) -> Console:
    """Return a console that writes to a file, and asks nobody what is there: the context says."""
    return Screen(
        file=file,
        width=max(context.width, 1),
        height=height,
        color_system="standard" if context.colour else None,
        force_terminal=context.terminal or context.colour,
        force_interactive=context.terminal,
        force_jupyter=False,
        no_color=not context.colour,
        legacy_windows=False,
        theme=THEME,
        markup=False,
        emoji=False,
        highlight=False,
    )


def drawn(blocks: Iterable[Block], context: Context, safe: Safe = str) -> str:
    """Return blocks as they are written; `safe` takes out of each text what must not be shown."""
    out = StringIO()
    make = partial(text, safe=safe, links=context.links)
    limit = context.width if context.terminal else _UNWRAPPED
    on = console(out, structs.replace(context, width=limit))
    shown = (block for block in blocks if isinstance(block, Line) or block.rows)
    for kind, group in groupby(shown, _kind):
        if isinstance(kind, Grid):
            table, cells = _table(kind, context, make)
            on.print(table, width=cells)
            continue
        lines = [block for block in group if isinstance(block, Line)]
        for set_line in _lines(lines, make, on, limit):
            on.print(set_line)
    lines_out = (line.rstrip() for line in out.getvalue().splitlines())
    return inert("\n".join([*lines_out, ""]))


def _kind(block: Block) -> object:
    """Return what neighbours have in common that are set together: a table stands alone."""
    return block if isinstance(block, Grid) else (block.label is not None, block.indent)


class WrappedText(Text):
    """Text that is broken as its language is: between wide characters too, as they close and open.

    Rich breaks between words, and a word that fits on no line wherever it is full.
    """

    def wrap(
        self, console: Console, width: int, *, justify: JustifyMethod | None = None, **how: Any
    ) -> Lines:
        """Return the lines."""
        if how.get("no_wrap") or self.no_wrap or self.plain.isascii():
            return super().wrap(console, width, justify=justify, **how)
        lines = self.divide(_breaks(self.plain, width))
        for line in lines:
            line.rstrip()
        if justify:
            lines.justify(console, width, justify=justify, overflow="fold")
        return lines


def _breaks(words: str, cells: int) -> Iterator[int]:
    end = 0
    for line in wrap(words, cells):
        start = words.index(line, end)
        if start:
            yield start
        end = start + len(line)


def text(parts: Iterable[Part], safe: Safe = str, *, links: bool = False) -> Text:
    """Return parts as Rich's text, each one made safe and literal."""
    made = WrappedText()
    for content, style in parts:
        look = style.value
        made.append(literal(safe(content)), None if style is Style.PLAIN else look)
        if links and isinstance(content, FileLink) and (target := _target(content)):
            made.stylize(RichStyle(link=target), len(made) - len(literal(safe(content))))
    return made


def _target(place: FileLink) -> str:
    """Return the address of a file that is there, "" for one that is not."""
    path = place.rpartition(":")[0] if place.rpartition(":")[2].isdigit() else str(place)
    return f"file://{quote(abspath(path))}" if exists(path) else ""


# --- lines ----------------------------------------------------------------------------------------


def _lines(
    lines: list[Line], make: Callable[[Iterable[Part]], Text], on: Console, limit: int
) -> Iterator[RenderableType]:
    """Yield neighbours of one kind: with labels as the two columns of a list."""
    if lines[0].label is None:
        for line in lines:
            yield from _hung(make(line.parts), line.indent, on, limit)
        return
    labels = [make([line.label]) for line in lines if line.label]
    indent = lines[0].indent
    cells = min(max(label.cell_len for label in labels), max(limit // 2 - indent, 1))
    room = limit - indent - cells - GAP
    grid = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
    grid.add_column(width=cells, overflow="fold")
    grid.add_column(overflow="fold")
    for label, line in zip(labels, lines, strict=True):
        grid.add_row(label, make(_clipped(line, room) if line.clipped else line.parts))
    yield Padding(grid, (0, 0, 0, indent), expand=False)


def _clipped(line: Line, room: int) -> tuple[Part, ...]:
    """Return the parts, of the last as much left out in its middle as there is no room for."""
    *first, (words, style) = line.parts
    room -= sum(cell_len(part) for part, _ in first)
    shown = literal(words)
    most = max(room, 1) * len(shown) // max(cell_len(shown), 1)
    return (*first, (middle(shown, most) if cell_len(shown) > room else shown, style))


def _hung(words: Text, indent: int, on: Console, limit: int) -> Iterator[Text]:
    """Yield the lines of a text; what is wrapped is set two cells further in."""
    lines: Iterable[Text] = [words]
    if words.cell_len + indent > limit:
        lines = words.wrap(on, max(limit - indent - GAP, 1))
    for number, line in enumerate(lines):
        yield WrappedText(" " * (indent + GAP * bool(number))).append_text(line)


# --- tables ---------------------------------------------------------------------------------------


def _table(
    block: Grid, context: Context, make: Callable[[Iterable[Part]], Text]
) -> tuple[Table, int]:
    """Return Rich's table of a block, and the cells that it takes.

    A terminal that is too narrow even for the columns that must be there gets two: the first one,
    and all others in lines.
    """
    rows = [[make(_parts(cell)) for cell in row] for row in block.rows]
    widths = _widths(block, rows)
    limit = context.width
    kept = _kept(block, widths, limit) if context.terminal else [*range(len(widths))]
    table = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        show_header=bool(block.heads) and kept is not None,
        header_style=Style.DIM,
    )
    if kept is None:
        first = min(max(cell.cell_len for row in rows for cell in row[:1]), limit // 2)
        table.add_column(width=first, overflow="fold")
        table.add_column(width=limit - first - GAP, overflow="fold")
        stacked = [
            [row[0], WrappedText("  ").join(cell for cell in row[1:] if cell)] for row in rows
        ]
        cells, rows, kept = limit, stacked, [0, 1]
    else:
        if block.flexible is not None:
            others = sum(widths[place] + GAP for place in kept if place != block.flexible)
            least = min(widths[block.flexible], READABLE)
            if not context.terminal:  # what is copied from there is whole
                words = (word for row in rows for word in row[block.flexible].plain.split())
                least = max([least, *map(cell_len, words)])
            widths[block.flexible] = min(widths[block.flexible], max(limit - others, least))
        cells = sum(widths[place] + GAP for place in kept) - GAP
        for place in kept:
            table.add_column(
                WrappedText(block.heads[place]) if block.heads else "",
                justify="right" if place in block.right else "left",
                width=widths[place],
                overflow="fold",
            )
    for number, row in enumerate(rows):
        table.add_row(*(row[place] for place in kept), end_section=number in block.ends)
    return table, cells


def _parts(cell: Cell) -> tuple[Part, ...]:
    return (cell,) if isinstance(cell[1], Style) else cell


def _widths(block: Grid, rows: list[list[Text]]) -> list[int]:
    """Return how wide each column is at most; one with a cap as its longest word at least."""
    widths = []
    for place, column in enumerate(zip(*rows, strict=True)):
        cap = block.caps.get(place, _UNWRAPPED)
        wide = max(cell.cell_len for cell in column)
        if wide > cap:
            words = (cell_len(word) for cell in column for word in cell.plain.split())
            wide = max(cap, *words)
        widths.append(max(wide, cell_len(block.heads[place]) if block.heads else 0))
    return widths


def _kept(block: Grid, widths: list[int], limit: int) -> list[int] | None:
    """Return the columns that there is room for; None where the least of them do not fit."""
    kept = [*range(len(widths))]
    for place in (*block.spare, None):
        room = limit + GAP - sum(widths[one] + GAP for one in kept if one != block.flexible)
        least = 0 if block.flexible is None else min(widths[block.flexible], READABLE) + GAP
        if room >= least:
            return kept
        if place is not None:
            kept.remove(place)
    return None
