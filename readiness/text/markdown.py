"""The path of text into Markdown: what is foreign stays text, the board's own stays harmless.

Made for GitHub and GitLab, which look for mentions, references and emoji in the finished page, but
not in code. A backslash is long gone by then: a word in which they find something becomes code, so
that people copy what stands there; where it cannot, an invisible space parts it.
"""

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from readiness.text.clean import clean

_APART = "&#8203;"
"""A space without width, written so that it is seen in the file."""

_SPECIAL = re.compile(
    r"""(?P<recognised>               # in the finished page, by what follows
        @(?=\S)                       # people, and addresses
      | [!\#$&](?=[0-9])               # requests, issues, snippets, epics
      | ~(?=["0-9A-Za-z_?.&-])        # labels
      | %(?=["0-9A-Za-z_*-])          # milestones
      | \[(?=[0-9A-Za-z_]+:|[+-])     # other references, and differences
      | \{(?=[+-])
      | :(?=[0-9A-Za-z_+-]+:)         # emoji
      | :/(?=/) | [Ww]{3}(?=\.)       # addresses of pages
      | [Gg][Hh]-(?=[0-9])
      | \*(?=iteration:)
    )
    | [\\`*<|\[\]\#~&$]               # always; an escaped bar is a bar within tables and elsewhere
    | (?<![^\W_])_ | _(?![^\W_])      # within a word it is a letter like others
    """,
    re.VERBOSE,
)
_MARKUP = frozenset("\\`*<|[]#~&$_")
_COMMIT = re.compile(r"(?<![^\W_])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{7,64}(?![^\W_])")
_SHORTEST_COMMIT = 7
_FIRST = re.compile(r"[-+](?=\s|$)|[-=](?=[-=\s]*$)|[>/]|\d{1,9}(?=[.)](?:\s|$))")
_CODE = re.compile(r"`([^`]+)`")
_TICKS = re.compile("`+")
_TAG = re.compile(r"\\.|(`+)(?!`).*?(?<!`)\1(?!`)|<")


def one_line(text: str) -> str:
    """Format foreign text as one line, with invisible characters spelled out."""
    return clean(text, newlines=True).replace("\n", " ").strip()


def text(foreign: str) -> str:
    """Return `foreign` as Markdown that shows it and does nothing else, wherever it is put.

    It may begin a line and stand in a cell of a table or in a heading. It is always one line.
    """
    return _at_start(_literal(one_line(foreign)))


def strong(foreign: str) -> str:
    """Return `foreign` as strong text; nothing for blank text."""
    line = text(foreign)
    return f"**{line}**" if line else ""


def prose(words: str) -> str:
    """Return what people wrote in a board, such as a title: text, but for its `code`."""
    line = one_line(words)
    parts: list[str] = []
    done = 0
    for span in _CODE.finditer(line):
        if span[1].strip():
            before = _literal(line[done : span.start()], beside_code=True)
            parts += before, code(span[1], cell=True)
            done = span.end()
    return _at_start("".join([*parts, _literal(line[done:], beside_code=bool(parts))]))


