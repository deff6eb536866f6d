"""The single places that a tool complains about, for annotations and SARIF."""

import os
import re
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from readiness.measure import bounded
from readiness.measure.data import Data
from readiness.measure.documents import Documents
from readiness.measure.problem import NotMeasuredError
from readiness.measure.structured import query_result
from readiness.model.board import Check, Reader
from readiness.model.judgement import Finding
from readiness.model.words import Format
from readiness.text.clean import clean, cut

MOST_FINDINGS = 5_000
"""Number of findings that are kept of one probe, the first ones."""

_LONGEST_MESSAGE = 1_000
_LONGEST_PATH = 4_096


def find(documents: Documents, check: Check, reader: Reader) -> tuple[Finding, ...]:
    """Return the findings of a check's query or pattern, cleaned; none where it cannot be read.

    Paths below the probe's folder are made relative to it. An entry without a path is left out.
    """
    if reader.format is Format.EXIT:
        return ()
    try:
        items = _items(documents, reader, check)
    except (NotMeasuredError, bounded.PatternTooSlowError, re.error):
        return ()
    workdir = os.path.realpath(documents.workdir)
    made = (_finding(item, workdir) for item in items[:MOST_FINDINGS] if isinstance(item, dict))
    return tuple(finding for finding in made if finding is not None)


def _items(documents: Documents, reader: Reader, check: Check) -> Sequence[object]:
    """Return what the query finds, or, of each match in plain text, the named groups."""
    if reader.format is Format.TEXT:
        text = documents.plain_text(reader.source)
        return bounded.named_groups(reader.regex or reader.count, text, MOST_FINDINGS)
    data = query_result(documents, reader, check)
    return data if isinstance(data, list) else [data]


def _finding(item: dict[str, Data], workdir: str) -> Finding | None:
    path = item.get("path")
    if not isinstance(path, str) or not path:
        return None
    return Finding(
        path=_line_of_text(_relative(path, workdir), _LONGEST_PATH),
        line=_line_number(item.get("line")),
        rule=_line_of_text(item.get("rule"), _LONGEST_MESSAGE),
        message=_line_of_text(item.get("message"), _LONGEST_MESSAGE),
        fingerprint=_line_of_text(item.get("fingerprint"), _LONGEST_MESSAGE) or msgspec.UNSET,
    )


def _relative(path: str, workdir: str) -> str:
    path = path.removeprefix("file://")
    if "://" in path:
        return path
    path = os.path.normpath(path)
    inside = path.startswith(workdir.rstrip("/") + "/")
    return os.path.relpath(path, workdir) if inside else path


def _line_of_text(value: Data, limit: int) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return cut(clean(str(value), newlines=False), limit)


def _line_number(value: Data) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return 0
    try:
        return max(0, int(value))
    except (ValueError, OverflowError):
        return 0
