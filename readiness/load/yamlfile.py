"""Strict YAML, read fast: plain data, the place of every key and value, and all that is wrong.

Built straight from the parser's events. Booleans, numbers and null are those of YAML 1.2; what
older readers make of `no`, `1:30` or `010` stays text, and is remembered as doubtful.
"""

import gc
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TypeAlias

import msgspec

from readiness.load import characters, scalars
from readiness.load.scalars import NULLS, NUMERIC, SPECIAL, Data
from readiness.model.board import Position
from readiness.model.errors import Fault, UsageError
from readiness.startup.imports import compiled_later
from readiness.startup.patterns import later
from readiness.text.clean import clean

with compiled_later():
    import yaml
    from yaml import events

Container: TypeAlias = dict[str, Data] | list[Data]
Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES: Final = 8 * 2**20
MAX_DEPTH: Final = 64
MAX_ALIASED: Final = 100_000

_UNUSABLE = later("[\0\ud800-\udfff]")
# Whether some quoted text could hold one of those.
_ESCAPED = later(r"\\(?:0|x00|u0000|U00000000|[uU](?:0000)?[dD][89a-fA-F])")

# The parser's kinds of events, by identity: the loop below asks a million times.
_SCALAR: Final[type] = events.ScalarEvent
_ALIAS: Final[type] = events.AliasEvent
_MAPPING_START: Final[type] = events.MappingStartEvent
_MAPPING_END: Final[type] = events.MappingEndEvent
_LIST_END: Final[type] = events.SequenceEndEvent
_DOCUMENT_START: Final[type] = events.DocumentStartEvent
_DOCUMENT_END: Final[type] = events.DocumentEndEvent

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Mark(Protocol):
    """A place in a text, both numbers counted from 0."""

    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> int: ...  # noqa: D102


class _Event(Protocol):
    """What is used of the parser's events; only some have the latter four."""

    start_mark: Mark
    value: str
    implicit: tuple[bool, bool]
    tag: str | None
    anchor: str | None


class Document(msgspec.Struct, kw_only=True):
    """What a YAML file holds, where each part of it stands, and what is wrong with it as YAML.

    `data` is as complete as the faults allow. `marks` has, for the id of each container, the
    place where it starts, and then of a mapping's keys and values in turn, or of a list's items.
    `doubtful` holds the places (id of the container, key or index) of plain text that other
    readers of YAML take for a number or a boolean.
    """

    path: str
    data: Data = None
    faults: list[Fault] = []
    marks: dict[int, list[Mark]] = {}
    doubtful: set[tuple[int, str | int]] = set()

    def start(self, container: Container) -> Position:
        """Return where a mapping or a list begins."""
        mark = self.marks[id(container)][0]
        return Position(line=mark.line + 1, column=mark.column + 1)

    def position(self, path: Path, *, key: bool = False) -> Position:
        """Return where the value (or the key) at `path` stands; as near as the document has it."""
        here = self.data
        found = self.marks[id(here)][0] if isinstance(here, dict | list) else None
        for number, step in enumerate(path, start=1):
            if isinstance(here, dict) and step in here:
                index = 1 + 2 * list(here).index(str(step))
                index += not (key and number == len(path))
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                index = 1 + step
            else:
                break
            found = self.marks[id(here)][index]
            here = child(here, step)
        return Position(line=found.line + 1, column=found.column + 1) if found else _BEGIN

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


@contextmanager
def collector_off() -> Iterator[None]:
    """Keep the garbage collector from walking, again and again, over data that only grows."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read(path: str) -> bytes:
    """Return what a regular file holds; never waits. Raises UsageError for anything else."""
    name = clean(path, newlines=False)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"{path!r} is not the name of a file") from None
    kind = os.fstat(handle).st_mode
    if not stat.S_ISREG(kind):
        os.close(handle)
        what = "a folder" if stat.S_ISDIR(kind) else "not a regular file"
        raise UsageError(f"{name}: {what}; name a YAML file")
    try:
        with open(handle, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name}: larger than {MAX_BYTES // 2**20} MiB")
    return data


def parse(content: bytes, path: str, *, text_under: frozenset[str] = frozenset()) -> Document:
    """Read one YAML document. Everything wrong with it is in `faults`; nothing is raised.

    Below the keys `text_under` plain values stay text as written (`3.10`, `true`).
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return Document(path=path, faults=[characters.not_utf8(content, error, path)])
    with collector_off():
        return _Builder(text, path, text_under).build()


