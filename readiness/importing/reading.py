"""From a document to the tasks of a board, whatever the style in which they are written."""

import re
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from readiness.importing.document import (
    ListedItem,
    TaskDocument,
    box,
    grid,
    is_strong,
    line_of,
    lines_of,
    parsed,
    rows,
    text_of,
)
from readiness.importing.drafts import DraftBoard, DraftCriterion, DraftTask
from readiness.importing.words import (
    chapter_priority,
    fields,
    identifier,
    label,
    owned,
    titled,
    without_emoji,
    words_of,
)

_SHELL: Final = ("", "sh", "bash", "shell", "zsh", "console", "shell-session", "terminal")
# What a box says of itself that only a task has.
_OWN: Final = frozenset(("priority", "owner", "estimate", "criteria"))
_SAID_IN_LISTS: Final = ("depends", "problem", "goal", "tags", "risk", "milestones")
# A score is of ten where it says so, or where its label says that it is a score.
_OF_TEN: Final = (
    r"(\d+(?:\.\d+)?)(?:\s*/\s*10|\s+(?:out )?of (?:10|ten)|\s*分?\s*[(（]?\s*满分\s*10)(?!\.?\d)"
)
_ALONE: Final = (
    r"(?:[^\w\n]|\b(?:is|of|at least)\b|为|是|至少|达到)*?"
    r"(\d+(?:\.\d+)?)(?!\.?\d|[^\S\n]*(?!points?\b|分|以上)[%\w/])"
)


def read_board(text: str, name: str) -> DraftBoard:
    """Read a task board, called `name` where it has no title; all else in it is left alone."""
    document = parsed(text)
    board = _Walker(document, plain=False).board
    if all(criterion.assumed for criterion in board.criteria):
        # Nothing says what is a criterion, so each item of a list is one.
        board = _Walker(document, plain=True).board
    titles = [text_of(block) for block in document.blocks if block.tag == "h1"]
    title = without_emoji(titles[0]) if len(titles) == 1 else name
    board.title = document.matter.get("title") or title
    board.unread = {
        task.line: "\n".join(task.labelled["details"])
        for task in board.tasks
        if task.labelled["details"] and not task.criteria
    }
    board.tasks = [task for task in board.tasks if task.criteria]
    for task in board.tasks:
        task.title = task.title or board.title
    if not board.tasks and board.figures:
        board.tasks = [DraftTask(title=board.title, criteria=board.figures)]
        board.figures = []
    for name in ("target", "baseline"):
        goal, score = (words_of("scores", f"{name}{kind}").pattern for kind in ("", "_score"))
        expression = rf"(?i)(?:{goal})[^\d\n]{{0,20}}{_OF_TEN}|(?:{score}){_ALONE}"
        match = re.search(expression, document.text)
        value = document.matter.get(name) or (match and (match[1] or match[2])) or ""
        if re.fullmatch(r"\d+(?:\.\d+)?", value) and float(value) <= 10:
            board.labelled[name] = [value]
    return board


