"""Edits of a board's text: of a number or a decision, while every other byte stays as it is.

The text is cut and joined at the places that the YAML parser names; it is never written anew from
data. What an edit made is read again, and given back only where it says what was wanted.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from readiness.load import text_data
from readiness.text import yaml_lines
from readiness.text.worded import worded
from readiness.text.yaml_events import TextPart, outline

Path: TypeAlias = tuple[str | int, ...]
Data: TypeAlias = object

_BOM: Final = b"\xef\xbb\xbf"
_BREAKS: Final = "\r\n\x85\u2028\u2029"
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FILLING = re.compile(r"(?:\s|#[^\r\n]*)*")


class EditError(Exception):
    """A board that cannot be edited in place; the message says why."""


def edit(content: bytes, path: Path, key: str, fields: Mapping[str, str | None]) -> bytes:
    """Set fields of the mapping `key` in the mapping at `path`; None takes a field away.

    `key` is added where it is not there. Raises `EditError` where that cannot be done without
    touching anything else: where an alias stands for the place, or an anchor shares it.
    """
    mark = _BOM if content.startswith(_BOM) else b""
    text = content[len(mark) :].decode("utf-8")
    wanted = _changed(text_data(content), path, key, fields)
    tried = 0
    while True:
        try:
            made = mark + _edited(text, path, key, fields, tried).encode("utf-8")
        except IndexError:
            raise EditError(worded("fault.anchor")) from None
        if text_data(made) == wanted:
            return made
        tried += 1


def set_number(content: bytes, path: Path, key: str, number: Decimal) -> bytes:
    """Replace a number in the mapping at `path`. Raises as `edit` does."""
    mark = _BOM if content.startswith(_BOM) else b""
    text = content[len(mark) :].decode("utf-8")
    wanted = _copied(text_data(content))
    here = wanted
    for step in path:
        here = here[step]  # type: ignore[index]
    here[key] = number  # type: ignore[index]
    old = _at(_parsed(text), (*path, key))
    made = mark + f"{text[: old.start]}{number:f}{text[_end(text, old) :]}".encode()
    if text_data(made) != wanted:
        raise EditError(worded("fault.shared", key=key))
    return made


def written(text: str, *, quoted: bool = False) -> str:
    """Format text as a YAML scalar on one line, quoted only where it must be (or if `quoted`)."""
    if quoted:
        return yaml_lines.quoted(text)
    return text if _DATE.fullmatch(text) else yaml_lines.scalar(text)


# --- the steps of an edit -----------------------------------------------------------------------


def _edited(text: str, path: Path, key: str, fields: Mapping[str, str | None], tried: int) -> str:
    """Return the text with all fields set, one after the other.

    A new `key` is put behind the last item of the mapping, or as many before it as were `tried`.
    """
    here = _at(_parsed(text), path)
    found = here.get(key)
    if found is None:
        given = {name: value for name, value in fields.items() if value is not None}
        return _insert(text, here, key, lambda quoted: _in_braces(given, quoted), tried)
    if tried:
        raise IndexError
    for name, value in fields.items():
        here = _at(_parsed(text), (*path, key))
        if not here.is_map:
            raise EditError(worded("fault.no_mapping", key=key))
        text = _with_field(text, here, name, value)
    return text


def _with_field(text: str, here: TextPart, name: str, value: str | None) -> str:
    found = here.get(name)
    if found is None:
        return text if value is None else _insert(text, here, name, _scalar(value), 0)
    if value is None:
        return _without(text, here, name)
    old = found[1]
    if old.text == value and not old.alias:
        return text
    new = written(value, quoted=old.style in ('"', "'"))
    if old.style == "'" and value.isprintable():
        new = "'{}'".format(value.replace("'", "''"))
    start = old.start
    space = " " if text[start - 1] == ":" else ""
    return f"{text[:start]}{space}{new}{text[_end(text, old) :]}"


def _insert(text: str, here: TextPart, key: str, value: Callable[[bool], str], tried: int) -> str:
    """Insert a new item into a mapping, written as its others are."""
    pairs = here.pairs()
    quoted = here.in_line and bool(pairs) and all(pair[0].style == '"' for pair in pairs)
    item = f"{_key(key, quoted)}: {value(quoted)}"
    if not pairs:
        if tried:
            raise IndexError
        return f"{text[: here.start + 1]}{item}{text[here.start + 1 :]}"
    if here.in_line:
        if tried:
            raise IndexError
        return _insert_in_line(text, here, item)
    if tried >= len(pairs):
        raise IndexError
    last = pairs[-1 - tried][1]
    place = _line_end(text, _end(text, last))
    indent = " " * (pairs[0][0].start - _line_start(text, pairs[0][0].start))
    return f"{text[:place]}{_break_at(text, place)}{indent}{item}{text[place:]}"


def _insert_in_line(text: str, here: TextPart, item: str) -> str:
    """Insert an item behind the last one within braces, on a line of its own if that has one."""
    key, value = here.pairs()[-1]
    end = _end(text, value)
    if text[here.start] != "{":  # the only pair of a list item, written without braces
        return f"{text[: here.start]}{{{text[here.start : end]}, {item}}}{text[end:]}"
    line = _line_start(text, key.start)
    indent = text[line : key.start]
    if indent.strip() or not line:
        return f"{text[:end]}, {item}{text[end:]}"
    behind = _FILLING.match(text, end)
    comma = behind is not None and text[behind.end()] == ","
    rest = text[end : _line_end(text, end)].removeprefix("," if comma else "")
    line_break = _break_at(text, line - 1)
    if rest.strip() and not rest.lstrip().startswith("#"):
        return f"{text[:end]},{line_break}{indent}{item}{text[end:]}"
    place = _line_end(text, end)
    first, last = ("", ",") if comma else (",", "")
    return f"{text[:end]}{first}{text[end:place]}{line_break}{indent}{item}{last}{text[place:]}"


def _without(text: str, here: TextPart, name: str) -> str:
    """Remove an item from a mapping: its lines, or its part of a line."""
    pairs = here.pairs()
    place = next(number for number, (key, _) in enumerate(pairs) if key.text == name)
    start, end = pairs[place][0].start, _end(text, pairs[place][1])
    if not here.in_line and len(pairs) == 1:
        return f"{text[:start]}{{}}{text[end:]}"
    if not here.in_line:
        start, end = _line_start(text, start), _line_end(text, end)
        broken = _LINE_END.match(text, end)
        return text[:start] + text[broken.end() if broken else end :]
    if place + 1 < len(pairs):
        end = pairs[place + 1][0].start
    elif place:
        start = _end(text, pairs[place - 1][1])
    return text[:start] + text[end:]


# --- the text -----------------------------------------------------------------------------------


def _in_braces(fields: Mapping[str, str], quoted: bool) -> str:
    items = (
        f"{_key(name, quoted)}: {written(value, quoted=quoted)}" for name, value in fields.items()
    )
    return f"{{{', '.join(items)}}}"


def _key(name: str, quoted: bool) -> str:
    """Format a key of ours, which is plain text to every reader that a board has."""
    return f'"{name}"' if quoted else name


def _scalar(value: str) -> Callable[[bool], str]:
    return lambda quoted: written(value, quoted=quoted)


def _line_start(text: str, place: int) -> int:
    return max(text.rfind(each, 0, place) for each in _BREAKS) + 1


def _line_end(text: str, place: int) -> int:
    found = _LINE_END.search(text, place)
    return found.start() if found else len(text)


def _break_at(text: str, place: int) -> str:
    """Return the line end of the line at a place, or of the file's first line if it has none."""
    if text[place - 1 : place + 1] == "\r\n":
        return "\r\n"
    found = _LINE_END.match(text, place) or _LINE_END.search(text)
    return found[0] if found else "\n"