class _Stopped(Exception):  # noqa: N818 - not an error of its own: the fault is recorded
    """The rest of the document cannot be read."""


class _Builder:
    """Turns the events of one document into data."""

    def __init__(self, text: str, path: str, text_under: frozenset[str]) -> None:
        self.text = text
        self.document = Document(path=path, faults=[], marks={}, doubtful=set())
        self.text_under = text_under
        self.anchors: dict[str, Data] = {}
        self.aliased = 0
        self.weights: dict[int, int] = {}
        self.depth = 0
        # What unquoted scalars mean, as far as they have been met.
        self.known: dict[str, Data] = {}
        self.is_careful = bool(_ESCAPED.search(text))
        self.next_event: Callable[[], _Event]

    def build(self) -> Document:
        """Return the document; whatever stops the parser becomes a fault."""
        loader = None
        try:
            if fault := characters.hidden_break(self.text, self.document.path):
                self.document.faults.append(fault)
                return self.document
            loader = _Loader(self.text)
            self.next_event = loader.get_event
            self._stream()
        except _Stopped:
            pass
        except yaml.reader.ReaderError as error:
            fault = characters.unprintable(self.text, error.reason, self.document.path)
            self.document.faults.append(fault)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        finally:
            if loader is not None:
                loader.dispose()
        return self.document

    def _stream(self) -> None:
        self.next_event()
        if self.next_event().__class__ is not _DOCUMENT_START:
            return
        first = self.next_event()
        self.document.data = self._value(first, (0, ""), is_text=False)
        event = self.next_event()
        while event.__class__ is _DOCUMENT_END:
            event = self.next_event()
        if event.__class__ is _DOCUMENT_START:
            self._fault(event, "a second document starts here", "keep one document in a file")

    def _value(self, event: _Event, place: tuple[int, str | int], *, is_text: bool) -> Data:
        kind: type = event.__class__
        if kind is _SCALAR:
            return self._scalar(event, place, is_text=is_text)
        if kind is _ALIAS:
            return self._alias(event)
        if event.tag is not None:
            self._fault(event, f"the tag {event.tag} is not allowed", "remove it")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._stop(event, f"nested more than {MAX_DEPTH} deep")
        value: Container = (
            self._mapping(event, is_text=is_text)
            if kind is _MAPPING_START
            else self._list(event, is_text=is_text)
        )
        self.depth -= 1
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value

    def _mapping(self, start: _Event, *, is_text: bool) -> dict[str, Data]:
        """Read the pairs of a mapping. The scalars of a board pass here: kept short, for speed."""
        built: dict[str, Data] = {}
        next_event = self.next_event
        is_careful = self.is_careful
        marks = self.document.marks[id(built)] = [start.start_mark]
        add_mark = marks.append
        while (event := next_event()).__class__ is not _MAPPING_END:
            key = event.value if event.__class__ is _SCALAR else self._key(event)
            mark = event.start_mark
            if (
                key is None
                or key in built
                or event.__class__ is not _SCALAR
                or event.anchor
                or event.tag
            ):
                self._check_key(event, key, built)
                if key is None or key in built:
                    self._value(next_event(), (0, ""), is_text=True)
                    continue
            event = next_event()
            if event.__class__ is not _SCALAR:
                value = self._value(event, (0, ""), is_text=is_text or key in self.text_under)
            else:
                value = event.value
                if (
                    (value in SPECIAL or value[0] in NUMERIC)
                    if event.implicit[0]
                    else (is_careful or not event.implicit[1])
                ) or event.anchor is not None:
                    is_text_here = is_text or key in self.text_under
                    value = self._scalar(event, (id(built), key), is_text=is_text_here)
            add_mark(mark)
            add_mark(event.start_mark)
            built[key] = value
        return built

    def _list(self, start: _Event, *, is_text: bool) -> list[Data]:
        built: list[Data] = []
        next_event = self.next_event
        marks = self.document.marks[id(built)] = [start.start_mark]
        while (event := next_event()).__class__ is not _LIST_END:
            built.append(self._value(event, (id(built), len(built)), is_text=is_text))
            marks.append(event.start_mark)
        return built

    def _scalar(self, event: _Event, place: tuple[int, str | int], *, is_text: bool) -> Data:
        value: Data = event.value
        if event.implicit[0]:
            if value in SPECIAL or event.value[0] in NUMERIC:
                value = self._plain(event.value, place, is_text=is_text)
        elif event.tag is not None:
            self._fault(event, f"the tag {event.tag} is not allowed", "remove it")
        elif found := _UNUSABLE.search(event.value):
            self._fault(event, f"the character U+{ord(found[0]):04X} cannot be used here")
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value

    def _plain(self, written: str, place: tuple[int, str | int], *, is_text: bool) -> Data:
        """Return what an unquoted scalar means."""
        if written in NULLS:
            return None
        if is_text:
            return written
        if written not in self.known:
            self.known[written] = scalars.meaning(written)
        if self.known[written] is None:
            if scalars.is_doubtful(written):
                self.document.doubtful.add(place)
            return written
        return self.known[written]

    def _key(self, event: _Event) -> str | None:
        """Return the text of a key that is not a scalar: an alias of one, at best."""
        if event.__class__ is _ALIAS:
            value = self._alias(event)
            return value if isinstance(value, str) else None
        self._value(event, (0, ""), is_text=True)
        return None

    def _check_key(self, event: _Event, key: str | None, built: dict[str, Data]) -> None:
        if key is None:
            self._fault(event, "a key has to be text")
        elif key in built:
            first = self.document.marks[id(built)][1 + 2 * list(built).index(key)].line + 1
            here = event.start_mark.line + 1
            lines = f"in line {first} and in line {here}" if first != here else "in this line"
            self._fault(event, f'"{key}" is set twice, {lines}', "keep one of them")
        elif event.__class__ is _SCALAR:
            if event.tag is not None:
                self._fault(event, f"the tag {event.tag} is not allowed", "remove it")
            if event.anchor is not None:
                self.anchors[event.anchor] = key

    def _alias(self, event: _Event) -> Data:
        if event.anchor not in self.anchors:
            self._fault(event, f"*{event.anchor} stands for nothing that is complete before it")
            return None
        value = self.anchors[event.anchor]
        self.aliased += self._weight(value)
        if self.aliased > MAX_ALIASED:
            self._stop(event, f"aliases stand for more than {MAX_ALIASED} values")
        return value

    def _weight(self, value: Data) -> int:
        """Count the values it stands for, those of aliases each time."""
        if not isinstance(value, dict | list):
            return 1
        if id(value) not in self.weights:
            parts = value.values() if isinstance(value, dict) else value
            self.weights[id(value)] = 1 + sum(map(self._weight, parts))
        return self.weights[id(value)]

    def _fault(self, event: _Event, message: str, hint: str = "") -> None:
        self._fault_at(event.start_mark.line, event.start_mark.column, message, hint)

    def _fault_at(self, line: int, column: int, message: str, hint: str = "") -> None:
        fault = Fault(
            path=self.document.path, line=line + 1, column=column + 1, message=message, hint=hint
        )
        self.document.faults.append(fault)

    def _stop(self, event: _Event, message: str) -> None:
        self._fault(event, message)
        raise _Stopped

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        context = f" {error.context}" if error.context else ""
        self._fault_at(line, column, f"not YAML: {error.problem or 'unreadable'}{context}")
