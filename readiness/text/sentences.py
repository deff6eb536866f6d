"""What people read: the sentences of en.toml and zh.toml, a section when it is first asked for.

The files are TOML, and so plain that a line is read by itself: a test holds what is read here
against tomllib, which would cost a plain run 5 ms.
"""

import os
from collections.abc import Mapping
from functools import cache

import msgspec

from readiness.text.languages import Language


class Sentences:
    """The sentences of one language: `say("report.due", date="2026-01-31")`.

    A key is `section.name`. Where a sentence has forms for one and many, `count` decides.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        path = os.path.join(os.path.dirname(__file__), f"{language}.toml")
        with open(path, encoding="utf-8") as file:
            self._text = file.read()
        self._known: dict[str, str] = {}

    def __call__(self, key: str, /, **facts: object) -> str:
        """Return the sentence of this key, filled in."""
        found = self.find(key, facts)
        # A word of the model that has none here yet, such as a new verdict, stands for itself.
        return key.rpartition(".")[2].replace("_", " ") if found is None else found

    def find(self, key: str, facts: Mapping[str, object]) -> str | None:
        """Return the sentence of this key, filled in; None where there is none."""
        sentence = self._known.get(key) or self._look_up(key, facts)
        return sentence.format_map(facts) if sentence and facts else sentence

    def heads(self, key: str) -> list[str]:
        """Return the heads of a table, which stand on one line as its columns do."""
        return self(key).split(" | ")

    def _look_up(self, key: str, facts: Mapping[str, object]) -> str | None:
        section = key.partition(".")[0]
        if section not in self._known:
            self._known |= {section: ""} | _section(self._text, section)
        one = str(facts.get("count")) == "1"
        return self._known.get(key) or self._known.get(f"{key}.{'one' if one else 'other'}")


QUOTE = '"'


class _Listener:
    """Who reads what the process writes: one, as it has one command line and one board."""

    asked: Language | None = None
    board: Language | None = None


def speak(asked: Language | None) -> None:
    """Set the language that is asked for; None for the board's."""
    _Listener.asked = asked
    _Listener.board = None


def suit(board: Language) -> None:
    """Set the language of the board at hand, which counts unless another is asked for."""
    _Listener.board = board


def is_known() -> bool:
    """Return whether a language is asked for, or a board is at hand."""
    return (_Listener.asked or _Listener.board) is not None


def spoken(board: Language | None = None) -> Language:
    """Return the reader's language: as asked for, else of this board or the one at hand."""
    return _Listener.asked or board or _Listener.board or Language.EN


def for_reader(board: Language | None = None) -> Sentences:
    """Return the sentences in the reader's language."""
    return sentences(spoken(board))


def say_now(key: str, /, **facts: object) -> str:
    """Return one sentence in the reader's language, for what is written out at once."""
    return for_reader()(key, **facts)


@cache
def sentences(language: Language) -> Sentences:
    """Return the sentences in `language`."""
    return Sentences(language)


def _section(text: str, section: str) -> dict[str, str]:
    head = f"\n[{section}]\n"
    begin = text.find(head)
    if begin < 0:
        return {}
    begin += len(head)
    end = text.find("\n[", begin)
    # Cut by its ends: what is split off a long text is copied, with all that follows.
    lines = text[begin : end if end >= 0 else len(text)].splitlines()
    pairs = [line.split(" = ", 1) for line in lines if line and line[0] != "#"]
    return {
        f"{section}.{name.strip(QUOTE)}": msgspec.json.decode(quoted, type=str)
        for name, quoted in pairs
    }
