"""The table as text: lines as long as they have to be, or fitted to the width of a terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, repeat

from readiness.report._table.blocks import Block, Grid, Line, Part, PlainTable, Style, TaskRows
from readiness.startup.patterns import later
from readiness.text.layout import fitted, inert, literal, middle, pad, row_lines, width, wrap

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
_INDENT = 2
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
            lines += _plain_table(block, limit, paint)
        else:
            lines += _grid(block, limit, paint)
    return inert("\n".join(lines) + "\n")


def _plain_table(table: PlainTable, limit: int | None, paint: Paint) -> list[str]:
    heads: list[Part] = [(name, Style.DIM) for name in table.heads]
    rows = [[(literal(text), style) for text, style in row] for row in (heads, *table.rows) if row]
    if not rows:
        return []
    widths = [max(width(text) for text, _ in column) for column in zip(*rows, strict=True)]
    sizes = fitted(widths, flexible=table.flexible, limit=limit, spare=table.spare)
    return [line for row in rows for line in _row(row, sizes, table.right, limit, paint)]


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


def _grid(grid: Grid, limit: int | None, paint: Paint) -> list[str]:
    if not grid.sections:
        return []
    heads: list[Part] = [(name, Style.DIM) for name in grid.heads]
    rows = [heads, *(row for section in grid.sections for row in section.rows)]
    sizes = _sizes(grid, rows, limit)
    if sizes is None:
        return list(_stacked(grid, limit or 0, paint))
    texts = (_row(row, sizes, grid.right, limit, paint, indent=_INDENT) for row in rows)
    total = _INDENT + sum(sizes.values()) + 2 * (len(sizes) - 1)
    lines = ["", *next(texts)]
    for number, section in enumerate(grid.sections):
        lines += _before(section, number, limit, paint)
        lines += _head(section, total, limit, paint)
        for lines_of_row in islice(texts, len(section.rows)):
            lines += lines_of_row
    return lines


def _before(section: TaskRows, number: int, limit: int | None, paint: Paint) -> Iterator[str]:
    for line in section.before or ((Line(),) if number else ()):
        yield from _line(line, limit, paint)


def _sizes(grid: Grid, rows: list[list[Part]], limit: int | None) -> dict[int, int] | None:
    """Return the columns to show and their widths; None if even the fewest do not fit."""
    widths = []
    for place, column in enumerate(zip(*rows, strict=True)):
        texts = [text for text, _ in column]
        cap = grid.caps.get(place)
        kept = {size for size in {*map(width, texts)} if cap is None or size <= cap}
        if limit is not None and place != grid.flexible:  # wrapped, but no number is cut
            wide = (text for text in texts if width(text) not in kept)
            kept.update(len(number) for text in wide for number in _NUMBER.findall(text))
        widths.append(max(kept))
    room = None if limit is None else limit - _INDENT
    sizes = fitted(
        widths, flexible=grid.flexible, limit=room, spare=grid.spare, readable=_NARROWEST_TITLE
    )
    enough = min(widths[grid.flexible], _NARROWEST_TITLE)
    return sizes if sizes[grid.flexible] >= enough else None


def _row(
    row: list[Part],
    sizes: dict[int, int],
    right: Sequence[int],
    limit: int | None,
    paint: Paint,
    indent: int = 0,
) -> list[str]:
    """Set a row in the lines that it takes; blanks at the end of a cell have no style."""
    lines = row_lines([text for text, _ in row], sizes, right, breaks=limit is not None)
    if paint is not _bare:
        styles = [row[place][1] for place in sizes]
        lines = [list(map(_painted, cells, styles, repeat(paint))) for cells in lines]
    return [f"{' ' * indent}{'  '.join(cells)}".rstrip() for cells in lines]


def _painted(cell: str, style: Style, paint: Paint) -> str:
    text = cell.rstrip()
    return paint((text, style)) + cell[len(text) :]


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
            identifier, verdict, title, *facts = row
            yield from _packed([verdict, identifier], limit, paint)
            yield from _wrapped([title], limit, paint)
            yield from _packed(facts, limit, paint)
