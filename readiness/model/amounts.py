"""What a value is counted among, in words."""

from decimal import Decimal

from readiness.model.board import Measure
from readiness.model.expect import format_value
from readiness.model.units import named
from readiness.text.worded import worded


def format_among(text: str, measure: Measure | None, of: Decimal | None) -> str:
    """Format how many a value was counted among: `0 failed of 928`, `12 of 41 files`.

    With another unit: `3 errors in 41 files`. `text` is the value as `format_value` writes it.
    """
    if of is None or measure is None or measure.of is None:
        return text
    if measure.of.unit == measure.unit:
        number = text.partition(" ")[0]
        if measure.name == measure.unit:
            return worded("amount.part", number=number, total=format_value(of, measure.unit))
        name = named(measure.name, one=number == "1")
        return worded("amount.named", number=number, name=name, total=format_value(of))
    total = format_value(of, measure.of.unit)
    if measure.unit == "%":
        return worded("amount.share", share=text, total=total)
    return worded("amount.among", amount=text, total=total)
