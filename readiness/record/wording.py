"""How sentences of a run document are worded: keys and facts, apart from the English text."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import msgspec

from readiness.text.languages import Language
from readiness.text.sentences import sentences
from readiness.text.worded import Worded, in_language


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence says: its key in readiness/text/en.toml, and what it is filled in with.

    With it a report says the sentence in another language than English. An empty key stands for a
    text that is the same in every language; `facts` of a `joint.…` are the parts that it joins.
    """

    key: str
    facts: "dict[str, str | int | float | bool | Wording | None]" = {}


OVER = ("reason.run_time_over", "reason.time_over", "reason.interrupted")
"""Reasons why a run ended before all was measured: no time left, or a signal."""

FOREIGN = ("unit.", "measure.")
"""Prefixes of keys for words that checks and boards choose themselves."""

Fact = str | int | float | bool | None | Wording


def wording_of(text: str, safe: Callable[[str], str]) -> Wording:
    """Return the key and facts of a sentence; `safe` makes facts fit for a document."""
    if not isinstance(text, Worded) or not text.key:
        return Wording(key="", facts={"text": safe(text)} if text else {})
    facts = {name: _fact(fact, safe) for name, fact in text.facts.items()}
    if text.key.startswith(FOREIGN):  # which not every language has a word for
        facts = {"text": safe(text)}
    return Wording(key=text.key, facts=facts)


def wordings_of(texts: Mapping[str, str | None], safe: Callable[[str], str]) -> dict[str, Wording]:
    """Return the keys and facts of the texts that are sentences, by name; equal for one text."""
    worded = {name: text for name, text in texts.items() if isinstance(text, Worded) and text.key}
    distinct = {id(text): text for text in worded.values()}
    wordings = {key: wording_of(text, safe) for key, text in distinct.items()}
    return {name: wordings[id(text)] for name, text in worded.items()}


def reworded(text: str, wording: Wording | None) -> str:
    """Rebuild a sentence from its recorded text, key and facts."""
    if wording is None or not wording.key:
        return text
    facts = {
        name: _inner(fact) if isinstance(fact, Wording) else fact
        for name, fact in wording.facts.items()
    }
    return Worded(text, wording.key, facts)


class _WithWordings(Protocol):
    @property
    def wordings(self) -> Mapping[str, Wording]: ...


def sentence_of(record: _WithWordings, name: str) -> str:
    """Rebuild the sentence that a record holds under this name."""
    return reworded(getattr(record, name) or "", record.wordings.get(name))


def has_key(wording: Wording | None, keys: Collection[str]) -> bool:
    """Return whether a sentence, or one within it, has one of these keys."""
    if wording is None:
        return False
    inner = (fact for fact in wording.facts.values() if isinstance(fact, Wording))
    return wording.key in keys or any(has_key(fact, keys) for fact in inner)


def _inner(fact: Wording) -> str:
    """Return the English of a nested sentence; a word without a key stands in its `text`."""
    again = reworded(str(fact.facts.get("text", "")), fact)
    english = in_language(again, sentences(Language.EN))
    return Worded(english, again.key, again.facts) if isinstance(again, Worded) else again


def _fact(fact: object, safe: Callable[[str], str]) -> Fact:
    if isinstance(fact, Worded) and fact.key:
        return wording_of(fact, safe)
    if isinstance(fact, str):
        return safe(fact)
    if fact is None or isinstance(fact, bool | int | float):
        return fact
    return str(fact)
