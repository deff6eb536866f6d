"""Read requirements files and pyproject.toml. Run by the project's Python."""

import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from .common import not_measured, read_text
from .locks import is_of_a_tool, read_local, read_pins


def _find_packaging() -> None:
    """Make `packaging` importable: pip brings a copy where it is not installed."""
    if find_spec("packaging") is None:
        copy = find_spec("pip._vendor") if find_spec("pip") else None
        if copy is None or copy.submodule_search_locations is None:
            not_measured("neither packaging nor pip is installed in the project's Python")
        sys.path += copy.submodule_search_locations


_find_packaging()

from packaging.requirements import InvalidRequirement, Requirement  # noqa: E402 - found above
from packaging.utils import canonicalize_name  # noqa: E402 - found above

__all__ = [
    "Requirement",
    "RequirementLine",
    "canonicalize_name",
    "is_of_a_tool",
    "local_names",
    "read_inputs",
    "read_lock",
]


@dataclass(frozen=True)
class RequirementLine:
    """One requirement of a file: where it stands, and whether it carries hashes that pip takes."""

    path: str
    line: int
    requirement: Requirement
    hashed: bool = False
    hashes: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The package's normalized name."""
        return str(canonicalize_name(self.requirement.name))

    @property
    def applies(self) -> bool:
        """Whether it is meant for this Python and this system."""
        marker = self.requirement.marker
        return marker is None or bool(marker.evaluate({"extra": ""}))


HASH = re.compile(r"--hash[= ]\s*(\S+)")
DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
"""How many each kind of hash has, of those that pip takes for strong ones."""


def hashed(hashes: Iterable[str]) -> bool:
    """Return whether there are hashes, and each is strong and as long as its kind is."""
    parts = [each.partition(":") for each in hashes]
    return bool(parts) and all(
        re.fullmatch(r"[0-9a-fA-F]+", digits) and len(digits) == DIGITS.get(kind)
        for kind, _, digits in parts
    )


def read_lines(path: str) -> Iterator[RequirementLine]:
    """Yield the requirements of a file and of those that it includes with -r."""
    start, text = 0, ""
    for at, raw in enumerate(read_text(path).splitlines(), 1):
        start = start or at
        text += re.sub(r"(^|\s)#.*", "", raw).removesuffix("\\")
        if raw.endswith("\\"):
            continue
        words = text.split()
        if words and words[0] in {"-r", "--requirement"}:
            yield from read_lines(os.path.join(os.path.dirname(path), words[1]))
        elif words and not words[0].startswith("-"):
            named = text.partition(" --")[0]
            hashes = frozenset(HASH.findall(text))
            yield RequirementLine(path, start, _parse(named, path, start), hashed(hashes), hashes)
        start, text = 0, ""


def read_lock(path: str) -> list[RequirementLine]:
    """Return what a lock file pins, whichever tool it is of."""
    if not is_of_a_tool(path):
        return list(read_lines(path))
    requirements = []
    for pin in read_pins(path):
        marker = f" ; {pin.marker}" if pin.marker else ""
        text = f"{pin.name}=={pin.version}" if pin.version else f"{pin.name} @ {pin.address}"
        # A commit says what is in it, as a hash does.
        known = bool(re.search(r"@[0-9a-f]{40,}$", pin.address)) or hashed(pin.hashes)
        hashes = frozenset(pin.hashes)
        wanted = _parse(text + marker, path, pin.line)
        requirements.append(RequirementLine(path, pin.line, wanted, known, hashes))
    return requirements


def local_names(path: str) -> set[str]:
    """Return what a lock takes from the project's own folders, which needs no pin."""
    if not is_of_a_tool(path):
        return set()
    return {str(canonicalize_name(name)) for name in read_local(path)}


