"""Read lock files with tables, of uv, poetry, PDM and Pipenv, and pylock.toml.

Standard library only.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .common import not_measured, read_text

TABLES = re.compile(r"^\[\[packages?\]\]\s*$", re.MULTILINE)
OBJECTS = re.compile(r'^ {8}"[^"]+": \{$')
"""How Pipenv writes the start of a package."""
LOCAL = ("editable", "virtual", "directory", "path")
"""Sources that are a part of the project itself, and no dependency."""


@dataclass(frozen=True)
class Pin:
    """One locked package. `address` is where it comes from when that is a repository."""

    name: str
    version: str
    line: int
    hashes: tuple[str, ...]
    marker: str = ""
    address: str = ""


def is_of_a_tool(path: str) -> bool:
    """Return whether the file is a lock with tables, and not one of requirements."""
    text = read_text(path)
    return text.startswith("{") or bool(TABLES.search(text))


def read_pins(path: str) -> list[Pin]:
    """Return the packages that a lock with tables pins, for every system that it is for."""
    packages, older = _read(path)
    start = OBJECTS if read_text(path).startswith("{") else TABLES
    lines = [at for at, line in enumerate(read_text(path).splitlines(), 1) if start.match(line)]
    lines = lines[len(lines) - len(packages) :]  # what Pipenv writes of the file itself is above
    return [
        _pin(package, line, older)
        for package, line in zip(packages, lines, strict=True)
        if not _is_local(package)
    ]


def read_local(path: str) -> list[str]:
    """Return the names of what a lock with tables takes from the project's own folders."""
    packages, _ = _read(path)
    return [str(package.get("name", "")) for package in packages if _is_local(package)]


def _read(path: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    text = read_text(path)
    try:
        if text.startswith("{"):
            return _of_pipenv(json.loads(text)), {}
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        not_measured(f"{path} cannot be read: {error}")
    packages = data.get("package") or data.get("packages") or []
    return packages, data.get("metadata", {}).get("files", {})


def _of_pipenv(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Write the packages of a Pipfile.lock as other locks do."""
    return [
        {
            **{key: said for key, said in package.items() if key not in {"hashes", "editable"}},
            "name": name,
            "version": package.get("version", "").removeprefix("=="),
            "files": [{"hash": entry} for entry in package.get("hashes", [])],
            "revision": package.get("ref", ""),
        }
        for section in ("default", "develop")
        for name, package in data.get(section, {}).items()
    ]


def _source(package: dict[str, Any]) -> dict[str, Any]:
    return {**package, **package.get("source", {})}


def _is_local(package: dict[str, Any]) -> bool:
    source = _source(package)
    return source.get("type", "") in LOCAL or any(key in source for key in LOCAL)


def _pin(package: dict[str, Any], line: int, older: dict[str, Any]) -> Pin:
    name = str(package.get("name", ""))
    files = [
        *package.get("files", older.get(name, [])),
        *package.get("wheels", []),
        *filter(None, (package.get("sdist"), package.get("archive"))),
    ]
    return Pin(
        name=name,
        version=str(package.get("version", "")),
        line=line,
        hashes=tuple(_hash(each) for each in files),
        marker=_marker(package),
        address=_address(_source(package)),
    )


def _hash(file: dict[str, Any]) -> str:
    if "hash" in file:
        return str(file["hash"])
    return next((f"{kind}:{digits}" for kind, digits in file.get("hashes", {}).items()), "")


def _marker(package: dict[str, Any]) -> str:
    marker = (
        package.get("marker") or package.get("markers") or package.get("resolution-markers", "")
    )
    if isinstance(marker, dict):
        marker = list(marker.values())
    return " or ".join(f"({each})" for each in marker) if isinstance(marker, list) else str(marker)


def _address(source: dict[str, Any]) -> str:
    """Return a repository's address with the commit it is pinned to; "" for other sources."""
    vcs = source.get("vcs")
    if isinstance(vcs, dict):
        return f"git+{vcs.get('url', '')}@{vcs.get('commit-id', '')}"
    git = source.get("git") or (source.get("url", "") if source.get("type") == "git" else "")
    if not git:
        return ""
    address, _, commit = str(git).partition("#")
    commit = source.get("revision") or source.get("resolved_reference") or commit
    return f"git+{address.partition('?')[0]}@{commit}"


def requirement_files(pins: list[Pin]) -> Iterator[str]:
    """Write the pins as requirements; a second version of a package goes into a second file."""
    files: list[dict[str, str]] = []
    for pin in pins:
        text = f"{pin.name} @ {pin.address}" if pin.address else f"{pin.name}=={pin.version}"
        free = next((file for file in files if file.get(pin.name, text) == text), None)
        if free is None:
            files.append(free := {})
        free[pin.name] = text
    for file in files:
        yield "\n".join(file.values()) + "\n"
