"""Numbers and limits in a sentence: `from 1029 to below 50`, `P95 < 500ms`, `50%以上`."""

import re
import unicodedata
from functools import cache
from typing import Final

import msgspec

from readiness.importing.words import WORDS, pattern, vocabulary
from readiness.model.words import Better

_NUMBER: Final = (
    r"(?<![a-z0-9_./#])(?<![a-z]-)(?<!\d,)"
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
    r"(?![\d.]*\d)(?!,\d{3})"
)
_LOWER: Final = ("<", "<=")
_HIGHER: Final = (">", ">=")


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """A limit as it is put: no operator where none is named; where it started, if that is said.

    `worded` is a zero in words, such as "no".
    """

    number: str
    operator: str = ""
    unit: str = ""
    start: str = ""
    start_unit: str = ""
    worded: bool = False


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence says in numbers, and what is left of it; None where that is ambiguous."""

    limit: Amount | None
    rest: str


def normal(text: str) -> str:
    """Fold a sentence to one width and lower case for comparison."""
    return unicodedata.normalize("NFKC", text).casefold().replace("≧", "≥").replace("≦", "≤")


@cache
def _number() -> re.Pattern[str]:
    units = _alternatives("u", vocabulary("units"))
    before = _alternatives("b", vocabulary("before"))
    behind = _alternatives("a", vocabulary("behind"))
    # Suffixes of Chinese counting: 50个以下.
    counted = "[个条项处次名]?"
    unit = units.replace("(?<![a-z0-9_])", "")
    return re.compile(
        rf"(?:(?:{before})\s*)?(?P<number>{_NUMBER})\s*(?:{unit})?\s*{counted}\s*(?:{behind})?"
    )


def _alternatives(letter: str, words: WORDS) -> str:
    """Return a pattern that puts what a word stands for into a group by its place."""
    groups = enumerate(words.values())
    return "|".join(f"(?P<{letter}{place}>{pattern(names)})" for place, names in groups)


@cache
def _none() -> re.Pattern[str]:
    return re.compile(pattern(word for word in vocabulary("none")["words"] if word != "0"))


@cache
def _start(name: str) -> re.Pattern[str]:
    return re.compile(pattern(vocabulary("starts")[name]))


def amounts(text: str) -> Amounts | None:
    """Read the numbers of a normalised sentence; None where they are no limit with its start."""
    numbers = list(_number().finditer(text))
    if len(numbers) > 2:
        return None
    if not numbers:
        none = Amount(number="0", operator="==", worded=True) if _none().search(text) else None
        return Amounts(limit=none, rest=_none().sub(" ", text))
    rest = _number().sub(" ", text)
    limit = _amount(numbers[-1])
    if len(numbers) == 1:
        # `no more than 0`, `zero (0)`: a word for none beside a zero says the same.
        rest = rest if float(limit.number) else _none().sub(" ", rest)
        return Amounts(limit=limit, rest=rest)
    first, second = numbers
    between = text[first.end() : second.start()]
    start = _amount(first)
    if _start("now").search(between) and not _start("from").search(text[: first.start()]):
        # `below 50 (currently 1029)`: the second is where it starts.
        limit, start = start, limit
    elif not (_start("to").search(between) or _start("now").search(text[: first.start()])):
        return None
    if start.operator not in ("", "=="):
        return None
    for name in ("from", "to", "now"):
        rest = _start(name).sub(" ", rest)
    limit = msgspec.structs.replace(limit, start=start.number, start_unit=start.unit)
    return Amounts(limit=limit, rest=rest)


def _amount(match: re.Match[str]) -> Amount:

    def named(letter: str, names: WORDS) -> str:
        groups = (match[f"{letter}{place}"] for place in range(len(names)))
        return next(
            (name for name, text in zip(names, groups, strict=True) if text is not None), ""
        )

    return Amount(
        number=match["number"].replace(",", ""),
        operator=named("b", vocabulary("before")) or named("a", vocabulary("behind")),
        unit=named("u", vocabulary("units")),
    )


def expectation(limit: Amount, better: Better | None, unit: str) -> str | None:
    """Return the limit as a board has it; None for another unit, or one of the wrong way round."""
    operator = limit.operator
    if limit.unit and not unit:
        return None
    if limit.unit == "%" and unit != "%":
        return None
    if better is None:
        return f"== {limit.number}" if operator in ("", "==") else None
    if not operator and better is Better.HIGHER:
        operator = ">="
    elif not operator:
        # `mypy 1.8 passes` allows no error: a number alone is a limit where it is the end of a way.
        if float(limit.number) and not limit.start:
            return None
        operator = "<=" if float(limit.number) else "=="
    if better is Better.HIGHER and operator != ">" and not float(limit.number):
        return None
    if operator in (_LOWER if better is Better.HIGHER else _HIGHER):
        return None
    shown = limit.unit or ("%" if unit == "%" else "")
    return f"{operator} {limit.number} {shown}".rstrip()
