r"""Regular expressions that cannot run wild.

Python's `re` holds the interpreter while it searches, and what a pattern costs depends on the text:
`(\w+\s?)*errors` doubles with every letter, `(\d+) errors` takes seconds on 20 kB of digits. A
search whose worst case is small is made in place. Any other is made by the worker, with a limit on
its CPU time; when that is used up, the worker ends and the next search gets a new one.
"""

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec, TypeVar

from readiness.measure.worker import WorkStoppedError, ask
from readiness.text.worded import worded

Facts = ParamSpec("Facts")
Result = TypeVar("Result")

CPU_LIMIT = 0.8
"""CPU time that one search may take, in seconds; a long text has several times that."""

_WALL_LIMIT = 1.5
"""Time after which a search is given up however little CPU time it got, in seconds; likewise."""

_LONG = 8 * 1024 * 1024

Span = tuple[int, int]

_IN_PLACE = 10_000_000
"""Steps that a search may take without a worker; in the worst case some 0.2 s."""


class PatternTooSlowError(TimeoutError):
    """A search was given up."""


def spans(pattern: str, text: str, limit: int = 0) -> list[Span]:
    """Return where the pattern's group (or, without a group, the pattern) matches in the text.

    `^` and `$` match at lines. At most `limit` matches, where that is not 0. Empty matches are left
    out, unless there are no others: then the first of them, or (-1, -1) for an absent group.
    Raises `PatternTooSlowError`, and `re.error` for what is no pattern.
    """
    return _search(_spans, text, pattern, limit)


def count(pattern: str, text: str) -> int:
    """Return in how many lines of the text the pattern is found. Raises as `spans` does."""
    return _search(_count, text, pattern)


def lines(pattern: str, text: str, limit: int) -> list[str]:
    """Return the first `limit` lines in which the pattern is found. Raises as `spans` does."""
    return _search(_lines, text, pattern, limit)


def named_groups(pattern: str, text: str, limit: int) -> list[dict[str, str | None]]:
    """Return the named groups of the first `limit` matches. Raises as `spans` does."""
    return _search(_named_groups, text, pattern, limit)


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern is found in the text, `^` and `$` being the ends of all of it.

    Raises as `spans` does; `PatternTooSlowError` is a `TimeoutError`.
    """
    return _search(_is_match, text, pattern)


def _search(
    search: Callable[Concatenate[str, str, Facts], Result],
    text: str,
    pattern: str,
    *args: Facts.args,
    **named: Facts.kwargs,
) -> Result:
    """Search in place where that is cheap, else in the worker."""
    if _is_cheap(pattern, len(text)):
        return search(text, pattern, *args, **named)
    # The factor by which the limits grow for a long text.
    times = max(1.0, len(text) / _LONG)
    seconds = CPU_LIMIT * times
    try:
        return ask(seconds, _WALL_LIMIT * times, search, text, pattern, *args, **named)
    except WorkStoppedError:
        why = worded("reason.stopped_after", seconds=f"{seconds:.1f}")
        raise PatternTooSlowError(why) from None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


def _spans(text: str, pattern: str, limit: int) -> list[Span]:
    compiled = _compiled(pattern)
    group = 1 if compiled.groups else 0
    filled: list[Span] = []
    empty: list[Span] = []
    for match in compiled.finditer(text):
        start, end = match.span(group)
        if start < end:
            filled.append((start, end))
            if len(filled) == limit:
                break
        elif not empty:
            empty.append((start, end))
    return filled or empty


def _count(text: str, pattern: str) -> int:
    return sum(1 for _ in _matching(text, pattern))


def _lines(text: str, pattern: str, limit: int) -> list[str]:
    return list(itertools.islice(_matching(text, pattern), limit))


def _named_groups(text: str, pattern: str, limit: int) -> list[dict[str, str | None]]:
    found = itertools.islice(_compiled(pattern).finditer(text), limit)
    return [match.groupdict() for match in found]


def _matching(text: str, pattern: str) -> Iterator[str]:
    search = _compiled(pattern).search
    return (line for line in text.removesuffix("\n").split("\n") if search(line))


def _is_match(text: str, pattern: str) -> bool:
    return re.search(pattern, text) is not None


@functools.cache
def _shape(pattern: str) -> tuple[int, int] | None:
    """Return how many parts repeat, and how many are a choice of two; None if repeats may nest.

    Characters of a class are counted too: the numbers are upper bounds, which is all we need.
    """
    plain = re.sub(r"\\[^0-9]", "x", pattern)
    if re.search(r"\)[*+{]|\\|\(\?P=|\(\?\(|\(\?[a-zA-Z-]*x", plain):
        return None
    return (
        sum(map(plain.count, "*+{")),
        sum(map(plain.count, "?|")),
    )


def _is_cheap(pattern: str, length: int) -> bool:
    """Return whether a search takes few steps in the worst case.

    From each start, each repeated part may take any length and each choice either way.
    """
    shape = _shape(pattern)
    if shape is None:
        return False
    repeats, choices = shape
    steps: int = (length + 1) ** (repeats + 1) << min(choices, 64)
    return steps <= _IN_PLACE