def _end(text: str, node: TextPart) -> int:
    """Return where a part ends: the parser counts the blank lines behind some of them in."""
    if node.children and not node.in_line:
        return _end(text, node.children[-1])
    if node.style in ("|", ">"):
        return len(text[: node.end].rstrip())
    return node.end


# --- the parts ----------------------------------------------------------------------------------


def _parsed(text: str) -> TextPart:
    found = outline(text)
    if found is None:
        raise EditError(worded("fault.nothing_in_it"))
    return found


def _at(node: TextPart, path: Path) -> TextPart:
    for step in path:
        if isinstance(step, int):
            node = node.children[step]
        else:
            found = node.get(step)
            if found is None:
                raise EditError(worded("fault.not_there", key=step))
            node = found[1]
        if node.alias:
            raise EditError(worded("fault.alias", name=node.alias))
    return node


# --- what it says -------------------------------------------------------------------------------


def _changed(data: Data, path: Path, key: str, fields: Mapping[str, str | None]) -> Data:
    """Return a copy of the data, with the fields set in this place alone."""
    copy = _copied(data)
    here = copy
    for step in path:
        here = here[step]  # type: ignore[index]
    assert isinstance(here, dict)  # noqa: S101 - a criterion is a mapping
    before = here.get(key)
    merged = {**(before if isinstance(before, dict) else {}), **fields}
    here[key] = {name: value for name, value in merged.items() if value is not None}
    return copy


def _copied(data: Data) -> Data:
    """Copy data without sharing: what an alias stands for becomes a part of its own."""
    if isinstance(data, dict):
        return {key: _copied(value) for key, value in data.items()}
    return [_copied(each) for each in data] if isinstance(data, list) else data
