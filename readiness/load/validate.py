"""Data against its definition: at once where all is well, else every fault with its place."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from typing import Final, TypeVar, cast

import msgspec
from msgspec import inspect

from readiness.load.faults import Problems, shown
from readiness.load.yamlfile import Path
from readiness.text.nearest import nearest, suggestion
from readiness.text.worded import joined, worded
from readiness.text.yaml_scalars import OLD_BOOLEANS, Data

Definition = TypeVar("Definition", bound=msgspec.Struct)

RULES: Final = {
    r"^[A-Za-z0-9._-]+$(?!\n)": "id",
    r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)": "variable",
    r"^[A-Za-z_][A-Za-z0-9_]*\*?$(?!\n)": "variables",
    r"^sha256:[0-9a-f]{64}$(?!\n)": "digest",
    r"^(?:[<>]=?|==)[0-9.]+(?:,(?:[<>]=?|==)[0-9.]+)*$(?!\n)": "versions",
    r"^[0-9.]+ ?%$(?!\n)": "share",
}
"""The names, in sentences, of the definitions' patterns."""

# Words of other formats, and what they are called here.
ELSEWHERE: Final = {
    "threshold": "expect",
    "limit": "expect",
    "max": "expect",
    "min": "expect",
    "op": "expect",
    "command": "run",
    "cmd": "run",
    "probe": "run",
    "name": "title",
    "parse": "read",
    "needs": "depends_on",
    "format": "as",
}


# What to write where nothing is meant, by the type of msgspec.inspect.
_EMPTY: Final = {"StrType": '""', "ListType": "[]", "DictType": "{}", "StructType": "{}"}


class _Dropped:
    """Stands for a value that has a fault."""


DROPPED: Final = _Dropped()


def convert(definition: type[Definition], problems: Problems) -> tuple[Definition | None, Walk]:
    """Return the document as its definition has it, with what is wrong left out.

    The faults go to `problems`. None where not even the outermost mapping is there.
    """
    document = problems.document
    walk = Walk(problems)
    if not document.doubtful and not document.faults:
        try:
            return msgspec.convert(document.data, definition, builtin_types=(Decimal,)), walk
        except msgspec.ValidationError:
            pass
    if document.faults and document.data is None:
        return None, walk
    value = walk.value(inspect.type_info(definition), document.data, ())
    return (None if value is DROPPED else cast("Definition", value)), walk


