"""Edits in the text of a JSON file that keep every other byte as it is. Pure."""

import json
import re
from collections.abc import Sequence

import msgspec

_SPACE = re.compile(r"[ \t\r\n]*")
_INDENT = re.compile(r"\n([ \t]+)\S")


class JsonPart(msgspec.Struct, frozen=True, kw_only=True):
    """A value and where it stands: from `start`, of a member its key's beginning, to `end`.

    `inside` is where its own first part may begin; `parts` are its items or members.
    """

    start: int
    inside: int
    end: int
    value: object
    key: str = ""
    parts: "tuple[JsonPart, ...]" = ()

    def member(self, key: str) -> "JsonPart | None":
        """Return the last member of this key, which is the one that counts; None if none."""
        return next((one for one in reversed(self.parts) if one.key == key), None)


def parse(text: str) -> JsonPart:
    """Read a whole file. Raises `ValueError` where it is no JSON."""
    json.loads(text)
    return _value(text, _skip(text, 0))


def append(text: str, path: Sequence[str], item: object) -> str:
    """Add an item to the list at `path`, which is made where it is not there.

    Raises `ValueError`, naming the place, where something else stands on the way.
    """
    node, left = parse(text), list(path)
    while left and (inner := node.member(left[0])) is not None:
        node = inner
        del left[0]
    if not isinstance(node.value, dict if left else list):
        raise ValueError(".".join(path[: len(path) - len(left)]))
    value = item
    if left:
        value = [item]
        for key in reversed(left[1:]):
            value = {key: value}
    return _with(text, node, left[0] if left else "", value)


def without(text: str, path: Sequence[str | int]) -> str:
    """Take out what stands at `path`, by keys and numbers of items, and what is empty then."""
    nodes = [parse(text)]
    for step in path:
        inner = nodes[-1].parts[step] if isinstance(step, int) else nodes[-1].member(step)
        if inner is None:
            return text
        nodes.append(inner)
    while len(nodes) > 2 and len(nodes[-2].parts) == 1:
        nodes.pop()
    return _cut(text, nodes[-2], nodes[-1])


# --- where things stand -------------------------------------------------------------------------


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int, start: int | None = None, key: str = "") -> JsonPart:
    """Read the value that begins at a place of a text known to be JSON."""
    value, end = json.JSONDecoder().raw_decode(text, at)
    parts = []
    if isinstance(value, dict | list):
        here = _skip(text, at + 1)
        while text[here] not in "}]":
            part = _member(text, here) if isinstance(value, dict) else _value(text, here)
            parts.append(part)
            here = _skip(text, part.end)
            here = _skip(text, here + 1) if text[here] == "," else here
    first = at if start is None else start
    return JsonPart(start=first, inside=at + 1, end=end, value=value, key=key, parts=tuple(parts))


def _member(text: str, at: int) -> JsonPart:
    key, end = json.JSONDecoder().raw_decode(text, at)
    colon = _skip(text, end)
    return _value(text, _skip(text, colon + 1), at, key)


# --- what is written ------------------------------------------------------------------------------


def _with(text: str, node: JsonPart, key: str, value: object) -> str:
    """Add a part at the end of an object or a list, set as the file is."""
    found = _INDENT.search(text)
    line_end = "\r\n" if "\r\n" in text else "\n"
    is_set = found is not None or not text.strip("{}[] \t\r\n")
    unit = found[1] if found else "  "
    name = f"{json.dumps(key, ensure_ascii=False)}: " if key else ""
    at = node.parts[-1].end if node.parts else node.inside
    comma = "," if node.parts else ""
    if not is_set:
        new = f"{comma}{' ' if comma else ''}{name}{json.dumps(value, ensure_ascii=False)}"
        return text[:at] + new + text[at:]
    own = re.match(r"[ \t]*", text[text.rfind("\n", 0, node.start) + 1 :])
    outer = own[0] if own else ""
    lines = json.dumps(value, indent=unit, ensure_ascii=False).split("\n")
    body = f"{line_end}{outer}{unit}".join(lines)
    new = f"{comma}{line_end}{outer}{unit}{name}{body}"
    if not node.parts:
        return text[:at] + new + line_end + outer + text[node.end - 1 :]
    return text[:at] + new + text[at:]


def _cut(text: str, node: JsonPart, part: JsonPart) -> str:
    """Take a part out, with the comma that parts it from its neighbour."""
    place = node.parts.index(part)
    if place:
        return text[: node.parts[place - 1].end] + text[part.end :]
    if len(node.parts) > 1:
        return text[: part.start] + text[node.parts[1].start :]
    return text[: node.inside] + text[node.end - 1 :]
