"""What a table holds: tasks, criteria or key figures, by the names of its columns."""

import re
from collections.abc import Iterator

from readiness.importing.drafts import DraftCriterion, DraftTask, label, owned, titled
from readiness.importing.outline import Columns, box
from readiness.importing.words import columns, named, plain

Row = dict[str, str]
_ABOUT_TASKS = ("priority", "owner", "estimate", "risk", "depends", "criteria", "due", "verify")


class Table:
    """A table, its columns under the names that are known."""

    def __init__(self, grid: Columns) -> None:
        self._grid = grid
        self._names: list[str] = []
        for cell in grid.head:
            name = named(cell, columns())
            self._names.append("" if name in self._names else name)
        if "target" not in self._names and {"metric", "criterion"} & set(self._names):
            # `指标 | 当前 | 目标`: what a figure aims at is no goal of the board.
            self._names = ["target" if name == "goal" else name for name in self._names]
        self._boxes = any(box(cell)[0] for row in grid.rows for cell in row)

    def _rows(self) -> Iterator[tuple[int, Row]]:
        for place, cells in enumerate(self._grid.rows):
            row = dict(zip(self._names, cells, strict=False))
            if not row.get("title") and self._boxes and "title" not in self._names:
                # A column of boxes, and one of what they are about.
                row["title"] = next((cell for cell in cells if cell and not box(cell)[0]), "")
            yield self._grid.line + 2 + place, row

    def figures(self) -> list[DraftCriterion]:
        """Return the key figures of the table; none where it holds no such."""
        if not {"metric", "target"} <= set(self._names):
            return []
        return [
            DraftCriterion(title=row["metric"], start=row.get("current", ""), limit=row["target"])
            for _, row in self._rows()
            if row.get("metric") and row.get("target")
        ]

    def fields(self) -> list[tuple[str, str]]:
        """Return the fields of a two-column table with labels first, save one row at most."""
        rows = [self._grid.head, *self._grid.rows]
        if len(self._grid.head) != 2 or self._boxes:
            return []
        known = [(name, row[1]) for row in rows if (name := label(row[0]))]
        return known if len(known) >= len(self._grid.rows) else []

    def criteria(self) -> list[DraftCriterion]:
        """Return the criteria of one task, where each row is one."""
        names = set(self._names)
        by_box = self._boxes and not names & set(_ABOUT_TASKS)
        named = "criterion" in names or ("criteria" in names and "title" not in names)
        if not (named or by_box):
            return []
        return [
            DraftCriterion(
                title=title,
                line=line,
                limit=row.get("target", ""),
                start=row.get("current", ""),
                code=tuple(filter(None, [row.get("verify", "")])),
            )
            for line, row in self._rows()
            if (title := _title(row))
        ]

    def tasks(self) -> list[DraftTask]:
        """Return the tasks, where each row is one."""
        names = set(self._names)
        named = "title" in names and bool(names & set(_ABOUT_TASKS) or {"id", "status"} <= names)
        called = {"task", "tasks", "任务", "任务名称"} & set(map(plain, self._grid.head))
        if not named and not (called and "status" in names):
            return []
        return [task for line, row in self._rows() if (task := _task(row, line))]


def _title(row: Row) -> str:
    for name in ("criterion", "criteria", "title"):
        if text := box(row.get(name, ""))[1]:
            return " ".join(text.split())
    return ""


def _task(row: Row, line: int) -> DraftTask | None:
    heading, values = owned(" ".join(box(row.get("title", ""))[1].split()))
    if not heading:
        return None
    title, identifier = titled(heading)
    own = re.sub(r"[^A-Za-z0-9_-]", "-", row.get("id", "").strip(" #`[]")).strip("-")
    task = DraftTask(title=title, id=f"T{own}" if own.isdigit() else own or identifier, line=line)
    for name, value in {**row, **values}.items():
        if name in ("tags", "problem", "status", *_ABOUT_TASKS):
            task.put(name, value)
    task.stated = True
    code = tuple(filter(None, [row.get("verify", "")]))
    task.criteria = [
        DraftCriterion(title=text, line=line, code=code)
        for text in _several(row.get("criteria", "") or row.get("criterion", ""))
    ]
    if not task.criteria:
        limit, start = ("", "") if code else (row.get("target", ""), row.get("current", ""))
        own_words = DraftCriterion(title=title, line=line, limit=limit, start=start, code=code)
        task.criteria = [own_words]
    return task


def _several(cell: str) -> list[str]:
    """Split a cell into criteria: a line, a number, a bullet, a box or a semicolon begins each."""
    if len(re.findall(r"(?:^|\s)\d[.)]\s", cell)) > 1 and re.match(r"\s*1[.)]\s", cell):
        cell = re.sub(r"(?:^|\s)\d[.)]\s", "\n", cell)  # 1. this 2. that
    pieces = re.split(r"\n|[;；]|(?=\[[ xX]\]\s)|(?:^|\s)[•·]\s", cell)
    texts = (box(re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", piece))[1] for piece in pieces)
    return list(filter(None, texts))
