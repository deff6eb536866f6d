"""From an outline to the tasks of a board, whatever the style in which they are written."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from readiness.importing.drafts import (
    DraftBoard,
    DraftCriterion,
    DraftTask,
    fields,
    label,
    numbered,
    owned,
    titled,
    unnumbered,
)
from readiness.importing.items import SHELL_LANGUAGES, is_grouping, item_fields, parts
from readiness.importing.outline import (
    Block,
    Chapter,
    Columns,
    Listed,
    ListedItem,
    Outline,
    Prose,
    outline,
)
from readiness.importing.scores import OF_TEN, STANDS, TARGET
from readiness.importing.tables import Table
from readiness.importing.words import chapter_priority, without_emoji
from readiness.model.words import Priority

_DATE: Final = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)(?!\d)")
# What a box says of itself that only a task has.
_OWN: Final = {"priority", "owner", "estimate", "criteria"}
_SAID_IN_LISTS: Final = ("depends", "problem", "goal", "tags", "risk")
# A heading says more than its title where an owner, a priority or several things in brackets are.
_SAYS_MORE: Final = re.compile(
    r"@\w|[(\[（【]\s*[Pp][0-3]\s*[)\]）】]|[(\[（][^)\]）]*[,，;；:：=][^)\]）]*[)\]）]"
)
_OTHER_LABEL: Final = re.compile(r"\*\*[^*\n]+\*\*\s*[:：]?|__[^_\n]+__\s*[:：]?")


def read_board(text: str, name: str) -> DraftBoard:
    """Read a task board, called `name` where it has no title; all else in it is left alone."""
    document = outline(text)
    board = _Walker(document).board
    if all(criterion.assumed for task in board.tasks for criterion in task.criteria):
        # Nothing says what is a criterion, so each item of a list is one.
        board = _Walker(document, plain=True).board
    board.title = _title(document) or name
    empty = [task for task in board.tasks if task.details and not task.criteria]
    board.unread = {task.line: "\n".join(task.details) for task in empty}
    board.tasks = [task for task in board.tasks if task.criteria]
    for task in board.tasks:
        task.title = task.title or board.title
    if not board.tasks and board.figures:
        board.tasks = [DraftTask(title=board.title, criteria=board.figures)]
        board.figures = []
    for figure in board.figures:
        # The score, as one figure among others.
        now, aim = (re.fullmatch(OF_TEN, cell.strip()) for cell in (figure.start, figure.limit))
        if aim:
            document.matter.setdefault("target", aim[1])
            document.matter.setdefault("baseline", now[1] if now else "")
    for name, expression in (("target", TARGET), ("baseline", STANDS)):
        match = expression.search(text)
        score = document.matter.get(name, "") or (match and (match[1] or match[2])) or ""
        if re.fullmatch(r"\d+(?:\.\d+)?", score) and float(score) <= 10:
            setattr(board, name, score)
    return board


def _title(document: Outline) -> str:
    """Return the title that the front matter or the one heading above all gives; else empty."""
    heads = [chapter for chapter in document.top.chapters if chapter.level == 1]
    own = document.matter.get("title", "")
    return own or (without_emoji(heads[0].title) if len(heads) == 1 else "")


class _Walker:
    """Walks through the chapters of a document, and fills a board.

    With `plain`, items of lists are criteria although nothing calls them so.
    """

    def __init__(self, document: Outline, *, plain: bool = False) -> None:
        self.board = DraftBoard()
        self._plain = plain
        self.chapter(document.top, None, None)

    def chapter(
        self, chapter: Chapter, parent: DraftTask | None, priority: Priority | None
    ) -> None:
        """Read a chapter and those below it; one with a label for a title is about its parent."""
        name = label(chapter.title)
        own = None if name else chapter_priority(chapter.title)
        if name == "milestones":
            self._milestones(chapter.blocks)
            return
        if name and parent is not None:
            task = parent
        else:
            title, identifier = titled(chapter.title)
            title, values = owned(title) if identifier or _SAYS_MORE.search(title) else (title, {})
            task = DraftTask(
                title=title,
                id=identifier,
                number=numbered(chapter.title),
                line=chapter.line,
                stated=bool(identifier),
            )
            for key, value in values.items():
                task.put(key, value)
            priority = own or priority
            self.board.tasks.append(task)
            name = name if name in ("criteria", "goal") else ""
        before = len(self.board.tasks)
        self._blocks(chapter.blocks, task, name)
        task.priority = task.priority or priority
        above = task if chapter.level else None
        for inner in chapter.chapters:
            self.chapter(inner, above, priority)
        if task is not parent:
            self._finish(task, self.board.tasks[before:], priority, plain=own is not None)

    def _finish(
        self,
        task: DraftTask,
        below: Sequence[DraftTask],
        priority: Priority | None,
        *,
        plain: bool = False,
    ) -> None:
        """Decide what of a task is a criterion, where nothing in it is called one."""
        for inner in below:
            inner.priority = inner.priority or priority
        items = tuple(item for block in task.listed for item in block.items)
        if not task.criteria:
            task.criteria = task.ticked_steps
        if self._plain:
            self._items(Listed(items=items), task, "listed")
        elif not task.criteria and (plain or task.stated):
            self._items(Listed(items=items), task, "criteria")
        else:
            task.details += [block.source for block in task.listed]
        if not task.criteria and task.stated and not any(inner.criteria for inner in below):
            task.criteria = [DraftCriterion(title=task.title, line=task.line, assumed=True)]

    # --- blocks -----------------------------------------------------------------------------------

    def _blocks(self, blocks: Iterable[Block], task: DraftTask, name: str) -> None:
        for block in blocks:
            if isinstance(block, Prose):
                name = self._prose(block, task, name)
            elif isinstance(block, Columns):
                self._grid(block, task)
            elif isinstance(block, Listed):
                self._items(block, task, name)
            elif name == "verify" and block.language.lower() in SHELL_LANGUAGES:
                criterion = DraftCriterion(
                    title=task.title, line=task.line, code=(block.text,), assumed=True
                )
                task.ticked_steps.append(criterion)
            elif name in ("details", ""):
                task.details.append(block.source)

    def _prose(self, block: Prose, task: DraftTask, name: str) -> str:
        """Take a paragraph, and tell what comes after it is about."""
        if not block.lines:
            return ""
        first = block.lines[0]
        if _OTHER_LABEL.fullmatch(block.source) and not (fields(first) or label(first)):
            return ""  # what follows is about something else
        last = ""
        for place, line in enumerate(block.lines):
            pairs = fields(line)
            if not pairs and not place and (known := label(line)):
                name = last = known
                continue
            for key, value in pairs:
                self._put(task, key, value)
                last = key
            if pairs:
                name = last if not pairs[-1][1] else ""
            elif (last or name) and _goes_on(last or name, line):
                self._put(task, last or name, line)
            elif not (place or last or name) and task.title and block.source:
                task.problem.append(" ".join(block.lines))
        if name == "details" and last != "details":
            task.details.append(block.source)
        return name

    def _put(self, task: DraftTask, name: str, value: str) -> None:
        board = self.board
        if name == "created" and not board.created and (day := _DATE.search(value)):
            board.created = day[1]
        elif name == "review":
            board.review = board.review or value
        elif name == "goal" and value:
            board.goal = f"{board.goal}\n{value}".strip()
        elif name == "milestones" and value:
            board.milestones.append(value)
        elif name == "due" and value:
            task.details.append(f"{name}: {value}")
        elif value:
            task.put(name, value)

    def _grid(self, block: Columns, task: DraftTask) -> None:
        name, rows = Table(block).items()
        task.details += [] if rows.items else [block.source]
        self._items(rows, task, name)

    def _milestones(self, blocks: Iterable[Block]) -> None:
        milestones = self.board.milestones
        for block in blocks:
            if isinstance(block, Listed):
                milestones += [item.text for item in block.items]
            elif isinstance(block, Columns):
                for row in block.rows:
                    days = [cell for cell in row if _DATE.fullmatch(cell.strip())]
                    name, *rest = [cell for cell in row if cell and cell not in days] or [""]
                    when = f" ({days[0]})" if days else ""
                    milestones.append(f"{name}{when}: {': '.join(rest)}")

    # --- lists ------------------------------------------------------------------------------------

    def _items(self, block: Listed, task: DraftTask, name: str) -> None:
        if name == "details":
            task.details.append(block.source)
            return
        beside = "beside" if any(item.boxed for item in block.items) else ""
        loose = []
        for item in block.items:
            if name == "milestones":
                self.board.milestones.append(item.text)
            elif name == "figures":
                self.board.figures.append(_criterion(item.text, item, ()))
            elif name == "steps" and not self._plain:
                self._step(item, task)
            elif name in _SAID_IN_LISTS and not item.boxed:
                self._put(task, name, item.text)
            elif not self._item(item, task, name or beside):
                loose.append(item)
        if loose:
            task.listed.append(Listed(items=tuple(loose), source=block.source))

    def _step(self, item: ListedItem, task: DraftTask) -> None:
        text, _, _ = parts(item)
        task.steps.append(text)
        if item.boxed:
            task.ticked_steps.append(DraftCriterion(title=text, line=item.line))

    def _item(self, item: ListedItem, task: DraftTask, name: str) -> bool:
        """Take an item as a criterion, as a task of its own, or for what it names.

        Return whether it is any of these.
        """
        text, pairs, code = parts(item)
        wanted = item.boxed or name in ("criteria", "listed", "cards")
        if not (text or item.below) or (not wanted and self._names_something(item, task)):
            return True
        title, values = owned(text)
        says_more = values or _OWN & dict(pairs).keys()
        is_group = is_grouping(item) or (name == "listed" and any(item.items))
        stated = name == "cards" or bool(
            item.boxed and name != "criteria" and not task.stated and title and says_more
        )
        if is_group or stated:
            self._card(item, task, stated=stated and (name == "cards" or not is_group))
        elif wanted or name == "beside":
            task.criteria += [_criterion(text, item, code)] if text else []
            remarks = [inner.text for inner in item.items if not fields(inner.text)]
            remarks += [value for name, value in item.values if name == "details" and value]
            task.details += [f"{text}: {remark}" for remark in remarks]
        else:
            return False
        return True

    def _names_something(self, item: ListedItem, task: DraftTask) -> bool:
        """Take an item such as `Owner: li`, or `Acceptance criteria:` with a list below it."""
        pairs = item_fields(item)
        if not pairs:
            return False
        last, value = pairs[-1]
        boxed = any(inner.boxed for inner in item.items)
        if boxed and (value or last not in ("criteria", "steps")):
            return False
        for key, text in pairs:
            self._put(task, key, text)
        if not value:
            self._blocks(item.below, task, last)
        return True

    def _card(self, item: ListedItem, parent: DraftTask, *, stated: bool = False) -> None:
        """Take an item as a task of its own, or as a group of tasks."""
        text, _, code = parts(item)
        sentence, values = owned(text)
        title, identifier = titled(sentence or parent.title)
        own = dict(item.values).get("id", "")
        identifier = f"T{own}" if own.isdigit() else own or identifier
        task = DraftTask(title=title, id=identifier, line=item.line)
        task.stated = stated or bool(identifier)
        self.board.tasks.append(task)
        for key, value in (*values.items(), *item.values):
            self._put(task, key, value)
        task.priority = task.priority or parent.priority
        criterion = _criterion(sentence or title, item, code)
        if stated and (criterion.code or criterion.limit):
            task.ticked_steps.append(criterion)
        before = len(self.board.tasks)
        self._blocks(item.below, task, "")
        below = self.board.tasks[before:]
        self._finish(task, below, task.priority)
        if stated and all(other.assumed and not other.code for other in task.criteria):
            task.criteria = [criterion]
        if not task.criteria and task.title:  # a group of tasks
            for inner in below:
                inner.title = f"{task.title}: {inner.title}"


def _criterion(title: str, item: ListedItem, code: tuple[str, ...]) -> DraftCriterion:
    """Return an item as a criterion; beside a command, a limit is one of the command's."""
    values = dict(item.values)
    code = (*code, *filter(None, [values.get("verify")]))
    limit, start = values.get("target", ""), values.get("current", "")
    return DraftCriterion(title=title, line=item.line, limit=limit, start=start, code=code)


def _goes_on(name: str, line: str) -> bool:
    """Return whether a line belongs to the label before it: prose about criteria is none."""
    return name != "criteria" or unnumbered(line) != line
