"""Comments that keep tools silent: which a change adds, or makes silent about more."""

import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.files import LONGEST, Differing, lines_of, surplus
from readiness.guard.project.rules import TABLE, Comment

ALL: Final = frozenset({"*"})
_CODES_OF_ALL: Final = 3
"""How many codes a comment without any stands for, where it is narrowed."""

_MARKS: Final = re.compile(r"#|//|/\*|\"\"\"|'''|(?:^|(?<=\s))(?:--|<!--|;)\s*\w")


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """One comment: what it is, which codes it is about, and the code that it stands behind."""

    name: str
    codes: frozenset[str]
    code: str
    text: str
    path: str
    line: int


def suppressions(files: Differing) -> Iterator[Change]:
    """Compare the suppressions of all files: one that moved with its line is the same."""
    paths = [path for path in files.paths() if may_differ(*files.both(path))]
    old = [each for path in paths for each in suppressions_in(path, files.before.get(path, ""))]
    new = [each for path in paths for each in suppressions_in(path, files.after.get(path, ""))]
    gone, come = net(old, new)
    widened = _grouped(gone, _by_code)
    for suppression in come:
        same = widened.get(_by_code(suppression))
        was = same.pop(0) if same else None
        yield _change(suppression, Direction.LOOSENED, was.text if was else "", suppression.text)
    gone = [suppression for rest in widened.values() for suppression in rest]
    for suppression in gone:
        yield _change(suppression, Direction.TIGHTENED, suppression.text, "")


def net(
    old: list[Suppression], new: list[Suppression]
) -> tuple[list[Suppression], list[Suppression]]:
    """Return the suppressions removed and added, less those that moved or were narrowed.

    Nor is one added that names its codes, where the same tool lost as many elsewhere.
    """
    gone, come = surplus(old, new, lambda one: (one.name, one.codes, one.code))
    gone, come = surplus(gone, come, _key)
    lost: Counter[str] = Counter()
    for suppression in gone:
        lost[suppression.name] += (
            _CODES_OF_ALL if suppression.codes == ALL else len(suppression.codes)
        )
    added = []
    for suppression in come:
        if suppression.codes == ALL or len(suppression.codes) > lost[suppression.name]:
            added.append(suppression)
        else:
            lost[suppression.name] -= len(suppression.codes)
    return gone, added


def may_differ(before: str, after: str) -> bool:
    """Return whether lines that may speak to a tool differ; where not, nothing need be parsed."""
    old, new = (
        sorted(
            line.strip()
            for line in text.split("\n")
            if _MARKS.search(line) or TABLE.unchecked.search(line)
        )
        for text in (before, after)
    )
    return old != new


def is_python(path: str) -> bool:
    """Return whether a file is Python, by its name."""
    return path.endswith((".py", ".pyi"))


def python_comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield line, column and text of each comment; of a broken file, those before the mistake."""
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield *token.start, token.string


def _by_code(one: Suppression) -> Hashable:
    return one.name, one.code


def _key(one: Suppression) -> Hashable:
    return one.name, one.codes, one.path if one.codes == ALL else ""


def suppressions_in(path: str, text: str) -> list[Suppression]:
    """Return the suppressions in a file; strings hold none, nor does a file that is no code."""
    known = [comment_rule for comment_rule in TABLE.comments if path.endswith(comment_rule.files)]
    if is_python(path):
        return list(_in_python(path, text, known))
    return [
        comment_rule
        for number, line in enumerate(lines_of(text), start=1)
        for comment_rule in _in_comment(path, number, line, line, known)
    ]


def _in_python(path: str, text: str, known: Sequence[Comment]) -> Iterator[Suppression]:
    if "#" not in text:
        return
    lines = text.split("\n")
    for number, column, comment in python_comments(text):
        code = lines[number - 1][:column]
        yield from _in_comment(path, number, comment[:LONGEST], code, known)


def _in_comment(
    path: str, line: int, comment: str, code: str, known: Sequence[Comment]
) -> Iterator[Suppression]:
    for comment_rule in known:
        match = comment_rule.pattern.search(comment)
        if match:
            listed = match.groupdict().get("codes") or ""
            yield Suppression(
                name=comment_rule.name,
                codes=frozenset(re.split(r"[,\s]+", listed.strip())) if listed.strip() else ALL,
                code=" ".join(code.replace(match[0], "").split()),
                text=match[0].strip(),
                path=path,
                line=line,
            )


def _grouped(
    items: list[Suppression], key: Callable[[Suppression], Hashable]
) -> dict[Hashable, list[Suppression]]:
    groups: dict[Hashable, list[Suppression]] = {}
    for one in items:
        groups.setdefault(key(one), []).append(one)
    return groups


def _change(suppression: Suppression, direction: Direction, before: str, after: str) -> Change:
    return Teller(f"{suppression.path}:{suppression.line}", suppression.path, suppression.line)(
        Kind.SUPPRESSION, direction, before, after, suppression.name
    )
