"""A task board as it was read: tasks, criteria, milestones and figures, without any probe."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import msgspec

from readiness.importing.outline import Listed
from readiness.importing.words import (
    labels,
    named,
    names_nobody,
    pattern,
    priority_of,
    without_emoji,
)
from readiness.model.words import Priority

_PREFIX: Final = re.compile(
    r"(?:(?i:任务|工作项|task|issue|story|ticket|epic)\s*[#:：]?\s*(?P<number>[A-Za-z]{0,5}-?\d[\w.-]*)"
    r"|\[?(?P<key>[A-Z][A-Z0-9]*-\d+|T\d+)\]?|\#(?P<issue>\d+))"
    r"(?:\s*[:：.、)）\]—–-]+\s*|\s+|$)(?P<rest>.*)"
)
_NUMBERING: Final = re.compile(
    r"(?:\d+(?:\.\d+)+\.?|\d+[.)、:：]|[（(]?[一二三四五六七八九十]+[）)、.])\s*(?=\S)"
)
_FIELD: Final = re.compile(r"[-*\s]*([^:：]{1,40}?)\s*[:：]\s*(.*)", re.DOTALL)
_OWNER: Final = re.compile(r"(?<![\w`@])[(\[]?@([A-Za-z][\w.-]*[\w])[)\]]?(?!`)")
_PRIORITY: Final = re.compile(
    r"(?:[(\[（【]|(?<![\w`]))([Pp][0-3])[)\]）】]?(?![\w`-])\s*[:：-]?\s*"
)
_DURATION: Final = re.compile(
    r"[(\[~]+\s*(\d+(?:\.\d+)?(?:\s*[-–]\s*\d+(?:\.\d+)?)?\s*(?:h|d|w|hrs?|days?|hours?|weeks?|天|小时|周))\s*[)\]]?"
)
# These labels hold a word or two, and so others may follow on the same line.
_SHORT: Final = ("priority", "owner", "estimate", "risk", "depends", "tags", "status", "due")
_BESIDE: Final = re.compile(r"[(\[（]([^()\[\]（）]+)[)\]）]|(?<=\s)[—–-]\s+([^—–]+)$")
# `[BLOCKER] rotate keys`: how important it is, in a word.
_WORD: Final = re.compile(r"[\[【]([A-Za-z\u3400-\u9fff][\w ]{1,12})[\]】]")
# How the plugin for tasks of Obsidian marks how important one is.
_SIGNS: Final = {"🔺": "P0", "⏫": "P1", "🔼": "P2", "🔽": "P3", "⏬": "P3"}


class DraftCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion: its words, a limit from a column of its own, and code that verifies it.

    `assumed` says that the document does not have it: that its task is done, or code does not fail.
    """

    title: str
    line: int = 0
    limit: str = ""
    start: str = ""
    code: tuple[str, ...] = ()
    assumed: bool = False


@dataclass
class DraftTask:
    """A task that is being read. `stated` says that the board itself calls it one.

    `number` is that of its heading, such as 1.2. `listed` are lists that nothing calls criteria.
    """

    title: str = ""
    id: str = ""
    number: str = ""
    line: int = 0
    priority: Priority | None = None
    stated: bool = False
    owner: str = ""
    estimate: str = ""
    risk: str = ""
    depends: str = ""
    tags: list[str] = field(default_factory=list)
    problem: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    ticked_steps: list[DraftCriterion] = field(default_factory=list)
    criteria: list[DraftCriterion] = field(default_factory=list)

    def put(self, name: str, value: str) -> None:
        """Take what a label names; the first word on a thing is kept."""
        value = " ".join(value.split())
        if name == "priority":
            self.priority = self.priority or priority_of(value)
        elif name == "owner" and not names_nobody(value):
            self.owner = self.owner or value.lstrip("@")
        elif name == "estimate" and not names_nobody(value):
            self.estimate = self.estimate or value
        elif name == "risk":
            self.risk = self.risk or without_emoji(value)
        elif (name == "depends" and not names_nobody(value)) or (
            name == "status" and re.search(r"(?i)依赖|depends|blocked by", value)
        ):
            self.depends += f" {value}"
        elif name == "tags" and not names_nobody(value):
            self.tags += filter(None, re.split(r"[,，、;#\s]+", value))
        elif name == "criteria" and value and not value.endswith((":", "：")):
            self.criteria.append(DraftCriterion(title=unnumbered(value), line=self.line))
        elif name in ("problem", "details", "steps"):
            getattr(self, name).append(value)
        if name in ("priority", "owner", "estimate"):
            self.stated = True


@dataclass
class DraftBoard:
    """What was read of a task board; key figures are what could be said as a criterion.

    `unread` is what became no part of it, by the lines of the headings above.
    """

    title: str = ""
    goal: str = ""
    created: str = ""
    review: str = ""
    target: str = ""
    baseline: str = ""
    tasks: list[DraftTask] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)
    figures: list[DraftCriterion] = field(default_factory=list)
    unread: dict[int, str] = field(default_factory=dict)


