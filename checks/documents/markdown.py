"""Read the headings, links and shell blocks of a Markdown document."""

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

SHELLS = {"bash", "sh", "shell"}
CHINESE = re.compile(r"[\u3400-\u9fff]")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MARKUP = re.compile(r"<!--.*?-->|</?[a-zA-Z][^>]*>", re.DOTALL)
HTML_TARGET = re.compile(r"<[a-z][^>]*?\s(?:href|src)=[\"']([^\"'>]+)[\"']", re.IGNORECASE)
HTML_CODE = re.compile(r"<(pre|code)\b[^>]*>.*?</\1>", re.DOTALL | re.IGNORECASE)
HTML_HEADING = re.compile(r"<h[1-6]\b[^>]*>(.*?)</h[1-6]>", re.DOTALL | re.IGNORECASE)
ANCHOR = re.compile(
    r"""\b(?:id|name)\s*=\s*["']?([\w-]+)|\{[^{}\n]*#([\w-]+)|^\(([\w-]+)\)=""", re.MULTILINE
)
INCLUDE = re.compile(r"--8<--|^::: |\{[!%{]|^\s*[`:]{3,}\{|^<<< ", re.MULTILINE)
"""What MkDocs, MyST, Jekyll and VitePress put text of other places into a document with."""
TOPS = {"top", "readme"}
"""The anchors that GitHub knows on each page."""
WORD = re.compile(r"[^\W\u3400-\u9fff]+")


@dataclass
class DocumentSection:
    """A heading, and what stands below it, its own sections included.

    `shows` counts pieces of code and links.
    """

    title: str
    level: int
    words: int = 0
    text: str = ""
    shows: int = 0


@dataclass
class MarkdownDocument:
    """What is looked at in a document; lines are counted from 1."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    all_sections: list[DocumentSection] = field(default_factory=list)
    links: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[tuple[int, str, str]] = field(default_factory=list)
    code: list[tuple[int, str]] = field(default_factory=list)
    paragraphs: list[tuple[int, str]] = field(default_factory=list)
    words: int = 0
    text: str = ""

    @property
    def sections(self) -> list[DocumentSection]:
        """The sections that say something: a heading with a word, and a word below it."""
        return [each for each in self.all_sections if count_words(each.title) and each.words]

    @property
    def includes(self) -> bool:
        """Whether a site's generator puts text of other places into the document."""
        return bool(INCLUDE.search(self.text))

    def may_have(self, anchor: str) -> bool:
        """Return whether a link to the anchor may work, whoever makes anchors from headings."""
        if self.includes or not re.fullmatch(r"[\w-]+", anchor) or anchor.lower() in TOPS:
            return True
        names = {_bare(text) for _, text in self.headings}
        names |= {_bare(MARKUP.sub("", text)) for text in HTML_HEADING.findall(self.text)}
        again = re.sub(r"[-_]\d+$", "", anchor)
        return not names.isdisjoint({_bare(anchor), _bare(again)}) or any(
            anchor in match.groups() for match in ANCHOR.finditer(self.text)
        )


def _bare(text: str) -> str:
    """Return a heading or an anchor without what anchors are made from in several ways."""
    return re.sub(r"\W|_", "", re.sub(r"\{[^{}]*\}\s*$", "", text)).lower()


def count_words(text: str) -> int:
    """Count words; a Chinese character is one."""
    return len(CHINESE.findall(text)) + len(WORD.findall(text))


def read_markdown(text: str) -> MarkdownDocument:
    """Return what a document holds."""
    document = MarkdownDocument(text=text)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    within: list[DocumentSection] = []
    for token, before in zip(tokens, [None, *tokens], strict=False):
        line = token.map[0] + 1 if token.map else 0
        below = shows = 0
        content = token.content
        if token.type == "fence":
            language = (token.info.split() or [""])[0]
            document.blocks.append((line + 1, language, token.content))
        if token.type == "code_block":
            document.blocks.append((line, "", token.content))
        if token.type == "html_block":
            shown = COMMENT.sub("", token.content)
            document.links += [(line, target) for target in HTML_TARGET.findall(shown)]
        if token.type in {"fence", "code_block", "html_block"}:
            below = count_words(MARKUP.sub("", token.content))
            is_code = token.type != "html_block" or HTML_CODE.search(token.content)
            shows = int(bool(below and is_code))
        if token.type == "inline":
            plain = content = _plain(token)
            targets = list(_targets(token))
            document.words += count_words(plain)
            document.links += [(line, target) for target in targets]
            document.code += [
                (line, child.content)
                for child in token.children or []
                if child.type == "code_inline"
            ]
            if before is not None and before.type == "heading_open":
                document.headings.append((line, plain))
                level = int(before.tag[1:])
                within = [section for section in within if section.level < level]
                within.append(DocumentSection(plain, level))
                document.all_sections.append(within[-1])
            else:
                document.paragraphs.append((line, plain))
                below = count_words(plain) + len(targets)
                shows = len(targets) + sum(
                    child.type == "code_inline" for child in token.children or []
                )
        for section in within:
            section.words += below
            section.shows += shows
            section.text += f"{content}\n"
    return document


def _plain(token: Token) -> str:
    kept = {"text", "code_inline", "softbreak"}
    return "".join(each.content or " " for each in token.children or [] if each.type in kept)


def _targets(token: Token) -> list[str]:
    return [
        str(target)
        for part in token.children or []
        for target in (
            part.attrs.get("href"),
            part.attrs.get("src"),
            *(HTML_TARGET.findall(part.content) if part.type == "html_inline" else ()),
        )
        if target
    ]
