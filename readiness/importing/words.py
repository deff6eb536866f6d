"""How people who write task boards call things, in English and Chinese: words.toml, read once."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from readiness.model.words import Priority

# `负责人 Owner`, `验收标准/Acceptance`: where one writing ends and the other begins.
_BILINGUAL: Final = re.compile(
    "[/|()（）]|(?<=[\u3400-\u9fff]) *(?=[a-z])|(?<=[a-z]) *(?=[\u3400-\u9fff])"
)
WORDS = dict[str, list[str]]


class Limits(msgspec.Struct, frozen=True):
    """How a limit is put, before its number and behind it, by operator."""

    before: WORDS
    behind: WORDS


class Vocabulary(msgspec.Struct, frozen=True):
    """All that words.toml says."""

    labels: WORDS
    columns: WORDS
    priorities: dict[Priority, list[str]]
    nobody: WORDS
    parts: WORDS
    limits: Limits
    units: WORDS
    none: WORDS
    starts: WORDS
    senses: WORDS
    filler: WORDS
    outcome: WORDS
    leads: WORDS
    programs: WORDS
    chapters: WORDS


@cache
def vocabulary() -> Vocabulary:
    """Return the words, checked against what the code asks for."""
    text = files("readiness.importing").joinpath("words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Vocabulary)


@cache
def labels() -> dict[str, str]:
    """Return what each label stands for."""
    return {word: name for name, given in vocabulary().labels.items() for word in given}


@cache
def columns() -> dict[str, str]:
    """Return what each heading of a column stands for, labels among them."""
    own = {word: name for name, given in vocabulary().columns.items() for word in given}
    return {**labels(), **own}


def named(text: str, words: Mapping[str, str]) -> str:
    """Return what a label stands for, also in two languages at once; "" if nothing known."""
    said = plain(text)
    known = (
        words.get(said)
        or words.get(said.replace("-", " "))
        or words.get(re.sub(r"\s*[(（].*[)）]$", "", said))
    )
    if known or not said:
        return known or words.get(said, "")
    both = {words.get(part) for part in map(plain, _BILINGUAL.split(said)) if part}
    return (both.pop() or "") if len(both) == 1 else ""


def plain(text: str) -> str:
    """Text to be compared: lower case, of one width, without emoji, markup and outer marks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(" " if _is_sign(each) else each for each in folded)
    return " ".join(kept.split()).strip(" *_:：-–—.。!|")


def without_emoji(text: str) -> str:
    """Text without the pictures at its beginning and end."""
    size = len(text)
    start = next((i for i in range(size) if not (_is_sign(text[i]) or text[i].isspace())), size)
    end = next(
        (i for i in range(size, start, -1) if not (_is_sign(text[i - 1]) or text[i - 1].isspace())),
        start,
    )
    return text[start:end]


def _is_sign(character: str) -> bool:
    return (
        unicodedata.category(character) in ("So", "Sk", "Cn", "Mn", "Cf") and character not in "`^"
    )


def pattern(words: Iterable[str]) -> str:
    """Return a regular expression for any of some words: a Latin one alone, maybe in the plural."""
    return "|".join(_one(word) for word in sorted(words, key=len, reverse=True))


def _one(word: str) -> str:
    escaped = re.escape(word).replace(r"\ ", r"[\s-]+")
    before = r"(?<![a-z0-9_])" if re.match(r"[a-z0-9]", word) else ""
    behind = r"(?:e?s)?(?![a-z0-9_])" if re.search(r"[a-z]$", word) else ""
    if re.search(r"[0-9]$", word):
        behind = r"(?![a-z0-9_.]*[0-9])"
    return f"{before}{escaped}{behind}"


def priority_of(text: str) -> Priority | None:
    """Return the priority that a text names; None where it names none, or several."""
    said = plain(text)
    named = set(re.findall(r"(?<![a-z0-9])p([0-3])(?![0-9])", said))
    if len(named) == 1:
        return Priority(f"P{named.pop()}")
    if named:
        return None
    first = re.split(r"[-–—(,，;；/]", said)[0].strip()
    for priority, given in vocabulary().priorities.items():
        if said in given or first in given:
            return priority
    return None


def names_nobody(text: str) -> bool:
    """Whether a text says that nobody, or nothing, is named."""
    return text.strip().casefold() in vocabulary().nobody["words"] or not text.strip()