@cache
def _further() -> re.Pattern[str]:
    """Match where a line goes on with another label: `Owner: li Risk: high`."""
    short = (word for word, name in labels().items() if name in _SHORT)
    return re.compile(rf"(?i)(?<=[^\s|·*(-])[\s,，;；]+({pattern(short)})(?=\s*[:：])")


def fields(line: str) -> list[tuple[str, str]]:
    """Return a line's known fields if they are all of it, or several: `Risk: high | Owner: li`."""
    pairs: list[tuple[str, str]] = []
    first = re.match(r"[^:：]*[:：]", line)
    size = first.end() if first else len(line)
    whole = line[:size] + _further().sub(r" | \1", line[size:])
    pieces = re.split(r"\s+([|·—–])\s+", whole)
    for mark, piece in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        match = _FIELD.fullmatch(piece)
        name = label(match[1]) if match else ""
        if not name and mark in ("—", "–") and pairs[-1][0]:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {mark} {piece}")  # `Risk: high — why`
        else:
            pairs.append((name, match[2].strip() if match else ""))
    known = [pair for pair in pairs if pair[0]]
    # Of several pieces one may name what is not known here.
    return known if len(known) == len(pairs) or len(known) > 1 else []


def label(text: str) -> str:
    """Return what a heading or the words before a colon stand for; "" if nothing known."""
    return named(text, labels())


def numbered(heading: str) -> str:
    """Return the number that a heading begins with, such as 1.2; "" where there is none."""
    expression = r"(?:\d+(?:\.\d+)*|[一二三四五六七八九十]+)(?=[.)、:：\s])"
    number = re.match(expression, without_emoji(heading))
    return number[0] if number else ""


def unnumbered(text: str) -> str:
    """Return a line without the number or the mark that it begins with."""
    return re.sub(r"^\s*(?:[（(]?\d{1,2}[)）.、]|[①-⑳]|[-*•·])\s*", "", text)


def titled(heading: str) -> tuple[str, str]:
    """Return a heading's title, and the id that it gives."""
    text = without_emoji(heading)
    prefix = _PREFIX.fullmatch(text)
    if not prefix:
        number = _NUMBERING.match(text)
        return text[number.end() :] if number else text, ""
    key = prefix["number"] or prefix["issue"] or prefix["key"]
    key = f"T{key}" if key[0].isdigit() else key
    return without_emoji(prefix["rest"]) or text, re.sub(r"[^A-Za-z0-9_-]", "-", key).strip("-")


def owned(text: str) -> tuple[str, dict[str, str]]:
    """Return a line's title, and its fields as people write them: `@li`, `(P1)`, `(2d)`."""
    values: dict[str, str] = {}
    for beside in reversed(list(_BESIDE.finditer(text))):
        # `(P1, @li, 2d)`, `[owner: li]`, ` — assigned to @li, due: May`: where all of it is known.
        parts = re.split(r"\s*[,，;；|]\s*", (beside[1] or beside[2]).strip())
        pairs = [_bare(part) or _labelled(part) for part in parts]
        if all(pairs) and (len(parts) > 1 or not _bare(parts[0])):
            values |= dict(filter(None, pairs))
            text = f"{text[: beside.start()]} {text[beside.end() :]}"
    if (word := _WORD.search(text)) and priority_of(word[1]) and "priority" not in values:
        values["priority"] = word[1]
        text = f"{text[: word.start()]} {text[word.end() :]}"
    for sign, priority in _SIGNS.items():
        if sign in text:
            values.setdefault("priority", priority)
            text = re.sub(rf"\s*{sign}\ufe0f?", "", text)
    for name, expression in (("owner", _OWNER), ("priority", _PRIORITY), ("estimate", _DURATION)):
        matches = list(expression.finditer(text))
        if len(matches) == 1 and name not in values:
            values[name] = matches[0][1]
            text = f"{text[: matches[0].start()]} {text[matches[0].end() :]}"
    return " ".join(text.split()).strip(" -–—,，"), values


def _bare(part: str) -> tuple[str, str] | None:
    """Return the field that a piece is without a label: `@li`, `P1`, `2d`."""
    if re.fullmatch(r"@[A-Za-z][\w.-]*", part):
        return "owner", part[1:]
    if re.fullmatch(r"[Pp][0-3]", part):
        return "priority", part
    return ("estimate", part) if _DURATION.fullmatch(f"({part})") else None


def _labelled(part: str) -> tuple[str, str] | None:
    """Return the field that a piece names: `owner: li`, `assigned to @li`."""
    match = re.fullmatch(r"([^:：=]{1,30}?)\s*(?:::?|：|=)\s*(.+)", part) or re.fullmatch(
        r"(.{1,30}?)\s+(@[A-Za-z][\w.-]*|\d{4}-\d\d-\d\d)", part
    )
    name = label(match[1]) if match else ""
    return (name, match[2]) if match and name in _SHORT else None


def joined(first: str, second: str) -> str:
    """Join two lines of one sentence: Chinese goes on without a space."""
    wide = bool(first) and ord(first[-1]) > 0x2E80 and bool(second) and ord(second[0]) > 0x2E80
    return f"{first}{'' if wide else ' '}{second}".strip()
