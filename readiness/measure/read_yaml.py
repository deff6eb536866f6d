"""YAML, by the rules of YAML 1.2 alone: `no`, `on`, `1:30` and `010` are text; no tags.

Made from libyaml's events: without recursion, so that depth cannot hurt; and with a bound on what
aliases may unfold to, since a query visits an aliased part as often as it is named.
"""

import yaml

from readiness.measure.data import Data
from readiness.measure.numbers import decimal
from readiness.startup.patterns import later

_DEEPEST = 100
_LARGEST = 16 * 1024 * 1024
_MOST_NODES = 2_000_000

_HIDDEN_BREAKS = ("\x85", "\u2028", "\u2029")
"""To our parser, which reads YAML 1.1, they end comments and break quoted text."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = later(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = later(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,9})?")
_NOT_FINITE = later(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, Data] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def parse(text: str) -> Data:
    """Return the only document as data."""
    if len(text) > _LARGEST:
        raise ValueError(f"it is larger than {_LARGEST // 1024**2} MiB")
    if found := next(filter(text.__contains__, _HIDDEN_BREAKS), ""):
        raise ValueError(f"it holds U+{ord(found):04X}, which ends a line in YAML 1.1 alone")
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    return builder.root


class _Builder:
    """Makes data from events. `stack` holds the open collections; `sizes` counts their nodes."""

    def __init__(self) -> None:
        self.root: Data = None
        self._documents = 0
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Data, int]] = {}

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_tag(event)
            self._add(_scalar(event), 1, event.anchor)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self._stack.pop()
            self._add(closed.data, closed.size, closed.anchor)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise ValueError(f"the alias *{event.anchor} stands for nothing complete")
            self._add(*self._anchors[event.anchor], None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise ValueError("it holds more than one document")

    def _open(self, event: yaml.CollectionStartEvent, data: Data) -> None:
        self._refuse_tag(event)
        if len(self._stack) >= _DEEPEST:
            raise ValueError(f"it is nested more than {_DEEPEST} levels deep")
        self._stack.append(_Open(data, event.anchor))

    def _refuse_tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            raise ValueError(f"it holds the tag {tag}, and tags are refused")

    def _add(self, data: Data, size: int, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = (data, size)
        if not self._stack:
            self.root = data
            return
        parent = self._stack[-1]
        parent.size += size
        if parent.size > _MOST_NODES:
            raise ValueError("its aliases unfold to more than can be read")
        parent.add(data)


class _Open:
    """A collection whose end has not come yet."""

    def __init__(self, data: Data, anchor: str | None) -> None:
        self.data = data
        self.anchor = anchor
        self.size = 1
        self._key: str | None = None

    def add(self, data: Data) -> None:
        if isinstance(self.data, list):
            self.data.append(data)
        elif isinstance(self.data, dict):
            if self._key is None:
                self._key = self._new_key(data)
            else:
                self.data[self._key] = data
                self._key = None

    def _new_key(self, data: Data) -> str:
        key = _key_text(data)
        if isinstance(self.data, dict) and key in self.data:
            raise ValueError(f"the key {key!r} stands twice in one mapping")
        return key


def _key_text(data: Data) -> str:
    if isinstance(data, dict | list):
        raise ValueError("a key is a collection")
    if data is None or isinstance(data, bool):
        return {None: "null", True: "true", False: "false"}[data]
    return str(data)


def _scalar(event: yaml.ScalarEvent) -> Data:
    text: str = event.value
    if event.style or not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text, 10 if text[-1:].isdigit() and text[:2] not in {"0o", "0x"} else 0)
    if _FLOAT.fullmatch(text):
        return decimal(text)
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a finite number")
    return text
