"""Settings of tools as they take effect, key by key, before and after."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.files import Differing, line_of
from readiness.guard.project.flat import Value, flat
from readiness.guard.project.rules import TABLE, Effect, ToolSettings
from readiness.guard.states import States

LOOSE, TIGHT, SAME = Direction.LOOSENED, Direction.TIGHTENED, Direction.NEUTRAL
_TRUE: Final = ("true", "1", "yes", "on")
_EXTENDING: Final = re.compile(r"(?<![\w-])extend[-_]")
_RULE: Final = re.compile(r"[A-Z]+\d*")
_LONG: Final = 120
"""Characters of two lists above which only their difference is shown."""
_VARIABLE: Final = re.compile(r"(?<![^\s])(\w+)=\S*\s+(?=\S)")
_TAKES_ANY: Final = re.compile(r"-[np]|--(?:durations\S*|maxfail|numprocesses|(?:cov-)?fail-under)")
_LEVELS: Final = {"off": 0, "basic": 1, "standard": 2, "recommended": 3, "strict": 3}
"""How much the words for a level of strictness ask."""


class Settings(msgspec.Struct, frozen=True):
    """What one tool was told in one folder: its keys, and the file that tells."""

    path: str
    text: str
    keys: dict[str, Value]


NOTHING: Final = Settings("", "", {})


def settings(files: Differing) -> Iterator[Change]:
    """Compare the settings of every known tool in every folder that has some."""
    names = {place.file for tool in TABLE.tools for place in tool.places}
    folders = {os.path.dirname(path) for path in files.paths() if os.path.basename(path) in names}
    for folder in sorted(folders):
        for tool in TABLE.tools:
            old, new = (_effective(tool, folder, files.states, side) for side in (0, 1))
            yield from _compared(tool, old, new)


# --- what takes effect ----------------------------------------------------------------------------


def _effective(tool: ToolSettings, folder: str, states: States, side: int) -> Settings:
    """Return the settings of a tool, from the first of its places that has any."""
    for place in tool.places:
        path = os.path.join(folder, place.file)
        text = states.text(path, side)
        if text is None:
            continue
        keys = _below(place.prefix, flat(place.file, text) or {})
        if keys or place.owned:
            return Settings(path, text, _as_obeyed(tool, keys))
    return NOTHING


def _below(prefix: str, flat: Mapping[str, Value]) -> dict[str, Value]:
    """Return the keys below a prefix; those of single modules become `overrides[module].key`."""
    if not prefix:
        return dict(flat)
    keys = {}
    for key, value in flat.items():
        if prefix.endswith(":") and key.startswith(prefix):
            keys[key.removeprefix(prefix)] = value
        elif key.startswith(f"{prefix}."):
            keys[key.removeprefix(f"{prefix}.")] = value
        elif key.startswith(f"{prefix}-") and "." in key:
            section, _, name = key.removeprefix(f"{prefix}-").rpartition(".")
            for module in section.split(","):
                keys[f"overrides[{module.strip()}].{name}"] = value
    return keys


def _as_obeyed(tool: ToolSettings, keys: dict[str, Value]) -> dict[str, Value]:
    """Return keys by the names that they have now, and lists with what extends them."""
    named = {
        f"{tool.moved_to}{key}" if tool.moved and re.match(tool.moved, key) else key: value
        for key, value in keys.items()
    }
    obeyed = dict(named)
    for key in named:
        own = _EXTENDING.sub("", key)
        if own != key and (own in named or own in tool.extended):
            whole = obeyed.get(own, tool.extended.get(own))
            obeyed[own] = tuple(sorted(_items(whole) | _items(obeyed.pop(key))))
    return obeyed


# --- what a difference does -----------------------------------------------------------------------


def _compared(tool: ToolSettings, old: Settings, new: Settings) -> Iterator[Change]:
    for key in sorted(old.keys.keys() | new.keys.keys()):
        default = tool.defaults.get(key)
        before, after = old.keys.get(key, default), new.keys.get(key, default)
        if _same(before, after):
            continue
        effect = _effect(tool, key)
        implied = after is None and before is not None and _is_implied(tool, key, new)
        direction = SAME if implied else _direction(effect, before, after)
        shown = _difference(effect, before, after)
        place = new if new.path else old
        unsure = effect is Effect.UNKNOWN or key == "testpaths"  # commands may name folders
        yield Teller(f"{tool.name} {key}", place.path, _line(place.text, key))(
            Kind.SETTING, direction, shown[0], shown[1], unsure=unsure
        )


def leaves_out(subject: str) -> bool:
    """Return whether a setting, by its tool and key, leaves files out."""
    name, _, key = subject.partition(" ")
    return any(tool.name == name and re.fullmatch(tool.excluding, key) for tool in TABLE.tools)


def _is_implied(tool: ToolSettings, key: str, settings: Settings) -> bool:
    """Return whether an enabled switch implies this setting."""
    return any(
        re.fullmatch(pattern, key) and _is_true(settings.keys.get(switch, ""))
        for switch, pattern in tool.implied.items()
    )


def _effect(tool: ToolSettings, key: str) -> Effect:
    for pattern, effect in tool.keys:
        if re.fullmatch(pattern, key):
            return effect
    return Effect.UNKNOWN


def _direction(effect: Effect, before: Value | None, after: Value | None) -> Direction:
    match effect:
        case Effect.NONE:
            return SAME
        case Effect.MORE_LOOSENS:
            added = {item for item in _items(after) if not _is_covered(item, _items(before))}
            return LOOSE if added else TIGHT
        case Effect.LESS_LOOSENS | Effect.FEWER_LOOSENS:
            # Without a list a tool looks at all that it would look at by itself.
            lost = {item for item in _items(before) if not _is_covered(item, _items(after))}
            narrows = before is None and effect is Effect.LESS_LOOSENS
            return LOOSE if lost or narrows else TIGHT
        case Effect.TRUE_LOOSENS:
            return LOOSE if after is not None and _is_true(after) else TIGHT
        case Effect.FALSE_LOOSENS:
            if after is not None:
                return TIGHT if _is_true(after) else LOOSE
            return LOOSE if before is None or _is_true(before) else TIGHT
        case Effect.LOWER_LOOSENS | Effect.HIGHER_LOOSENS:
            lower_loosens = effect is Effect.LOWER_LOOSENS
            return _ordered(before, after, lower_loosens=lower_loosens)
        case Effect.LEVEL | Effect.WORDS:
            compare = _risen if effect is Effect.LEVEL else words_changed
            return compare(line_of_words(before), line_of_words(after))
        case _:
            return LOOSE


def _risen(before: str, after: str) -> Direction:
    """Compare two words for a level of strictness; one that nobody knows loosens."""
    levels = [_LEVELS.get(word.lower(), -1) for word in (before, after)]
    return TIGHT if 0 <= levels[0] < levels[1] else LOOSE


def _is_covered(item: str, items: set[str]) -> bool:
    """Return whether an item is still there, or below a folder or among the rules that are."""
    return not items.isdisjoint((item, "ALL")) or any(
        item.startswith(f"{each.rstrip('/')}/")
        or (_RULE.fullmatch(each) and item.removeprefix(each).isdigit())
        for each in items
    )


def _ordered(before: Value | None, after: Value | None, *, lower_loosens: bool) -> Direction:
    """Compare two limits; a removed one limits nothing."""
    if after is None:
        return LOOSE
    try:
        numbers = Decimal(str(before or "0")), Decimal(str(after))
    except InvalidOperation:
        return LOOSE
    if before is None:
        return TIGHT
    return LOOSE if (numbers[1] < numbers[0]) is lower_loosens else TIGHT


def words_changed(before: str, after: str) -> Direction:
    """Compare two command lines: which options were added, and which removed."""
    old, new = _words(before), _words(after)
    limits = [dict(TABLE.limit_words.findall(text)) for text in (before, after)]
    for name, limit in limits[0].items():
        if Decimal(limits[1].get(name, "0")) < Decimal(limit):
            return LOOSE
    come = [word for word in new if word not in old and not TABLE.harmless_words.fullmatch(word)]
    gone = [word for word in old if word not in new and not TABLE.harmless_words.fullmatch(word)]
    gone = [word for word in gone if word.partition("=")[0] not in limits[1]]
    if any(not TABLE.strict_words.fullmatch(word) for word in come):
        return LOOSE
    if any(TABLE.strict_words.fullmatch(word) for word in gone):
        return LOOSE
    return TIGHT if come or gone else SAME


def command_changed(before: str, after: str) -> Direction:
    """Compare two commands: neutral where both start the same tests alike, and show them otherwise.

    Anything that a shell makes of words, and any other program, loosens.
    """
    texts = [_VARIABLE.sub(_kept_variable, text.strip()) for text in (before, after)]
    is_plain = all(TABLE.harmless_of.fullmatch(text) for text in texts)
    return SAME if is_plain and words_changed(*texts) is SAME else LOOSE


def _kept_variable(variable: re.Match[str]) -> str:
    return "" if TABLE.harmless_variables.fullmatch(variable[1]) else variable[0]


def _words(text: str) -> list[str]:
    """Return the words of a command line; a number belongs to an option that says what it means."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        if word.isdigit() and before[:1] == "-" and not _TAKES_ANY.fullmatch(before):
            joined[-1] = f"{before} {word}"
        else:
            joined.append(word)
    return joined