def code(foreign: str, *, cell: bool = False) -> str:
    """Return `foreign` as code within a line; nothing for blank text.

    In a `cell` of a table, code with a bar cannot be written whatever precedes it: it becomes text.
    """
    line = one_line(foreign)
    if not line or (cell and "|" in line):
        return text(line)
    ticks = "`" * _free(line)
    space = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def row(*cells: str) -> str:
    """Return a line of a table of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def fence(foreign: str) -> str:
    """Return the lines of `foreign` as a block of code that nothing in it can end."""
    lines = clean(foreign, newlines=True).strip("\n")
    ticks = "`" * max(_free(lines), 3)
    return f"{ticks}text\n{lines}\n{ticks}"


def paragraphs(words: str) -> str:
    """Return the same of several paragraphs."""
    return "\n\n".join(map(prose, filter(str.strip, words.split("\n\n"))))


def filled(template: str, filters: Mapping[str, Callable[..., Any]], **facts: object) -> str:
    """Return a template in the file `template`, filled with facts; it escapes what is foreign.

    Beside `filters` it has those of this module.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder, name = os.path.split(template)
    environment = Environment(  # noqa: S701 - Markdown is not HTML: see the filters
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for ours in (text, strong, prose, paragraphs, code, own):
        environment.filters[ours.__name__] = ours
    environment.filters |= filters
    return environment.get_template(name).render(row=row, **facts).rstrip("\n") + "\n"


def own(markdown: str, *, level: int) -> str:
    """Return the board's own Markdown without HTML, its headings no higher than `level`.

    What would not end where it ends, such as an open fence, is shown as code.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    lines = clean(markdown, newlines=True).strip("\n").split("\n")
    tokens = parser.parse("\n".join(lines))
    literal = {
        number
        for token in tokens
        if token.type in ("fence", "code_block") and token.map
        for number in range(*token.map)
    }
    headings = {
        token.map[0]: len(token.markup)
        for token in tokens
        if token.type == "heading_open" and token.map and token.markup.startswith("#")
    }
    deeper = max(level - min(headings.values(), default=level), 0)
    made = []
    for number, line in enumerate(lines):
        if number in headings and line.lstrip().startswith("#"):
            line = "#" * min(deeper, 6 - headings[number]) + line.lstrip()
        made.append(line if number in literal else _without_html(line))
    result = "\n".join(made)
    end = parser.parse(f"{result}\n\nend")
    html = any("html" in part.type for token in end for part in [token, *(token.children or ())])
    closed = end[-1].type == "paragraph_close" and end[-2].content == "end" and not end[-1].level
    return fence(markdown) if html or not closed else result


def _literal(line: str, *, beside_code: bool = False) -> str:
    """Escape a line; `beside_code` says that code may stand directly before or after it."""

    def word(match: re.Match[str]) -> str:
        written = match[0]
        is_found = any(special["recognised"] for special in _SPECIAL.finditer(written))
        if not is_found and not _COMMIT.search(written):
            return _SPECIAL.sub(_escaped, written)
        touches = beside_code and (match.start() == 0 or match.end() == len(line))
        if touches or "|" in written or "##" in written or written.startswith("::"):
            return _COMMIT.sub(_parted, _SPECIAL.sub(_escaped, written))
        core = written.rstrip(".,;!?)]") or written
        return code(core) + _SPECIAL.sub(_escaped, written[len(core) :])

    return re.sub(r"\S+", word, line)


def _at_start(line: str) -> str:
    """Escape the first word of a line that would make a list, a heading, a quote or a command."""
    marker = _FIRST.match(line)
    if not marker:
        return line
    return f"\\{line}" if not marker[0].isdigit() else f"{marker[0]}\\{line[marker.end() :]}"


def _escaped(match: re.Match[str]) -> str:
    backslash = "\\" if match[0] in _MARKUP else ""
    return f"{backslash}{match[0]}{_APART if match['recognised'] else ''}"


def _parted(match: re.Match[str]) -> str:
    """Break a possible commit name into pieces that are too short for one."""
    size = _SHORTEST_COMMIT - 1
    return _APART.join(match[0][start : start + size] for start in range(0, len(match[0]), size))


def _free(content: str) -> int:
    """Return a number of backticks that is not in `content`, nor any longer one."""
    return max(map(len, _TICKS.findall(content)), default=0) + 1


def _without_html(line: str) -> str:
    """Escape what would begin a tag, a comment or a bare link, but not within code."""
    parts = []
    done = 0
    for span in _TAG.finditer(line):
        parts.append(line[done : span.start()])
        parts.append("\\<" if span[0] == "<" else span[0])
        done = span.end()
    return "".join([*parts, line[done:]])
