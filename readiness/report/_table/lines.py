"""The table as text: lines as long as they have to be, or fitted to the width of a terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, zip_longest

import msgspec

from readiness.report._table.blocks import (
    Block,
    Column,
    Grid,
    Line,
    Part,
    PlainTable,
    Row,
    Style,
    TaskRows,
)
from readiness.startup.patterns import later
from readiness.text.layout import columns, inert, middle, pad, width, wrap

_CODES = {
    Style.PLAIN: "",
    Style.STRONG: "1",
    Style.DIM: "2",
    Style.GOOD: "32",
    Style.WARN: "33",
    Style.BAD: "1;31",
    Style.UNKNOWN: "35",
}
_NUMBER = later(r"(?<!\S)[-+]?[0-9.]+%?(?!\S)")
_NARROWEST_TITLE = 20
_NARROWEST_TEXT = 40

Paint = Callable[[Part], str]


def table_text(blocks: Iterable[Block], *, limit: int | None, colour: bool) -> str:
    """Return the text of `blocks`; with `colour`, with the terminal's codes for it.

    Within `limit` cells titles and sentences are wrapped. Where the grid does not fit, columns give
    way, and at last each criterion gets lines of its own: ids, numbers and verdicts are never cut.
    """
    paint = _coloured if colour else _bare
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Line):
            lines += _line(block, limit, paint)
        elif isinstance(block, PlainTable):
            lines += _columns(block, limit, paint)
        else:
            lines += _grid(block, limit, paint)
    return inert("\n".join(lines) + "\n")


def _columns(block: PlainTable, limit: int | None, paint: Paint) -> list[str]:
    styles = [[style for _, style in row] for row in block.rows]
    if block.heads:
        styles.insert(0, [Style.DIM] * len(block.heads))

    def painted(text: str, row: int, column: int) -> str:
        shown = text.rstrip()
        return paint((shown, styles[row][column])) + text[len(shown) :]

    return columns(
        [[text for text, _ in row] for row in block.rows],
        block.heads,
        right=block.right,
        flexible=block.flexible,
        limit=limit,
        spare=block.spare,
        paint=painted,
    ).split("\n")[:-1]


def _bare(part: Part) -> str:
    return part[0]


def _coloured(part: Part) -> str:
    text, style = part
    code = _CODES[style]
    return f"\x1b[{code}m{text}\x1b[0m" if code and text.strip() else text


# --- lines ----------------------------------------------------------------------------------------


def _line(line: Line, limit: int | None, paint: Paint) -> list[str]:
    """Set a line; within a limit it is wrapped to the right of its label, if there is room."""
    label, style = line.label
    indent = " " * line.indent
    padded = paint((pad(label, line.label_cells), style))
    if limit is None:
        return [f"{indent}{padded}{''.join(map(paint, line.parts))}".rstrip()]
    used = line.indent + max(line.label_cells, width(label))
    narrow = used + _NARROWEST_TEXT > limit
    parts = line.parts
    if line.clipped:
        parts = _clipped(parts, limit - (line.indent if narrow else used))
    if narrow or not used:
        start = (f"{indent}{label}  " if label else indent, style)
        return _wrapped([start, *parts], limit, paint)
    first, *rest = _wrapped(parts, limit - used, paint)
    return [f"{indent}{padded}{first}".rstrip(), *(f"{' ' * used}{text}".rstrip() for text in rest)]


def _clipped(parts: tuple[Part, ...], room: int) -> tuple[Part, ...]:
    """Return the parts, of the last as much left out in its middle as there is no room for."""
    *first, (text, style) = parts
    room -= sum(width(part) for part, _ in first)
    return (*first, (middle(text, max(room, 1)), style))


def _wrapped(parts: Sequence[Part], cells: int, paint: Paint) -> list[str]:
    """Break a text as `wrap` does; each piece keeps the styles of its parts."""
    text = "".join(part for part, _ in parts)
    lines = []
    end = 0
    for piece in wrap(text, cells):
        start = text.index(piece, end)
        end = start + len(piece)
        lines.append("".join(map(paint, _between(parts, start, end))))
    return lines


def _between(parts: Sequence[Part], start: int, end: int) -> Iterator[Part]:
    for text, style in parts:
        yield text[max(start, 0) : max(end, 0)], style
        start -= len(text)
        end -= len(text)


def _packed(parts: Iterable[Part], limit: int, paint: Paint) -> Iterator[str]:
    """Lay out facts side by side, as many as fit on a line; none of them is broken."""
    line = ""
    used = 0
    for text, style in parts:
        text = text.strip()
        if line and used + 2 + width(text) > limit:
            yield line
            line, used = "", 0
        if text:
            gap = 2 if line else 0
            line += " " * gap + paint((text, style))
            used += gap + width(text)
    if line:
        yield line


# --- the grid -------------------------------------------------------------------------------------


class _Shown(msgspec.Struct, frozen=True):
    """A column of the grid that is shown: its place in a row, and its width."""

    column: Column
    index: int
    size: int


def _grid(grid: Grid, limit: int | None, paint: Paint) -> list[str]:
    if not grid.sections:
        return []
    shown = _fitted(grid, limit)
    if shown is None:
        return list(_stacked(grid, limit or 0, paint))
    names = tuple(column.name for column in grid.columns)
    rows = [Row(cells=names, styles=(Style.DIM,) * len(names))]
    rows += [row for section in grid.sections for row in section.rows]
    texts = _rows(grid, rows, shown, paint, breaks=limit is not None)
    total = grid.indent + sum(column.size for column in shown) + grid.gap * (len(shown) - 1)
    lines = ["", *next(texts)]
    for number, section in enumerate(grid.sections):
        lines += _before(section, number, limit, paint)
        lines += _head(section, total, limit, paint)
        for row_lines in islice(texts, len(section.rows)):
            lines += row_lines
    return lines


def _before(section: TaskRows, number: int, limit: int | None, paint: Paint) -> Iterator[str]:
    for line in section.before or ((Line(),) if number else ()):
        yield from _line(line, limit, paint)


def _fitted(grid: Grid, limit: int | None) -> list[_Shown] | None:
    """Return the columns to show and their widths; None if even the fewest do not fit."""
    rows = [row.cells for section in grid.sections for row in section.rows]
    cells = zip(*rows, strict=True) if rows else [()] * len(grid.columns)
    shown = [
        _Shown(column, index, _width(column, texts, whole_numbers=limit is not None))
        for index, (column, texts) in enumerate(zip(grid.columns, cells, strict=True))
    ]
    if limit is None:
        return shown
    droppable = sorted(
        (column for column in shown if column.column.droppable),
        key=lambda column: column.column.droppable,
    )
    flexible = next(column for column in shown if column.column.wraps)
    while True:
        others = sum(column.size for column in shown if column is not flexible)
        room = limit - grid.indent - others - grid.gap * (len(shown) - 1)
        if room >= min(_NARROWEST_TITLE, flexible.size):
            fitting = msgspec.structs.replace(flexible, size=min(flexible.size, room))
            return [fitting if column is flexible else column for column in shown]
        if not droppable:
            return None
        shown.remove(droppable.pop())


def _width(column: Column, cells: Sequence[str], *, whole_numbers: bool) -> int:
    """Return the width of a column, by its name, its cells within the cap, and its numbers."""
    sizes = list(map(width, cells))
    kept = {size for size in sizes if column.cap is None or size <= column.cap}
    wide = [cell for cell, size in zip(cells, sizes, strict=True) if size not in kept]
    if whole_numbers and not column.wraps:
        kept.update(len(number) for cell in wide for number in _NUMBER.findall(cell))
    return max(kept | {width(column.name)})


def _rows(
    grid: Grid, rows: list[Row], shown: list[_Shown], paint: Paint, *, breaks: bool
) -> Iterator[list[str]]:
    """Yield the lines of each row. They are padded column by column, which is much faster."""
    padded = []
    for column in shown:
        cells = [row.cells[column.index] for row in rows]
        texts = [pad(cell, column.size, right=column.column.right) for cell in cells]
        if paint is _coloured:
            styles = [row.styles[column.index] for row in rows]
            texts = list(map(paint, zip(texts, styles, strict=True)))
        padded.append(texts)
    indent, gap = " " * grid.indent, " " * grid.gap
    for row, line in zip(rows, zip(*padded, strict=True), strict=True):
        lines = [line]
        if breaks and any(width(row.cells[column.index]) > column.size for column in shown):
            lines = _broken(row, shown, paint)
        yield [f"{indent}{gap.join(texts)}".rstrip() for texts in lines]


def _broken(row: Row, shown: list[_Shown], paint: Paint) -> list[tuple[str, ...]]:
    """Return the lines of a row of which a cell is too wide for its column."""
    pieces = [wrap(row.cells[column.index], column.size) for column in shown]
    return [
        tuple(
            paint((pad(text, column.size, right=column.column.right), row.styles[column.index]))
            for column, text in zip(shown, texts, strict=True)
        )
        for texts in zip_longest(*pieces, fillvalue="")
    ]


def _head(section: TaskRows, total: int, limit: int | None, paint: Paint) -> Iterator[str]:
    """Yield the task's title, and its facts at the right end or below."""
    space = total - sum(width(text) for text, _ in (*section.title, *section.facts))
    if limit is None or space >= 2:
        title, facts = (("".join(map(paint, parts))) for parts in (section.title, section.facts))
        yield f"{title}{' ' * max(space, 2)}{facts}".rstrip()
    else:
        yield from _wrapped(section.title, limit, paint)
        yield from _packed(section.facts, total, paint)


def _stacked(grid: Grid, limit: int, paint: Paint) -> Iterator[str]:
    """Lay out the grid for a narrow terminal: a few lines for each criterion."""
    for number, section in enumerate(grid.sections):
        yield from _before(section, number, limit, paint)
        yield from _wrapped(section.title, limit, paint)
        yield from _packed(section.facts, limit, paint)
        for row in section.rows:
            identifier, verdict, title, *facts = zip(row.cells, row.styles, strict=True)
            yield from _packed([verdict, identifier], limit, paint)
            yield from _wrapped([title], limit, paint)
            yield from _packed(facts, limit, paint)
