"""Values in plain text: what a regular expression matches, or how many lines it matches."""

import re
from decimal import Decimal

from readiness.measure import bounded
from readiness.measure.documents import Documents
from readiness.measure.numbers import line_around, parse_number, piece, refuse_piece, scale
from readiness.measure.problem import NotMeasuredError, no_value, shown, unreadable
from readiness.model.board import Reader
from readiness.model.words import Pick, ReasonCode
from readiness.text.worded import worded

COUNTED = 10
"""Number of the counted lines that are kept, for people."""

LONGEST_LINE = 2_000
_MOST_MATCHES = 1_000_000
_OTHER_TAILS = ("", "k", "M", "d", "h", "m", "s")
_ENOUGH: dict[Pick | None, int] = {None: 2, Pick.FIRST: 1}
"""Number of matches to look for: without `pick` two are as wrong as more."""


def values(
    documents: Documents, reader: Reader, *, number: bool, unit: str, proven: bool
) -> list[Decimal] | list[str]:
    """Return what the text gives: matches in their order (numbers if so asked), or one count.

    Only a tool that is `proven` to have done its work may say nothing and mean none.
    """
    text = documents.plain_text(reader.source)
    if reader.count:
        if "\0" in text:  # UTF-16, or no text at all: no word would be found in it
            raise unreadable(
                worded("reason.nul_bytes", source=shown(reader.source)), worded("hint.utf8_text")
            )
        if not (proven or text.strip()):
            raise _nothing_to_count(reader)
        return [Decimal(count(reader.count, text))]
    limit = _ENOUGH.get(reader.pick, _MOST_MATCHES)
    matches = spans(reader.regex, text, limit)
    if not matches or matches[0][0] == matches[0][1]:
        raise _no_match(reader, text)
    if len(matches) == _MOST_MATCHES:
        raise unreadable(
            worded("reason.many_matches", regex=shown(reader.regex), count=f"{_MOST_MATCHES:,}")
        )
    if not number or (reader.pick is None and len(matches) > 1):
        return [text[start:end] for start, end in matches]
    if reader.pick is Pick.LAST:
        matches = matches[-1:]
    return [_number(reader.regex, text, span, unit) for span in matches]


def _number(regex: str, text: str, span: bounded.Span, unit: str) -> Decimal:
    """Return the number that was matched, unless what surrounds it makes it another one."""
    match = text[slice(*span)]
    start = span[0] + len(match) - len(match.lstrip())
    if bare := match.strip():
        end = start + len(bare)
        refuse_piece(text, start, end, unit)
        tail = scale(text, start, end, unit)
        if tail and not _insists(regex, text, span, end, tail):
            raise piece(bare, bare + tail)
    return parse_number(bare, unit)


def _insists(regex: str, text: str, span: bounded.Span, end: int, tail: str) -> bool:
    """Return whether the pattern asks for this very tail: then its author knows of it."""
    first, last = line_around(text, start := span[0], end)
    place = start - first, span[1] - first
    return not any(
        place in spans(regex, f"{text[first:end]}{other}{text[end + len(tail) : last]}", 0)
        for other in _OTHER_TAILS
        if other != tail
    )


def count(pattern: str, text: str) -> int:
    """Count the lines in which the pattern is found. Raises if the search takes too long."""
    try:
        return bounded.count(pattern, text)
    except (bounded.PatternTooSlowError, re.error) as error:
        raise _bad_pattern(pattern, error) from None


def counted(documents: Documents, reader: Reader) -> tuple[str, ...]:
    """Return the first of the counted lines, as printed but shortened.

    None where the reader counts no lines.
    """
    if not reader.count:
        return ()
    text = documents.plain_text(reader.source)
    try:
        lines = bounded.lines(reader.count, text, COUNTED)
    except (bounded.PatternTooSlowError, re.error):
        return ()
    return tuple(line[:LONGEST_LINE] for line in lines)


def spans(pattern: str, text: str, limit: int) -> list[bounded.Span]:
    """Return the matches of the pattern or its group. Raises if the search takes too long."""
    try:
        return bounded.spans(pattern, text, limit)
    except (bounded.PatternTooSlowError, re.error) as error:
        raise _bad_pattern(pattern, error) from None


def _bad_pattern(pattern: str, error: Exception) -> NotMeasuredError:
    if isinstance(error, bounded.PatternTooSlowError):
        return NotMeasuredError(
            ReasonCode.PATTERN_TOO_SLOW,
            worded("reason.pattern_too_slow", regex=shown(pattern), what=error.args[0]),
            worded("hint.pattern_repeats"),
        )
    return unreadable(worded("reason.not_a_regex", regex=shown(pattern), why=shown(str(error))))


def _nothing_to_count(reader: Reader) -> NotMeasuredError:
    return no_value(
        worded("reason.empty_never_ran", source=shown(reader.source)),
        worded("hint.say_done", proof="proof: {as: text, regex: '^done$'}"),
    )


def _no_match(reader: Reader, text: str) -> NotMeasuredError:
    if not text.strip():
        return no_value(worded("reason.empty", source=shown(reader.source)))
    return no_value(
        worded("reason.no_match", regex=shown(reader.regex), source=shown(reader.source))
    )
