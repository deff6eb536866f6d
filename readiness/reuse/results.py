"""A probe's result as it is kept for later runs: the record, and what was read of it."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from readiness.model.board import Check, Criterion
from readiness.model.digests import short_digest
from readiness.model.judgement import Measurement, Reading
from readiness.record.document import FindingRecord, ProbeRecord
from readiness.text.worded import worded


class KeptReading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A measurement, with its value as what it is: a number, a text or a switch."""

    number: Decimal | None = None
    text: str | None = None
    switch: bool | None = None
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


def is_young_enough(result: KeptResult, checks: Sequence[Check], now: float) -> bool:
    """Return whether a result may still be reused, by all the checks that read it."""
    ages = [check.max_age for check in checks if check.max_age is not None]
    return not ages or 0 <= now - result.at <= min(ages)


def kept_reading(
    reading: Reading, findings: list[FindingRecord], shown: Callable[[str], str]
) -> KeptReading | str:
    """Return a reading to be kept, or why not: a text that may not be `shown`; "" for an error.

    Nor is what raises a doubt: tests that passed on another try or do not count, an old report.
    """
    sample = reading.samples[0]
    if len(reading.samples) > 1 or not isinstance(sample, Measurement):
        return ""
    if reading.retried or reading.flaky or reading.quarantined or reading.left_over:
        return worded("not_kept.doubt")
    value = sample.value
    if isinstance(value, str) and shown(value) != value:
        return worded("not_kept.secret")
    return KeptReading(
        number=value if isinstance(value, Decimal) else None,
        text=value if isinstance(value, str) else None,
        switch=value if isinstance(value, bool) else None,
        unit=sample.unit,
        of=sample.of,
        lines=[shown(line) for line in sample.lines],
        word=None if reading.word is None else shown(reading.word),
        findings=findings,
    )


def reading_of(kept: KeptReading) -> Reading:
    """Decode a kept reading."""
    values = (kept.number, kept.switch, kept.text)
    value = next(each for each in values if each is not None)
    lines = tuple(kept.lines)
    sample = Measurement(value=value, unit=kept.unit, of=kept.of, lines=lines)
    return Reading(samples=(sample,), word=kept.word)


def from_bytes(stored: bytes) -> KeptResult | None:
    """Decode a stored result; None if the bytes are not one."""
    try:
        return msgspec.json.decode(stored, type=KeptResult)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
