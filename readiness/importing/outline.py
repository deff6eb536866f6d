"""A Markdown document as chapters of blocks; fences are blocks, comments are no part of it."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from readiness.text.clean import clean

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

_BOX: Final = re.compile(
    r"\s*(?:\[(?P<mark>[ xX✓✔~*/>!?-]?)\]|(?P<sign>[☐☑☒]))(?:\ufe0f)?(?:\s+|$)"
)
_SIGN: Final = re.compile(r"\s*(?:✅|❌|✔|❎|🟩|🟥)\ufe0f?\s*")
_EMPTY: Final = re.compile(r"\s*(?:⬜|⬛|🔲|🔳)\ufe0f?\s*")
_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_BREAK: Final = re.compile(r"(?i)<br\s*/?>")
# What Obsidian adds to Markdown: comments, links of its own, marks, names of blocks, and days.
_COMMENT: Final = re.compile(r"(?ms)^%%.*?%%[ \t]*$|%%[^%\n]*%%")
_CODE_OR: Final = (
    r"(?P<code>`[^`]*`)"
    r"|\[\[(?:[^\[\]|\n]*\|)?(?P<link>[^\[\]|\n]+)\]\]"
    r"|==(?P<mark>[^=\n]+)=="
    r"|(?P<gone>[ \t]+\^[a-z0-9-]+$|\s*(?:📅|⏳|🛫|✅|➕|❌)\ufe0f?\s*\d{4}-\d\d-\d\d"
    r"|\s*🔁\ufe0f?\s*every\b[\w ]*)"
)
_OBSIDIAN: Final = re.compile(_CODE_OR, re.MULTILINE)
_UNSEEN: Final = re.compile("[\u200b\u200c\u2060\ufeff]")


class ListedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a list, or a line with a box: its text, and what is indented below it."""

    text: str
    boxed: bool = False
    line: int = 0
    below: tuple["Block", ...] = ()

    @property
    def items(self) -> Iterator["ListedItem"]:
        """The items one level deeper."""
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


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A heading, what follows it, and the chapters below it; without a heading level 0."""

    title: str = ""
    level: int = 0
    line: int = 0
    blocks: tuple[Block, ...] = ()
    chapters: tuple["Chapter", ...] = ()


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
    text = _UNSEEN.sub("", text)
    # As many empty lines, so that places stay what they are.
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    matter = _FRONT_MATTER.match(text)
    if matter:
        text = "\n" * matter[0].count("\n") + text[matter.end() :]
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tree = SyntaxTreeNode(parser.parse(text))
    blocks = list(_Reader(text).blocks(tree.children))
    boxes = any(_has_box(block) for block in blocks if not isinstance(block, _Heading))
    blocks = [
        each
        for block in blocks
        for each in ([block] if isinstance(block, _Heading) else _with_signs(block, boxes))
    ]
    return Outline(top=_nested(blocks), matter=_keys(matter[1] or "") if matter else {})


def box(text: str) -> tuple[bool, str]:
    """Whether a text begins with a box, and the text without it."""
    found = _BOX.match(text)
    return (True, text[found.end() :].strip()) if found else (False, text.strip())


def _keys(matter: str) -> dict[str, str]:
    found = re.findall(r"(?m)^([A-Za-z_-]+):[ \t]*(.*?)[ \t]*$", matter)
    return {key.lower(): value.strip("\"'") for key, value in found}


class _Heading(msgspec.Struct, frozen=True):
    text: str
    level: int
    line: int


class _Reader:
    """Turns the parser's nodes into blocks."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def blocks(self, nodes: Iterable["SyntaxTreeNode"]) -> Iterator[Block | _Heading]:
        for node in nodes:
            if node.type == "heading":
                title = " ".join(_text(node).split())
                yield _Heading(title, int(node.tag[1]), self._line(node))
            elif node.type == "paragraph":
                yield self._paragraph(node)
            elif node.type in ("bullet_list", "ordered_list"):
                items = tuple(self._item(each) for each in node.children)
                yield Listed(items=items, source=self._source(node))
            elif node.type == "table":
                yield self._table(node)
            elif node.type in ("fence", "code_block"):
                language = (node.info if node.type == "fence" else "").strip().split(" ")[0]
                yield Fence(language=language, text=node.content, source=self._source(node))
            elif node.type == "hr":
                yield Prose(lines=())
            elif node.type == "blockquote":
                yield from self.blocks(node.children)

    def _item(self, node: "SyntaxTreeNode") -> ListedItem:
        parts = list(node.children)
        lines: tuple[str, ...] = ()
        if parts and parts[0].type == "paragraph":
            lines = _lines(parts.pop(0))
        inner = [each for each in self.blocks(parts) if not isinstance(each, _Heading)]
        boxed, first = box(lines[0]) if lines else (False, "")
        # What goes on in the next line is the same sentence, unless it names something: `Owner: x`.
        more = [Prose(lines=lines[1:])] if lines[1:] else []
        return ListedItem(text=first, boxed=boxed, line=self._line(node), below=(*more, *inner))

    def _paragraph(self, node: "SyntaxTreeNode") -> Prose:
        return Prose(lines=_lines(node), line=self._line(node), source=self._source(node))

    def _table(self, node: "SyntaxTreeNode") -> Columns:
        rows = [
            tuple(_text(cell).strip() for cell in row.children)
            for part in node.children
            for row in part.children
        ]
        return Columns(
            head=rows[0], rows=tuple(rows[1:]), line=self._line(node), source=self._source(node)
        )

    def _line(self, node: "SyntaxTreeNode") -> int:
        return node.map[0] + 1 if node.map else 0

    def _source(self, node: "SyntaxTreeNode") -> str:
        return "\n".join(self._lines[slice(*node.map)]).rstrip() if node.map else ""


