"""What checks and their files say, in another language: by a table that lies beside check files.

A check prints English, which programs read too. Its `zh.toml` has the same in Chinese, a sentence a
line: `"the backup {} does not exist" = "备份 {} 不存在"`. What stands in the gaps stays as it is,
or is such a sentence itself. Texts are compared piece by piece, not by patterns that may run wild.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from itertools import chain

import msgspec

from readiness.builtin import builtin_checks
from readiness.text.languages import Language

_GAP, _DEEPEST = "{}", 8
_FOLDERS: list[str] = []
"""The folders whose tables count before the built-in one: there is one board."""


def look_beside(folders: Sequence[str]) -> None:
    """Let the tables in a board's own folders of checks count too."""
    _FOLDERS[:] = folders


def by_table(text: str, language: Language) -> str:
    """Return what a text of a check says in a language; itself in English, and where none knows."""
    return text if language is Language.EN else _table(language, *_FOLDERS).say(text)


class SentenceTable:
    """The sentences of one language; those in earlier folders count."""

    def __init__(self, language: Language, *folders: str) -> None:
        self._known: dict[str, str] = {}
        self._templates: dict[str, dict[str, str]] = {}
        for folder in (*folders, builtin_checks()):
            for text, sentence in read_table(os.path.join(folder, f"{language}.toml")):
                # A word that each text of this kind has, the longest: few templates share it.
                words = (word for word in text.split(" ") if _GAP not in word)
                alike = self._templates.setdefault(max(words, key=len, default=""), {})
                (alike if _GAP in text else self._known).setdefault(text, sentence)

    def say(self, text: str, depth: int = 0) -> str:
        """Return what the text says in this language; the text itself where that is not known."""
        if text not in self._known and depth < _DEEPEST:
            self._known[text] = self._filled(text, depth + 1)
        return self._known.get(text, text)

    def _filled(self, text: str, depth: int) -> str:
        alike = (self._templates.get(word, {}).items() for word in {"", *text.split(" ")})
        for template, sentence in sorted(
            chain.from_iterable(alike), key=lambda pair: -len(pair[0])
        ):
            gaps = gaps_of(template, text)
            filling = [self.say(gap, depth) for gap in gaps]
            # What has no word of its own only joins sentences, and names with them.
            plain = {gap for gap, filled in zip(gaps, filling, strict=True) if gap == filled}
            joins = len(plain) < len(gaps) and " " not in "".join(plain)
            if joins or (gaps and any(map(str.isalpha, template))):
                with suppress(LookupError, ValueError):  # a board's own sentence may be wrong
                    return sentence.format(*filling)
        return text


_table = cache(SentenceTable)


def gaps_of(template: str, text: str) -> list[str]:
    """Return what a text has in the gaps of a template, nothing where it is another sentence."""
    first, *between, last = template.split(_GAP)
    gaps, rest = [], text[len(first) : len(text) - len(last)]
    for piece in between:
        gap, _, rest = rest.partition(piece or text)  # no gap touches another
        gaps.append(gap)
    gaps.append(rest)
    # What begins with a word and a colon is what somebody says, and is matched without them.
    by_somebody = not first and gaps[0].partition(" ")[0].endswith(":")
    fits = text.startswith(first) and text.endswith(last) and all(gaps) and not by_somebody
    return gaps if fits else []


def read_table(path: str) -> list[tuple[str, str]]:
    """Return the sentences of a file, a line each: much sooner than tomllib reads the same."""
    with suppress(OSError, UnicodeDecodeError, msgspec.DecodeError), open(path, "rb") as file:
        lines = (line.rstrip().decode().partition('" = "') for line in file)
        pairs = ",".join(
            f'["{text[1:]}","{sentence}]' for text, equals, sentence in lines if equals
        )
        return msgspec.json.decode(f"[{pairs}]", type=list[tuple[str, str]])
    return []  # English is better than nothing
