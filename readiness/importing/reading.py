"""From an outline to the tasks of a board, whatever the style in which they are written."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from readiness.importing.amounts import names_a_limit
from readiness.importing.drafts import (
    DraftBoard,
    DraftCriterion,
    DraftTask,
    fields,
    joined,
    label,
    measured,
    numbered,
    owned,
    titled,
    unnumbered,
    verified,
)
from readiness.importing.outline import (
    Block,
    Chapter,
    Columns,
    Fence,
    Listed,
    ListedItem,
    Outline,
    Prose,
    outline,
)
from readiness.importing.tables import Table
from readiness.importing.words import pattern, plain, priority_of, vocabulary, without_emoji
from readiness.model.words import Priority
from readiness.text.languages import Language
from readiness.text.sentences import sentences

_DATE: Final = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)(?!\d)")
_SHELL_LANGUAGES: Final = ("", "sh", "bash", "shell", "zsh", "console", "shell-session", "terminal")
# What a box says of itself that only a task has.
_OWN: Final = {"priority", "owner", "estimate", "criteria"}
_OF_TEN: Final = r"(\d+(?:\.\d+)?)\s*/\s*10(?!\d)"
# A heading says more than its title where an owner, a priority or several things in brackets are.
_SAYS_MORE: Final = re.compile(
    r"@\w|[(\[（【]\s*[Pp][0-3]\s*[)\]）】]|[(\[（][^)\]）]*[,，;；:：=][^)\]）]*[)\]）]"
)
_OTHER_LABEL: Final = re.compile(r"\*\*[^*\n]+\*\*\s*[:：]?|__[^_\n]+__\s*[:：]?")
# A score is of ten where it says so, or where its label says that it is a score.
_SCORE_OF_TEN: Final = (
    r"(\d+(?:\.\d+)?)(?:\s*/\s*10|\s+(?:out )?of (?:10|ten)|\s*分?\s*[(（]?\s*满分\s*10)(?!\.?\d)"
)
_BESIDE: Final = r"(?:[^\w\n]|_|\b(?:is|of|at least)\b|为|是|至少|达到)*?"
_SCORE: Final = rf"{_BESIDE}(\d+(?:\.\d+)?)(?!\.?\d|\s*(?!points?\b|分|以上)[%\w/])"
_READINESS: Final = "完成度|就绪度|当前评分|readiness|current score|overall score"
_TARGET: Final = re.compile(
    rf"(?i)(?:目标|target|goal)[^\d\n]{{0,20}}{_SCORE_OF_TEN}"
    rf"|(?:(?:target|goal) score|score (?:target|goal)|目标(?:评分|分数|得分)){_SCORE}"
)
_STANDS: Final = re.compile(
    rf"(?i)(?:{_READINESS})[^\d\n|]{{0,20}}{_SCORE_OF_TEN}"
    rf"|(?:(?:current|overall) score|当前(?:评分|分数|得分)){_SCORE}"
)


def read_board(text: str, name: str) -> DraftBoard:
    """Read a task board, called `name` where it has no title; all else in it is left alone."""
    document = outline(text)
    reader = _Walker()
    board = reader.board
    reader.chapter(document.top, None, None)
    board.title = _title(document) or name
    board.tasks = [task for task in board.tasks if task.criteria]
    for task in board.tasks:
        task.title = task.title or board.title
    if not board.tasks and board.figures:
        board.tasks = [DraftTask(title=board.title, criteria=board.figures)]
        board.figures = []
    for figure in board.figures:
        # The score, as one figure among others.
        now, aim = (re.fullmatch(_OF_TEN, cell.strip()) for cell in (figure.start, figure.limit))
        if aim:
            document.matter.setdefault("target", aim[1])
            document.matter.setdefault("baseline", now[1] if now else "")
    for name, expression in (("target", _TARGET), ("baseline", _STANDS)):
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


def _chapter_priority(title: str) -> Priority | None:
    """Return the priority that a heading gives to all tasks below it."""
    text = plain(title)
    if re.search(r"(?<![a-z0-9])p[0-3](?![0-9])", text):
        return priority_of(text)
    extra = pattern(vocabulary().chapters["words"])
    beside = re.search(r"[(（\[【]([^()（）]+)[)）\]】]$", title.strip())
    return (
        priority_of(re.sub(extra, " ", text))
        or priority_of(text)
        or (priority_of(beside[1]) if beside else None)
    )


class _Walker:
    """Walks through the chapters of a document, and fills a board."""

    def __init__(self) -> None:
        self.board = DraftBoard()

    def chapter(
        self, chapter: Chapter, parent: DraftTask | None, priority: Priority | None
    ) -> None:
        """Read a chapter and those below it; one with a label for a title is about its parent."""
        name = label(chapter.title)
        if name == "milestones":
            self._milestones(chapter.blocks)
            return
        if _is_verdict(chapter):
            return
        if name and parent is not None:
            task = parent
        elif earlier := self._named(chapter.title):
            task = parent = earlier
            name = "criteria"
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
            task.put_all(values.items())
            priority = _chapter_priority(chapter.title) or priority
            self.board.tasks.append(task)
            name = name if name in ("criteria", "goal") else ""
        before = len(self.board.tasks)
        self._blocks(chapter.blocks, task, name)
        task.priority = task.priority or priority
        for inner in chapter.chapters:
            self.chapter(inner, task if chapter.level else None, priority)
        if task is not parent:
            self._finish(task, self.board.tasks[before:], priority)

    def _named(self, title: str) -> DraftTask | None:
        """Find the task of `X: acceptance criteria`, and drop its title as its only criterion."""
        name = re.split(r"\s+[—–-]\s+|[:：]\s*", title, maxsplit=1)[0]
        if label(title[len(name) :].lstrip(" —–-:：")) != "criteria":
            return None
        for task in self.board.tasks:
            if plain(task.title) == plain(name):
                if [criterion.title for criterion in task.criteria] == [task.title]:
                    task.criteria = []
                return task
        return None

    def _finish(
        self, task: DraftTask, below: Sequence[DraftTask], priority: Priority | None
    ) -> None:
        for inner in below:
            inner.priority = inner.priority or priority
        if not task.criteria:
            task.criteria = task.ticked_steps
        listed = task.listed if task.stated or task.number else []
        if not task.criteria and any(names_a_limit(criterion.title) for criterion in listed):
            task.criteria = listed
        if not task.criteria and task.stated and not any(inner.criteria for inner in below):
            task.criteria = [DraftCriterion(title=task.title, line=task.line)]

    # --- blocks -----------------------------------------------------------------------------------

    def _blocks(self, blocks: Iterable[Block], task: DraftTask, name: str) -> None:
        for block in blocks:
            if isinstance(block, Prose):
                name = self._prose(block, task, name)
            elif isinstance(block, Columns):
                self._grid(block, task)
            elif isinstance(block, Listed):
                self._items(block, task, name)
            elif name == "verify" and block.language.lower() in _SHELL_LANGUAGES:
                criterion = DraftCriterion(title=task.title, line=task.line, code=(block.text,))
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
            elif not (place or last or name) and task.title:
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
        elif value:
            task.put(name, value)

    def _grid(self, block: Columns, task: DraftTask) -> None:
        table = Table(block)
        if named := table.fields():
            for key, value in named:
                self._put(task, key, value)
        elif figures := table.figures():
            self.board.figures += figures
        elif tasks := table.tasks():
            self.board.tasks += tasks
        else:
            task.criteria += table.criteria()

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
        for item in block.items:
            if name == "milestones":
                self.board.milestones.append(item.text)
            elif name == "steps":
                self._step(item, task)
            elif name == "depends" and not item.boxed:
                task.put(name, item.text)
            else:
                self._item(item, task, wanted=name == "criteria")

    def _step(self, item: ListedItem, task: DraftTask) -> None:
        text, _, _ = _parts(item)
        task.steps.append(text)
        if item.boxed:
            task.ticked_steps.append(DraftCriterion(title=text, line=item.line))

    def _item(self, item: ListedItem, task: DraftTask, *, wanted: bool) -> None:
        """Take an item as a criterion, as a task of its own, or for what it names."""
        text, pairs, code = _parts(item)
        if not (item.boxed or wanted) and self._names_something(item, task):
            return
        if _has_boxes(item.below) or any(map(_is_criteria, item.items)):
            self._task(text, pairs, item, task)
            return
        title, own = owned(text)
        sentence, named = verified(measured(text, task.id))
        criterion = DraftCriterion(title=sentence, line=item.line, code=(*code, *named))
        if not (item.boxed or wanted):
            task.listed.append(criterion)
        elif (
            item.boxed
            and not wanted
            and not task.stated
            and title
            and (own or _OWN & dict(pairs).keys())
        ):
            alone = _new(title, item)
            alone.put_all((*own.items(), *pairs))
            if not alone.criteria:
                alone.criteria.append(DraftCriterion(title=title, line=item.line, code=code))
            self.board.tasks.append(alone)
        elif criterion.title:
            task.criteria.append(criterion)

    def _names_something(self, item: ListedItem, task: DraftTask) -> bool:
        """Take an item such as `Owner: li`, or `Acceptance criteria:` with a list below it."""
        pairs = _fields(item)
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

    def _task(
        self, text: str, pairs: Sequence[tuple[str, str]], item: ListedItem, parent: DraftTask
    ) -> None:
        title, own = owned(text)
        task = _new(title or parent.title, item)
        self.board.tasks.append(task)
        task.put_all((*own.items(), *pairs))
        task.priority = task.priority or parent.priority
        before = len(self.board.tasks)
        for block in item.below:
            if isinstance(block, Listed):
                self._items(block, task, "")
            elif isinstance(block, Fence):
                task.details.append(block.source)
        if not task.criteria and task.title:  # a group of tasks
            for inner in self.board.tasks[before:]:
                inner.title = f"{task.title}: {inner.title}"


def _is_verdict(chapter: Chapter) -> bool:
    """Return whether a chapter is what this program itself writes of the release."""
    first = chapter.blocks[0] if chapter.blocks else None
    line = first.lines[0] if isinstance(first, Prose) and first.lines else ""
    return line in [sentences(language)("board.success_rule") for language in Language]


def _new(title: str, item: ListedItem) -> DraftTask:
    title, identifier = titled(title)
    return DraftTask(title=title, id=identifier, line=item.line, stated=bool(identifier))


def _parts(item: ListedItem) -> tuple[str, list[tuple[str, str]], tuple[str, ...]]:
    """Return an item's sentence, the fields that it names below, and the code that verifies it."""
    text = item.text
    pairs: list[tuple[str, str]] = []
    code: list[str] = []
    for block in item.below:
        lines: Iterable[str] = ()
        if isinstance(block, Fence):
            code += [block.text] if block.language.lower() in _SHELL_LANGUAGES else []
        elif isinstance(block, Prose):
            lines = block.lines
        elif isinstance(block, Listed):
            lines = [inner.text for inner in block.items if not inner.boxed]
        for line in lines:
            if known := fields(line):
                pairs += [pair for pair in known if pair[0] != "verify"]
                code += [value for name, value in known if name == "verify" and value]
            elif isinstance(block, Prose) and not block.source:
                text = joined(text, line)
    return text, pairs, tuple(code)


def _goes_on(name: str, line: str) -> bool:
    """Return whether a line belongs to the label before it: prose about criteria is none."""
    return name != "criteria" or unnumbered(line) != line


def _fields(item: ListedItem) -> list[tuple[str, str]]:
    """Return the fields that an item names; above a list, a label may lack its colon."""
    name = "" if item.boxed or not any(item.items) else label(item.text)
    return fields(item.text) or ([(name, "")] if name else [])


def _is_criteria(item: ListedItem) -> bool:
    return _fields(item)[-1:] == [("criteria", "")] and any(item.items)


def _has_boxes(blocks: Iterable[Block]) -> bool:
    return any(
        isinstance(block, Listed)
        and any(item.boxed or _has_boxes(item.below) for item in block.items)
        for block in blocks
    )
