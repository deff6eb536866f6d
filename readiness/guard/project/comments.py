"""Comments that keep tools silent: which a change adds, or makes silent about more."""

import io
import re
import tokenize
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Final

import msgspec

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.project import rules
from readiness.guard.project.files import Differing, surplus

ALL: Final = frozenset({"*"})


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
    old = [each for path, text in files.before.items() for each in found(path, text)]
    new = [each for path, text in files.after.items() for each in found(path, text)]
    gone, come = surplus(old, new, lambda one: (one.name, one.codes, one.code))
    for key in (_by_code, _by_file):
        gone, come = _narrowed(gone, come, key)
    for one in come:
        was = next((old for old in gone if _by_code(old) == _by_code(one)), None)
        if was is not None:
            gone.remove(was)
        yield _change(one, Direction.LOOSENED, was.text if was else "", one.text)
    for one in gone:
        yield _change(one, Direction.TIGHTENED, one.text, "")


def _by_code(one: Suppression) -> Hashable:
    return one.name, one.code


def _by_file(one: Suppression) -> Hashable:
    return one.name, one.path


def found(path: str, text: str) -> list[Suppression]:
    """The suppressions in a file. Those in strings are none; a file that is no code has none."""
    if path.endswith((".py", ".pyi")):
        return list(_in_python(path, text))
    for suffixes, comments in rules.OTHER_COMMENTS:
        if path.endswith(suffixes):
            lines = enumerate(text.split("\n"), start=1)
            return [
                each
                for number, line in lines
                for each in _in_comment(path, number, line, line, comments)
            ]
    return []


def _in_python(path: str, text: str) -> Iterator[Suppression]:
    if "#" not in text:
        return
    lines = text.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                number, column = token.start
                code = lines[number - 1][:column]
                yield from _in_comment(path, number, token.string, code, rules.PYTHON_COMMENTS)
    except (tokenize.TokenError, SyntaxError):
        return  # what was found before the mistake counts; the mistake is told elsewhere


def _in_comment(
    path: str, line: int, comment: str, code: str, known: Sequence[rules.Comment]
) -> Iterator[Suppression]:
    for each in known:
        match = each.pattern.search(comment)
        if match:
            listed = match.groupdict().get("codes") or ""
            yield Suppression(
                name=each.name,
                codes=frozenset(re.split(r"[,\s]+", listed.strip())) if listed.strip() else ALL,
                code=" ".join(code.replace(match[0], "").split()),
                text=match[0].strip(),
                path=path,
                line=line,
            )


def _narrowed(
    gone: list[Suppression], come: list[Suppression], key: Callable[[Suppression], Hashable]
) -> tuple[list[Suppression], list[Suppression]]:
    """Take those for the same that are silent about no more than one that went."""
    left, still_gone = list(come), []
    for old in gone:
        partner = next(
            (new for new in left if key(new) == key(old) and _covers(old.codes, new.codes)), None
        )
        if partner is None:
            still_gone.append(old)
        else:
            left.remove(partner)
    return still_gone, left


def _covers(old: frozenset[str], new: frozenset[str]) -> bool:
    return old == ALL or (new != ALL and new <= old)


def _change(one: Suppression, direction: Direction, before: str, after: str) -> Change:
    return Change(
        subject=f"{one.path}:{one.line}",
        kind=Kind.SUPPRESSION,
        direction=direction,
        before=before,
        after=after,
        path=one.path,
        line=one.line,
        note=one.name,
    )
