r"""Regular expressions that cannot run wild.

Python's `re` holds the interpreter while it searches, and what a pattern costs depends on the text:
`(\w+\s?)*errors` doubles with every letter, `(\d+) errors` takes seconds on 20 kB of digits. A
search whose worst case is small is made in place. Any other is made by a worker, a forked process
with a limit on its CPU time; when that is used up, the worker ends and the next search gets a new
one. The worker holds nothing of the gate's but two pipes, and ends when the gate does.
"""

import functools
import itertools
import re
from collections.abc import Iterator
from typing import cast

from readiness.measure.worker import Worker, limited
from readiness.text.worded import worded

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
    if _is_cheap(pattern, len(text)):
        return _spans(pattern, text, limit)
    return cast("list[Span]", _ask("spans", pattern, text, limit))


def count(pattern: str, text: str) -> int:
    """Return in how many lines of the text the pattern is found. Raises as `spans` does."""
    if _is_cheap(pattern, len(text)):
        return _count(pattern, text)
    return cast("int", _ask("count", pattern, text, 0))


def lines(pattern: str, text: str, limit: int) -> list[str]:
    """Return the first `limit` lines in which the pattern is found. Raises as `spans` does."""
    if _is_cheap(pattern, len(text)):
        return _lines(pattern, text, limit)
    return cast("list[str]", _ask("lines", pattern, text, limit))


def found(pattern: str, text: str) -> bool:
    """Return whether the pattern is found in the text, `^` and `$` being the ends of all of it.

    Raises as `spans` does; `PatternTooSlowError` is a `TimeoutError`.
    """
    if _is_cheap(pattern, len(text)):
        return _is_match(pattern, text)
    return cast("bool", _ask("found", pattern, text, 0))


def worker_pid() -> int | None:
    """Return the process id of the worker, if there is one: a child that no probe left behind."""
    return _worker.pid if _worker else None


def close() -> None:
    """End the worker, if there is one. A later search starts another."""
    global _worker
    if _worker:
        _worker.end()
        _worker = None


def forget() -> None:
    """Forget the worker in a process that was forked, as it belongs to the other one."""
    global _worker
    _worker = None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


def _spans(pattern: str, text: str, limit: int) -> list[Span]:
    compiled = _compiled(pattern)
    group = 1 if compiled.groups else 0
    found: list[Span] = []
    empty: list[Span] = []
    for match in compiled.finditer(text):
        start, end = match.span(group)
        if start < end:
            found.append((start, end))
            if len(found) == limit:
                break
        elif not empty:
            empty.append((start, end))
    return found or empty


def _count(pattern: str, text: str) -> int:
    return sum(1 for _ in _matching(pattern, text))


def _lines(pattern: str, text: str, limit: int) -> list[str]:
    return list(itertools.islice(_matching(pattern, text), limit))


def _matching(pattern: str, text: str) -> Iterator[str]:
    search = _compiled(pattern).search
    return (line for line in text.removesuffix("\n").split("\n") if search(line))


def _is_match(pattern: str, text: str) -> bool:
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


def _lengths(text: str) -> float:
    """Return the factor by which the limits grow for a text of this length."""
    return max(1.0, len(text) / _LONG)


# --- the worker -----------------------------------------------------------------------------------


_worker: Worker | None = None
_sent: str | None = None
"""The text that the worker has."""


def _ask(question: str, pattern: str, text: str, limit: int) -> object:
    """Search in the worker; an answer that is text is the message of a `re.error`."""
    global _worker, _sent
    import marshal

    if _worker is None:
        _worker, _sent = Worker(_answer), None
    request = marshal.dumps((question, pattern, limit, None if _sent is text else text))
    _sent = text
    answer = _worker.ask(request, _WALL_LIMIT * _lengths(text))
    if answer is None:
        close()
        raise PatternTooSlowError(
            worded("reason.stopped_after", seconds=f"{CPU_LIMIT * _lengths(text):.1f}")
        )
    result = marshal.loads(answer)  # noqa: S302 - what our own fork wrote
    if isinstance(result, str):
        raise re.error(result)
    return result


def _answer(data: bytes) -> bytes:
    """Search as the request says; a text that comes with it is kept for the next ones."""
    global _sent
    import marshal

    question, pattern, limit, text = marshal.loads(data)  # noqa: S302 - from the gate
    if text is None:
        text = _sent or ""
    _sent = text
    result: object
    with limited(CPU_LIMIT * _lengths(text)):
        try:
            if question == "count":
                result = _count(pattern, text)
            elif question == "lines":
                result = _lines(pattern, text, limit)
            elif question == "found":
                result = _is_match(pattern, text)
            else:
                result = _spans(pattern, text, limit)
        except re.error as error:
            result = str(error)
    return marshal.dumps(result)
