"""Settings files of any format, as dotted keys and their values."""

import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from readiness.load.yamlfile import parse as parse_yaml

Value: TypeAlias = str | tuple[str, ...]


@lru_cache(maxsize=64)
def flat(name: str, text: str) -> dict[str, Value] | None:
    """Parse a settings file into dotted keys; None if it does not parse."""
    try:
        if name.endswith(".toml"):
            return dict(flattened("", tomllib.loads(text)))
        if name.endswith(".json"):
            return dict(flattened("", of_json(text)))
        if name.endswith((".yaml", ".yml")):
            document = parse_yaml(text.encode(), name)
            return None if document.faults else dict(flattened("", document.data))
        return dict(_of_sections(text))
    except (ValueError, configparser.Error, RecursionError):
        return None


def of_json(text: str) -> object:
    """Parse JSON that may have lines of comments."""
    return json.loads(re.sub(r"^[ \t]*//.*$", "", text, flags=re.MULTILINE))


def ini(text: str) -> configparser.ConfigParser:
    """Parse a settings file of sections."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=", ":"))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    return parser


def _of_sections(text: str) -> Iterator[tuple[str, Value]]:
    parser = ini(text)
    for section in [parser.default_section, *parser.sections()]:
        own = parser.defaults() if section == parser.default_section else parser[section]
        for key, value in own.items():
            yield f"{section}.{key}", _listed(value) if "\n" in value or "," in value else value


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,\n]", text) if part.strip())


def flattened(prefix: str, data: object) -> Iterator[tuple[str, Value]]:
    """Yield the values of nested data by their dotted keys."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from flattened(f"{prefix}.{key}" if prefix else str(key), value)
    elif isinstance(data, list) and any(isinstance(each, dict) for each in data):
        for number, each in enumerate(data):
            yield from _of_table(prefix, number, each)
    elif isinstance(data, list):
        yield prefix, tuple(map(_scalar, data))
    else:
        yield prefix, _scalar(data)


def _of_table(prefix: str, number: int, entry: object) -> Iterator[tuple[str, Value]]:
    """Yield the keys of an entry in a list of tables, by the names that it is about."""
    if not isinstance(entry, dict):
        return
    about = entry.get("module") or entry.get("id") or entry.get("name") or f"{number}"
    for name in about if isinstance(about, list) else [about]:
        for key, value in flattened(f"{prefix}[{name}]", entry):
            if not key.endswith((".module", ".id")):
                yield key, value


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
