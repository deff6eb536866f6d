"""Parsing and querying that cannot run wild.

Most outputs are small and most queries plain: those are read in place. What may take long - long
texts, TOML, whose parser is quadratic in places, queries that multiply (`[@, @] | [@, @] | …`
doubles with each part) - is read by a worker with limits on its CPU time and memory.
"""

import math
import pickle
from typing import TypeAlias, cast

from readiness.measure import bounded as guard
from readiness.measure.data import Data, parse, reader_of
from readiness.measure.problem import NotMeasuredError, shown
from readiness.measure.worker import Worker, limited
from readiness.model.words import Format, ReasonCode
from readiness.text.worded import worded

CPU_LIMIT = 2.0
"""CPU time that one reading may take, in seconds, and a second more for each MiB of text."""

MEMORY_LIMIT = 2 * 1024**3
"""Memory that the worker may have beyond the gate's, in bytes."""

_MOST_CPU = 20.0
_MIB = 1024 * 1024

_MOST_STEPS = 4_000_000
_CHARACTERS_A_STEP = 4

_Key: TypeAlias = tuple[Format, str]
_Answer: TypeAlias = tuple[Data, tuple[ReasonCode, str, str] | None]


def is_cheap(text: str, kind: Format, query: str) -> bool:
    """Return whether parsing the text and answering the query takes no time, at worst."""
    if len(text) > reader_of(kind).IN_PLACE:
        return False
    from readiness.measure.query import growth

    steps = max(len(text), 256) / _CHARACTERS_A_STEP
    return steps * growth(query) <= _MOST_STEPS


def search(text: str, kind: Format, passed_over: str, query: str) -> Data:
    """Return what the query finds in the text. Raises `NotMeasuredError`, also for too much work.

    For the text that was asked about last, the worker has the parsed data still.
    """
    global _worker, _held
    if _worker is None or _held is None or _held[0] is not text or _held[1] != (kind, passed_over):
        close()
        _held = (text, (kind, passed_over))
        _worker = Worker(_answer)
    seconds = min(CPU_LIMIT + len(text) / _MIB, _MOST_CPU)
    answer = _worker.ask(pickle.dumps((query, seconds)), 2 * seconds)
    if answer is None:
        close()
        raise NotMeasuredError(
            ReasonCode.UNREADABLE,
            worded(
                "reason.reading_stopped",
                count=f"{len(text):,}",
                kind=kind,
                query=shown(query, 120),
                seconds=math.ceil(seconds),
            ),
            worded("hint.print_less_or_simplify"),
        )
    data, problem = cast("_Answer", pickle.loads(answer))  # noqa: S301 - what our own fork wrote
    if problem is not None:
        raise NotMeasuredError(*problem)
    return data


def close() -> None:
    """End the worker, if there is one."""
    global _worker, _held
    if _worker is not None:
        _worker.end()
    _worker = _held = None


_worker: Worker | None = None
_held: tuple[str, _Key] | None = None
"""The text that the worker was forked with, and the format it parses it as."""

_parsed: list[Data] = []
"""In the worker: the parsed text, once it is."""


def _answer(request: bytes) -> bytes:
    query, seconds = pickle.loads(request)  # noqa: S301 - from the gate
    answer: _Answer
    with limited(seconds):
        try:
            answer = (_find(query), None)
        except NotMeasuredError as error:
            told = error.unmeasured
            answer = (None, (told.code, told.reason, told.hint))
        except MemoryError:
            answer = (None, (ReasonCode.UNREADABLE, worded("reason.memory"), ""))
        return pickle.dumps(answer)


def _find(query: str) -> Data:
    from readiness.measure.query import search as ask

    if not _parsed:
        guard.forget()
        _limit_memory()
        assert _held is not None  # noqa: S101 - the worker is forked when it is set
        text, (kind, passed_over) = _held
        _parsed.append(parse(kind, text, passed_over))
    return ask(query, _parsed[0])


def _limit_memory() -> None:
    import resource

    with open("/proc/self/statm", "rb") as file:
        pages = int(file.read().split()[0])
    most = pages * resource.getpagesize() + MEMORY_LIMIT
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
