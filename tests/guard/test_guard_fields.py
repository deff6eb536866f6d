"""Every field of the model has a row that says what a change of it means, and means it."""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from readiness.guard.changes import Direction, Teller
from readiness.guard.fields import FIELDS, compare_fields
from readiness.model.board import Criterion, Sampling


def test_every_field_of_the_model_has_a_row() -> None:
    """And no row is of a field that is not there; other structs are values of these fields."""
    for kind, rows in FIELDS.items():
        assert set(kind.__struct_fields__) == set(rows), kind


def test_a_verdict_that_is_less_sure_is_loosened() -> None:
    """Or that allows more, or is compared with nothing; none at all is the least."""
    usual = Sampling(looks=(5, 20), error=0.05, tolerance=Decimal(0), against_base=True)
    rule = FIELDS[Criterion]["sampling"]
    assert rule is not None
    for change in ({"error": 0.1}, {"tolerance": Decimal("0.1")}, {"against_base": False}):
        other = replace(usual, **change)
        assert rule.direction(usual, other) is Direction.LOOSENED
        assert rule.direction(other, usual) is Direction.TIGHTENED
    assert rule.direction(usual, None) is Direction.LOOSENED


def test_a_field_that_nobody_knows_loosens() -> None:
    """What has no row is never silent."""

    class Unheard(msgspec.Struct, frozen=True):
        strength: int = 1

    (change,) = compare_fields(Teller("T1", "board.yaml"), Unheard(2), Unheard(1))
    assert (change.direction, change.before, change.after) == (Direction.LOOSENED, "2", "1")
