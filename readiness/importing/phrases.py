"""What check files say of the sentences that they answer."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Final

import msgspec

from readiness.importing.words import pattern, vocabulary, words_of
from readiness.load.check_definitions import CheckFile, PhraseFile
from readiness.load.readers import words
from readiness.model.errors import BoardError
from readiness.model.words import Better
from readiness.propose.new_board import NewProbe
from readiness.propose.rules import check_files, known_names
from readiness.text.fault import Fault

_NUMBER: Final = (
    r"(?<![a-z0-9_./#])(?<![a-z]-)(?<!\d,)"
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
    r"(?![\d.]*\d)(?!,\d{3})"
)


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """A number as it is put: no operator where none is named."""

    number: str
    operator: str = ""
    unit: str = ""


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence says in numbers, and what is left of it.

    `is_unclear` says that the numbers are no limit with its start.
    """

    rest: str
    limit: Amount | None = None
    start: Amount | None = None
    is_unclear: bool = False


def normal(text: str) -> str:
    """Fold a sentence to one width and lower case for comparison."""
    return unicodedata.normalize("NFKC", text).casefold().replace("≧", "≥").replace("≦", "≤")


@cache
def number() -> re.Pattern[str]:
    """Return the pattern of a number with its unit and what is said of it."""
    before, unit, behind = (words_of(name).pattern for name in ("before", "units", "behind"))
    # A unit follows its number at once. Suffixes of Chinese counting: 50个以下.
    unit = unit.replace("(?<![a-z0-9_])", "")
    return re.compile(
        rf"(?:(?P<before>{before})\s*)?(?P<number>{_NUMBER})\s*(?P<unit>{unit})?"
        rf"\s*[个条项处次名]?\s*(?P<behind>{behind})?"
    )


def amounts(text: str, whole: str) -> Amounts:
    """Read the numbers in a part of a normalised sentence."""
    matches = list(number().finditer(text))
    numbers = [_amount(match) for match in matches]
    rest, none = number().sub(" ", text), words_of("none")
    if not numbers:
        # "No tests" is nothing that anybody wants.
        unclear = not words_of("senses", "bad").search(whole)
        zero = Amount(number="0", operator="==") if none.search(text) else None
        return Amounts(limit=zero, rest=none.sub(" ", rest), is_unclear=bool(zero) and unclear)
    limit, start = _limit_and_start(text, matches, numbers)
    if limit is None:
        return Amounts(rest=rest, is_unclear=True)
    # A number alone that something is raised to is the least, and lowered to the most.
    moves = [sign for sign in (">=", "<=") if words_of("senses", sign).search(text)]
    if not limit.operator and len(moves) == 1:
        limit = msgspec.structs.replace(limit, operator=moves[0])
    # `no more than 0`, `zero (0)`: a word for none beside a zero says the same.
    words = words_of("starts") if start else none if not float(limit.number) else None
    return Amounts(limit=limit, start=start, rest=words.sub(" ", rest) if words else rest)


def _limit_and_start(
    text: str, matches: Sequence[re.Match[str]], numbers: Sequence[Amount]
) -> tuple[Amount | None, Amount | None]:
    """Return which number is the limit and which the start; None where it is not said."""
    if len({(each.number, each.unit) for each in numbers}) == 1:
        return max(numbers, key=lambda each: bool(each.operator)), None
    if len(numbers) > 2:
        return None, None
    before, between = text[: matches[0].start()], text[matches[0].end() : matches[1].start()]
    now, begins, ends = (words_of("starts", name) for name in ("now", "from", "to"))
    if now.search(between) and not begins.search(before):
        limit, start = numbers  # `below 50 (currently 1029)`
    elif ends.search(between) or now.search(before):
        start, limit = numbers
    else:
        return None, None
    return (limit, start) if start.operator in ("", "==") else (None, None)


def _amount(match: re.Match[str]) -> Amount:
    def meant(group: str, table: str) -> str:
        text = match[group] or ""
        names = vocabulary(table)
        return next((name for name in names if words_of(table, name).fullmatch(text)), "")

    return Amount(
        number=match["number"].replace(",", ""),
        operator=meant("before", "before") or meant("behind", "behind"),
        unit=meant("unit", "units"),
    )


_FACT: Final = re.compile(r"(?<!\$)\{(part|path|url|number|least|target|sibling|place)\}")


# How a limit may be put on what is better higher, lower or neither: first where it is not said.
_OPERATORS: Final = {
    Better.HIGHER: (">=", ">", "=="),
    Better.LOWER: ("<=", "<", "=="),
    None: ("==",),
}