class Walk:
    """The thorough way: the same conversion in Python, which goes on after a fault.

    `paths` says where a part stood, by its id: list items with faults leave no gap behind.
    """

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.paths: dict[int, Path] = {}

    def path(self, part: object, otherwise: Path) -> Path:
        """Return where the part stands in its file."""
        return self.paths.get(id(part), otherwise) if self.paths else otherwise

    def value(self, kind: inspect.Type, data: Data, path: Path) -> object:
        """Convert one value; DROPPED, with a fault, where that cannot be."""
        match kind:
            case inspect.Metadata():
                return self.value(kind.type, data, path)
            case inspect.UnionType():
                return self.value(_alternative(kind, data), data, path)
            case inspect.StructType() if isinstance(data, dict):
                return self._struct(kind, data, path)
            case inspect.DictType() if isinstance(data, dict):
                return self._mapping(kind, data, path)
            case inspect.ListType() if isinstance(data, list):
                return self._list(kind, data, path)
            case inspect.EnumType() if isinstance(data, str):
                return self._enum(kind, data, path)
            case inspect.StrType() if isinstance(data, str):
                return self._text(kind, data, path)
            case inspect.IntType() if isinstance(data, int) and not isinstance(data, bool):
                return self._whole_number(kind, data, path)
            case _ if _fits(kind, data):
                return data
        self._mismatch(kind, data, path)
        return DROPPED

    def _mismatch(self, kind: inspect.Type, data: Data, path: Path) -> None:
        hint = ""
        if data is None:
            empty = _EMPTY.get(type(kind).__name__, "")
            hint = worded("hint.write", text=empty) if empty else ""
        elif isinstance(kind, inspect.StrType) and not isinstance(data, list | dict):
            hint = worded("hint.quote")
        self.problems.add(
            path, worded("fault.needed_here", wanted=_wanted(kind), found=_description(data)), hint
        )

    def _struct(self, kind: inspect.StructType, data: dict[str, Data], path: Path) -> object:
        part = self._repaired(kind, data, path)
        self.paths[id(part)] = path
        return part

    def _repaired(self, kind: inspect.StructType, data: dict[str, Data], path: Path) -> object:
        fields = {field.encode_name: field for field in kind.fields}
        values: dict[str, object] = {}
        unknown = [key for key in data if key not in fields]
        meant = {self._unknown_key(key, fields, data, path): key for key in unknown}
        _spell_right(data, {key: name for name, key in meant.items() if name})
        for name, field in fields.items():
            here = (*path, name)
            if name in data:
                value = self.value(field.type, data[name], here)
            elif not field.required:
                continue
            else:
                if name not in meant:
                    self.problems.add(here, worded("fault.missing", name=name))
                value = DROPPED
            if value is DROPPED and field.required:
                value = _placeholder(field.type)
                if value is DROPPED:
                    return DROPPED
            if value is not DROPPED:
                values[field.name] = value
        return kind.cls(**values)

    def _unknown_key(
        self, key: str, fields: dict[str, inspect.Field], data: dict[str, Data], path: Path
    ) -> str:
        """Complain of a key; return the one that was probably meant, or ""."""
        known = [name for name in fields if name not in data]
        meant = nearest(key, known)
        if not meant:
            other = ELSEWHERE.get(nearest(key, ELSEWHERE), "")
            meant = other if other in known else ""
        hint = (
            worded("hint.did_you_mean", word=meant)
            if meant
            else worded("hint.keys_here", names=", ".join(fields))
        )
        if key in OLD_BOOLEANS:
            hint = worded("hint.quote_text")
        elif key == "<<":
            hint = worded("hint.merge_keys")
        self.problems.add((*path, key), worded("fault.unknown_key", key=shown(key)), hint, key=True)
        if meant:
            self.problems.break_field((*path, meant))
        return meant

    def _mapping(self, kind: inspect.DictType, data: dict[str, Data], path: Path) -> object:
        built: dict[object, object] = {}
        for key, item in data.items():
            here = (*path, key)
            name = self._key(kind.key_type, key, here)
            value = self.value(kind.value_type, item, here)
            if name is not DROPPED and value is not DROPPED:
                built[name] = value
        return built

    def _key(self, kind: inspect.Type, key: str, path: Path) -> object:
        kind = kind.type if isinstance(kind, inspect.Metadata) else kind
        if isinstance(kind, inspect.EnumType):
            return self._enum(kind, key, path, key=True)
        if isinstance(kind, inspect.StrType):
            return self._text(kind, key, path, key=True)
        return key

    def _list(self, kind: inspect.ListType, data: list[Data], path: Path) -> object:
        if len(data) < (kind.min_length or 0):
            self.problems.add(path, worded("fault.empty_list"), worded("hint.needs_item"))
            return DROPPED
        items = (
            self.value(kind.item_type, item, (*path, index)) for index, item in enumerate(data)
        )
        return [item for item in items if item is not DROPPED]

    def _enum(
        self, kind: inspect.EnumType, data: str, path: Path, *, key: bool = False
    ) -> Enum | _Dropped:
        try:
            return kind.cls(data)
        except ValueError:
            names = [str(member.value) for member in kind.cls]
            message = worded("fault.not_one_of", text=shown(data), names=", ".join(names))
            self.problems.add(path, message, suggestion(data, names), key=key)
            return DROPPED

    def _text(
        self, kind: inspect.StrType, data: str, path: Path, *, key: bool = False
    ) -> str | _Dropped:
        if len(data) < (kind.min_length or 0):
            self.problems.add(path, worded("fault.empty"), key=key)
            return DROPPED
        if kind.pattern is None:
            return data
        rule = RULES[kind.pattern]
        if not re.search(kind.pattern, data):
            self.problems.add(
                path, worded(f"rule.{rule}", text=shown(data)), worded(f"rule_hint.{rule}"), key=key
            )
            return DROPPED
        if not key and self._doubtful(path):
            self.problems.add(
                path, worded("fault.doubtful", text=shown(data)), worded("hint.quote")
            )
            return DROPPED
        return data

    def _doubtful(self, path: Path) -> bool:
        """Return whether other readers of YAML take the text at `path` for something else."""
        place = self.problems.document.position(path)
        return (place.line, place.column) in self.problems.document.doubtful

    def _whole_number(self, kind: inspect.IntType, data: int, path: Path) -> int | _Dropped:
        if kind.ge is not None and data < kind.ge:
            self.problems.add(
                path,
                worded("fault.number_small", number=data),
                worded("hint.the_least", least=kind.ge),
            )
            return DROPPED
        if kind.le is not None and data > kind.le:
            self.problems.add(
                path,
                worded("fault.number_large", number=data),
                worded("hint.the_most", most=kind.le),
            )
            return DROPPED
        return data


