"""A Markdown document as its parser has it: the items of its lists and tables, and their text."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

import msgspec
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from readiness.importing.words import label
from readiness.text.clean import clean

_BOX: Final = re.compile(
    r"\s*(?:\[[ xX✓✔~*/>!?-]?\]\ufe0f?(?:\s+|$)|[☐☑☒]\ufe0f?(?:\s+|$)|[⬜⬛🔲🔳]\ufe0f?\s*)"
)
_SIGN: Final = re.compile(r"\s*[✅❌✔❎✓✗✘🟩🟥🟢🟡🔴⏳🚧]\ufe0f?\s*")
# What people write for a list that is none in Markdown: `a) …`, `(1) …`, `① …`, `: …`.
_BULLET: Final = re.compile(r"^(?:[(（](?:[a-zA-Z]|\d{1,2})[)）]|[a-zA-Z]\)|[①-⑳]|:\s)\s*(?=\S)")
_BREAK: Final = re.compile(r"(?i)<br\s*/?>")
_UNSEEN: Final = re.compile("[\u200b\u200c\u2060\ufeff]")


class ListedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a list, a line that begins with a box or a bullet, or a row of a table.

    `values` are the cells beside it by what their columns are called, `marked` are the lines of its
    own with a box or a bullet, `below` is what is indented, and `items` are those of both.
    """

    lines: tuple[str, ...]
    line: int
    boxed: bool = False
    values: tuple[tuple[str, str], ...] = ()
    marked: tuple["ListedItem", ...] = ()
    below: tuple[SyntaxTreeNode, ...] = ()
    items: tuple["ListedItem", ...] = ()

    @property
    def text(self) -> str:
        """Return its first line."""
        return self.lines[0]


class TaskDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document: its lines, its blocks, the keys of its front matter, and all that it says.

    With `signs`, ✅ and ❌ are boxes, as there are no others.
    """

    lines: list[str]
    blocks: list[SyntaxTreeNode]
    matter: dict[str, str]
    text: str
    signs: bool

    def source(self, block: SyntaxTreeNode) -> str:
        """Return a block as it is written."""
        return "\n".join(self.lines[slice(*block.map)]).rstrip() if block.map else ""

    def items(self, block: SyntaxTreeNode) -> list[ListedItem]:
        """Return the items of a list; none of any other block."""
        if block.type not in ("bullet_list", "ordered_list"):
            return []
        return [self._item(item) for item in block.children if not _is_contents(item)]

    def _item(self, item: SyntaxTreeNode) -> ListedItem:
        below = item.children
        lines: tuple[str, ...] = ("",)
        if below and below[0].type == "paragraph":
            lines, below = lines_of(below[0]), below[1:]
        boxed, first = box(lines[0], signs=self.signs)
        more, marked = self.marked(lines[1:], line_of(item) + 1)
        return ListedItem(
            lines=(first, *more),
            line=line_of(item),
            boxed=boxed,
            marked=tuple(marked),
            below=tuple(below),
            items=(*marked, *(inner for block in below for inner in self.items(block))),
        )

    def marked(self, lines: Sequence[str], first: int) -> tuple[list[str], list[ListedItem]]:
        """Return the lines before the first box or bullet, and what these begin."""
        before: list[str] = []
        items: list[ListedItem] = []
        for number, text in enumerate(lines, first):
            boxed, rest = box(text, signs=self.signs)
            unmarked = rest if boxed else _BULLET.sub("", text, count=1)
            if boxed or unmarked != text:
                items.append(ListedItem(lines=(unmarked,), line=number, boxed=boxed))
            elif items:
                items[-1] = msgspec.structs.replace(items[-1], lines=(*items[-1].lines, text))
            else:
                before.append(text)
        return before, items


def parsed(text: str) -> TaskDocument:
    """Read a document. Any text is one."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = clean(text, newlines=True).split("\n")
    matter: dict[str, str] = {}
    ends = [place for place, line in enumerate(lines) if line.rstrip() in ("---", "...")]
    if ends[:1] == [0] and len(ends) > 1:
        pairs = [line.partition(":") for line in lines[1 : ends[1]] if line[:1].isalpha()]
        matter = {key.strip().lower(): value.strip(" \t\"'") for key, _, value in pairs}
        lines[: ends[1] + 1] = [""] * (ends[1] + 1)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tree = SyntaxTreeNode(parser.parse("\n".join(lines)))
    spoken = [
        ": ".join(map(text_of, part.children)) if part.type == "tr" else text_of(part)
        for part in tree.walk()
        if part.type in ("tr", "inline")
    ]
    texts = "\n".join(spoken).split("\n")
    signs = not any(text.startswith("[") and box(text)[0] for text in texts)
    blocks = list(_unquoted(tree))
    return TaskDocument(
        lines=lines, blocks=blocks, matter=matter, text="\n".join(spoken), signs=signs
    )


