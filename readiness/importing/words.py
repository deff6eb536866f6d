"""How people who write task boards call things, in English and Chinese: words.toml, read once."""

import re
import string
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from readiness.model.words import Priority

# `负责人 Owner`, `验收标准/Acceptance`: where one writing ends and the other begins.
_BILINGUAL: Final = re.compile(
    "[/|()（）]|(?<=[\u3400-\u9fff]) *(?=[a-z])|(?<=[a-z]) *(?=[\u3400-\u9fff])"
)
WORDS = dict[str, list[str]]


def vocabulary(table: str) -> WORDS:
    """Return the words of a table."""
    return _tables()[table]


@cache
def _tables() -> dict[str, WORDS]:
    text = files("readiness.importing").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def labels() -> dict[str, str]:
    """Return what each label stands for."""
    return {word: name for name, words in vocabulary("labels").items() for word in words}


@cache
def columns() -> dict[str, str]:
    """Return what each heading of a column stands for, labels among them."""
    own = {word: name for name, words in vocabulary("columns").items() for word in words}
    return {**labels(), **own}


def named(text: str, words: Mapping[str, str]) -> str:
    """Return what a label stands for, also in two languages at once; "" if nothing known."""
    name = plain(text)
    known = (
        words.get(name)
        or words.get(name.replace("-", " "))
        or words.get(re.sub(r"\s*[(（].*[)）]$", "", name))
    )
    if known or not name:
        return known or ""
    both = {words.get(part) for part in map(plain, _BILINGUAL.split(name)) if part}
    return (both.pop() or "") if len(both) == 1 else ""


def plain(text: str) -> str:
    """Fold a text for comparison: lower case, one width, no emoji, markup and outer marks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(" " if _is_sign(character) else character for character in folded)
    return " ".join(kept.split()).strip(" *_:：-–—.。!|")


def without_emoji(text: str) -> str:
    """Return a text without the pictures at its beginning and end."""
    signs = "".join(filter(_is_sign, text))
    return text.strip(signs + string.whitespace)


def _is_sign(character: str) -> bool:
    return (
        unicodedata.category(character) in ("So", "Sk", "Cn", "Mn", "Cf") and character not in "`^"
    )


def pattern(words: Iterable[str]) -> str:
    """Return a regular expression for any of some words: a Latin one alone, maybe in the plural."""
    return "|".join(map(_word_pattern, sorted(words, key=len, reverse=True)))


def _word_pattern(word: str) -> str:
    escaped = re.escape(word).replace(r"\ ", r"[\s-]+")
    before = r"(?<![a-z0-9_])" if re.match(r"[a-z0-9]", word) else ""
    behind = r"(?:e?s)?(?![a-z0-9_])" if re.search(r"[a-z]$", word) else ""
    if re.search(r"[0-9]$", word):
        behind = r"(?![a-z0-9_.]*[0-9])"
    return f"{before}{escaped}{behind}"


def priority_of(text: str) -> Priority | None:
    """Return the priority that a text names; None where it names none, or several."""
    words = plain(text)
    numbers = set(re.findall(r"(?<![a-z0-9])p([0-3])(?![0-9])", words))
    if len(numbers) == 1:
        return Priority(f"P{numbers.pop()}")
    if numbers:
        return None
    first = re.split(r"[-–—(,，;；/]", words)[0].strip()
    for priority, names in vocabulary("priorities").items():
        if words in names or first in names:
            return Priority(priority)
    return None


def chapter_priority(title: str) -> Priority | None:
    """Return the priority that a heading gives to all tasks below it."""
    text = plain(title)
    if re.search(r"(?<![a-z0-9])p[0-3](?![0-9])", text):
        return priority_of(text)
    extra = pattern(vocabulary("chapters")["words"])
    beside = re.search(r"[(（\[【]([^()（）]+)[)）\]】]$", title.strip())
    return (
        priority_of(re.sub(extra, " ", text))
        or priority_of(text)
        or (priority_of(beside[1]) if beside else None)
    )


def names_nobody(text: str) -> bool:
    """Return whether a text says that nobody, or nothing, is named."""
    return text.strip().casefold() in vocabulary("nobody")["words"] or not text.strip()
