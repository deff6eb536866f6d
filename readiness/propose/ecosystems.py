"""The projects of other languages than Python in a repository, by the files that declare them."""

import os
from collections.abc import Mapping, Sequence
from typing import Final

from readiness.propose.facts import Ecosystem, Subproject
from readiness.propose.layout import is_inside
from readiness.propose.needs import normal
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
