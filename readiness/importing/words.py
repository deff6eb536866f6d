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
_PREFIX: Final = re.compile(
    r"(?:(?i:任务|工作项|task|issue|story|ticket|epic)\s*[#:：]?\s*(?P<number>[A-Za-z]{0,5}-?\d[\w.-]*)"
    r"|\[?(?P<key>[A-Z][A-Z0-9]*-\d+|T\d+)\]?|\#(?P<issue>\d+))"
    r"(?:\s*[:：.、)）\]—–-]+\s*|\s+|$)(?P<rest>.*)"
)
_NUMBERING: Final = re.compile(
    r"(?:\d+(?:\.\d+)+\.?|\d+[.)、:：]|[（(]?[一二三四五六七八九十]+[）)、.])\s*(?=\S)"
)
_NEXT: Final = re.compile(r"\s+[|·—–]\s+(?=[^|·—–:：]{1,40}[:：])")
# `owner = li`, `assigned to @li`, `due 2025-11-11`.
_SAYS: Final = re.compile(r"\s*=\s*|\s(?=@\w|\d{4}-\d\d)")
_BESIDE: Final = (
    re.compile(r"[(\[（【]([^()\[\]（）【】]+)[)\]）】]"),
    re.compile(r"(?<=\s)[—–-]\s+([^—–]+)$"),
)
_TIME: Final = (
    r"\d+(?:\.\d+)?(?:\s*[-–]\s*\d+(?:\.\d+)?)?\s*(?:h|d|w|hrs?|days?|hours?|weeks?|天|小时|周)"
)
# What a piece in brackets is without a label; and what stands in the midst of a sentence.
_BARE: Final = {"owner": r"@([A-Za-z][\w.-]*)", "priority": "([Pp][0-3])", "estimate": f"({_TIME})"}
_LOOSE: Final = {
    "owner": re.compile(r"(?<![\w`@])@([A-Za-z][\w.-]*\w)(?!`)"),
    "priority": re.compile(r"((?<![\w`])[Pp][0-3](?![\w`-])|[🔺⏫🔼🔽⏬])\ufe0f?\s*[:：-]?\s*"),
    "estimate": re.compile(rf"~\s*({_TIME})"),
}
# These labels hold a word or two, and so others may follow on the same line.
_SHORT: Final = ("priority", "owner", "estimate", "risk", "depends", "tags", "status", "due")
Words = Mapping[str, list[str]]


@cache
def vocabulary(table: str) -> Words:
    """Return the words of a table."""
    text = files("readiness.importing").joinpath("words.toml").read_text(encoding="utf-8")
    words: dict[str, Words] = tomllib.loads(text)
    return words[table]


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


@cache
def words_of(table: str, *names: str) -> re.Pattern[str]:
    """Return the pattern of the words of a table, or of those under some names of it."""
    lists = [vocabulary(table)[name] for name in names] or vocabulary(table).values()
    return re.compile(pattern(word for words in lists for word in words))


def _word_pattern(word: str) -> str:
    escaped = re.escape(word).replace(r"\ ", r"[\s-]+")
    before = r"(?<![a-z0-9_])" if re.match(r"[a-z0-9]", word) else ""
    behind = r"(?:e?s)?(?![a-z0-9_])" if re.search(r"[a-z]$", word) else ""
    if re.search(r"[0-9]$", word):
        behind = r"(?![a-z0-9_.]*[0-9])"
    return f"{before}{escaped}{behind}"


# --- labels ---------------------------------------------------------------------------------------


@cache
def _meanings(*tables: str) -> Mapping[str, str]:
    return {
        word: name
        for table in tables
        for name, words in vocabulary(table).items()
        for word in words
    }


def label(text: str, *tables: str) -> str:
    """Return what a label stands for, also in two languages at once; "" if nothing known.

    With the table "columns", it is the heading of a column.
    """
    words = _meanings("labels", *tables)
    name = plain(text)
    for writing in (name, name.replace("-", " "), re.sub(r"\s*[(（].*[)）]$", "", name)):
        if known := words.get(writing):
            return known
    both = {words.get(part, "") for part in map(plain, _BILINGUAL.split(name)) if part}
    return both.pop() if len(both) == 1 else ""


