"""Comments that a change adds and that speak to tools: put aside in a copy, to see what they hide.

Known ones and whatever looks like one: a comment that only people read changes no measurement.
"""

import io
import os
import re
import tokenize
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from readiness.guard.project.comments import Suppression, net
from readiness.guard.project.comments import found as suppressions_in
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States

_DIRECTIVE: Final = re.compile(r"#\s*(?!type:\s*(?!ignore))[a-z][\w.-]*\s*[:=]\s*\S")
_NEUTRAL: Final = "# -"

Comment = tuple[int, int, str]
"""Line, column and text."""


def added_directives(states: States) -> dict[str, list[Comment]]:
    """The comments of that kind, by file, that the change adds.

    One that only moved, or is silent about no more than one that went, is none.
    """
    paths = [path for path in states.changed if path.endswith((".py", ".pyi"))]
    before: Counter[str] = Counter()
    after: dict[str, list[Comment]] = {}
    known: tuple[list[Suppression], list[Suppression]] = ([], [])
    for path in paths:
        old, new = states.both(path)
        if _with_mark(old) != _with_mark(new):
            before.update(text for _, _, text in _comments(old))
            after[path] = [each for each in _comments(new) if _speaks_to_tools(path, each[2])]
            for said, those in zip((old, new), known, strict=True):
                those.extend(suppressions_in(path, said))
    wider = {(one.path, one.line) for one in net(*known)[1]}
    found: dict[str, list[Comment]] = {}
    for path, comments in after.items():
        for each in comments:
            if _is_known(path, each[2]):
                is_added = (path, each[0]) in wider
            else:
                is_added = not before[each[2]]
                before[each[2]] -= not is_added
            if is_added:
                found.setdefault(path, []).append(each)
    return found


def _with_mark(text: str) -> list[str]:
    """The lines that may have a comment, wherever they stand."""
    return sorted(line.strip() for line in text.split("\n") if "#" in line)


def _is_known(path: str, comment: str) -> bool:
    return any(row.pattern.search(comment) for row in TABLE.comments if path.endswith(row.files))


def _speaks_to_tools(path: str, comment: str) -> bool:
    return _is_known(path, comment) or _DIRECTIVE.match(comment) is not None


def _comments(text: str) -> list[Comment]:
    found: list[Comment] = []
    with suppress(tokenize.TokenError, SyntaxError):  # what was found before a mistake counts
        found.extend(
            (*token.start, token.string)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        )
    return found


def put_aside(folder: str, directives: Mapping[str, list[Comment]]) -> None:
    """Make plain comments of them in the files below `folder`."""
    for path, comments in directives.items():
        whole = os.path.join(folder, path)
        if os.path.islink(whole) or not os.path.isfile(whole):
            continue
        with open(whole, encoding="utf-8", errors="surrogateescape", newline="") as file:
            lines = file.read().split("\n")
        for line, column, text in comments:
            said = lines[line - 1] if line <= len(lines) else ""
            if said[column:].rstrip("\r") == text:
                lines[line - 1] = said[:column] + _NEUTRAL + said[column + len(text) :]
        os.unlink(whole)
        with open(whole, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write("\n".join(lines))
