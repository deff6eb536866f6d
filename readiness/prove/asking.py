"""What a command asks: the words that answer it, a status that does not, other ways to ask."""

import re
from decimal import Decimal
from typing import Final

import msgspec

from readiness.model import expect
from readiness.model.board import Criterion, Measure, Reader
from readiness.model.words import Format

_STATUSES: Final = (1, 2, 32, 101)
"""Statuses of tools that fail, the most usual first."""

WORD: Final = re.compile(r"[\w.*?+,=@%/-]+")
_PLAIN: Final = re.compile(r"(?!\.+$)[\w.][\w.+-]*")
_PROGRAM: Final = r"""(?:[^|&;\n'"]|'[^'\n]*'|"[^"\n]*")+"""
_NEGATED: Final = re.compile(rf"!\s+({_PROGRAM})")
_NEGATED_OUTPUT: Final = re.compile(rf"!\s+({_PROGRAM}?)\s*\|\s*(grep {_PROGRAM})")
_OUTPUT: Final = re.compile(r"([^$\n]*)\$\(([^()]+)\)([^$\n]*)")


def words_of(command: str) -> str:
    """Return what a program might find, by the command that looks for it: its plain words.

    None of them leads out of a folder, or is an option, as they may be given to other programs.
    """
    words = (word for word in WORD.findall(command) if _PLAIN.fullmatch(word))
    return " ".join(dict.fromkeys(words))


def failing_status(criterion: Criterion) -> int:
    """Return a status with which a tool fails that the criterion does not expect."""
    accepted = criterion.check.exit_ok if criterion.check else None
    if not criterion.is_by_status:
        return _STATUSES[0]
    for status in _STATUSES:
        if accepted is not None and status not in accepted:
            return status
        if not expect.holds(criterion.expect, Decimal(status)):
            return status
    return _STATUSES[0]


def remedies(command: str) -> list[tuple[str, ...]]:
    """List commands that may ask the same and fail where their programs do, with their fields."""
    command = command.strip()
    candidates: list[tuple[str, ...]] = []
    if match := _NEGATED.fullmatch(command):
        candidates.append((match[1].strip(), "exit: {ok: [0, 1]}", 'expect: "== 1"'))
    if match := _NEGATED_OUTPUT.fullmatch(command):
        asked = 'test -z "$out"' if match[2] == "grep -q ." else f'! {match[2]} <<< "$out"'
        candidates.append((f"out=$({match[1]}); {asked}",))
    if match := _OUTPUT.fullmatch(command):
        before, inner, after = match.groups()
        candidates.append((f"out=$({inner.strip()}); {before}$out{after}",))
    return candidates


def with_remedy(criterion: Criterion, remedy: tuple[str, ...]) -> Criterion:
    """Return a criterion that asks by a remedy instead, with the statuses that this needs."""
    check = criterion.check
    assert check is not None  # noqa: S101 - it passed
    command, *fields = remedy
    by_status = Measure(name="exit", reader=Reader(format=Format.EXIT))
    return msgspec.structs.replace(
        criterion,
        check=msgspec.structs.replace(check, run=command, exit_ok=(0, 1) if fields else (0,)),
        measure=by_status,
        expect=expect.parse("== 1" if fields else "== 0"),
    )