class _Walker:
    """Walks through a document, and fills a board.

    With `plain`, items of lists are criteria although nothing calls them so.
    """

    def __init__(self, document: TaskDocument, *, plain: bool) -> None:
        self.board = DraftBoard()
        self._document = document
        self._plain = plain
        self._here = self._task("", 0, None, level=0)
        about = ""
        for block in document.blocks:
            if block.type == "heading":
                about = self._heading(block)
            else:
                about = self._block(block, self._here, about)
        self._leave(0)

    # --- tasks ------------------------------------------------------------------------------------

    def _heading(self, block: SyntaxTreeNode) -> str:
        """Begin a task; a label for a title is about the task above it. Return what follows it."""
        text, level = " ".join(lines_of(block)), int(block.tag[1])
        self._leave(level)
        name = label(text)
        if name and (self._here.line or name == "milestones"):
            return name
        self._here = self._task(text, line_of(block), self._here, level=level)
        self._here.title = self._here.title or text
        if not name and (priority := chapter_priority(text)):
            self._here.priority, self._here.ranked = self._here.priority or priority, True
        return name if name in ("criteria", "goal") else ""

    def _leave(self, level: int) -> None:
        """Finish the tasks of headings of this level and below."""
        while self._here.level >= level:
            self._finish(self._here)
            if self._here.parent is None:
                break
            self._here = self._here.parent

    def _task(self, text: str, line: int, parent: DraftTask | None, level: int = 7) -> DraftTask:
        """Add a task, with what its title says of it."""
        cut, values = owned(text)
        title, key, number = titled(cut)
        place = len(self.board.tasks)
        task = DraftTask(title, key, number, line, level, place, parent, stated=bool(key))
        self.board.tasks.append(task)
        for pair in values.items():
            self.board.put(task, *pair)
        return task

    def _finish(self, task: DraftTask) -> None:
        """Decide what of a task is a criterion, where nothing in it is called one."""
        task.criteria = task.criteria or task.done_when
        about = "criteria" if not task.criteria and (task.ranked or task.stated) else ""
        for items, source in task.listed:
            if self._plain or about:
                self._list(items, source, task, "listed" if self._plain else about)
            else:
                task.labelled["details"].append(source)
        inner = self.board.tasks[task.place + 1 :]
        if not task.criteria and task.stated and not any(other.criteria for other in inner):
            task.criteria = [DraftCriterion(task.title, task.line, assumed=True)]

    # --- blocks -----------------------------------------------------------------------------------

    def _block(self, block: SyntaxTreeNode, task: DraftTask, about: str) -> str:
        """Read a block of a task; return what the next one is about, as `about` is of this one."""
        source = self._document.source(block)
        if block.type == "hr":
            return ""
        if block.type == "paragraph":
            lines, items = self._document.marked(lines_of(block), line_of(block))
            about = self._text(lines, task, about, strong=is_strong(block))
            self._list(items, source, task, about)
        elif block.type == "table" and about == "milestones":
            for cells in grid(block)[1:]:
                self.board.put(task, about, ": ".join(filter(None, cells)))
        elif block.type == "table":
            kind, items = rows(block)
            task.labelled["details"] += [] if items else [source]
            self._list(items, "", task, kind)
        elif about == "verify" and _is_shell(block):
            code = (block.content,)
            task.done_when.append(DraftCriterion(task.title, task.line, code=code, assumed=True))
        elif block.type in ("fence", "code_block") and about in ("details", ""):
            task.labelled["details"].append(source)
        else:
            self._list(self._document.items(block), source, task, about)
        return about

    def _text(self, lines: list[str], task: DraftTask, about: str, *, strong: bool) -> str:
        """Take the lines of a paragraph, and return what comes after them is about."""
        about = last = "" if strong else about
        for place, line in enumerate(lines):
            name = "" if place else label(line)
            pairs = fields(line) or ([(name, "")] if name else [])
            for pair in pairs:
                self.board.put(task, *pair)
            if pairs:
                last, value = pairs[-1]
                about = "" if value else last
            elif last not in ("", "criteria", "milestones"):
                self.board.put(task, last, line)
            elif not (last or place or strong) and task.title:
                task.labelled["problem"].append(" ".join(lines))
        return about

    # --- lists ------------------------------------------------------------------------------------

    def _list(self, items: list[ListedItem], source: str, task: DraftTask, about: str) -> None:
        if about == "details":
            task.labelled["details"] += [source] if items else []
            return
        beside = "beside" if any(item.boxed for item in items) else ""
        loose = []
        for item in items:
            if about == "figures":
                self._figure(item)
            elif about == "steps" and not self._plain:
                text = _sentence(item)[0]
                task.labelled["steps"].append(text)
                task.done_when += [DraftCriterion(text, item.line)] if item.boxed else []
            elif about in _SAID_IN_LISTS and not item.boxed:
                self.board.put(task, about, item.text)
            elif not self._item(item, task, about or beside):
                loose.append(item)
        if loose:
            task.listed.append((loose, source))

    def _figure(self, item: ListedItem) -> None:
        """Take a key figure, but for those of the board itself: its score, its tasks."""
        figure = _criterion(item.text, item, ())
        whole = re.fullmatch(r".*: ([\d.]+)\s*/\s*([\d.]+)", figure.title)
        if whole is None:
            self.board.figures.append(figure)
        elif whole[2] == "10":
            self._document.matter.setdefault("target", whole[1])
            self._document.matter.setdefault("baseline", figure.start.partition("/")[0].strip())

    def _item(self, item: ListedItem, task: DraftTask, about: str) -> bool:
        """Take an item as a criterion, as a task of its own, or for what it names.

        Return whether it is any of these.
        """
        text, pairs, code = _sentence(item)
        wanted = item.boxed or about in ("criteria", "listed", "cards")
        if not (text or item.below) or (not wanted and self._names_something(item, task)):
            return True
        title, values = owned(text)
        says_more = values or _OWN & dict(pairs).keys()
        is_group = _is_group(item) or (about == "listed" and bool(item.items))
        stated = about == "cards" or bool(
            item.boxed and about != "criteria" and not task.stated and title and says_more
        )
        if is_group or stated:
            self._card(item, task, stated=stated and (about == "cards" or not is_group))
        elif wanted or about == "beside":
            title = box(text, signs=True)[1]
            task.criteria += [_criterion(title, item, code)] if text else []
            remarks = [inner.text for inner in item.items if not fields(inner.text)]
            remarks += [value for name, value in item.values if name == "details" and value]
            task.labelled["details"] += [f"{text}: {remark}" for remark in remarks]
        else:
            return False
        return True

    def _names_something(self, item: ListedItem, task: DraftTask) -> bool:
        """Take an item such as `Owner: li`, or `Acceptance criteria:` with a list below it."""
        pairs = _named(item)
        last, value = pairs[-1] if pairs else ("", "")
        boxed = any(inner.boxed for inner in item.items)
        if not pairs or (boxed and (value or last not in ("criteria", "steps"))):
            return False
        for key, text in pairs:
            self.board.put(task, key, text)
        if not value:
            self._below(item, task, last)
        return True

    def _card(self, item: ListedItem, parent: DraftTask, *, stated: bool) -> None:
        """Take an item as a task of its own, or as a group of tasks."""
        text, _, code = _sentence(item)
        sentence = owned(text)[0]
        task = self._task(text, item.line, parent)
        task.title = task.title or parent.title
        task.id = identifier(dict(item.values).get("id", "")) or task.id
        task.stated = stated or bool(task.id)
        for pair in (*item.values, *(pair for line in item.lines[1:] for pair in fields(line))):
            self.board.put(task, *pair)
        criterion = _criterion(sentence or task.title, item, code)
        if stated and (code or criterion.title != (sentence or task.title)):
            task.done_when.append(criterion)
        self._below(item, task, "")
        self._finish(task)
        if stated and all(other.assumed and not other.code for other in task.criteria):
            task.criteria = [criterion]
        if not task.criteria and task.title:  # a group of tasks
            for other in self.board.tasks[task.place + 1 :]:
                other.title = f"{task.title}: {other.title}"

    def _below(self, item: ListedItem, task: DraftTask, about: str) -> None:
        self._list(list(item.marked), "", task, about)
        for block in item.below:
            about = self._block(block, task, about)


