"""The look on a terminal, set by Rich: coloured, and wrapped to fit."""

from collections.abc import Iterable, Iterator
from io import StringIO

import msgspec
from rich.console import Console, OverflowMethod, RenderableType
from rich.table import Table
from rich.text import Text

from readiness.report._table.blocks import Block, Grid, Line, Part, Row, Style, TaskRows
from readiness.report._table.plain import widths
from readiness.startup.patterns import later
from readiness.text.layout import inert, middle, pad, width, wrap

_STYLES = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.DIM: "dim",
    Style.GOOD: "green",
    Style.WARN: "yellow",
    Style.BAD: "bold red",
    Style.UNKNOWN: "magenta",
}
_NUMBER = later(r"(?<!\S)[-+]?[0-9.]+%?(?!\S)")
_NARROWEST_TITLE = 20
_NARROWEST_TEXT = 40


def terminal(blocks: Iterable[Block], *, width: int, colour: bool) -> str:
    """Return the text of `blocks` for a terminal of `width` cells.

    Titles and sentences are wrapped. Where the grid does not fit, columns give way, and at last
    each criterion gets lines of its own: ids, numbers and verdicts are never cut.
    """
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    with console.capture() as capture:
        for block in blocks:
            items = _line(block, width) if isinstance(block, Line) else _grid(block, width)
            for item in items:
                whole = isinstance(item, Text) and item.no_wrap is True
                overflow: OverflowMethod = "ignore" if whole else "fold"
                console.print(item, crop=False, no_wrap=whole or None, overflow=overflow)
    return inert("\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n")


def _text(parts: Iterable[Part]) -> Text:
    return Text.assemble(*((text, _STYLES[style]) for text, style in parts), overflow="fold")


def _line(line: Line, limit: int) -> Iterator[RenderableType]:
    """Wrap a line to the right of its label where there is room for that."""
    label, style = line.label
    if line.clipped:
        line = _clipped(line, limit)
    label = f"{' ' * line.indent}{pad(label, line.label_cells)}"
    if width(label) + _NARROWEST_TEXT > limit or not label:
        start = f"{label.rstrip()}  " if line.label[0] else " " * line.indent
        yield _broken(_text([(start, style), *line.parts]), limit)
        return
    table = Table.grid()
    table.add_column(width=width(label), no_wrap=True)
    table.add_column(overflow="fold")
    text = _broken(_text(line.parts), limit - width(label))
    table.add_row(_text([(label, style)]), text)
    yield table


def _broken(text: Text, cells: int) -> Text:
    """Break a text as `wrap` does, since Rich cannot break between wide characters."""
    lines = []
    for line in text.split("\n", allow_blank=True):
        end = 0
        for piece in wrap(line.plain, cells):
            start = line.plain.index(piece, end)
            end = start + len(piece)
            lines.append(line[start:end])
    broken = Text("\n").join(lines)
    broken.no_wrap = True
    return broken


def _clipped(line: Line, limit: int) -> Line:
    """Return the line with the middle of its last part left out, as far as it is too wide."""
    *first, (text, style) = line.parts
    used = line.indent + max(line.label_cells, width(line.label[0]))
    if used + _NARROWEST_TEXT > limit:
        used = line.indent
    room = limit - used - sum(width(part) for part, _ in first)
    parts = (*first, (middle(text, max(room, 1)), style))
    return msgspec.structs.replace(line, parts=parts)


def _packed(parts: Iterable[Part], limit: int) -> Iterator[RenderableType]:
    """Lay out facts side by side, as many as fit on a line; none of them is broken."""
    line: list[Part] = []
    used = 0
    for text, style in parts:
        text = text.strip()
        if line and used + 2 + width(text) > limit:
            yield _whole(line)
            line, used = [], 0
        if text:
            gap = 2 if line else 0
            line.append((" " * gap + text, style))
            used += gap + width(text)
    if line:
        yield _whole(line)


