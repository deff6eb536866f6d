"""The head's settings that hide nothing, put into the base's: code is as good by either."""

import io
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from readiness.guard.project.flat import flat, flattened, ini, of_json
from readiness.guard.project.settings import harmless_keys
from readiness.guard.states import States

_WIDTH: Final = re.compile(r"(?:.*\.)?(?:max[-_])?line[-_]length")
"""Settings that say how long lines of code may be."""
IsKept: TypeAlias = Callable[[str], bool]


def keep_harmless(states: States, folder: str, paths: Iterable[str]) -> None:
    """Put what hides nothing of the head's settings, and line lengths, into the base's in a copy.

    A file stays as it is if anything else would be another.
    """
    for path in paths:
        name, whole = os.path.basename(path), os.path.join(folder, path)
        base, head = states.both(path)
        old, new = flat(name, base), flat(name, head)
        if not (old and new) or os.path.islink(whole):
            continue
        widths = {key for key in {**old, **new} if _WIDTH.fullmatch(key)}
        kept = harmless_keys(states, path) | widths
        wanted = {key: value for key, value in old.items() if key not in kept}
        wanted |= {key: value for key, value in new.items() if key in kept}
        if wanted == old:
            continue
        same = {key for key in {**old, **new} if wanted.get(key) == new.get(key)}
        settings = _merged(name, base, head, same.__contains__)
        if flat(name, settings) == wanted:
            with open(whole, "w", encoding="utf-8") as file:
                file.write(settings)


def _merged(name: str, base: str, head: str, is_kept: IsKept) -> str:
    """Return the base's settings with the keys of the head's that are kept."""
    if name.endswith(".toml"):
        merged = _with(tomllib.loads(base), tomllib.loads(head), is_kept)
        return "".join(f"{_toml(key)} = {_toml(value)}\n" for key, value in merged.items())
    if name.endswith(".json"):
        return json.dumps(_with(of_json(base), of_json(head), is_kept))
    if name.endswith((".yaml", ".yml")):
        return base
    old, new = ini(base), ini(head)
    for section in new.sections():
        for key in {**dict(new[section]), **(dict(old[section]) if section in old else {})}:
            if is_kept(f"{section}.{key}"):
                if section not in old:
                    old.add_section(section)
                old.remove_option(section, key)
                if key in new[section]:
                    old[section][key] = new[section][key]
    text = io.StringIO()
    old.write(text)
    return text.getvalue()


def _with(old: object, new: object, is_kept: IsKept, prefix: str = "") -> dict[str, object]:
    """Return a table with what is kept of another."""
    before, after = (each if isinstance(each, dict) else {} for each in (old, new))
    merged: dict[str, object] = {}
    for key in {**before, **after}:
        name = f"{prefix}.{key}" if prefix else key
        was, now = before.get(key), after.get(key)
        if isinstance(was or now, dict):
            if (table := _with(was, now, is_kept, name)) or key in before:
                merged[key] = table
        elif _is_of_tables(was) or _is_of_tables(now):
            if listed := [*_listed(was), *_kept(name, was, now, is_kept)]:
                merged[key] = listed
        elif key in (side := after if is_kept(name) else before):
            merged[key] = side[key]
    return merged


def _kept(name: str, was: object, now: object, is_kept: IsKept) -> Iterator[object]:
    """Yield the new tables of a list that are kept as a whole."""
    for table in _listed(now):
        if table not in _listed(was) and all(is_kept(key) for key, _ in flattened(name, [table])):
            yield table


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _is_of_tables(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _toml(value: object) -> str:
    """Write a value in one line."""
    if isinstance(value, dict):
        pairs = (f"{_toml(key)} = {_toml(each)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
