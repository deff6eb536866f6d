"""What a table holds: cards, tasks, criteria or key figures, by the names of its columns."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from readiness.importing.drafts import label
from readiness.importing.outline import Columns, Listed, ListedItem, box
from readiness.importing.words import columns, named

_ABOUT_TASKS: Final = {
    *("priority", "owner", "estimate", "risk", "depends", "criteria", "due", "verify")
}
_KEPT: Final = _ABOUT_TASKS - {"criteria"} | {
    *("id", "tags", "problem", "details", "status", "target", "current")
}


class Table:
    """A table, its columns under the names that are known."""

    def __init__(self, grid: Columns) -> None:
        self._grid = grid
        self._names: list[str] = []
        for cell in grid.head:
            name = named(cell, columns())
            if name in ("criterion", "criteria") and {"criterion", "criteria"} & set(self._names):
                name = "target"  # `Check | Requirement`
            self._names.append("" if name in self._names else name)
        if "target" not in self._names and {"metric", "criterion"} & set(self._names):
            # `指标 | 当前 | 目标`: what a figure aims at is no goal of the board.
            self._names = ["target" if name == "goal" else name for name in self._names]
        self._boxes = max((len(list(self._boxed(cells))) for cells in grid.rows), default=0)

    def _boxed(self, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield what stands beside each box of a row, and the name of its column."""
        for name, head, cell in zip(self._names, self._grid.head, cells, strict=False):
            for piece in _pieces(cell):
                # In a column of states, `✅ done` says what was reached, not what is wanted.
                is_box, text = box(piece, signs=name not in ("status", "title"))
                if is_box:
                    yield text, head

    def items(self) -> tuple[str, Listed]:
        """Return the rows as items, and what each is: cards, criteria, figures, or nothing."""
        pairs = [self._grid.head, *self._grid.rows] if len(self._grid.head) == 2 else []
        labelled = [pair for pair in pairs if label(pair[0])]
        if labelled and len(labelled) >= len(self._grid.rows) and not self._boxes:
            return "", Listed(items=tuple(ListedItem(text=": ".join(pair)) for pair in pairs))
        names = set(self._names)
        if {"metric", "target"} <= names:
            return "figures", self._rows("metric")
        is_task = "title" in names and names & {"status", *_ABOUT_TASKS}
        if "task" in names or is_task or self._boxes > 1:
            return "cards", self._rows("task", "title")
        is_criterion = "criterion" in names or ("criteria" in names and "title" not in names)
        if is_criterion or (self._boxes and not names & _ABOUT_TASKS):
            return "criteria", self._rows("criterion", "criteria", "title")
        return "", Listed(items=())

    def _rows(self, *titles: str) -> Listed:
        """Return each row as an item, titled by the first of these columns."""
        items = []
        for line, cells in enumerate(self._grid.rows, self._grid.line + 2):
            row = dict(zip(self._names, cells, strict=False))
            # Else there is a column of boxes, and one of what they are about.
            alone = next((cell for cell in cells if cell and not box(cell)[0]), "")
            whole = next(filter(None, map(row.get, titles)), alone if self._boxes else "")
            title = " ".join(box(whole)[1].split())
            if not title:
                continue
            row["id"] = re.sub(r"[^A-Za-z0-9_-]", "-", row.get("id", "").strip(" #`[]")).strip("-")
            beside = tuple(
                ("details", f"{head}: {cell}")
                for name, head, cell in zip(self._names, self._grid.head, cells, strict=False)
                if not name and cell not in ("", whole) and not any(self._boxed([cell]))
            )
            values = tuple((name, value) for name, value in row.items() if name in _KEPT)
            inner = self._inner(row, cells, title) if "task" in titles else ()
            below = (
                Listed(
                    items=tuple(
                        ListedItem(
                            text=text,
                            boxed=True,
                            line=line,
                            values=(("verify", row.get("verify", "")),),
                        )
                        for text in inner
                    )
                ),
            )
            items.append(
                ListedItem(
                    text=title, line=line, values=(*values, *beside), below=below if inner else ()
                )
            )
        return Listed(items=tuple(items))

    def _inner(self, row: dict[str, str], cells: Sequence[str], title: str) -> Sequence[str]:
        """Return the criteria of the task that a row is: its boxes, or those of their column."""
        if self._boxes > 1:
            return [text or f"{title}: {head}" for text, head in self._boxed(cells)]
        criteria = row.get("criteria", "") or row.get("criterion", "")
        return [text for piece in _pieces(criteria) if (text := box(piece)[1])]


def _pieces(cell: str) -> list[str]:
    """Split a cell: a line, a number, a bullet, a box or a semicolon begins each piece."""
    if len(re.findall(r"(?:^|\s)\d[.)]\s", cell)) > 1 and re.match(r"\s*1[.)]\s", cell):
        cell = re.sub(r"(?:^|\s)\d[.)]\s", "\n", cell)  # 1. this 2. that
    pieces = re.split(r"\n|[;；]|(?=\[[ xX]\]\s)|(?:^|\s)[•·]\s", cell)
    return [re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", piece) for piece in pieces if piece.strip()]