@cache
def _further() -> re.Pattern[str]:
    """Match where a line goes on with another label: `Owner: li Risk: high`."""
    short = pattern(word for word, name in _meanings("labels").items() if name in _SHORT)
    return re.compile(rf"(?i)(?<=[^\s|·*(-])[\s,，;；]+({short})(?=\s*[:：])")


def fields(line: str) -> list[tuple[str, str]]:
    """Return a line's known fields if they are all of it, or several: `Risk: high | Owner: li`."""
    first, colon, rest = re.split("([:：])", f"{line}:", maxsplit=1)
    whole = first + colon + _further().sub(r" | \1", rest[:-1]) if rest else ""
    pieces = [re.split("[:：]", piece, maxsplit=1) for piece in _NEXT.split(whole)]
    pairs = [(label(name), value.strip()) for name, *values in pieces for value in values]
    known = [pair for pair in pairs if pair[0]]
    # Of several pieces one may name what is not known here.
    return known if len(known) == len(pieces) or len(known) > 1 else []


def titled(heading: str) -> tuple[str, str, str]:
    """Return a heading's title, the id that it gives, and the number that it begins with."""
    text = without_emoji(heading)
    if prefix := _PREFIX.fullmatch(text):
        key = prefix["number"] or prefix["issue"] or prefix["key"]
        return without_emoji(prefix["rest"]) or text, identifier(key), ""
    number = _NUMBERING.match(text)
    return (
        (text[number.end() :], "", number[0].strip(" .)、:：（(）")) if number else (text, "", "")
    )


def identifier(text: str) -> str:
    """Return the id that a text gives: `#3` is T3."""
    key = re.sub(r"[^A-Za-z0-9_-]", "-", text.strip(" #`[]")).strip("-")
    return f"T{key}" if key[:1].isdigit() else key


def owned(text: str) -> tuple[str, dict[str, str]]:
    """Return a line's title, and its fields as people write them: `@li`, `(P1, due: May)`."""
    values: dict[str, str] = {}
    for expression in _BESIDE:
        for beside in reversed(list(expression.finditer(text))):
            pairs = [_field(part) for part in re.split(r"\s*[,，;；|]\s*", beside[1].strip())]
            if beside[0][0] in "[【" and priority_of(beside[1]):
                pairs = [("priority", beside[1])]  # `[BLOCKER] rotate keys`
            if all(pairs):
                values |= dict(filter(None, pairs))
                text = f"{text[: beside.start()]} {text[beside.end() :]}"
    for name, expression in _LOOSE.items():
        matches = list(expression.finditer(text))
        if len(matches) == 1 and name not in values:
            values[name] = matches[0][1]
            text = f"{text[: matches[0].start()]} {text[matches[0].end() :]}"
    return " ".join(text.split()).strip(" -–—,，"), values


def _field(part: str) -> tuple[str, str] | None:
    """Return the field that a piece in brackets is: `@li`, `P1`, `2d`, `owner: li`."""
    bare = [
        (name, match[1])
        for name, expression in _BARE.items()
        if (match := re.fullmatch(expression, part))
    ]
    pairs = bare or fields(_SAYS.sub(": ", part, count=1))
    return pairs[0] if len(pairs) == 1 and pairs[0][0] in _SHORT else None


# --- priorities -----------------------------------------------------------------------------------


def priority_of(text: str) -> Priority | None:
    """Return the priority that a text names; None where it names none, or several."""
    words = plain(text)
    numbers = set(re.findall(r"(?<![a-z0-9])p([0-3])(?![0-9])", words))
    if numbers:
        return Priority(f"P{numbers.pop()}") if len(numbers) == 1 else None
    first = re.split(r"[-–—(,，;；/]", words)[0].strip()
    names = _meanings("priorities")
    known = names.get(text) or names.get(words) or names.get(first)
    return Priority(known) if known else None


def chapter_priority(title: str) -> Priority | None:
    """Return the priority that a heading gives to all tasks below it."""
    beside = re.search(r"[(（\[【]([^()（）]+)[)）\]】]$", title.strip())
    text = plain(title)
    texts = [words_of("chapters").sub(" ", text), text, beside[1] if beside else ""]
    return next(filter(None, map(priority_of, texts)), None)


def names_nobody(text: str) -> bool:
    """Return whether a text says that nobody, or nothing, is named."""
    return text.strip().casefold() in vocabulary("nobody")["words"] or not text.strip()
