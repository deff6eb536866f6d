"""Whether a report file says what the history holds of its run."""

import json

import msgspec

from readiness.text.worded import worded, words_of

SHOWN = 5


def differences(report: bytes, stored: bytes) -> list[str]:
    """Where the JSON of a report differs from the stored document; empty where it does not.

    What a report adds of earlier runs is not part of its run.
    """
    try:
        told = json.loads(report, object_pairs_hook=_once)
        held = msgspec.json.decode(stored)
    except (ValueError, RecursionError) as error:
        return [worded("matching.not_comparable", why=words_of(error))]
    for document in (told, held):
        if isinstance(document, dict):
            document.pop("past", None)
    found = _differences(told, held, "")
    over = len(found) - SHOWN
    return found[:SHOWN] + ([worded("matching.more", count=over)] if over > 0 else [])


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A mapping, whose keys may stand there only once: readers differ in which one counts."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError(worded("matching.key_twice"))
    return made


def _differences(told: object, held: object, place: str) -> list[str]:
    if isinstance(told, dict) and isinstance(held, dict):
        found = []
        for key in [*held, *(key for key in told if key not in held)]:
            inner = f"{place}.{key}" if place else str(key)
            found += _differences(told.get(key, _NOTHING), held.get(key, _NOTHING), inner)
        return found
    if isinstance(told, list) and isinstance(held, list) and len(told) == len(held):
        found = []
        for number, (mine, theirs) in enumerate(zip(told, held, strict=True)):
            found += _differences(mine, theirs, f"{place}[{number}]")
        return found
    same = told == held and isinstance(told, bool) == isinstance(held, bool)
    if same:
        return []
    where = place or worded("matching.whole")
    return [worded("matching.differs", place=where, told=_brief(told), stored=_brief(held))]


class _Nothing:
    """Stands for what is not there."""


_NOTHING = _Nothing()


def _brief(value: object) -> str:
    if value is _NOTHING:
        return worded("matching.nothing")
    if isinstance(value, list | dict):
        return worded("matching.values", count=len(value))
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
