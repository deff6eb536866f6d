"""Values in structured output: what a JMESPath query finds."""

from decimal import Decimal

import msgspec

from readiness.measure import costly
from readiness.measure.data import Data
from readiness.measure.documents import Documents
from readiness.measure.numbers import bounded, parse_number
from readiness.measure.parsing import reader_of
from readiness.measure.problem import NotMeasuredError, no_value, not_a_number, shown
from readiness.measure.text import COUNTED, LONGEST_LINE
from readiness.model.board import Check, Measure, Reader
from readiness.model.words import Format
from readiness.text.worded import worded


def query_result(
    documents: Documents, reader: Reader, check: Check, *, number: bool = False
) -> Data:
    """Return what the reader's query finds, or without a query the whole document.

    A `number` must come from something that is there, unless the check proves its work.
    """
    proven = not number or check.proof is not None
    passed_over = ""
    if reader.format is Format.JSONL and check.proof and check.proof.format is Format.TEXT:
        passed_over = check.proof.regex or check.proof.count
    text = documents.text(reader.source)
    may_be_empty = reader.format is Format.JSONL and check.proof is not None
    if not text.strip() and not may_be_empty:
        raise no_value(worded("reason.empty", source=shown(reader.source)))
    if not reader.query:
        return documents.document(reader.source, reader.format, passed_over)
    if not costly.is_cheap(text, reader.format, reader.query):
        return costly.search(text, reader.format, passed_over, reader.query, proven=proven)
    from readiness.measure.query import search

    document = documents.document(reader.source, reader.format, passed_over)
    return search(reader.query, document, proven=proven)


def listed(documents: Documents, measure: Measure, check: Check) -> tuple[str, ...]:
    """Return the lines that explain a measure; none where they cannot be read."""
    if not measure.lines:
        return ()
    reader = msgspec.structs.replace(measure.reader, query=measure.lines)
    try:
        lines = query_result(documents, reader, check)
    except NotMeasuredError:
        return ()
    texts = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    return tuple(line[:LONGEST_LINE] for line in texts[:COUNTED])


def values(
    documents: Documents, reader: Reader, check: Check, *, number: bool, unit: str
) -> list[Decimal | bool | str]:
    """Return the values that the query finds; none where it finds null or nothing in a list."""
    data = query_result(documents, reader, check, number=number)
    items = data if isinstance(data, list) else [data]
    textual = reader_of(reader.format).TEXT_ONLY
    return [
        _scalar(item, reader, number=number, unit=unit if textual else None)
        for item in items
        if item is not None and item != ""
    ]


def _scalar(item: Data, reader: Reader, *, number: bool, unit: str | None) -> Decimal | bool | str:
    """Return a single value; where `unit` is None, text is refused as a number."""
    if isinstance(item, bool):
        if number:
            raise _not_a_number(reader, f"{item}".lower(), worded("hint.condition"))
        return item
    if isinstance(item, int | Decimal):
        return bounded(Decimal(item))
    if isinstance(item, str):
        if not number:
            return item
        if unit is None:
            raise _not_a_number(
                reader, worded("reason.text_found", text=shown(item, 60)), worded("hint.to_number")
            )
        return parse_number(item, unit)
    what = worded("reason.a_list") if isinstance(item, list) else worded("reason.an_object")
    raise _not_a_number(reader, what, worded("hint.single_value"))


def _not_a_number(reader: Reader, what: str, why: str) -> NotMeasuredError:
    query = shown(reader.query, 120) or worded("reason.the_output")
    return not_a_number(worded("reason.gives", query=query, what=what), why)
