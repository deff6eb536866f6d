"""What the code says: the keys that it asks for, and sentences that it holds itself."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

import jinja2
from jinja2 import nodes

SAYING = {"say", "_say", "SAY", "worded", "say_now"}
"""What sentences are called through."""

_WORDS = re.compile(r"[^\W\d_]{2,}[,;:.!?…]*\s+[^\W\d_]{2,}|[\u4e00-\u9fff]{2,}")
_GAP = "\0"
_ASIDE = {"Verb", "argument", "option", "switch", "shared", "shared_switch", "suggestion"}
"""What the help of a command and the advice of an error are made with."""

_PATTERNS = {"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "split"}
"""What patterns are read with."""


class Asked(NamedTuple):
    """A key that the code asks for. With `family`, all keys that begin so; `facts` fill it in."""

    key: str
    family: bool
    facts: frozenset[str]
    line: int


def asked(source: str) -> Iterator[Asked]:
    """Yield the keys that a module of Python asks for."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and call.args and _name(call) in SAYING:
            key, gap, _ = _text(call.args[0]).partition(_GAP)
            facts = frozenset(word.arg for word in call.keywords if word.arg)
            yield Asked(key.rstrip("."), bool(gap), facts, call.lineno)


def asked_in_template(source: str) -> Iterator[Asked]:
    """Yield the keys that a template asks for."""
    for call in jinja2.Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "say":
            key = call.args[0]
            gap = isinstance(key, nodes.Concat)
            known = key.nodes[0] if isinstance(key, nodes.Concat) else key
            assert isinstance(known, nodes.Const), call
            facts = frozenset(word.key for word in call.kwargs)
            yield Asked(known.value.rstrip("."), gap, facts, call.lineno)


def sentences_of(source: str, *, raised: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the texts of two words or more that a module of Python holds, with their lines.

    Neither documentation nor patterns, keys of sentences and types, which nobody reads in a report;
    what is raised only where it is asked for.
    """
    tree = ast.parse(source)
    nodes = [node for node in ast.walk(tree) if not (raised and isinstance(node, ast.Raise))]
    aside = {id(inner) for node in nodes for inner in _aside(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in aside:
            text = _text(node)
            if _WORDS.search(text):
                yield node.lineno, text.replace(_GAP, "{}")


def texts_of(source: str) -> Iterator[str]:
    """Yield every text that a module of Python holds, be it of one word or documentation."""
    for node in ast.walk(ast.parse(source)):
        if text := _text(node):
            yield text.replace(_GAP, "{}")


def sentences_of_template(source: str) -> Iterator[tuple[int, str]]:
    """Yield the words that a template holds itself, where a browser shows or speaks them."""
    parsed = jinja2.Environment(autoescape=True).parse(source)
    page = _Page()
    page.feed("".join(data.data for data in parsed.find_all(nodes.TemplateData)))
    yield from page.texts
    for const in parsed.find_all(nodes.Const):
        if isinstance(const.value, str) and _WORDS.search(const.value):
            yield const.lineno, const.value


class _Page(HTMLParser):
    """Finds what is to be read in markup."""

    READ = ("title", "aria-label", "alt", "placeholder", "value")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in self.READ:
                self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        if re.search(r"[^\W\d_]{2,}", data):
            self.texts.append((self.getpos()[0], data.strip()))


def _text(node: ast.AST) -> str:
    """The text of a constant or of an f-string, its fields as gaps; empty for all else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or _GAP for part in node.values)
    return ""


def _name(call: ast.Call) -> str:
    called = call.func
    if isinstance(called, ast.Attribute) and called.attr == "heads":
        called = called.value
    return str(getattr(called, "attr", getattr(called, "id", "")))


def _aside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is no text of a report: below `node`, or a part of another text."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _name(node) in _ASIDE):
        yield from ast.walk(node)
    elif isinstance(node, ast.Call):
        if _name(node) in {"later", *_PATTERNS, *SAYING}:
            yield from node.args[:1]
    elif isinstance(node, ast.JoinedStr):
        yield from (part for part in node.values if isinstance(part, ast.Constant))
