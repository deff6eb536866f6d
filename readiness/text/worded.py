"""Sentences that know what they say: worded in English, and later in the language of the reader.

What programs read stays English, and is what a `Worded` is as a text. Whoever writes for people
asks `in_language`.
"""

from collections.abc import Callable, Mapping, Sequence

from readiness.text.languages import Language
from readiness.text.sentences import Sentences, sentences
from readiness.text.tables import by_table

JOINTS = ("comma", "semicolon", "colon", "names", "and", "or", "nor", "lines", "words")


class Worded(str):
    """An English sentence with its key and its facts, which may be sentences themselves.

    A text without a key says the same in every language. Of parts that are joined, the key is the
    joint's and the facts are numbered.
    """

    __slots__ = ("facts", "key")

    key: str
    facts: Mapping[str, object]

    def __new__(
        cls, text: str, key: str = "", facts: Mapping[str, object] | None = None
    ) -> "Worded":
        """Create a sentence from its English text, its key and its facts."""
        self = super().__new__(cls, text)
        self.key = key
        self.facts = facts or {}
        return self


def worded(key: str, /, **facts: object) -> str:
    """Return the sentence of this key in English, with its key and facts."""
    return Worded(sentences(Language.EN)(key, **facts), key, facts)


def joined(parts: Sequence[str], joint: str = "comma") -> str:
    """Join parts by one of `JOINTS`, each in its own language; a single part is unchanged."""
    if len(parts) == 1:
        return parts[0]
    say = sentences(Language.EN)
    facts = {str(number): part for number, part in enumerate(parts)}
    return Worded(say(f"joint.{joint}").join(parts), f"joint.{joint}", facts)


def words_of(error: BaseException) -> str:
    """Return the sentence that an error was raised with."""
    told = error.args[0] if len(error.args) == 1 else None
    return told if isinstance(told, str) else str(error)


def in_language(text: str, say: Sentences) -> str:
    """Translate a sentence, by its key or as a check's own; any other text stays as it is."""
    if not isinstance(text, Worded) or not text.key:
        return by_table(str(text), say.language)
    facts: dict[str, object] = {
        name: in_language(fact, say) if isinstance(fact, str) else fact
        for name, fact in text.facts.items()
    }
    if text.key.startswith("joint."):
        return (say.find(text.key, {}) or "").join(map(str, facts.values()))
    found = say.find(text.key, facts)
    return str(text) if found is None else found


def mapped(text: str, change: Callable[[str], str]) -> str:
    """Map the plain texts among a sentence's facts, and word it again in English."""
    if not isinstance(text, Worded) or not text.key:
        return change(text)
    facts = {
        name: mapped(fact, change) if isinstance(fact, str) else fact
        for name, fact in text.facts.items()
    }
    english = in_language(Worded(str(text), text.key, facts), sentences(Language.EN))
    return Worded(english, text.key, facts)
