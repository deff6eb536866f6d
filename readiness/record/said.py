"""Sentences of a run document as data: what they say, apart from the words for it."""

from collections.abc import Callable, Collection, Mapping

import msgspec

from readiness.text.languages import Language
from readiness.text.sentences import sentences
from readiness.text.worded import Worded, in_language


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence says: its key in readiness/text/en.toml, and what it is filled in with.

    With it a report says the sentence in another language than English. An empty key stands for a
    text that is the same in every language; `facts` of a `joint.…` are the parts that it joins.
    """

    key: str
    facts: "dict[str, str | int | float | bool | Said | None]" = {}


OVER = ("reason.run_time_over", "reason.time_over", "reason.interrupted")
"""Reasons why a run ended before all was measured: no time left, or a signal."""

FOREIGN = ("unit.", "measure.")
"""Prefixes of keys for words that checks and boards choose themselves."""

Fact = str | int | float | bool | None | Said


def said(text: str, safe: Callable[[str], str]) -> Said:
    """Return the key and facts of a sentence; `safe` makes facts fit for a document."""
    if not isinstance(text, Worded) or not text.key:
        return Said(key="", facts={"text": safe(text)} if text else {})
    facts = {name: _fact(fact, safe) for name, fact in text.facts.items()}
    if text.key.startswith(FOREIGN):  # which not every language has a word for
        facts = {"text": safe(text)}
    return Said(key=text.key, facts=facts)


def said_of(texts: Mapping[str, str | None], safe: Callable[[str], str]) -> dict[str, Said]:
    """Return the keys and facts of the texts that are sentences, by name; equal for one text."""
    found = {name: text for name, text in texts.items() if isinstance(text, Worded) and text.key}
    made = {id(text): text for text in found.values()}
    said_by = {key: said(text, safe) for key, text in made.items()}
    return {name: said_by[id(text)] for name, text in found.items()}


def worded_again(text: str, what: Said | None) -> str:
    """Rebuild a sentence from its recorded text, key and facts."""
    if what is None or not what.key:
        return text
    facts = {
        name: _inner(fact) if isinstance(fact, Said) else fact for name, fact in what.facts.items()
    }
    return Worded(text, what.key, facts)


def says(what: Said | None, keys: Collection[str]) -> bool:
    """Return whether a sentence, or one within it, has one of these keys."""
    if what is None:
        return False
    inner = (fact for fact in what.facts.values() if isinstance(fact, Said))
    return what.key in keys or any(says(fact, keys) for fact in inner)


def _inner(fact: Said) -> str:
    """Return the English of a nested sentence; a word without a key stands in its `text`."""
    again = worded_again(str(fact.facts.get("text", "")), fact)
    english = in_language(again, sentences(Language.EN))
    return Worded(english, again.key, again.facts) if isinstance(again, Worded) else again


def _fact(fact: object, safe: Callable[[str], str]) -> Fact:
    if isinstance(fact, Worded) and fact.key:
        return said(fact, safe)
    if isinstance(fact, str):
        return safe(fact)
    if fact is None or isinstance(fact, bool | int | float):
        return fact
    return str(fact)