def line_of_words(value: Value | None) -> str:
    """Return a value as one text."""
    return " ".join(value) if isinstance(value, tuple) else value or ""


def _items(value: Value | None) -> set[str]:
    if value is None:
        return set()
    return set(value if isinstance(value, tuple) else value.split())


def _is_true(value: Value) -> bool:
    return isinstance(value, str) and value.strip().lower() in _TRUE


def _same(before: Value | None, after: Value | None) -> bool:
    if before is None or after is None:
        return before is after
    if isinstance(before, str) and isinstance(after, str):
        return before.strip().lower() == after.strip().lower()
    return _items(before) == _items(after)


def _difference(effect: Effect, before: Value | None, after: Value | None) -> tuple[str, str]:
    """Return the old and new values to show; of long lists, only what was removed and added."""
    is_long = len(line_of_words(before)) + len(line_of_words(after)) > _LONG
    if is_long and effect in (Effect.MORE_LOOSENS, Effect.LESS_LOOSENS, Effect.FEWER_LOOSENS):
        old, new = _items(before), _items(after)
        return " ".join(sorted(old - new)), " ".join(sorted(new - old))
    return line_of_words(before), line_of_words(after)


def _line(text: str, key: str) -> int:
    """Return the line of a key, below its section or its module where it has one."""
    section, _, name = key.rpartition(".")
    module = re.search(r"\[([^\]]*)\]", section)
    name = name or key
    about = (module[1],) if module else ()
    return line_of(text, *about, name) or line_of(text, *about) or line_of(text, name)
