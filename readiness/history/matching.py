"""Whether a report file says what the history holds of its run."""

import json
from collections.abc import Iterator

import msgspec

from readiness.text.worded import worded, words_of


def first_difference(report: bytes, stored: bytes) -> str:
    """Return where the JSON of a report differs from the stored document; "" where nowhere.

    What a report adds about earlier runs is not compared.
    """
    try:
        reported_data = json.loads(report, object_pairs_hook=_unique_keys)
        stored_data = msgspec.json.decode(stored)
    except (ValueError, RecursionError) as error:
        return worded("matching.not_comparable", why=words_of(error))
    for document in (reported_data, stored_data):
        if isinstance(document, dict):
            document.pop("past", None)
    return next(_differences(reported_data, stored_data, ""), "")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the pairs as a mapping. Raises `ValueError` for a repeated key.

    Readers of JSON differ in which of the two counts.
    """
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError(worded("matching.key_twice"))
    return mapping


def _differences(reported: object, stored: object, place: str) -> Iterator[str]:
    """Yield the differences between two values of JSON, each by its path from `place`."""
    if isinstance(reported, dict) and isinstance(stored, dict):
        for key in dict.fromkeys([*stored, *reported]):
            inner = f"{place}.{key}" if place else str(key)
            yield from _differences(reported.get(key, _NOTHING), stored.get(key, _NOTHING), inner)
    elif isinstance(reported, list) and isinstance(stored, list) and len(reported) == len(stored):
        for number, (mine, theirs) in enumerate(zip(reported, stored, strict=True)):
            yield from _differences(mine, theirs, f"{place}[{number}]")
    elif reported != stored or isinstance(reported, bool) != isinstance(stored, bool):
        where = place or worded("matching.whole")
        yield worded("matching.differs", place=where, told=_brief(reported), stored=_brief(stored))


_NOTHING = object()
"""Stands for a value that one of the two does not have."""


def _brief(value: object) -> str:
    """Format a value in at most 60 characters."""
    if value is _NOTHING:
        return worded("matching.nothing")
    if isinstance(value, list | dict):
        return worded("matching.values", count=len(value))
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
