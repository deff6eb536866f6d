"""Lock files: packages that are no longer locked, and hashes that are no longer asked for."""

import json
import os
import re
import tomllib
from collections.abc import Iterator

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.project.files import Differing, line_of, lines_of
from readiness.guard.project.rules import TABLE

_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[=<>!~;@ ]|$)")
_ASKED = re.compile(
    r"[\"'\s]([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[=<>!~;,\"']|$)", re.M
)


def locks(files: Differing) -> Iterator[Change]:
    """Compare lock files by package; one that nothing asks for any more is neutral."""
    asked_before = _asked(files.before)
    given_up = asked_before - _asked(files.after)
    for path in files.paths():
        if not (_is_lock(path) and files.before.get(path)):
            continue
        old, new = (_entries(path, text) for text in files.both(path))
        dropped = sorted(old.keys() - new.keys())
        needed_before, needed = (_needed(path, text) for text in files.both(path))
        free = given_up | (needed_before - needed)
        lost = [name for name in dropped if name not in free]
        wanted = [name for name in dropped if name in free]
        bare = sorted(name for name in old if old[name] and new.get(name) is False)
        come = sorted(new.keys() - old.keys())
        for names, direction, note in (
            (lost, Direction.LOOSENED, ""),
            (wanted, Direction.NEUTRAL, "no longer asked for either"),
        ):
            if names:
                yield _change(files, path, direction, " ".join(names), "", note)
        if bare:
            after = " ".join(f"{name} without" for name in bare)
            before = " ".join(f"{name} with its hash" for name in bare)
            yield _change(files, path, Direction.LOOSENED, before, after, "hashes")
        if come:
            yield _change(files, path, Direction.NEUTRAL, "", " ".join(come), "")


def _change(
    files: Differing, path: str, direction: Direction, before: str, after: str, note: str
) -> Change:
    first = (before or after).split()[0]
    return Change(
        subject=path,
        kind=Kind.LOCK,
        direction=direction,
        before=before,
        after=after,
        path=path,
        line=line_of(files.after.get(path, ""), first) if after else 0,
        note=note,
    )


def _is_lock(path: str) -> bool:
    return os.path.basename(path) in TABLE.locks or bool(TABLE.requirements.search(path))


def _asked(texts: dict[str, str]) -> set[str]:
    """Return the names that the requested dependencies mention, as far as those files differ."""
    return {
        _canonical(name)
        for path, text in texts.items()
        if TABLE.inputs.search(path)
        for line in lines_of(text)
        for name in _ASKED.findall(f" {line}")
    }


def _needed(path: str, text: str) -> set[str]:
    """Return the packages that others in the lock depend on."""
    table = TABLE.locks.get(os.path.basename(path))
    try:
        packages = tomllib.loads(text).get(table) if table else None
    except (ValueError, RecursionError):
        return set()
    needed: set[str] = set()
    for entry in packages if isinstance(packages, list) else ():
        named = entry.get("dependencies") if isinstance(entry, dict) else None
        for each in named or ():
            name = each.get("name") if isinstance(each, dict) else each
            needed.add(_canonical(str(name).split(" ")[0]))
    return needed


def _entries(path: str, text: str) -> dict[str, bool]:
    """Map each locked package to whether its files are known by their hashes."""
    name = os.path.basename(path)
    try:
        if name == "Pipfile.lock":
            return dict(_in_pipfile(json.loads(text)))
        if name in TABLE.locks:
            return dict(_in_toml(tomllib.loads(text), TABLE.locks[name]))
    except (ValueError, RecursionError):
        return {}
    return dict(_in_requirements(text))


def _in_pipfile(data: object) -> Iterator[tuple[str, bool]]:
    for group in ("default", "develop"):
        entries = data.get(group) if isinstance(data, dict) else None
        for name, entry in (entries if isinstance(entries, dict) else {}).items():
            yield _canonical(name), isinstance(entry, dict) and bool(entry.get("hashes"))


def _in_toml(data: dict[str, object], table: str) -> Iterator[tuple[str, bool]]:
    packages = data.get(table)
    for entry in packages if isinstance(packages, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            hashed = any(entry.get(key) for key in ("files", "wheels", "sdist", "checksum"))
            yield _canonical(entry["name"]), hashed


def _in_requirements(text: str) -> Iterator[tuple[str, bool]]:
    for line in lines_of(text.replace("\\\n", " ")):
        found = _NAME.match(re.sub(r"(^|\s)#.*", "", line))
        if found:
            yield _canonical(found[1]), "--hash=" in line


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
