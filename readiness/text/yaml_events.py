"""Strict YAML, read fast from the parser's events: the one reader of boards, of outputs, of edits.

Booleans, numbers and null are those of YAML 1.2; what older readers make of `no`, `1:30` or `010`
stays text, and is remembered as doubtful. Without recursion into the parser, and with bounds on
depth and on what aliases may unfold to.
"""

import sys
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

import yaml
from yaml import events
from yaml.nodes import MappingNode as MappingNode
from yaml.nodes import Node as Node
from yaml.nodes import ScalarNode as ScalarNode
from yaml.nodes import SequenceNode as SequenceNode

from readiness.startup.patterns import later
from readiness.text import yaml_characters, yaml_scalars
from readiness.text.fault import Fault
from readiness.text.worded import worded
from readiness.text.yaml_scalars import NULLS, NUMERIC, SPECIAL, Data

Container: TypeAlias = dict[str, Data] | list[Data]

_UNUSABLE = later("[\0\ud800-\udfff]")

_SCALAR: Final[type] = events.ScalarEvent
_ALIAS: Final[type] = events.AliasEvent
_MAPPING_START: Final[type] = events.MappingStartEvent
_MAPPING_END: Final[type] = events.MappingEndEvent
_LIST_END: Final[type] = events.SequenceEndEvent
_DOCUMENT_START: Final[type] = events.DocumentStartEvent
_DOCUMENT_END: Final[type] = events.DocumentEndEvent

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Mark(Protocol):
    """A place in a text, both numbers counted from 0."""

    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> int: ...  # noqa: D102


class _Event(Protocol):
    """What is used of the parser's events; only some have the latter five."""

    start_mark: Mark
    value: str
    style: str
    implicit: tuple[bool, bool]
    tag: str | None
    anchor: str | None


class _Stopped(Exception):  # noqa: N818 - not an error of its own: the fault is recorded
    """The rest of the document cannot be read."""