def _whole(parts: Iterable[Part]) -> Text:
    """Return a line that is never broken, whatever the terminal's width."""
    text = _text(parts)
    text.no_wrap = True
    return text


def _grid(grid: Grid, limit: int) -> Iterator[RenderableType]:
    if not grid.sections:
        return
    fitted = _fitted(grid, limit)
    if fitted is None:
        yield from _stacked(grid, limit)
        return
    shown, sizes = fitted
    total = grid.indent + sum(sizes) + grid.gap * (len(sizes) - 1)
    yield Text()
    names = [(column.name, Style.DIM) for column in grid.columns]
    yield _table(grid, shown, sizes, [names])
    for number, section in enumerate(grid.sections):
        for line in section.before or ((Line(),) if number else ()):
            yield from _line(line, limit)
        yield from _head(section, total)
        yield _table(grid, shown, sizes, [_cells(row) for row in section.rows])


def _cells(row: Row) -> list[Part]:
    return list(zip(row.cells, row.styles, strict=True))


def _fitted(grid: Grid, limit: int) -> tuple[list[int], list[int]] | None:
    """Return the columns to show and their widths; None if even the fewest do not fit."""
    sizes = list(map(max, widths(grid), _numbers(grid)))
    shown = list(range(len(sizes)))
    droppable = sorted(
        (index for index in shown if grid.columns[index].droppable),
        key=lambda index: grid.columns[index].droppable,
    )
    flexible = next(index for index in shown if grid.columns[index].wraps)
    while True:
        others = sum(sizes[index] for index in shown if index != flexible)
        room = limit - grid.indent - others - grid.gap * (len(shown) - 1)
        if room >= min(_NARROWEST_TITLE, sizes[flexible]):
            sizes[flexible] = min(sizes[flexible], room)
            return shown, [sizes[index] for index in shown]
        if not droppable:
            return None
        shown.remove(droppable.pop())


def _numbers(grid: Grid) -> list[int]:
    """Return the width of the widest number of each column, which may not be broken."""
    sizes = [0] * len(grid.columns)
    for section in grid.sections:
        for row in section.rows:
            for index, cell in enumerate(row.cells):
                if width(cell) > sizes[index] and not grid.columns[index].wraps:
                    sizes[index] = max(sizes[index], *map(len, _NUMBER.findall(cell)), 0)
    return sizes


def _table(
    grid: Grid, shown: list[int], sizes: list[int], rows: list[list[Part]]
) -> RenderableType:
    table = Table.grid(padding=(0, grid.gap, 0, 0), pad_edge=False)
    table.add_column(width=0)
    for index, size in zip(shown, sizes, strict=True):
        column = grid.columns[index]
        table.add_column(width=size, justify="right" if column.right else "left", overflow="fold")
    for row in rows:
        texts = [_text([row[index]]) for index in shown]
        table.add_row(
            "",
            *(
                _broken(text, size) if grid.columns[index].wraps else text
                for index, size, text in zip(shown, sizes, texts, strict=True)
            ),
        )
    return table


def _head(section: TaskRows, total: int) -> Iterator[RenderableType]:
    used = sum(width(text) for text, _ in (*section.title, *section.facts))
    if used + 2 <= total:
        space = (" " * (total - used), Style.PLAIN)
        yield _text([*section.title, space, *section.facts])
    else:
        yield _text(section.title)
        yield from _packed(section.facts, total)


def _stacked(grid: Grid, limit: int) -> Iterator[RenderableType]:
    """Lay out the grid for a narrow terminal: a few lines for each criterion."""
    for number, section in enumerate(grid.sections):
        for line in section.before or ((Line(),) if number else ()):
            yield from _line(line, limit)
        yield _text(section.title)
        yield from _packed(section.facts, limit)
        for row in section.rows:
            identifier, verdict, title, *facts = _cells(row)
            yield from _packed([verdict, identifier], limit)
            yield _text([title])
            yield from _packed(facts, limit)
