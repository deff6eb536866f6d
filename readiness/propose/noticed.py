"""Files that say something of a release and that nothing here reads, by a table of their names."""

import os
import tomllib
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib.resources import files as resources
from typing import Final

import msgspec

from readiness.propose.facts import Omission
from readiness.propose.tree import matching
from readiness.text.worded import joined, worded

_SHOWN: Final = 3


class _Notice(msgspec.Struct, frozen=True):
    """Patterns of files, and by its name why no criterion comes of one."""

    files: list[str]
    reason: str


@cache
def _notices() -> Sequence[_Notice]:
    text = resources("readiness.propose").joinpath("noticed.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["noticed"], list[_Notice])


def unread(files: Sequence[str], read: Collection[str]) -> Iterable[Omission]:
    """Yield the files that the table names and that are not among those `read`."""
    for notice in _notices():
        paths = set(matching(notice.files, {path: path for path in files})).difference(read)
        shortest = sorted(paths, key=lambda path: (path.count(os.sep), path))
        names = joined(shortest[:_SHOWN], "names")
        if more := len(shortest[_SHOWN:]):
            names = worded("propose.and_more", names=names, count=more)
        if paths:
            yield Omission(what=names, why=worded(f"propose.noticed.{notice.reason}"))