class YamlReader:
    """Turns the events of one document into data.

    `data` is as complete as the faults allow. `meaning` says of an unquoted scalar which number
    or boolean it is, None where it is text. Below the keys `text_under` all of them stay text as
    written. `marks` has, for the id of each container, the place where it starts, and then of a
    mapping's keys and values in turn, or of a list's items. `doubtful` holds line and column,
    counted from 1, of plain text that other readers take for a number or a boolean.

    The class attributes are what a reader of another kind of file has otherwise.
    """

    deepest = 64
    most_aliased = 100_000
    keeps_places = True
    refuses_controls = True
    harmless_tags: frozenset[str | None] = frozenset((None,))

    def __init__(self, text: str, path: str, text_under: frozenset[str] = frozenset()) -> None:
        self.text = text
        self.path = path
        self.text_under = text_under
        self.data: Data = None
        self.faults: list[Fault] = []
        self.marks: dict[int, list[Mark]] = {}
        self.doubtful: set[tuple[int, int]] = set()
        self.anchors: dict[str, Data] = {}
        self.aliased = 0
        self.weights: dict[int, int] = {}
        self.depth = 0
        self.next_event: Callable[[], _Event]

    def meaning(self, written: str) -> Data:
        """Return the number or boolean that an unquoted scalar is; None where it is text."""
        return yaml_scalars.meaning(written)

    def complain(self, fault: Fault) -> None:
        """Record a fault; what comes after it is read as well."""
        self.faults.append(fault)

    def read(self) -> None:
        """Read the whole text; an error of the parser becomes a fault."""
        loader = None
        try:
            if fault := yaml_characters.hidden_break(self.text, self.path):
                self.complain(fault)
                return
            loader = LOADER(self.text)
            self.next_event = loader.get_event
            self._stream()
        except _Stopped:
            pass
        except yaml.reader.ReaderError as error:
            self.complain(yaml_characters.unprintable(self.text, error.reason, self.path))
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        finally:
            if loader is not None:
                loader.dispose()

    def _stream(self) -> None:
        self.next_event()
        if self.next_event().__class__ is not _DOCUMENT_START:
            return
        self.data = self._value(self.next_event(), is_text=False)
        event = self.next_event()
        while event.__class__ is _DOCUMENT_END:
            event = self.next_event()
        if event.__class__ is _DOCUMENT_START:
            self._fault(event, worded("fault.second_document"), worded("hint.one_document"))

    def _value(self, event: _Event, *, is_text: bool) -> Data:
        kind: type = event.__class__
        if kind is _SCALAR:
            return self._scalar(event, is_text=is_text)
        if kind is _ALIAS:
            return self._alias(event)
        if event.tag is not None:
            self._check_tag(event)
        self.depth += 1
        if self.depth > self.deepest:
            self._stop(event, worded("fault.nested", most=self.deepest))
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
        built: dict[str, Data] = {}
        places = self._places(built, start)
        while (event := self.next_event()).__class__ is not _MAPPING_END:
            mark, key = event.start_mark, self._key(event)
            if key is None or key in built:
                self._refuse_key(event, key, built)
                self._value(self.next_event(), is_text=True)
                continue
            event = self.next_event()
            read = self._scalar if event.__class__ is _SCALAR else self._value
            built[key] = read(event, is_text=is_text or key in self.text_under)
            places += mark, event.start_mark
        return built

    def _list(self, start: _Event, *, is_text: bool) -> list[Data]:
        built: list[Data] = []
        places = self._places(built, start)
        while (event := self.next_event()).__class__ is not _LIST_END:
            built.append(self._value(event, is_text=is_text))
            places.append(event.start_mark)
        return built

    def _places(self, built: Container, start: _Event) -> list[Mark]:
        """Return the list that the places within a container go to."""
        places = [start.start_mark]
        if self.keeps_places:
            self.marks[id(built)] = places
        return places

    def _scalar(self, event: _Event, *, is_text: bool) -> Data:
        value: Data = event.value
        if event.implicit[0] and not event.style:
            if value in SPECIAL or event.value[0] in NUMERIC:
                value = self._plain(event, is_text=is_text)
        elif event.tag is not None:
            self._check_tag(event)
        elif self.refuses_controls and (found := _UNUSABLE.search(event.value)):
            self._fault(event, worded("fault.character_here", code=f"{ord(found[0]):04X}"))
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value

    def _check_tag(self, event: _Event) -> None:
        if event.tag not in self.harmless_tags:
            self._fault(event, worded("fault.tag", tag=event.tag), worded("hint.remove"))

    def _plain(self, event: _Event, *, is_text: bool) -> Data:
        """Return the value of an unquoted scalar."""
        written = event.value
        if written in NULLS:
            return None
        if is_text:
            return written
        value = self.meaning(written)
        if value is not None:
            return value
        if self.keeps_places and yaml_scalars.is_doubtful(written):
            self.doubtful.add((event.start_mark.line + 1, event.start_mark.column + 1))
        return written

    def _key(self, event: _Event) -> str | None:
        """Return a key as it is written, or what its alias stands for; None if it is no text."""
        if event.__class__ is not _SCALAR:
            value = self._value(event, is_text=True)
            return value if isinstance(value, str) else None
        if event.tag is not None:
            self._check_tag(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = event.value
        return sys.intern(event.value)  # a large board has the same few keys 10,000 times

    def _refuse_key(self, event: _Event, key: str | None, built: dict[str, Data]) -> None:
        if key is None:
            self._fault(event, worded("fault.key_text"))
            return
        lines = self._both(event, key, built)
        self._fault(event, worded("fault.set_twice", key=key, where=lines), worded("hint.keep_one"))

    def _both(self, event: _Event, key: str, built: Container) -> str:
        """Return where a key stands twice, as far as that is known."""
        if not self.keeps_places:
            return ""
        first = self.marks[id(built)][1 + 2 * list(built).index(key)].line + 1
        here = event.start_mark.line + 1
        return (
            worded("fault.in_lines", first=first, second=here)
            if first != here
            else worded("fault.in_this_line")
        )

    def _alias(self, event: _Event) -> Data:
        if event.anchor not in self.anchors:
            self._fault(event, worded("fault.alias_nothing", name=event.anchor))
            return None
        value = self.anchors[event.anchor]
        self.aliased += self._weight(value)
        if self.aliased > self.most_aliased:
            self._stop(event, worded("fault.alias_many", most=self.most_aliased))
        return value

    def _weight(self, value: Data) -> int:
        """Count the values of a part, those of aliases each time."""
        if not isinstance(value, dict | list):
            return 1
        if id(value) not in self.weights:
            parts = value.values() if isinstance(value, dict) else value
            self.weights[id(value)] = 1 + sum(map(self._weight, parts))
        return self.weights[id(value)]

    def _fault(self, event: _Event, message: str, hint: str = "") -> None:
        self._fault_at(event.start_mark.line, event.start_mark.column, message, hint)

    def _fault_at(self, line: int, column: int, message: str, hint: str = "") -> None:
        self.complain(
            Fault(path=self.path, line=line + 1, column=column + 1, message=message, hint=hint)
        )

    def _stop(self, event: _Event, message: str) -> None:
        self._fault(event, message)
        raise _Stopped

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        context = f" {error.context}" if error.context else ""
        self._fault_at(line, column, f"not YAML: {error.problem or 'unreadable'}{context}")


def outline(text: str) -> Node | None:
    """Return the outermost part of a text; None for an empty one, or where anchors are unclear.

    What an alias stands for is the very part that its anchor marks.
    """
    try:
        node: Node | None = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError:
        return None
    return node
