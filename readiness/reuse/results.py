"""A probe's result as it is kept for later runs: the record, and what was read of it."""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from readiness.model.board import Criterion
from readiness.model.digests import short_digest
from readiness.model.judgement import Measurement, Reading
from readiness.record.document import FindingRecord, ProbeRecord
from readiness.text.worded import worded


class KeptReading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A measurement, whose value is a text, a switch or, as text, a number."""

    value: str | bool
    is_number: bool = False
    unit: str = ""
    of: Decimal | None = None
    lines: list[str] = []
    word: str | None = None
    findings: list[FindingRecord] = []


class KeptResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one probe gave, and the `key` of all that this depends on.

    `run` is the run that measured it, `at` when, in Unix time. `readings` are by what was read.
    """

    key: str
    run: str
    at: float
    record: ProbeRecord
    readings: dict[str, KeptReading]


def reading_key(criterion: Criterion) -> str:
    """Return a key of what is read of a probe for a criterion; equal keys, equal readings."""
    number = criterion.expect.operator.needs_number
    return short_digest(msgspec.json.encode((criterion.check, criterion.measure, number)))


def kept_reading(
    reading: Reading, findings: list[FindingRecord], shown: Callable[[str], str]
) -> KeptReading | str:
    """Return a reading to be kept, or why not: a text that may not be `shown`; "" for an error.

    Nor is what raises a doubt: tests that passed on another try or do not count, an old report.
    """
    sample = reading.samples[0]
    if len(reading.samples) > 1 or not isinstance(sample, Measurement):
        return ""
    if (
        reading.retried
        or reading.flaky
        or reading.quarantined
        or reading.left_over
        or reading.doubts
    ):
        return worded("not_kept.doubt")
    value = sample.value
    if isinstance(value, str) and shown(value) != value:
        return worded("not_kept.secret")
    return KeptReading(
        value=str(value) if isinstance(value, Decimal) else value,
        is_number=isinstance(value, Decimal),
        unit=sample.unit,
        of=sample.of,
        lines=[shown(line) for line in sample.lines],
        word=None if reading.word is None else shown(reading.word),
        findings=findings,
    )


def reading_of(kept: KeptReading) -> Reading:
    """Decode a kept reading."""
    value = Decimal(kept.value) if kept.is_number else kept.value
    sample = Measurement(value=value, unit=kept.unit, of=kept.of, lines=tuple(kept.lines))
    return Reading(samples=(sample,), word=kept.word)


def from_bytes(stored: bytes, key: str) -> KeptResult | None:
    """Decode a stored result; None if the bytes are none of that key."""
    try:
        result = msgspec.json.decode(stored, type=KeptResult)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return result if result.key == key else None
