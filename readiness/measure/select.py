"""The values that a reader finds, and the one that counts."""

from collections.abc import Sequence
from decimal import Decimal

from readiness.measure import text
from readiness.measure.documents import Documents
from readiness.measure.numbers import bounded, exact_sum
from readiness.measure.problem import NotMeasuredError, no_value, shown
from readiness.model.board import Check, Measure, Reader
from readiness.model.words import Format, Pick, ReasonCode
from readiness.text.worded import worded

Value = Decimal | bool | str

_NEED_NUMBERS = frozenset(Pick) - {Pick.FIRST, Pick.LAST}


def read(documents: Documents, check: Check, measure: Measure, *, number: bool) -> Sequence[Value]:
    """Return all values that the measure's reader finds, numbers where numbers are needed."""
    reader = measure.reader
    number = number or reader.pick in _NEED_NUMBERS
    if reader.format is Format.EXIT:
        return _exit_status(documents)
    if reader.format is Format.TEXT:
        return text.values(
            documents,
            reader,
            number=number,
            unit=measure.unit,
            proven=check.proof is not None,
        )
    from readiness.measure import structured

    return structured.values(documents, reader, check, number=number, unit=measure.unit)


def total(documents: Documents, check: Check, measure: Measure) -> Decimal:
    """Return the total that a number is counted among; 0 raises, as nothing was done."""
    amount = picked(read(documents, check, measure, number=True), measure.reader)
    if not isinstance(amount, Decimal) or amount <= 0:
        raise no_value(
            worded("reason.no_work", value=shown(str(amount)), unit=measure.unit),
            worded("hint.no_work"),
        )
    return amount


def _exit_status(documents: Documents) -> list[Decimal]:
    status = documents.capture.exit_status
    return [] if status is None else [Decimal(status)]


def quantile(values: Sequence[Value], pick: Pick, error: float) -> tuple[Decimal, Decimal, Decimal]:
    """Return a quantile of the values between its bounds; too few values raise."""
    from readiness.statistics.bounds import fewest, quantile_interval

    numbers = [value for value in values if isinstance(value, Decimal)]
    bounds = quantile_interval(numbers, pick.share, error)
    if bounds is None:
        raise NotMeasuredError(
            ReasonCode.UNSETTLED,
            worded(
                "reason.too_few_values",
                pick=pick.value,
                count=len(numbers),
                least=fewest(pick.share, error),
                sure=f"{100 * (1 - error):.4g} %",
            ),
        )
    return bounds


def picked(values: Sequence[Value], reader: Reader) -> Value:
    """Return the only value, or the one that `pick` names."""
    values = [value for value in values if value != ""]
    if not values:
        raise no_value(
            worded(
                "reason.nothing_found",
                query=shown(reader.query or reader.regex, 120),
                source=shown(reader.source),
            )
        )
    if len(values) == 1 or reader.pick is Pick.FIRST:
        return values[0]
    if reader.pick is Pick.LAST:
        return values[-1]
    if reader.pick is None:
        some = ", ".join(shown(str(value), 30) for value in values[:3])
        raise NotMeasuredError(
            ReasonCode.SEVERAL_VALUES,
            worded("reason.several_values", some=some, more=", …" if len(values) > 3 else ""),
            worded("hint.several_values"),
        )
    numbers = [value for value in values if isinstance(value, Decimal)]
    if reader.pick is Pick.SUM:
        return bounded(exact_sum(numbers))
    return min(numbers) if reader.pick is Pick.MIN else max(numbers)
