"""Edits of a board's text: of decisions, while every other byte stays as it is.

The text is cut and joined at the places that the YAML parser names; it is never written anew from
data. What an edit made is read again, and given back only where it says what was wanted.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias, cast

from readiness.load import text_data
from readiness.text import yaml_lines
from readiness.text.worded import worded
from readiness.text.yaml_events import MappingNode, Node, ScalarNode, outline

Path: TypeAlias = tuple[str | int, ...]
Data: TypeAlias = object

BOM: Final = b"\xef\xbb\xbf"
_BREAKS: Final = "\r\n\x85\u2028\u2029"
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class EditError(Exception):
    """A board that cannot be edited in place; the message says why."""


def edit(content: bytes, path: Path, key: str, fields: Mapping[str, str | None]) -> bytes:
    """Set fields of the mapping `key` in the mapping at `path`; None takes a field away.

    `key` is added where it is not there. Raises `EditError` where that cannot be done without
    touching anything else: where an alias stands for the place, or an anchor shares it.
    """
    mark = BOM if content.startswith(BOM) else b""
    text = content[len(mark) :].decode("utf-8")
    wanted = _changed(text_data(content), path, key, fields)
    made = mark + _edited(text, path, key, fields).encode("utf-8")
    if text_data(made) != wanted:
        raise EditError(worded("fault.anchor"))
    return made


def put_item(content: bytes, key: str, name: str, fields: Mapping[str, str]) -> bytes:
    """Set an item of the board's list `key`: the one with the same value of `name`, or a new one.

    Raises `EditError` as `edit` does.
    """
    mark = BOM if content.startswith(BOM) else b""
    text = content[len(mark) :].decode("utf-8")
    wanted = cast("dict[str, list[Data]]", _copied(text_data(content)))
    items = wanted.setdefault(key, [])
    same = [item for item in items if isinstance(item, dict) and item.get(name) == fields[name]]
    if same:
        place = items.index(same[0])
        items[place] = {**same[0], **fields}
        for field, value in fields.items():
            text = _with_field(text, _at(text, (key, place)), field, value)
    else:
        items.append(dict(fields))
        text = _with_item(text, key, fields)
    made = mark + text.encode("utf-8")
    if text_data(made) != wanted:
        raise EditError(worded("fault.anchor"))
    return made


def written(text: str, *, quoted: bool = False) -> str:
    """Format text as a YAML scalar on one line, quoted only where it must be (or if `quoted`)."""
    if quoted:
        return yaml_lines.quoted(text)
    return text if _DATE.fullmatch(text) else yaml_lines.scalar(text)


# --- the steps of an edit -----------------------------------------------------------------------


def _edited(text: str, path: Path, key: str, fields: Mapping[str, str | None]) -> str:
    """Return the text with all fields set, one after the other."""
    here = _at(text, path)
    if pair_of(here, key) is None:
        values = {name: value for name, value in fields.items() if value is not None}
        return _insert(text, here, key, values)
    for name, value in fields.items():
        here = _at(text, (*path, key))
        if not isinstance(here, MappingNode):
            raise EditError(worded("fault.no_mapping", key=key))
        text = _with_field(text, here, name, value)
    return text


def _with_field(text: str, here: Node, name: str, value: str | None) -> str:
    pair = pair_of(here, name)
    if pair is None:
        return text if value is None else _insert(text, here, name, value)
    if value is None:
        return _without(text, here, name)
    key, old = pair
    if old.value == value and not _is_alias(key, old):
        return text
    style = _style(old)
    new = written(value, quoted=style in ('"', "'"))
    if style == "'" and value.isprintable():
        new = "'{}'".format(value.replace("'", "''"))
    start = _start(old)
    space = " " if text[start - 1] == ":" else ""
    return f"{text[:start]}{space}{new}{text[end_of(text, old) :]}"


def _insert(text: str, here: Node, key: str, value: str | Mapping[str, str]) -> str:
    """Insert a new item at the end of a mapping, written as its others are."""
    pairs = _pairs(here)
    quoted = _is_in_line(here) and bool(pairs) and all(_style(key) == '"' for key, _ in pairs)
    new = written(value, quoted=quoted) if isinstance(value, str) else _in_braces(value, quoted)
    item = f"{_key(key, quoted)}: {new}"
    if not pairs:
        return f"{text[: _start(here) + 1]}{item}{text[_start(here) + 1 :]}"
    # What ends with an alias seems to end where its anchor does.
    ends = [end for key, item in pairs if (end := end_of(text, item)) > _start(key)]
    if not ends:
        raise EditError(worded("fault.anchor"))
    end = ends[-1]
    if _is_in_line(here):
        if text[_start(here)] == "{":
            return f"{text[:end]}, {item}{text[end:]}"
        # The only pair of a list item, written without braces.
        return f"{text[: _start(here)]}{{{text[_start(here) : end]}, {item}}}{text[end:]}"
    place = line_end(text, end)
    first = _start(pairs[0][0])
    indent = " " * (first - _line_start(text, first))
    return f"{text[:place]}{break_at(text, place)}{indent}{item}{text[place:]}"


def _with_item(text: str, key: str, fields: Mapping[str, str]) -> str:
    """Add an item to a list of the board, which comes at its end where there is none yet."""
    root = _at(text, ())
    pairs, in_line = _pairs(root), _is_in_line(root)
    quoted = in_line and all(_style(name) == '"' for name, _ in pairs)
    item = _in_braces(fields, quoted)
    if pair_of(root, key) is None:
        if in_line:
            end = end_of(text, pairs[-1][1])
            return f"{text[:end]}, {_key(key, quoted)}: [{item}]{text[end:]}"
        end = len(text.rstrip())
        line_break = break_at(text, end)
        return f"{text[:end]}{line_break * 2}{key}:{line_break}  - {item}{text[end:]}"
    items = _at(text, (key,))
    end = end_of(text, items)
    if _is_in_line(items):
        return f"{text[: end - 1]}{', ' if items.value else ''}{item}{text[end - 1 :]}"
    first, place = _start(items.value[0]), line_end(text, end)
    dash = text[_line_start(text, first) : first]
    return f"{text[:place]}{break_at(text, place)}{dash}{item}{text[place:]}"


def _without(text: str, here: Node, name: str) -> str:
    """Remove an item from a mapping: its lines, or its part of a line."""
    pairs = _pairs(here)
    place = next(number for number, (key, _) in enumerate(pairs) if key.value == name)
    start, end = _start(pairs[place][0]), end_of(text, pairs[place][1])
    if not _is_in_line(here) and len(pairs) == 1:
        return f"{text[:start]}{{}}{text[end:]}"
    if not _is_in_line(here):
        start, end = _line_start(text, start), line_end(text, end)
        line_break = _LINE_END.match(text, end)
        return text[:start] + text[line_break.end() if line_break else end :]
    if place + 1 < len(pairs):
        end = _start(pairs[place + 1][0])
    elif place:
        start = end_of(text, pairs[place - 1][1])
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


def _line_start(text: str, place: int) -> int:
    return max(text.rfind(character, 0, place) for character in _BREAKS) + 1


def line_end(text: str, place: int) -> int:
    """Return where the line at a place ends."""
    line_break = _LINE_END.search(text, place)
    return line_break.start() if line_break else len(text)


def break_at(text: str, place: int) -> str:
    """Return the line end of the line at a place, or of the file's first line if it has none."""
    line_break = _LINE_END.match(text, place) or _LINE_END.search(text)
    return line_break[0] if line_break else "\n"