def read_inputs(source: str) -> list[RequirementLine]:
    """Return what one input asks for; it must ask for something."""
    path, _, extra = source.removesuffix("]").partition("[")
    if os.path.basename(path) == "Pipfile":
        requirements = list(_read_pipfile(path, extra or "packages"))
    else:
        requirements = list(
            _read_pyproject(path, extra) if path.endswith(".toml") else read_lines(path)
        )
    if not requirements:
        names = _groups(_read_toml(path), path) if path.endswith(".toml") and not extra else {}
        more = (
            f" but in extras and groups; name them, such as {path}[{min(names)}]" if names else ""
        )
        not_measured(f"{source} asks for no package{more}")
    return requirements


def _read_toml(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        not_measured(f"{path} cannot be read: {error}")


def _read_pipfile(path: str, category: str) -> Iterator[RequirementLine]:
    data = _read_toml(path)
    if category not in data:
        not_measured(f"{path} has no category {category!r}")
    for text in _of_poetry(data[category], path):
        yield RequirementLine(path, 0, _parse(text, path, 0))


def _groups(data: dict[str, Any], path: str) -> dict[str, Any]:
    poetry = data.get("tool", {}).get("poetry", {})
    return {
        **{
            name: _of_poetry(each.get("dependencies", {}), path)
            for name, each in poetry.get("group", {}).items()
        },
        **data.get("dependency-groups", {}),
        **data.get("project", {}).get("optional-dependencies", {}),
    }


def _read_pyproject(path: str, extra: str) -> Iterator[RequirementLine]:
    data = _read_toml(path)
    project = data.get("project", {})
    poetry = data.get("tool", {}).get("poetry", {})
    wanted = list(project.get("dependencies", _of_poetry(poetry.get("dependencies", {}), path)))
    if extra:
        groups = _groups(data, path)
        if extra not in groups:
            not_measured(f"{path} has no extra and no group {extra!r}")
        wanted += [entry for entry in groups[extra] if isinstance(entry, str)]
    for text in wanted:
        yield RequirementLine(path, 0, _parse(text, path, 0))


def _of_poetry(table: dict[str, Any], path: str) -> list[str]:
    """Write a table of Poetry's own as requirements; what is optional, and Python, are none."""
    return [
        text
        for name, given in table.items()
        if name.lower() != "python"
        for each in (given if isinstance(given, list) else [given])
        if (text := _poetry_requirement(name, each, path))
    ]


def _poetry_requirement(name: str, given: Any, path: str) -> str:
    table = given if isinstance(given, dict) else {"version": given}
    if table.get("optional"):
        return ""
    extras = ",".join(table.get("extras", []))
    limits = ",".join(
        each
        for word in re.split(
            r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!^~])", str(table.get("version", "*")).strip()
        )
        if (each := _poetry_limit(word, f"{path}: {name}"))
    )
    markers = table.get("markers", "")
    return f"{name}[{extras}]{limits}" + (f" ; {markers}" if markers else "")


def _poetry_limit(word: str, where: str) -> str:
    """Translate what Poetry writes in a way of its own: ^1.2, ~1.2, 1.2, 1.*, *."""
    version = word.lstrip("^~<>=!")
    sign, version = word.removesuffix(version), version.lstrip()
    if version == "*":
        return ""
    if not re.fullmatch(r"\d[\w.+!*-]*", version):
        not_measured(f"{where} = {word!r} cannot be read")
    if sign not in ("^", "~"):
        return f"{sign or '=='}{version}"
    release = re.split(r"[^\d.]|\.(?!\d)", version)[0]
    numbers = [int(number) for number in release.split(".")]
    if sign == "~":
        last = min(1, len(numbers) - 1)
    else:
        last = next((at for at, each in enumerate(numbers) if each), len(numbers) - 1)
    end = ".".join(map(str, [*numbers[:last], numbers[last] + 1]))
    return f">={version},<{end}"


def _parse(text: str, path: str, line: int) -> Requirement:
    try:
        return Requirement(text.strip())
    except InvalidRequirement as error:
        not_measured(f"{path}:{line}: {text.strip()!r} cannot be read: {error}")