def _lines(node: "SyntaxTreeNode") -> tuple[str, ...]:
    return tuple(line.strip() for line in _text(node).split("\n"))


def _text(node: "SyntaxTreeNode") -> str:
    """Return the text of a node: `code` keeps its marks, all other markup goes."""
    parts: list[str] = []
    for each in node.walk():
        if each.type == "text":
            parts.append(each.content)
        elif each.type == "code_inline":
            parts.append(f"`{each.content}`")
        elif each.type in ("softbreak", "hardbreak") or (
            each.type == "html_inline" and _BREAK.fullmatch(each.content)
        ):
            parts.append("\n")
        elif each.type == "image":
            parts.append(each.content if not each.children else "")
    text = _UNSEEN.sub("", "".join(parts)).strip()
    return _OBSIDIAN.sub(lambda found: found["code"] or found["link"] or found["mark"] or "", text)


def _nested(blocks: Iterable[Block | _Heading]) -> Chapter:
    """Nest the blocks under their headings, and headings under those of a higher level."""
    open_: list[tuple[_Heading, list[Block], list[Chapter]]] = [(_Heading("", 0, 0), [], [])]

    def close() -> None:
        head, own, inner = open_.pop()
        chapter = _chapter(head, own, inner)
        open_[-1][2].append(chapter)

    for block in blocks:
        if isinstance(block, _Heading):
            while open_[-1][0].level >= block.level:
                close()
            open_.append((block, [], []))
        else:
            open_[-1][1].append(block)
    while len(open_) > 1:
        close()
    return _chapter(*open_[0])


def _chapter(head: _Heading, blocks: list[Block], chapters: list[Chapter]) -> Chapter:
    return Chapter(
        title=head.text,
        level=head.level,
        line=head.line,
        blocks=tuple(blocks),
        chapters=tuple(chapters),
    )


def _has_box(block: Block) -> bool:
    if isinstance(block, Columns):
        return any(box(cell)[0] for row in block.rows for cell in row)
    if isinstance(block, Prose):
        return any(box(line)[0] for line in block.lines)
    return isinstance(block, Listed) and any(
        item.boxed or any(map(_has_box, item.below)) for item in block.items
    )


def _with_signs(block: Block, boxes: bool) -> Iterator[Block]:
    """Yield a block with its lines that have boxes as items of a list.

    Where the document has no other boxes, or the block has some, what begins with ✅ or ❌ is one.
    """
    signs = not boxes or _has_box(block)
    if isinstance(block, Prose):
        yield from _lines_with_boxes(block, signs=signs)
    elif isinstance(block, Listed):
        items = []
        for item in block.items:
            found = None if item.boxed else _sign(item.text, signs=signs)
            items.append(
                msgspec.structs.replace(
                    item,
                    text=item.text[found.end() :] if found else item.text,
                    boxed=item.boxed or bool(found),
                    below=tuple(each for one in item.below for each in _with_signs(one, boxes)),
                )
            )
        yield msgspec.structs.replace(block, items=tuple(items))
    else:
        yield block


def _sign(text: str, *, signs: bool) -> re.Match[str] | None:
    return _EMPTY.match(text) or (_SIGN.match(text) if signs else None)


def _lines_with_boxes(block: Prose, *, signs: bool) -> Iterator[Block]:
    """Yield what stands before the first line with a box, then those that have one as a list."""
    items: list[ListedItem] = []
    before: list[str] = []
    for place, line in enumerate(block.lines):
        found = _BOX.match(line) or _sign(line, signs=signs)
        if found:
            text = line[found.end() :].strip()
            items.append(ListedItem(text=text, boxed=True, line=block.line + place))
        elif items:
            items[-1] = msgspec.structs.replace(items[-1], text=f"{items[-1].text} {line}")
        else:
            before.append(line)
    if not items:
        yield block
        return
    if before:
        yield Prose(lines=tuple(before), line=block.line, source="\n".join(before))
    yield Listed(items=tuple(items))
