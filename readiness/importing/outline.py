"""A Markdown document as chapters of blocks; fences are blocks, comments are no part of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from readiness.text.clean import clean

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

_BOX: Final = re.compile(
    r"\s*(?:\[(?P<mark>[ xX✓✔~*/>!?-]?)\]|(?P<sign>[☐☑☒]))(?:\ufe0f)?(?:\s+|$)"
)
_SIGN: Final = re.compile(r"\s*(?:✅|❌|✔|❎|✓|✗|✘|🟩|🟥|🟢|🟡|🔴|⏳|🚧)\ufe0f?\s*")
_EMPTY: Final = re.compile(r"\s*(?:⬜|⬛|🔲|🔳)\ufe0f?\s*")
_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_BREAK: Final = re.compile(r"(?i)<br\s*/?>")
# A table of contents: its items name no criteria.
_CONTENTS: Final = re.compile(r"(?m)^[ \t]*[-*+][ \t]+\[[^\]\n]*\]\(#[^)\n]*\)[ \t]*$")
# What people write for a list that is none in Markdown: `a) …`, `(1) …`, `① …`, `: …`.
_LETTERED: Final = re.compile(
    r"(?m)^([ \t]*)(?:[(（](?:[a-zA-Z]|\d{1,2})[)）]|[a-zA-Z]\)|[①-⑳]|:(?=[ \t]))[ \t]*(?=\S)"
)
_UNSEEN: Final = re.compile("[\u200b\u200c\u2060\ufeff]")


class ListedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a list, a line with a box, or a row of a table.

    `below` is what is indented below it, `values` are the cells beside it by their columns' names.
    """

    text: str
    boxed: bool = False
    line: int = 0
    below: tuple["Block", ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    @property
    def items(self) -> Iterator["ListedItem"]:
        """Yield the items one level deeper."""
        for block in self.below:
            if isinstance(block, Listed):
                yield from block.items


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A list."""

    items: tuple[ListedItem, ...]
    source: str = ""


class Prose(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph: its lines, without markup but for `code`; a ruler has none."""

    lines: tuple[str, ...]
    line: int = 0
    source: str = ""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """A table."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int = 0
    source: str = ""


class Fence(msgspec.Struct, frozen=True, kw_only=True):
    """A block of code."""

    language: str
    text: str
    source: str = ""


Block = Listed | Prose | Columns | Fence


class Chapter(msgspec.Struct, kw_only=True):
    """A heading, what follows it, and the chapters below it; without a heading level 0."""

    title: str = ""
    level: int = 0
    line: int = 0
    blocks: list[Block] = []
    chapters: list["Chapter"] = []


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A document: its chapters, and the keys of its front matter."""

    top: Chapter
    matter: dict[str, str]


def outline(text: str) -> Outline:
    """Read a document. Any text is one."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    text = clean(
        text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), newlines=True
    )
    text = _LETTERED.sub(r"\1- ", _UNSEEN.sub("", text))
    text = _CONTENTS.sub("", text)
    matter = _FRONT_MATTER.match(text)
    if matter:
        text = "\n" * matter[0].count("\n") + text[matter.end() :]
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tree = SyntaxTreeNode(parser.parse(text))
    reader = _Reader(text)
    blocks = list(reader.blocks(tree.children))
    if not reader.has_boxes:
        reader.signs = True
        blocks = list(reader.blocks(tree.children))
    return Outline(top=_nested(blocks), matter=_keys(matter[1] or "") if matter else {})


def box(text: str, *, signs: bool = False) -> tuple[bool, str]:
    """Return whether a text begins with a box, and the text without it.

    With `signs`, ✅ and ❌ are boxes too.
    """
    match = _BOX.match(text) or _EMPTY.match(text) or (signs and _SIGN.match(text))
    return (True, text[match.end() :].strip()) if match else (False, text.strip())


def _keys(matter: str) -> dict[str, str]:
    pairs = re.findall(r"(?m)^([A-Za-z_-]+):[ \t]*(.*?)[ \t]*$", matter)
    return {key.lower(): value.strip("\"'") for key, value in pairs}


class _Reader:
    """Turns the parser's nodes into blocks.

    `has_boxes` says that it has seen a box. With `signs`, or beside a box, ✅ and ❌ are boxes too.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self.has_boxes = False
        self.signs = False

    def blocks(self, nodes: Iterable["SyntaxTreeNode"]) -> Iterator[Block | Chapter]:
        for node in nodes:
            source = "\n".join(self._lines[slice(*node.map)]).rstrip() if node.map else ""
            if node.type == "heading":
                title = " ".join(_text(node).split())
                yield Chapter(title=title, level=int(node.tag[1]), line=_line(node))
            elif node.type == "paragraph":
                yield from self._paragraph(_lines(node), _line(node), source)
            elif node.type in ("bullet_list", "ordered_list"):
                lines = [line for item in node.children for line in _first(item)]
                signs = self._beside_box(lines)
                items = tuple(self._item(item, signs=signs) for item in node.children)
                yield Listed(items=items, source=source)
            elif node.type == "table":
                yield self._table(node, source)
            elif node.type in ("fence", "code_block"):
                language = (node.info if node.type == "fence" else "").strip().split(" ")[0]
                yield Fence(language=language, text=node.content, source=source)
            elif node.type == "hr":
                yield Prose(lines=())
            elif node.type == "blockquote":
                yield from self.blocks(node.children)

    def _beside_box(self, lines: Iterable[str]) -> bool:
        """Return whether signs are boxes in these lines."""
        boxes = any(_BOX.match(line) for line in lines)
        self.has_boxes |= boxes
        return boxes or self.signs

    def _item(self, node: "SyntaxTreeNode", *, signs: bool) -> ListedItem:
        lines = _first(node)
        boxed, first = box(lines[0], signs=signs) if lines else (False, "")
        # What goes on in the next line is the same sentence, unless it names something: `Owner: x`.
        more = self._paragraph(lines[1:], _line(node) + 1, "") if lines[1:] else ()
        inner = self.blocks(node.children[1:] if lines else node.children)
        below = [block for block in (*more, *inner) if not isinstance(block, Chapter)]
        return ListedItem(text=first, boxed=boxed, line=_line(node), below=tuple(below))

    def _paragraph(self, lines: Sequence[str], number: int, source: str) -> Iterator[Block]:
        """Yield what stands before the first line with a box, then those with one as a list."""
        signs = self._beside_box(lines)
        items: list[ListedItem] = []
        before: list[str] = []
        for place, line in enumerate(lines):
            boxed, text = box(line, signs=signs)
            if boxed:
                items.append(ListedItem(text=text, boxed=True, line=number + place))
            elif items:
                items[-1] = msgspec.structs.replace(items[-1], text=f"{items[-1].text} {line}")
            else:
                before.append(line)
        if before or not items:
            whole = "\n".join(before) if items else source
            yield Prose(lines=tuple(before), line=number, source=whole)
        if items:
            yield Listed(items=tuple(items))

    def _table(self, node: "SyntaxTreeNode", source: str) -> Columns:
        head, *rows = [
            tuple(_text(cell).strip() for cell in row.children)
            for part in node.children
            for row in part.children
        ]
        self._beside_box(cell for row in rows for cell in row)
        return Columns(head=head, rows=tuple(rows), line=_line(node), source=source)


def _line(node: "SyntaxTreeNode") -> int:
    return node.map[0] + 1 if node.map else 0


def _first(item: "SyntaxTreeNode") -> tuple[str, ...]:
    """Return the lines of the paragraph that an item of a list begins with."""
    parts = item.children
    return _lines(parts[0]) if parts and parts[0].type == "paragraph" else ()


def _lines(node: "SyntaxTreeNode") -> tuple[str, ...]:
    return tuple(line.strip() for line in _text(node).split("\n"))


def _text(node: "SyntaxTreeNode") -> str:
    """Return the text of a node: `code` keeps its marks, all other markup goes."""
    parts: list[str] = []
    for part in node.walk():
        if part.type == "text":
            parts.append(part.content)
        elif part.type == "code_inline":
            parts.append(f"`{part.content}`")
        elif part.type in ("softbreak", "hardbreak") or (
            part.type == "html_inline" and _BREAK.fullmatch(part.content)
        ):
            parts.append("\n")
    return _UNSEEN.sub("", "".join(parts)).strip()


def _nested(blocks: Iterable[Block | Chapter]) -> Chapter:
    """Nest the blocks under their headings, and headings under those of a higher level."""
    open_chapters = [Chapter()]
    for block in blocks:
        if isinstance(block, Chapter):
            while open_chapters[-1].level >= block.level:
                open_chapters.pop()
            open_chapters[-1].chapters.append(block)
            open_chapters.append(block)
        else:
            open_chapters[-1].blocks.append(block)
    return open_chapters[0]
