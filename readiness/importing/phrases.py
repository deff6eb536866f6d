"""What check files say of the sentences that they answer."""

import itertools
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from readiness.importing.words import pattern
from readiness.load.check_definitions import CheckFile, PhraseFile
from readiness.load.definitions import MeasureFile
from readiness.load.faults import Problems
from readiness.load.readers import words
from readiness.model.errors import BoardError
from readiness.model.words import Better
from readiness.propose.rules import check_files, known_names
from readiness.text.fault import Fault

# Units of which zero is never a target.
MEASURED_UNITS: Final = ("%", "us", "ms", "s", "m", "h", "d", "B", "rps")
FACT: Final = re.compile(r"(?<!\$)\{(part|path|url|number|least|target|sibling|place)\}")


class Phrase:
    """One sentence that a check answers: the words that it must have, and those that it may."""

    def __init__(self, check: str, file: CheckFile, terms: PhraseFile, says: str) -> None:
        self.check = check
        self.params = {
            name: value if isinstance(value, str) else " ".join(value)
            for name, value in terms.with_.items()
        }
        self.matrix = terms.matrix
        self.measure = terms.measure
        self.says = says
        self._file = file
        self._expect = terms.expect
        texts = [*self.params.values(), *itertools.chain(*self.matrix.values())]
        self.takes = frozenset(name for text in texts for name in FACT.findall(text))

    @cached_property
    def needed(self) -> list[re.Pattern[str]]:
        """Return patterns that must all be found."""
        return [_words(word) for word in self.says.split() if not word.endswith("?")]

    @cached_property
    def allowed(self) -> list[re.Pattern[str]]:
        """Return patterns that may be found."""
        return [_words(word[:-1]) for word in self.says.split() if word.endswith("?")]

    def taken_from(self, sentence: str) -> str | None:
        """Return what is left of a sentence without the phrase; None if not all of it is there."""
        for expression in self.needed:
            if not expression.search(sentence):
                return None
            sentence = expression.sub(" ", sentence)
        for expression in self.allowed:
            sentence = expression.sub(" ", sentence)
        return sentence

    @property
    def _measured(self) -> MeasureFile | None:
        measures = self._file.measures
        return measures.get(self.measure or next(iter(measures), ""))

    @property
    def _is_first(self) -> bool:
        return self.measure in ("", next(iter(self._file.measures), ""))

    @property
    def better(self) -> Better | None:
        """Return which way its number should go."""
        better = self._measured and self._measured.better
        return better if isinstance(better, Better) else None

    @property
    def unit(self) -> str:
        """Return the unit of its number."""
        return self._measured.unit if self._measured else ""

    @property
    def has_number(self) -> bool:
        """Return whether a number can be expected of it."""
        expect = self._file.expect
        own = self._is_first and isinstance(expect, str) and bool(re.match(r"==\s*\d", expect))
        return self.better is not None or own

    @property
    def expect(self) -> str | None:
        """Return what is expected without a limit: "" is the check's own; None is nothing.

        A limit that a check proposes is no limit that the board has named, so only that all is
        well may be expected: none of what is bad, all of what is good.
        """
        if self._expect:
            return self._expect
        own = self._file.expect
        if self._is_first:
            whole = not isinstance(own, str) or re.match(r"==|true|false", own)
            return "" if whole else None
        counts = self.unit not in MEASURED_UNITS
        return "== 0" if self.better is Better.LOWER and counts else None

    def project_params(self, known: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Return what a project says of its parameters and of those of the check before it."""
        sources = [known.get(name, {}) for name in (*words(self._file.after), self.check)]
        return {
            name: value
            for params in sources
            for name, value in params.items()
            if name in self._file.params and name not in self.matrix
        }

    @property
    def key(self) -> tuple[object, ...]:
        """Return what makes two sentences mean the same."""
        return (self.check, self.measure, tuple(sorted(self.params.items())), str(self.matrix))


def load_phrases(folders: Sequence[str]) -> tuple[Phrase, ...]:
    """Load the sentences of all checks, those of an earlier folder in place of built-in ones.

    Raises `BoardError` for one that names what its check does not have.
    """
    faults: list[Fault] = []
    phrases = [
        phrase
        for name, file, problems in check_files(folders, "phrases", faults)
        for phrase in _phrases(name, file, problems)
    ]
    if faults:
        raise BoardError(faults)
    return tuple(phrases)


def _phrases(name: str, file: CheckFile, problems: Problems) -> list[Phrase]:
    for index, terms in enumerate(file.phrases):
        params = [*terms.with_, *terms.matrix]
        known_names(file, params, terms.measure, ("phrases", index), problems)
    return [Phrase(name, file, terms, says) for terms in file.phrases for says in terms.says]


def _words(alternatives: str) -> re.Pattern[str]:
    return re.compile(pattern(alternatives.replace("_", " ").split("|")))