def _is_shell(block: SyntaxTreeNode) -> bool:
    info = block.info if block.type == "fence" else ""
    return (
        block.type in ("fence", "code_block") and info.strip().lower().partition(" ")[0] in _SHELL
    )


def _sentence(item: ListedItem) -> tuple[str, list[tuple[str, str]], tuple[str, ...]]:
    """Return an item's sentence, the fields that it names below, and the code that verifies it."""
    more = item.lines[1:]
    text = " ".join([item.text, *(line for line in more if not fields(line))]).strip()
    # Chinese goes on in the next line without a space.
    text = re.sub("(?<=[\u2e80-\uffef]) (?=[\u2e80-\uffef])", "", text)
    texts = [line for part in item.below if part.type == "paragraph" for line in lines_of(part)]
    lines = [*more, *texts, *(inner.text for inner in item.items if not inner.boxed)]
    pairs = [pair for line in lines for pair in fields(line)]
    code = [block.content for block in item.below if _is_shell(block)]
    code += [value for name, value in (*pairs, *item.values) if name == "verify" and value]
    return text, [pair for pair in pairs if pair[0] != "verify"], tuple(code)


def _named(item: ListedItem) -> list[tuple[str, str]]:
    """Return the fields that an item names; above a list, a label may lack its colon."""
    name = "" if item.boxed or not item.items else label(item.text)
    return fields(item.text) or ([(name, "")] if name else [])


def _is_group(item: ListedItem) -> bool:
    """Return whether there are criteria below an item: boxes, or a list that is called so."""
    return any(
        inner.boxed
        or _is_group(inner)
        or (_named(inner)[-1:] == [("criteria", "")] and inner.items)
        for inner in item.items
    )


def _criterion(title: str, item: ListedItem, code: tuple[str, ...]) -> DraftCriterion:
    """Return an item as a criterion; what it aims at may stand in a column of its own."""
    values = dict(item.values)
    limit = values.get("target", "")
    whole = f"{title}: {limit}" if limit not in title and not box(limit)[0] else title
    return DraftCriterion(whole, item.line, values.get("current", ""), code)
