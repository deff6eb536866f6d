"""Tell whether what mypy takes from its cache was made from the files as they are."""

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from glob import glob

from checks.in_project.common import NOT_THE_TREE, not_measured, relative
from checks.project_copy import MYPY_CACHE

FRESH = re.compile(r"^LOG: +Metadata fresh for (?P<module>[\w.]+): file (?P<path>.+)")
"""What `mypy -v` says of a file of the same size and time: it did not read it."""
DIGEST = re.compile(rb"[0-9a-f]{40,}")
"""Of SHA-1, which mypy takes, or of SHA-256, which it took until 1.4."""
META = re.compile(r"(?P<module>[^\0]+?)(?:/__init__)?\.meta\.(?:json|ff)$")


def refuse_another_content(log: Iterable[str]) -> None:
    """End the script where the cache knows another content of a file that mypy did not read."""
    fresh = {
        match["module"]: path
        for match in filter(None, map(FRESH.match, log))
        if os.path.isfile(path := relative(match["path"]))  # a namespace is a folder
        and not os.path.isabs(path)
        and "site-packages" not in path
    }
    entries = _entries() if fresh else {}
    for module, path in fresh.items():
        with open(path, "rb") as file:
            content = file.read()
        of_others = [_is_of_another(data, content) for data in entries.get(module, ())]
        if of_others and all(of_others):
            not_measured(
                f"mypy did not read {path}: its cache has another content of the same size and"
                f" time; remove {MYPY_CACHE}",
                NOT_THE_TREE,
            )


def _is_of_another(data: bytes, content: bytes) -> bool:
    """Return whether an entry has digests of a kind that is known, and none of the content."""
    # The byte before a digest, which says how long it is, may look like one more digit of it.
    kinds = {"sha256" if len(found) >= 64 else "sha1" for found in DIGEST.findall(data)}
    digests = [hashlib.new(kind, content, usedforsecurity=False).hexdigest() for kind in kinds]
    return bool(digests) and not any(digest.encode() in data for digest in digests)


def _entries() -> dict[str, list[bytes]]:
    """Return what the cache holds of each module, with the digest of its source, by its name."""
    entries: dict[str, list[bytes]] = {}
    for database in glob(f"{MYPY_CACHE}/*/*.db"):
        with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
            for name, data in connection.execute("select path, data from files2"):
                _add(entries, name, data)
    for path in glob(f"{MYPY_CACHE}/*/**/*.meta.*", recursive=True):
        with open(path, "rb") as file:
            _add(entries, os.path.relpath(path, MYPY_CACHE).partition(os.sep)[2], file.read())
    return entries


def _add(entries: dict[str, list[bytes]], name: str, data: bytes) -> None:
    if match := META.match(name):
        entries.setdefault(match["module"].replace("/", "."), []).append(data)
