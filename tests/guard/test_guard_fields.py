"""Every field of the model has a row that says what a change of it means, and means it."""

import typing
from collections.abc import Iterator

import msgspec

from readiness.guard.changes import Direction, Teller
from readiness.guard.fields import FIELDS, compare_fields
from readiness.model.board import Board


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
