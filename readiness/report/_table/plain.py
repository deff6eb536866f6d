"""The plain look: every line as long as it has to be, nothing cut or wrapped, fast."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from readiness.report._table.blocks import Block, Column, Grid, Line, Part, Row, Style, TaskRows
from readiness.text.layout import inert, pad, pad_all, width, width_all

_CODES = {
    Style.PLAIN: "",
    Style.STRONG: "1",
    Style.DIM: "2",
    Style.GOOD: "32",
    Style.WARN: "33",
    Style.BAD: "1;31",
    Style.UNKNOWN: "35",
}


def plain(blocks: Iterable[Block], *, colour: bool) -> str:
    """Return the text of `blocks`; with `colour`, with the terminal's codes for it."""
    paint = _coloured if colour else _bare
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Line):
            lines.append(_line(block, paint))
        else:
            lines += _grid(block, paint, colour=colour)
    return inert("\n".join(lines) + "\n")


def widths(grid: Grid) -> list[int]:
    """Return the width of each column, by its header and the cells within its cap."""
    rows = [row.cells for section in grid.sections for row in section.rows]
    columns = zip(*rows, strict=True) if rows else [()] * len(grid.columns)
    return [_width(column, cells) for column, cells in zip(grid.columns, columns, strict=True)]


def _width(column: Column, cells: Sequence[str]) -> int:
    sizes = set(width_all(cells))
    if column.cap is not None:
        sizes = {size for size in sizes if size <= column.cap}
    return max(sizes | {width(column.name)})


def _bare(part: Part) -> str:
    return part[0]


def _coloured(part: Part) -> str:
    text, style = part
    code = _CODES[style]
    return f"\x1b[{code}m{text}\x1b[0m" if code and text.strip() else text


def _line(line: Line, paint: Callable[[Part], str]) -> str:
    text, style = line.label
    label = paint((pad(text, line.label_cells), style))
    return f"{' ' * line.indent}{label}{''.join(map(paint, line.parts))}".rstrip()


def _grid(grid: Grid, paint: Callable[[Part], str], *, colour: bool) -> list[str]:
    if not grid.sections:
        return []
    names = tuple(column.name for column in grid.columns)
    rows = [Row(cells=names, styles=(Style.DIM,) * len(names))]
    rows += [row for section in grid.sections for row in section.rows]
    sizes = widths(grid)
    texts = _rows(grid, rows, sizes, colour=colour)
    total = grid.indent + sum(sizes) + grid.gap * (len(sizes) - 1)
    lines = ["", next(texts)]
    for number, section in enumerate(grid.sections):
        lines += [_line(line, paint) for line in section.before] or ([""] if number else [])
        lines.append(_head(section, total, paint))
        lines += islice(texts, len(section.rows))
    return lines


def _rows(grid: Grid, rows: list[Row], sizes: list[int], *, colour: bool) -> Iterator[str]:
    """Yield the rows' lines. They are padded column by column, which is much faster."""
    columns = [
        pad_all(cells, size, right=column.right)
        for column, cells, size in zip(
            grid.columns, zip(*(row.cells for row in rows), strict=True), sizes, strict=True
        )
    ]
    if colour:
        styles = zip(*(row.styles for row in rows), strict=True)
        columns = [
            list(map(_coloured, zip(cells, column, strict=True)))
            for cells, column in zip(columns, styles, strict=True)
        ]
    indent, gap = " " * grid.indent, " " * grid.gap
    for cells in zip(*columns, strict=True):
        yield f"{indent}{gap.join(cells)}".rstrip()


def _head(section: TaskRows, total: int, paint: Callable[[Part], str]) -> str:
    """Return the task's title, and its facts at the right end."""
    used = sum(width(text) for text, _ in (*section.title, *section.facts))
    space = " " * max(total - used, 2)
    title, facts = (("".join(map(paint, parts))) for parts in (section.title, section.facts))
    return f"{title}{space}{facts}".rstrip()
