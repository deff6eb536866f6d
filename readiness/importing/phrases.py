"""What check files say of the sentences that they answer."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from readiness.importing.words import pattern
from readiness.load.check_definitions import CheckFile, PhraseFile
from readiness.load.definitions import MeasureFile
from readiness.load.faults import Problems
from readiness.model.errors import BoardError
from readiness.model.words import Better
from readiness.propose.rules import check_files, known_names
from readiness.text.fault import Fault

# Of these nobody wants none.
MEASURED_UNITS: Final = ("%", "us", "ms", "s", "m", "h", "d", "B", "rps")
FACT: Final = re.compile(r"(?<!\$)\{(part|path|url|number|target|sibling|place)\}")


class Phrase:
    """One sentence that a check answers: the words that it must have, and those that it may."""

    def __init__(self, check: str, file: CheckFile, given: PhraseFile, says: str) -> None:
        self.check = check
        self.params = {
            name: value if isinstance(value, str) else " ".join(value)
            for name, value in given.with_.items()
        }
        self.matrix = given.matrix
        self.measure = given.measure
        self._file = file
        self._given = given
        self.says = says
        self.takes = frozenset(name for text in self._texts() for name in FACT.findall(text))

    def _texts(self) -> list[str]:
        return [*self.params.values(), *(each for given in self.matrix.values() for each in given)]

    @cached_property
    def needed(self) -> list[re.Pattern[str]]:
        """Patterns that must all be found."""
        return [_words(word) for word in self.says.split() if not word.endswith("?")]

    @cached_property
    def allowed(self) -> list[re.Pattern[str]]:
        """Patterns that may be found."""
        return [_words(word[:-1]) for word in self.says.split() if word.endswith("?")]

    def taken_from(self, sentence: str) -> str | None:
        """Return what is left of a sentence without the phrase; None if not all of it is there."""
        for each in self.needed:
            if not each.search(sentence):
                return None
            sentence = each.sub(" ", sentence)
        for each in self.allowed:
            sentence = each.sub(" ", sentence)
        return sentence

    @property
    def _measured(self) -> MeasureFile | None:
        return next(
            (found for name, found in self._file.measures.items() if self.measure in ("", name)),
            None,
        )

    @property
    def _is_first(self) -> bool:
        return self.measure in ("", next(iter(self._file.measures), ""))

    @property
    def better(self) -> Better | None:
        """Which way its number should go."""
        found = self._measured
        return found.better if found and isinstance(found.better, Better) else None

    @property
    def unit(self) -> str:
        """The unit of its number."""
        return self._measured.unit if self._measured else ""

    @property
    def has_number(self) -> bool:
        """Whether a number can be expected of it."""
        expect = self._file.expect
        own = self._is_first and isinstance(expect, str) and bool(re.match(r"==\s*\d", expect))
        return self.better is not None or own

    @property
    def expect(self) -> str | None:
        """What is expected where no limit is said: "" is the check's own; None is nothing.

        A limit that a check proposes is no limit that the board has named, so only that all is
        well may be expected: none of what is bad, all of what is good.
        """
        if self._given.expect:
            return self._given.expect
        own = self._file.expect
        if self._is_first:
            whole = not isinstance(own, str) or re.match(r"==|true|false", own)
            return "" if whole else None
        counts = self.unit not in MEASURED_UNITS
        return "== 0" if self.better is Better.LOWER and counts else None

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two sentences mean the same."""
        return (self.check, self.measure, tuple(sorted(self.params.items())), str(self.matrix))


def load_phrases(folders: Sequence[str]) -> tuple[Phrase, ...]:
    """Load the sentences of all checks, those of an earlier folder in place of built-in ones.

    Raises `BoardError` for one that names what its check does not have.
    """
    faults: list[Fault] = []
    found = [
        phrase
        for name, file, problems in check_files(folders, "phrases", faults)
        for phrase in _phrases(name, file, problems)
    ]
    if faults:
        raise BoardError(faults)
    return tuple(found)


def _phrases(name: str, file: CheckFile, problems: Problems) -> list[Phrase]:
    for index, each in enumerate(file.phrases):
        known_names(file, [*each.with_, *each.matrix], each.measure, ("phrases", index), problems)
    return [Phrase(name, file, each, says) for each in file.phrases for says in each.says]


def _words(alternatives: str) -> re.Pattern[str]:
    return re.compile(pattern(each.replace("_", " ") for each in alternatives.split("|")))
