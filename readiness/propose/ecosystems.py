"""The projects of other languages than Python in a repository, by the files that declare them."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from readiness.project.globs import covers
from readiness.project.own import normal
from readiness.propose.facts import Ecosystem, Subproject
from readiness.propose.layout import is_inside
from readiness.propose.recipes import PACKAGE
from readiness.propose.tree import SAMPLES, read_text, settings_of

_MARKS: Final = {
    PACKAGE: Ecosystem.NODE,
    "go.mod": Ecosystem.GO,
    "Cargo.toml": Ecosystem.RUST,
    **dict.fromkeys(
        ("pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle.kts"), Ecosystem.JAVA
    ),
}
_NAMES: Final = {
    Ecosystem.NODE: "JavaScript",
    Ecosystem.GO: "Go",
    Ecosystem.RUST: "Rust",
    Ecosystem.JAVA: "Java",
}
_CODE: Final = {
    Ecosystem.NODE: ("src/**", "lib/**", "source/**", "app/**"),
    Ecosystem.GO: ("**/*.go",),
    Ecosystem.RUST: ("src/**",),
    Ecosystem.JAVA: ("src/main/**",),
}
"""Where the code of each language lies, by its customs."""
_BESIDE: Final = SAMPLES | {"docs", "website", "benchmarks", "fuzz", "tools"}
"""Folders whose projects are not what a repository releases."""


def find_others(root: str, files: Sequence[str]) -> tuple[Subproject, ...]:
    """Return the outermost projects of each other language; of Go, every module.

    Their paths are relative to their own folders.
    """
    parts: list[Subproject] = []
    for path in sorted(files, key=lambda path: path.count("/")):
        folder, name = os.path.split(path)
        ecosystem = _MARKS.get(name)
        if ecosystem is None or _BESIDE & set(folder.split("/")):
            continue
        above = [part.folder for part in parts if part.ecosystem is ecosystem]
        nested = any(not other or is_inside(folder, [other]) for other in above)
        if not nested or ecosystem is Ecosystem.GO:
            parts.append(_part(root, folder, ecosystem, files))
    return tuple(parts)


def patterns_of_code(parts: Sequence[Subproject], others: Sequence[Subproject]) -> list[str]:
    """Return what the code of a repository is, as a board's `code:` has it.

    Nothing where a part keeps its code in no usual place, and where all is in Python, which tells
    while it runs what it executes.
    """
    patterns: list[str] = []
    for other in others:
        usual = [
            each for each in _CODE[other.ecosystem] if any(map(partial(covers, each), other.files))
        ]
        if not usual:
            return []
        patterns += (os.path.join(other.folder, each) for each in usual)
    for source in (source for part in parts for source in part.source if others):
        patterns.append(source if source.endswith(".py") else f"{source}/**")
    return list(dict.fromkeys(patterns))


def _part(root: str, folder: str, ecosystem: Ecosystem, files: Sequence[str]) -> Subproject:
    own = [path for path in files if not folder or is_inside(path, [folder])]
    package = settings_of(PACKAGE, read_text(root, os.path.join(folder, PACKAGE)))
    lists = [package.get(key) for key in ("dependencies", "devDependencies", "peerDependencies")]
    names = [name for names in lists if isinstance(names, Mapping) for name in names]
    is_node = ecosystem is Ecosystem.NODE
    return Subproject(
        folder=folder,
        name=os.path.basename(folder) or _NAMES[ecosystem],
        ecosystem=ecosystem,
        files=tuple(os.path.relpath(path, folder or ".") for path in own),
        settings={PACKAGE: package} if is_node else {},
        dependencies={normal(name): PACKAGE for name in names} if is_node else {},
    )
