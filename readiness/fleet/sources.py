"""What the words on the command line name: folders, boards, addresses, recorded runs."""

import os
import re
from collections.abc import Iterable
from enum import Enum

import msgspec

from readiness.text.clean import clean

_ADDRESS = re.compile(r"(?:https?|ssh|git|file)://.+|[\w.-]+@[\w.-]+:.+", re.ASCII)
_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")
BOARDS = (".yaml", ".yml")


class SourceKind(Enum):
    """How the project that a word names becomes known."""

    FOLDER = "its board is run"
    BOARD = "a board by its file is run"
    ADDRESS = "it is fetched, and its board is run"
    RECORDED = "a run of it was recorded"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One project as it was named. `path` can be shown: it has nobody's password."""

    kind: SourceKind
    name: str
    path: str
    place: str
    revision: str = ""


def sources(words: Iterable[str]) -> list[Source]:
    """Return what each word names, once."""
    named = map(_source, words)
    return list({(source.place, source.revision): source for source in named}.values())


def _source(word: str) -> Source:
    if _ADDRESS.fullmatch(word):
        return _address(word)
    shown = clean(word, newlines=False)
    place = os.path.realpath(word)
    stem, ending = os.path.splitext(os.path.basename(place))
    if ending == ".json":
        return Source(kind=SourceKind.RECORDED, name=stem, path=shown, place=place)
    if ending in BOARDS:
        folder = os.path.basename(os.path.dirname(place))
        return Source(kind=SourceKind.BOARD, name=folder, path=shown, place=place)
    name = clean(os.path.basename(place), newlines=False) or "/"
    return Source(kind=SourceKind.FOLDER, name=name, path=shown, place=place)


def _address(word: str) -> Source:
    place, _, revision = word.partition("#")
    shown = _CREDENTIALS.sub("", clean(word, newlines=False))
    return Source(
        kind=SourceKind.ADDRESS,
        name=repository_name(place),
        path=shown,
        place=place,
        revision=revision,
    )


def repository_name(place: str) -> str:
    """Return the name of the repository behind an address."""
    name = re.split(r"[/:]", place.rstrip("/"))[-1].removesuffix(".git")
    return clean(name, newlines=False)


def without_credentials(text: str) -> str:
    """Remove user names and passwords from the addresses in a text."""
    return _CREDENTIALS.sub("", text)


def file_name(name: str) -> str:
    """Return a project's name made fit for a file name."""
    return re.sub(r"[^\w.-]", "-", name)[:60]
