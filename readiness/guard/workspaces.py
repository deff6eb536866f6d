"""Programs of a workspace that a command has Cargo run."""

import re
from collections.abc import Iterator
from typing import Final

from readiness.guard.states import States

_RUN: Final = re.compile(r"\brun\b[^\n;&|]*?[ \t](?:-p|--package)[ \t=]*([\w-]+)")
_SHARING: Final = re.compile(r"\bpath[ \t]*=[ \t]*[\"']\.\.")
_ENDINGS: Final = (".rs", ".toml")


def run_by_cargo(text: str, states: States) -> Iterator[str]:
    """Yield the files of the packages that a text, a command or an alias, has Cargo run.

    A package that shares anything with the project's others is what is measured.
    """
    names = _RUN.findall(text)
    manifests = [path for path in states.all_paths if path.endswith("/Cargo.toml")] if names else []
    texts = {path: "\n".join(states.texts(path)) for path in ("Cargo.toml", *manifests)}
    for name in names:
        named = re.compile(rf"^name[ \t]*=[ \t]*[\"']{re.escape(name)}[\"']", re.M)
        used = re.compile(rf"^[\"']?{re.escape(name)}[\"']?[ \t]*[=.]", re.M)
        for path in manifests:
            is_alone = not (_SHARING.search(texts[path]) or any(map(used.search, texts.values())))
            if is_alone and named.search(texts[path]):
                folder = path.removesuffix("Cargo.toml")
                own = (each for each in states.all_paths if each.startswith(folder))
                yield from (each for each in own if each.endswith(_ENDINGS))
