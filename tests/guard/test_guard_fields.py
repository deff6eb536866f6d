"""Every field of the model has a row that says what a change of it means, and means it."""

import typing
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from readiness.guard.board import compare_boards
from readiness.guard.changes import Direction, Kind, Teller, loosened
from readiness.guard.fields import FIELDS, compare_fields, rule_of
from readiness.load import load_board
from readiness.model.board import Board
from tests.support.boards_compared import BOARD, FILES
from tests.support.repositories import write


def structs(hint: object) -> Iterator[type[msgspec.Struct]]:
    """The structs that a type is made of."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for part in typing.get_args(hint):
        yield from structs(part)


def of_the_model() -> set[type[msgspec.Struct]]:
    """All structs that a board holds, however deep."""
    known: set[type[msgspec.Struct]] = set()
    waiting: list[type[msgspec.Struct]] = [Board]
    while waiting:
        kind = waiting.pop()
        if kind not in known:
            known.add(kind)
            for hint in typing.get_type_hints(kind).values():
                waiting += structs(hint)
    return known


def test_every_field_of_the_model_has_a_row() -> None:
    """And no row is of a field that is not there."""
    assert of_the_model() == set(FIELDS)
    for kind, rows in FIELDS.items():
        assert set(kind.__struct_fields__) == set(rows), kind


def test_a_field_that_nobody_knows_loosens() -> None:
    """What has no row is never silent."""

    class Unheard(msgspec.Struct, frozen=True):
        strength: int = 1

    (change,) = compare_fields(Teller("T1", "board.yaml"), Unheard(2), Unheard(1))
    assert (change.direction, change.before, change.after) == (Direction.LOOSENED, "2", "1")


# --- the rows mean what they say ------------------------------------------------------------------


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """A board that has something of everything."""
    write(tmp_path, {"board.yaml": BOARD, **FILES})
    made = load_board(str(tmp_path / "board.yaml"), profile=None, environ={})
    used = {one.check.name for one in made.criteria() if one.check is not None}
    return replace(made, checks={name: made.checks[name] for name in used if name})


def otherwise(value: object) -> object:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case Enum():
            kinds = list(type(value))
            return kinds[(kinds.index(value) + 1) % len(kinds)]
        case str():
            return f"{value}9"
        case int() | float() | Decimal():
            return value + 1
        case tuple():
            return value[:-1]
        case dict() if not all(isinstance(key, Enum) for key in value):
            return dict(list(value.items())[:-1])
        case msgspec.Struct():
            name = value.__struct_fields__[0]
            return replace(value, **{name: otherwise(getattr(value, name))})
    return value


def edits(kind: type[msgspec.Struct], board: Board) -> Iterator[tuple[str, Board]]:
    """The board with one field changed in one thing of this kind, for each of its fields."""
    for name in kind.__struct_fields__:
        seen = False
        for changed in _changed(board, kind, name):
            seen = True
            yield name, changed  # type: ignore[misc]
            break
        if not seen:
            yield name, board


def _changed(whole: object, kind: type, name: str) -> Iterator[object]:
    """Everything that a thing becomes where the field of one `kind` in it is changed."""
    if isinstance(whole, kind) and (new := otherwise(getattr(whole, name))) != getattr(whole, name):
        yield replace(whole, **{name: new})  # type: ignore[type-var]
    for place, item in _parts(whole):
        for changed in _changed(item, kind, name):
            yield _with(whole, place, changed)


def _parts(whole: object) -> list[tuple[object, object]]:
    if isinstance(whole, msgspec.Struct):
        return [(each, getattr(whole, each)) for each in whole.__struct_fields__]
    if isinstance(whole, tuple):
        return list(enumerate(whole))
    return list(whole.items()) if isinstance(whole, dict) else []


def _with(whole: object, place: object, item: object) -> object:
    if isinstance(whole, msgspec.Struct):
        return replace(whole, **{str(place): item})
    if isinstance(whole, tuple):
        return tuple(item if n == place else each for n, each in enumerate(whole))
    assert isinstance(whole, dict)
    return {**whole, place: item}


@pytest.mark.parametrize("kind", sorted(FIELDS, key=lambda kind: kind.__name__))
def test_a_change_of_a_field_is_told_as_its_row_says(
    kind: type[msgspec.Struct], board: Board
) -> None:
    """What is a promise is told; where something stands is not."""
    for name, changed in edits(kind, board):
        if changed is board:
            continue
        changes = compare_boards(board, changed)
        rule = rule_of(kind, name)
        if rule is None or rule.kind is not Kind.FIELD:
            continue
        if rule.direction("9", "8") is Direction.LOOSENED:
            assert changes, (kind, name)
        else:
            assert not loosened(changes), (kind, name, changes)
