"""A YAML file with the place of every key and value, and all that is wrong with it as YAML."""

import os
import stat
from typing import Final, TypeAlias

from readiness.model.board import Position
from readiness.model.errors import UsageError
from readiness.text import yaml_characters
from readiness.text.clean import clean
from readiness.text.worded import worded
from readiness.text.yaml_events import Container, YamlReader
from readiness.text.yaml_scalars import Data

Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES: Final = 8 * 2**20


class Document(YamlReader):
    """What a YAML file holds, where each part of it stands, and what is wrong with it as YAML."""

    def start(self, container: Container) -> Position:
        """Return where a mapping or a list begins."""
        mark = self.marks[id(container)][0]
        return Position(line=mark.line + 1, column=mark.column + 1)

    def position(self, path: Path, *, key: bool = False) -> Position:
        """Return the position of the value (or key) at `path`, or of the nearest one there is."""
        here = self.data
        mark = self.marks[id(here)][0] if isinstance(here, dict | list) else None
        for number, step in enumerate(path, start=1):
            if isinstance(here, dict) and step in here:
                index = 1 + 2 * list(here).index(str(step))
                index += not (key and number == len(path))
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                index = 1 + step
            else:
                break
            mark = self.marks[id(here)][index]
            here = child(here, step)
        return Position(line=mark.line + 1, column=mark.column + 1) if mark else _BEGIN

    def at(self, path: Path) -> Data:
        """Return the data at `path`; None where there is none."""
        here = self.data
        for step in path:
            here = child(here, step)
        return here


_BEGIN: Final = Position(line=1, column=1)


def child(container: Data, step: str | int) -> Data:
    """Return one value of a mapping or a list; None where there is none."""
    if isinstance(container, dict):
        return container.get(str(step))
    if isinstance(container, list) and isinstance(step, int) and step < len(container):
        return container[step]
    return None


def read(path: str) -> bytes:
    """Return what a regular file holds; never waits. Raises UsageError for anything else."""
    name = clean(path, newlines=False)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(worded("usage.cannot_read", path=name, why=error.strerror)) from None
    except ValueError:
        raise UsageError(worded("usage.no_file_name", path=repr(path))) from None
    kind = os.fstat(handle).st_mode
    if not stat.S_ISREG(kind):
        os.close(handle)
        what = "a folder" if stat.S_ISDIR(kind) else worded("usage.not_regular")
        raise UsageError(worded("usage.name_yaml", path=name, why=what))
    try:
        with open(handle, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(worded("usage.cannot_read", path=name, why=error.strerror)) from None
    if len(data) > MAX_BYTES:
        raise UsageError(worded("usage.file_large", path=name, size=MAX_BYTES // 2**20))
    return data


def parse(content: bytes, path: str, *, text_under: frozenset[str] = frozenset()) -> Document:
    """Parse one YAML document. Everything wrong with it is in `faults`; nothing is raised.

    Below the keys `text_under` plain values stay text as written (`3.10`, `true`).
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        document = Document(content.decode(), path, text_under)
    except UnicodeDecodeError as error:
        document = Document("", path)
        document.complain(yaml_characters.not_utf8(content, error, path))
    else:
        document.read()
    return document