def _unquoted(tree: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for block in tree.children:
        yield from _unquoted(block) if block.type == "blockquote" else (block,)


def box(text: str, *, signs: bool = False) -> tuple[bool, str]:
    """Return whether a text begins with a box, and the text without it.

    With `signs`, ✅ and ❌ are boxes too.
    """
    match = _BOX.match(text) or (signs and _SIGN.match(text))
    return (True, text[match.end() :].strip()) if match else (False, text.strip())


def line_of(part: SyntaxTreeNode) -> int:
    """Return the line on which a part begins."""
    return part.map[0] + 1 if part.map else 0


def lines_of(part: SyntaxTreeNode) -> tuple[str, ...]:
    """Return the lines of a part's text."""
    return tuple(line.strip() for line in text_of(part).split("\n"))


def text_of(part: SyntaxTreeNode) -> str:
    """Return the text of a part: `code` keeps its marks, all other markup goes."""
    texts: list[str] = []
    for inner in part.walk():
        if inner.type == "text":
            texts.append(inner.content)
        elif inner.type == "code_inline":
            texts.append(f"`{inner.content}`")
        elif inner.type in ("softbreak", "hardbreak") or (
            inner.type == "html_inline" and _BREAK.fullmatch(inner.content)
        ):
            texts.append("\n")
    return _UNSEEN.sub("", "".join(texts)).strip()


def is_strong(block: SyntaxTreeNode) -> bool:
    """Return whether a paragraph is strong text alone, as what stands for a heading is."""
    parts = block.children[0].children
    return all(
        part.type == "strong" or (part.type == "text" and not part.content.strip(" :："))
        for part in parts
    )


def _is_contents(item: SyntaxTreeNode) -> bool:
    """Return whether an item is a line of a table of contents: a link into the document."""
    links = [part for part in item.walk() if part.type == "link"]
    return any(
        text_of(link) == lines_of(item)[0] and str(link.attrs["href"])[:1] == "#" for link in links
    )


# --- tables ---------------------------------------------------------------------------------------

_ABOUT_TASKS: Final = frozenset(
    ("priority", "owner", "estimate", "risk", "depends", "criteria", "due", "verify")
)
_KEPT: Final = _ABOUT_TASKS - {"criteria"} | {
    *("id", "tags", "problem", "details", "status", "target", "current")
}


def rows(table: SyntaxTreeNode) -> tuple[str, list[ListedItem]]:
    """Return a table's rows as items, and what they are: cards, criteria or figures, or fields."""
    places = [line_of(row) for part in table.children for row in part.children]
    head, *body = grid(table)
    names = _names(head)
    boxes = max(
        (sum(len(_boxed(*pair)) for pair in zip(names, cells, strict=False)) for cells in body),
        default=0,
    )
    labelled = [cells for cells in (head, *body) if label(cells[0])]
    if len(head) == 2 and len(labelled) >= len(body) and not boxes:
        return "", [ListedItem(lines=(": ".join(cells),), line=0) for cells in (head, *body)]
    kind, titles = _kind(set(names), boxes)
    items = [
        _item(list(zip(names, head, cells, strict=False)), titles, boxes, line)
        for line, cells in zip(places[1:], body, strict=True)
        if kind
    ]
    return kind, [item for item in items if item.text]


def grid(table: SyntaxTreeNode) -> list[list[str]]:
    """Return the texts of a table's cells, row by row."""
    return [
        [text_of(cell) for cell in row.children] for part in table.children for row in part.children
    ]


def _names(head: Sequence[str]) -> list[str]:
    """Return what each column is; empty where it is not known, or another is the same."""
    names: list[str] = []
    for cell in head:
        name = label(cell, "columns")
        if name in ("criterion", "criteria") and {"criterion", "criteria"} & set(names):
            name = "target"  # `Check | Requirement`
        names.append("" if name in names else name)
    if "target" not in names and {"metric", "criterion"} & set(names):
        # `指标 | 当前 | 目标`: what a figure aims at is no goal of the board.
        names = ["target" if name == "goal" else name for name in names]
    return names


def _kind(names: Collection[str], boxes: int) -> tuple[str, Sequence[str]]:
    """Return what the rows are, and the columns that may hold their titles."""
    about_tasks = _ABOUT_TASKS.intersection(names)
    if "metric" in names and "target" in names:
        return "figures", ["metric"]
    if "task" in names or boxes > 1 or ("title" in names and ("status" in names or about_tasks)):
        return "cards", ["task", "title"]
    if "criterion" in names or "criteria" in names or (boxes and not about_tasks):
        return "criteria", ["criterion", "criteria", "title"]
    return "", []


def _boxed(name: str, cell: str) -> list[str]:
    """Return what stands beside each box of a cell."""
    # In a column of states, `✅ done` says what was reached, not what is wanted.
    signs = name not in ("status", "title")
    return [text for is_box, text in (box(piece, signs=signs) for piece in _pieces(cell)) if is_box]


def _item(
    columns: Sequence[tuple[str, str, str]], titles: Sequence[str], boxes: int, line: int
) -> ListedItem:
    """Return a row as an item; of a card, the boxes or their column are criteria."""
    cells = {name: cell for name, _, cell in columns}
    # Where no column has the title, one of boxes stands beside one of what they are about.
    alone = [cell for _, _, cell in columns if boxes and cell and not box(cell)[0]]
    whole = next(filter(None, [*map(cells.get, titles), *alone]), "")
    title = " ".join(box(whole)[1].split())
    values = [(name, cell) for name, cell in cells.items() if name in _KEPT]
    values += [
        ("details", f"{heading}: {cell}")
        for name, heading, cell in columns
        if not name and cell not in ("", whole) and not _boxed(name, cell)
    ]
    criteria = [
        box(piece)[1] for piece in _pieces(cells.get("criteria") or cells.get("criterion", ""))
    ]
    if boxes > 1:
        criteria = [
            text or f"{title}: {heading}"
            for name, heading, cell in columns
            for text in _boxed(name, cell)
        ]
    if "task" in titles:
        values += [("criteria", text) for text in criteria]
    return ListedItem(lines=(title,), line=line, values=tuple(values))


def _pieces(cell: str) -> list[str]:
    """Split a cell: a line, a number, a bullet, a box or a semicolon begins each piece."""
    if re.match(r"\s*1[.)]\s", cell):
        cell = re.sub(r"(?:^|\s)\d[.)]\s", "\n", cell)  # 1. this 2. that
    pieces = re.split(r"\n|[;；]|(?=\[[ xX]\]\s)|(?:^|\s)[•·]\s", cell)
    texts = [re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", piece) for piece in pieces]
    return [text.strip() for text in texts if text.strip()]