# --- the parts ----------------------------------------------------------------------------------


def _at(text: str, path: Path) -> Node:
    node = outline(text)
    if node is None:
        raise EditError(worded("fault.anchor"))
    for step in path:
        if isinstance(step, int):
            key, item = node, node.value[step]
            is_shared = any(item is other for other in node.value[:step])
        else:
            pair = pair_of(node, step)
            if pair is None:
                raise EditError(worded("fault.not_there", key=step))
            key, item = pair
            is_shared = False
        if is_shared or _is_alias(key, item):
            raise EditError(worded("fault.alias"))
        node = item
    return node


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    return node.value if isinstance(node, MappingNode) else []


def pair_of(node: Node, key: str) -> tuple[Node, Node] | None:
    """Return a key of a mapping and its value; None where it is not there, or no mapping."""
    return next((pair for pair in _pairs(node) if pair[0].value == key), None)


def _is_alias(before: Node, node: Node) -> bool:
    """Return whether an alias stands for a node: it is found where its anchor is."""
    return _start(node) < _start(before)


def _is_in_line(node: Node) -> bool:
    return bool(getattr(node, "flow_style", False))


def _style(node: Node) -> str | None:
    return node.style if isinstance(node, ScalarNode) else None


def _start(node: Node) -> int:
    return cast("int", node.start_mark.index)


def end_of(text: str, node: Node) -> int:
    """Return where a part ends: the parser counts the blank lines behind some of them in."""
    if node.value and not isinstance(node, ScalarNode) and not _is_in_line(node):
        last = node.value[-1]
        return end_of(text, last[1] if isinstance(last, tuple) else last)
    end = cast("int", node.end_mark.index)
    if _style(node) in ("|", ">"):
        return len(text[:end].rstrip())
    return end


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
