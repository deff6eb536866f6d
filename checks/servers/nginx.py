"""nginx's configuration as data: directives with their blocks, files and lines."""

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""
    (?P<blank>[\s]+|\#[^\n]*)
    |(?P<end>;)
    |(?P<open>\{)
    |(?P<close>\})
    |(?P<word>(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\$\{|\\.|[^\s;{}])+\}?)
    """,
    re.VERBOSE | re.DOTALL,
)
_DUMPED = re.compile(r"^# configuration file (.+):$", re.MULTILINE)


class UnreadableError(Exception):
    """A configuration that cannot be read; the message says where and why."""


@dataclass
class Directive:
    """One directive: its name and words, where it stands, and what its block holds."""

    name: str
    words: list[str]
    file: str
    line: int
    block: list["Directive"] = field(default_factory=list)


def dumped(text: str) -> list[Directive]:
    """Read what `nginx -T` prints; the includes are resolved."""
    parts = _DUMPED.split(text)
    files = {name: parse(body.lstrip("\n"), name) for name, body in _pairs(parts)}
    if not files:
        raise UnreadableError("nginx printed no configuration")
    first = next(iter(files))
    return list(_included(files[first], files, os.path.dirname(first), set()))


def read(path: str) -> list[Directive]:
    """Read a configuration file and what it includes."""
    files: dict[str, list[Directive]] = {}
    waiting = [path]
    folder = os.path.dirname(os.path.abspath(path))
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        try:
            with open(name, encoding="utf-8", errors="replace") as file:
                files[name] = parse(file.read(), name)
        except OSError as error:
            raise UnreadableError(f"{name} cannot be read: {error.strerror}") from None
        for each in walk(files[name]):
            if each.name == "include" and each.words:
                waiting += _matching(folder, each.words[0])
    return list(_included(files[path], files, folder, set()))


def parse(text: str, file: str) -> list[Directive]:
    """Read one file's text. Raises UnreadableError where a block does not end."""
    blocks: list[list[Directive]] = [[]]
    words: list[str] = []
    line = begun = 1
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise UnreadableError(f"{file}:{line}: it is no configuration of nginx")
        if token.lastgroup == "word":
            begun = begun if words else line
            words.append(_unquoted(token[0]))
        elif token.lastgroup in {"end", "open"} and words:
            directive = Directive(words[0], words[1:], file, begun)
            blocks[-1].append(directive)
            words = []
            if token.lastgroup == "open":
                blocks.append(directive.block)
        elif token.lastgroup == "close" and len(blocks) > 1:
            blocks.pop()
        elif token.lastgroup != "blank":
            raise UnreadableError(f"{file}:{line}: `{token[0]}` has no place here")
        line += token[0].count("\n")
        at = token.end()
    if len(blocks) > 1 or words:
        raise UnreadableError(f"{file}:{line}: it ends within a block or a directive")
    return blocks[0]


def walk(directives: list[Directive]) -> Iterator[Directive]:
    """Yield every directive, outer ones first."""
    for each in directives:
        yield each
        yield from walk(each.block)


def _pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    yield from zip(parts[1::2], parts[2::2], strict=True)


def _matching(folder: str, pattern: str) -> list[str]:
    return sorted(glob.glob(os.path.join(folder, pattern)))


def _included(
    directives: list[Directive],
    files: dict[str, list[Directive]],
    folder: str,
    underway: set[str],
) -> Iterator[Directive]:
    for directive in directives:
        if directive.name != "include" or not directive.words:
            directive.block = list(_included(directive.block, files, folder, underway))
            yield directive
            continue
        for name in _matching(folder, directive.words[0]):
            if name in files and name not in underway:
                yield from _included(files[name], files, folder, underway | {name})


def _unquoted(word: str) -> str:
    quoted = len(word) > 1 and word[0] in "\"'" and word[-1] == word[0]
    return word[1:-1] if quoted else word
