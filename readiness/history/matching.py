"""Whether a report file says what the history holds of its run."""

import json

import msgspec

from readiness.text.worded import worded, words_of

MOST_SHOWN = 5
"""Number of differences that are named; the others are only counted."""


def differences(report: bytes, stored: bytes) -> list[str]:
    """Return the differences between the JSON of a report and the stored document.

    What a report adds about earlier runs is not compared.
    """
    try:
        reported_data = json.loads(report, object_pairs_hook=_unique_keys)
        stored_data = msgspec.json.decode(stored)
    except (ValueError, RecursionError) as error:
        return [worded("matching.not_comparable", why=words_of(error))]
    for document in (reported_data, stored_data):
        if isinstance(document, dict):
            document.pop("past", None)
    sentences = _differences(reported_data, stored_data, "")
    over = len(sentences) - MOST_SHOWN
    return sentences[:MOST_SHOWN] + ([worded("matching.more", count=over)] if over > 0 else [])


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the pairs as a mapping. Raises `ValueError` for a repeated key.

    Readers of JSON differ in which of the two counts.
    """
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError(worded("matching.key_twice"))
    return mapping


def _differences(reported: object, stored: object, place: str) -> list[str]:
    """Return the differences between two values of JSON, each by its path from `place`."""
    if isinstance(reported, dict) and isinstance(stored, dict):
        sentences = []
        for key in [*stored, *(key for key in reported if key not in stored)]:
            inner = f"{place}.{key}" if place else str(key)
            sentences += _differences(reported.get(key, _NOTHING), stored.get(key, _NOTHING), inner)
        return sentences
    if isinstance(reported, list) and isinstance(stored, list) and len(reported) == len(stored):
        sentences = []
        for number, (mine, theirs) in enumerate(zip(reported, stored, strict=True)):
            sentences += _differences(mine, theirs, f"{place}[{number}]")
        return sentences
    same = reported == stored and isinstance(reported, bool) == isinstance(stored, bool)
    if same:
        return []
    where = place or worded("matching.whole")
    return [worded("matching.differs", place=where, told=_brief(reported), stored=_brief(stored))]


class _Nothing:
    """Stands for a value that one of the two does not have."""


_NOTHING = _Nothing()


def _brief(value: object) -> str:
    """Format a value in at most 60 characters."""
    if value is _NOTHING:
        return worded("matching.nothing")
    if isinstance(value, list | dict):
        return worded("matching.values", count=len(value))
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
