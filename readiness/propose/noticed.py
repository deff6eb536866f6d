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


class _Notices(msgspec.Struct, frozen=True):
    noticed: list[_Notice]


@cache
def _table() -> Sequence[_Notice]:
    text = resources("readiness.propose").joinpath("noticed.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Notices).noticed


def unread(files: Sequence[str], read: Collection[str]) -> Iterable[Omission]:
    """Yield the files that the table names and that are not among those `read`."""
    seen: set[str] = set()
    for notice in _table():
        paths = [
            path
            for path in matching(notice.files, {path: path for path in files})
            if path not in read and path not in seen
        ]
        seen.update(paths)
        if paths:
            yield Omission(what=_together(paths), why=worded(f"propose.noticed.{notice.reason}"))


def _together(paths: Sequence[str]) -> str:
    order = sorted(paths, key=lambda path: (path.count(os.sep), path))
    more = len(order) - _SHOWN
    names = joined(order[:_SHOWN], "names")
    return worded("propose.and_more", names=names, count=more) if more > 0 else names
