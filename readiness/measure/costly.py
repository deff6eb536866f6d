"""Parsing and querying that cannot run wild.

Most outputs are small and most queries plain: those are read in place. What may take long - long
texts, TOML, whose parser is quadratic in places, queries that multiply (`[@, @] | [@, @] | …`
doubles with each part) - is read by the worker, with limits on its CPU time and memory.
"""

import math

from readiness.measure.data import Data
from readiness.measure.parsing import parse, reader_of
from readiness.measure.problem import shown, unreadable
from readiness.measure.worker import WorkStoppedError, ask
from readiness.model.words import Format
from readiness.text.worded import worded

CPU_LIMIT = 2.0
"""CPU time that one reading may take, in seconds, and a second more for each MiB of text."""

_MOST_CPU = 20.0
_MIB = 1024 * 1024

_MOST_STEPS = 4_000_000
_CHARACTERS_A_STEP = 4


def is_cheap(text: str, kind: Format, query: str) -> bool:
    """Return whether parsing the text and answering the query takes no time, at worst."""
    if len(text) > reader_of(kind).IN_PLACE:
        return False
    from readiness.measure.query import growth

    steps = max(len(text), 256) / _CHARACTERS_A_STEP
    return steps * growth(query) <= _MOST_STEPS


def search(text: str, kind: Format, passed_over: str, query: str, *, proven: bool = True) -> Data:
    """Return what the query finds in the text. Raises `NotMeasuredError`, also for too much work.

    For the text that was asked about last, the worker has the parsed data still.
    """
    seconds = min(CPU_LIMIT + len(text) / _MIB, _MOST_CPU)
    try:
        return ask(seconds, 2 * seconds, _search, text, kind, passed_over, query, proven)
    except MemoryError:
        raise unreadable(worded("reason.memory")) from None
    except WorkStoppedError:
        raise unreadable(
            worded(
                "reason.reading_stopped",
                count=f"{len(text):,}",
                kind=kind,
                query=shown(query, 120),
                seconds=math.ceil(seconds),
            ),
            worded("hint.print_less_or_simplify"),
        ) from None


_parsed: list[tuple[str, Format, str, Data]] = []
"""In the worker: the text that was parsed last, how, and what came out."""


def _search(text: str, kind: Format, passed_over: str, query: str, proven: bool) -> Data:
    from readiness.measure.query import search as answer

    if not _parsed or _parsed[0][0] is not text or _parsed[0][1:3] != (kind, passed_over):
        _parsed.clear()
        _parsed.append((text, kind, passed_over, parse(kind, text, passed_over)))
    return answer(query, _parsed[0][3], proven=proven)
