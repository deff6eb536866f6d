"""Put aside, in a copy of the project, what keeps tools silent: comments, and keys of settings."""

import configparser
import io
import json
import os
import re
import shlex
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import yaml

from checks.silence.silencing import SILENCING
from readiness.text.parts import part_of, parts_of

Rules = Sequence[tuple[str, str]]
"""What the keys of a tool's settings do, by their patterns; the first one counts."""


class KeysPlace(TypedDict):
    """A file that may have settings of a tool, below a prefix; `owned` files have nothing else."""

    file: str
    prefix: str
    owned: NotRequired[bool]


class ToolRow(TypedDict):
    """Where a tool's settings stand, and what they do."""

    name: str
    places: list[KeysPlace]
    keys: Rules


TOOLS: Mapping[str, ToolRow] = {row["name"]: row for row in SILENCING["tools"]}
NAMES = {where["file"] for tool in TOOLS.values() for where in tool["places"]}
SILENT, SWITCH, WORDS = "more", "true", "words"
"""What a key does to its tool, as the table of settings says it."""

_HEAD = re.compile(r"#!|#.*coding[:=]")
_TYPE = re.compile(r"#\s*type:(?!\s*ignore)")
_LETTERS = re.compile(r"[A-Za-z]")
_UNCHECKED = re.compile(
    r"^(\s*(?:el)?if\s+)not(\s*\(?\s*(?:\w+\.)?(?:TYPE_CHECKING|MYPY)\b)", re.MULTILINE
)
_UNTYPED = re.compile(r"^(\s*)@(?=(?:\w+\.)*no_type_check(?:_decorator)?\s*$)", re.MULTILINE)
_CHOOSING = re.compile(
    r"(?<!\S)(?:-[km]|--(?:deselect|ignore(?:-glob)?))(?:=|\s+)(?:'[^']*'|\"[^\"]*\"|\S+)"
)
"""Words of pytest's command line that leave tests out."""


def without_comments(text: str) -> str:
    """Return a module whose comments mean nothing, each line and column where it was.

    What keeps type checkers from looking at code, as `if not TYPE_CHECKING`, gives way too.
    """
    lines = text.splitlines(keepends=True)
    rest = iter(list(lines))
    for token in tokenize.generate_tokens(lambda: next(rest, "")):
        row, column = token.start
        is_head = row < 3 and _HEAD.match(token.string)
        if token.type == tokenize.COMMENT and not (is_head or _TYPE.match(token.string)):
            line = lines[row - 1]
            lines[row - 1] = line[:column] + _LETTERS.sub("x", line[column:])
    return _UNTYPED.sub(r"\1#", _UNCHECKED.sub(r"\1   \2", "".join(lines)))


def without_silence(name: str, text: str) -> str:
    """Return a settings file without the keys that keep tools silent; the same where it has none.

    Raises ValueError where it cannot be read.
    """
    if name.endswith((".toml", ".yaml", ".yml")):
        is_toml = name.endswith(".toml")
        data = tomllib.loads(text) if is_toml else yaml.safe_load(text)
        dropped = [_drop(table, rules) for table, rules in _tables(name, data)]
        if not any(dropped):
            return text
        return _toml(data) if is_toml else yaml.safe_dump(data)
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(error) from error
    dropped = [_drop_options(parser, prefix, rules) for prefix, rules in _places(name)]
    if not any(dropped):
        return text
    written = io.StringIO()
    parser.write(written)
    return written.getvalue()


def _places(name: str) -> Iterator[tuple[str, Rules]]:
    """Yield where tools have their keys in a file of this name, and what these do."""
    for tool in TOOLS.values():
        for each in tool["places"]:
            if each["file"] == name:
                yield each["prefix"], tool["keys"]


def _tables(name: str, data: object) -> Iterator[tuple[dict[str, object], Rules]]:
    for prefix, rules in _places(name):
        yield part_of(data, *filter(None, prefix.split("."))), rules


def _drop(table: dict[str, object], rules: Rules, above: str = "") -> bool:
    """Take silencing keys out of a table and the tables in it; return whether there were any."""
    changed = False
    for key, value in list(table.items()):
        kept = _kept(f"{above}{key}", value, rules)
        if kept is not value:
            changed = True
            del table[key]
            if kept:
                table[key] = kept
        for inner in parts_of(value):
            changed = _drop(inner, rules, f"{above}{key}.") or changed
    return changed


def _drop_options(parser: configparser.RawConfigParser, prefix: str, rules: Rules) -> bool:
    changed = False
    for section in parser.sections():
        if prefix and section != prefix and not section.startswith((f"{prefix}-", f"{prefix}.")):
            continue
        for key, value in parser.items(section):
            kept = _kept(key if prefix else f"{section}.{key}", value, rules)
            if kept is not value:
                changed = True
                parser.remove_option(section, key)
                if kept:
                    parser.set(section, key, str(kept))
    return changed


def _kept(key: str, value: object, rules: Rules) -> object:
    """Return what is left of a key's value; None where it goes."""
    effect = next((does for pattern, does in rules if re.fullmatch(pattern, key)), "")
    if effect == SILENT or (effect == SWITCH and str(value).lower() in ("true", "1", "yes", "on")):
        return None
    if effect != WORDS:
        return value
    words = shlex.join(map(str, value)) if isinstance(value, list) else str(value)
    kept = _CHOOSING.sub("", words)
    return value if kept == words else kept


def _toml(value: object, *, top: bool = True) -> str:
    """Write data as TOML; tables within it in line."""
    if isinstance(value, dict):
        entries = [f"{json.dumps(key)} = {_toml(each, top=False)}" for key, each in value.items()]
        return "\n".join(entries) + "\n" if top else f"{{{', '.join(entries)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(each, top=False) for each in value)}]"
    return json.dumps(value, ensure_ascii=False, default=str)


def put_aside(folder: str, files: Iterable[str]) -> dict[str, str]:
    """Rewrite files of a copy; return those that could not be read, and why."""
    unread = {}
    for path in files:
        whole, name = os.path.join(folder, path), os.path.basename(path)
        try:
            with tokenize.open(whole) as file:
                text, encoding = file.read(), file.encoding
            if name in NAMES:
                new = without_silence(name, text)
            else:
                new = without_comments(text)
                if name == "conftest.py":
                    new = new.replace("collect_ignore", "collect_nothing")
            if new != text:
                with open(whole, "w", encoding=encoding) as file:
                    file.write(new)
        except (OSError, SyntaxError, ValueError, tokenize.TokenError, yaml.YAMLError) as error:
            unread[path] = str(error)
    return unread
