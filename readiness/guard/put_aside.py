"""Comments that a change adds and that speak to tools: put aside in a copy, to see what they hide.

Known ones and whatever looks like one: a comment that only people read changes no measurement.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from readiness.builtin import builtin_checks
from readiness.guard.project.comments import (
    Suppression,
    is_python,
    may_differ,
    net,
    python_comments,
    suppressions_in,
)
from readiness.guard.project.files import LONGEST
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.model.board import Check
from readiness.shell.programs import is_work, programs

_DIRECTIVE: Final = re.compile(r"#\s*(?!type:\s*(?!ignore))[a-z][\w.-]*\s*[:=]\s*\S")
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))(?:#|//|/\*|--|<!--|;)\s*\w.*")
_SILENT: Final = re.compile(
    r"(?i)\W*(?:[\w./@-]+[\s:=])?\W*[\w./@-]*"
    r"(?:allow|disable|expect-error|ignore|no(?:check|lint|qa|sec)|\boff\b|skip|suppress)"
)
"""Start of a comment, in any language, that silences a tool."""

_NEVER: Final = re.compile(r"\b(?:\w+\.)?(?:NoReturn|Never)\b")
_ANY: Final = re.compile(r"\bAny\b")
_OWN_TYPE: Final = re.compile(r"^\s*[a-z]+|(?<=\bas )\w+")
_ONE_WORD: Final = re.compile(r"\W*[\w.@/-]+\W*")

_SHORT: Final = 3

Comment = tuple[int, int, str]
"""Line, column and text."""


def counts_silence(check: Check) -> bool:
    """Return whether a check of readiness's own looks at settings: they do not rule it."""
    return check.name in TABLE.counting and is_builtin(check)


def is_builtin(check: Check) -> bool:
    """Return whether a check came with readiness, so that no change can have altered it."""
    return check.folder.startswith(builtin_checks())


def may_be_silenced(check: Check) -> bool:
    """Return whether a check runs any tool beyond what every system has."""
    if counts_silence(check):
        return False
    return bool(check.name) or any(is_work(words[0]) for words in programs(check.run))


def added_directives(states: States) -> dict[str, list[Comment]]:
    """Return the tool-silencing comments that the change adds, by file.

    A comment that only moved, or covers no more than a removed one, is not added.
    """
    paths = [path for path in states.changed if not TABLE.data.search(path)]
    own_words = _told_by_settings(states)
    before: Counter[str] = Counter()
    after: dict[str, list[Comment]] = {}
    known: tuple[list[Suppression], list[Suppression]] = ([], [])
    for path in paths:
        old, new = states.both(path)
        if may_differ(old, new):
            before.update(text for _, _, text in _comments(path, old))
            lines = new.split("\n")
            after[path] = [
                comment
                for comment in _comments(path, new)
                if _speaks_to_tools(path, comment[2], own_words) or _marks_code(lines, comment)
            ]
            for said, those in zip((old, new), known, strict=True):
                those.extend(suppressions_in(path, said))
    wider = {(one.path, one.line) for one in net(*known)[1]}
    added: dict[str, list[Comment]] = {}
    for path, comments in after.items():
        for directive in comments:
            if _is_known(path, directive[2]):
                is_added = (path, directive[0]) in wider
            else:
                is_added = not before[directive[2]]
                before[directive[2]] -= not is_added
            if is_added:
                added.setdefault(path, []).append(directive)
    return added


def _told_by_settings(states: States) -> str:
    """Join the texts of all tools' settings, which may define words for silence."""
    names = {place.file for tool in TABLE.tools for place in tool.places}
    texts = [states.texts(path) for path in states.all_paths if os.path.basename(path) in names]
    return "\n".join(said for each in texts for said in each).lower()


def _is_known(path: str, comment: str) -> bool:
    return any(row.pattern.search(comment) for row in TABLE.comments if path.endswith(row.files))


def _speaks_to_tools(path: str, comment: str, own_words: str) -> bool:
    if not is_python(path):
        return _SILENT.match(comment) is not None
    body = re.split(r"[:(]", comment.lstrip("# ").lower())[0].strip()
    own = len(body) > _SHORT and body in own_words
    known = own or _is_known(path, comment) or TABLE.unchecked.match(comment)
    return bool(known or _DIRECTIVE.match(comment))


def _marks_code(lines: list[str], comment: Comment) -> bool:
    """Return whether a comment is a single word behind code, as many a tool's own word is."""
    line, column, text = comment
    return bool(lines[line - 1][:column].strip() and _ONE_WORD.fullmatch(text))


def _comments(path: str, text: str) -> list[Comment]:
    """Return the comments of a file; of Python, also conditions under which code is not checked."""
    if not is_python(path):
        return [
            (number, match.start(), match[0])
            for number, line in enumerate(text.split("\n"), start=1)
            for match in _COMMENT.finditer(line[:LONGEST])
        ]
    conditions = [
        (number, match.start(), match[0])
        for number, line in enumerate(text.split("\n"), start=1)
        for match in TABLE.unchecked.finditer(line)
    ]
    return [*conditions, *python_comments(text)]


def put_aside(folder: str, directives: Mapping[str, list[Comment]]) -> None:
    """Replace tool-silencing comments by plain ones in the files below `folder`."""
    for path, comments in directives.items():
        whole = os.path.join(folder, path)
        if os.path.islink(whole) or not os.path.isfile(whole):
            continue
        with open(whole, encoding="utf-8", errors="surrogateescape", newline="") as file:
            lines = file.read().split("\n")
        for line, column, text in comments:
            said = lines[line - 1] if line <= len(lines) else ""
            if said.startswith(text, column):
                lines[line - 1] = said[:column] + _neutral(text) + said[column + len(text) :]
        os.unlink(whole)
        with open(whole, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write("\n".join(lines))


def _neutral(text: str) -> str:
    """Return a comment with its words blanked, or a condition, name or type that hides nothing."""
    if not TABLE.unchecked.match(text):
        return re.sub(r"[\w@]+", "-", text)
    if text.startswith("cast"):
        return _NEVER.sub("None", text)
    return _OWN_TYPE.sub(r"\g<0>_", text) if _ANY.search(text) else "not bool()"