def _alternative(kind: inspect.UnionType, data: Data) -> inspect.Type:
    """Choose the member of a union that the data is meant for."""
    bare = [part.type if isinstance(part, inspect.Metadata) else part for part in kind.types]
    if any(isinstance(part, inspect.DecimalType) for part in bare):
        return inspect.DecimalType()
    literal = next((part for part in bare if isinstance(part, inspect.LiteralType)), None)
    if literal is not None and (_fits(literal, data) or _is_nearly(literal, data)):
        return literal
    is_list = isinstance(data, list) or literal is not None
    wanted = inspect.ListType if is_list else inspect.StrType
    return next((part for part in bare if isinstance(part, wanted)), bare[0])


def _is_nearly(literal: inspect.LiteralType, data: Data) -> bool:
    """Return whether a text was meant to be one of the literal's, to report its fault as that."""
    return isinstance(data, str) and bool(nearest(data, map(str, literal.values)))


def _fits(kind: inspect.Type, data: Data) -> bool:
    match kind:
        case inspect.AnyType():
            return True
        case inspect.DecimalType():
            return isinstance(data, int | Decimal) and not isinstance(data, bool)
        case inspect.BoolType():
            return isinstance(data, bool)
        case inspect.LiteralType():
            return not isinstance(data, bool | list | dict) and data in kind.values
        case _:
            return False


def _spell_right(data: dict[str, Data], meant: dict[str, str]) -> None:
    """Rename misspelt keys to the names that were meant, so that values below are validated.

    Their places stay, by which the document knows where each stands.
    """
    if any(isinstance(data[key], dict | list) for key in meant):
        items = [
            (meant.get(key, key) if isinstance(value, dict | list) else key, value)
            for key, value in data.items()
        ]
        data.clear()
        data.update(items)


def _placeholder(kind: inspect.Type) -> object:
    """Return what stands for a required value that is missing or wrong."""
    match kind:
        case inspect.Metadata():
            return _placeholder(kind.type)
        case inspect.StrType():
            return ""
        case inspect.ListType():
            return []
        case _:
            return DROPPED


def _wanted(kind: inspect.Type) -> str:
    match kind:
        case inspect.StructType() | inspect.DictType():
            return worded("fault.a_mapping")
        case inspect.ListType():
            return worded("fault.a_list")
        case inspect.IntType():
            return worded("fault.whole_number")
        case inspect.DecimalType():
            return worded("fault.a_number")
        case inspect.BoolType():
            return worded("fault.true_or_false")
        case inspect.EnumType():
            names = [str(member.value) for member in kind.cls]
            return worded("fault.one_of", names=joined(names, "names"))
        case inspect.LiteralType():
            return joined(list(map(str, kind.values)), "or")
        case _:
            return worded("fault.text")


def _description(data: Data) -> str:
    match data:
        case None:
            return worded("fault.nothing")
        case bool():
            return str(data).lower()
        case int() | Decimal():
            return worded("fault.the_number", number=data)
        case str():
            return worded("fault.the_text", text=shown(data))
        case list():
            return worded("fault.a_list")
        case dict():
            return worded("fault.a_mapping")