class Phrase:
    """One sentence that a check answers: the words that it must have, and those that it may.

    `takes` are the facts of a sentence that it needs, `key` is what makes two mean the same.
    """

    def __init__(self, check: str, file: CheckFile, terms: PhraseFile, says: str) -> None:
        self.check = check
        self.says = says
        self._file = file
        self._terms = terms
        filled = f"{terms.with_} {terms.matrix}"
        first = next(iter(file.measures), "")
        measure = file.measures.get(terms.measure or first)
        self._expect = file.expect if terms.measure in ("", first) else "none"
        self._unit = measure.unit if measure else ""
        self._better = measure.better if measure and isinstance(measure.better, Better) else None
        self.takes = frozenset(_FACT.findall(filled))
        self.key = (check, terms.measure, filled)

    @cached_property
    def _words(self) -> list[tuple[bool, re.Pattern[str]]]:
        """Return the patterns of its words, first those that must be found."""
        names = sorted(self.says.split(), key=lambda word: word.endswith("?"))
        alternatives = [name.rstrip("?").replace("_", " ").split("|") for name in names]
        return [
            (not name.endswith("?"), re.compile(pattern(words)))
            for name, words in zip(names, alternatives, strict=True)
        ]

    def taken_from(self, sentence: str) -> str | None:
        """Return what is left of a sentence without the phrase; None if not all of it is there."""
        for is_needed, expression in self._words:
            rest = expression.sub(" ", sentence)
            if is_needed and rest == sentence:
                return None
            sentence = rest
        return sentence

    def expectation(self, read: Amounts) -> str | None:
        """Return what a sentence's limit asks of the check; None where it cannot be asked."""
        limit, own = read.limit, self._expect
        if read.is_unclear:
            return None
        if "number" in self.takes:
            return "" if limit and limit.operator in ("", ">=", "==") else None
        if limit is None:
            # A limit that a check proposes is none that the board has named.
            proposed = isinstance(own, str) and not re.match("==|true|false", own)
            return self._terms.expect or (None if proposed else "")
        if self._better is None and not re.match(r"==\s*\d", str(own)):
            return None
        # `mypy 1.8 passes` allows no error: a number alone is a limit where a way ends there.
        alone = not (limit.operator or read.start or self._better is not Better.LOWER)
        return _limited(limit, _OPERATORS[self._better], self._unit, alone=alone)

    def probe(
        self, facts: Mapping[str, str], read: Amounts, known: Mapping[str, Mapping[str, str]]
    ) -> NewProbe:
        """Return the probe that it is with the facts and the limit of a sentence.

        `known` is what the project says of each check's parameters.
        """
        values, limit, start = dict(facts), read.limit, read.start
        if limit:
            above = str(math.floor(float(limit.number)) + 1)
            values |= {
                "number": limit.number,
                "least": above if limit.operator == ">" else limit.number,
            }

        def filled(text: str) -> str:
            return _FACT.sub(lambda name: values.get(name[1], ""), text)

        own = {name: filled(" ".join(words(value))) for name, value in self._terms.with_.items()}
        sources = [known.get(name, {}) for name in (*words(self._file.after), self.check)]
        params = {
            name: value
            for source in (*sources, own)
            for name, value in source.items()
            if value and name in self._file.params and name not in self._terms.matrix
        }
        unit = (start.unit if start else "") or (limit.unit if limit else "") or self._unit
        starts = self._better and unit == self._unit and "number" not in self.takes
        return NewProbe(
            check=self.check,
            params=params,
            matrix={name: list(map(filled, texts)) for name, texts in self._terms.matrix.items()},
            measure=self._terms.measure,
            expect=self.expectation(read) or "",
            baseline=start.number if start and starts else "",
        )


def _limited(limit: Amount, operators: Sequence[str], unit: str, *, alone: bool) -> str | None:
    """Return a limit as a board has it; None for another unit, or one of the wrong way round."""
    zero = not float(limit.number)
    operator = limit.operator or operators[-1 if zero else 0]
    if operator not in operators or (alone and not zero) or (zero and operator == ">="):
        return None
    if (limit.unit and not unit) or (limit.unit == "%") > (unit == "%"):
        return None
    shown = limit.unit or ("%" if unit == "%" else "")
    return f"{operator} {limit.number} {shown}".rstrip()


def load_phrases(folders: Sequence[str]) -> tuple[Phrase, ...]:
    """Load the sentences of all checks, those of an earlier folder in place of built-in ones.

    Raises `BoardError` for one that names what its check does not have.
    """
    faults: list[Fault] = []
    phrases: list[Phrase] = []
    for name, file, problems in check_files(folders, "phrases", faults):
        for index, terms in enumerate(file.phrases):
            params = [*terms.with_, *terms.matrix]
            known_names(file, params, terms.measure, ("phrases", index), problems)
            phrases += [Phrase(name, file, terms, says) for says in terms.says]
    if faults:
        raise BoardError(faults)
    return tuple(phrases)
