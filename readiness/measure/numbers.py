"""What counts as a number: a plain, finite decimal that stands whole in the output."""

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from functools import reduce

from readiness.measure.problem import NotMeasuredError, not_a_number, shown
from readiness.model.units import SIZES, TIMES, UNITS, meant_unit
from readiness.startup.patterns import later
from readiness.text.worded import worded

EXACT = Context(prec=2000, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Arithmetic that loses no digit of sums of numbers within the bounds below."""

_EXPONENTS = range(-400, 309)
_MOST_DIGITS = 400
_SURELY_BOUNDED = 300

_NUMBER = later(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")

# What directly before or after a number makes it a piece of a longer one: a digit, a digit behind
# a separator of thousands or decimals, a sign or a leading point, an exponent, a power, a fraction.
_SEPARATOR = (
    r"(?:[.,'`_\u00b4\u00b7\u02b9\u02bc\u02d9\u060c\u066b\u066c\u2018-\u201b\u2032\u2044\u2215"
    r"\uff07\uff0c\uff0e\u00a0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3164\uffa0]"
    r"|&#?\w+;)"
)
_NUMERALS = r"[\u5341\u767e\u5343\u4e07\u842c\u4ebf\u5104]"
_POWER = r"(?:\^|\*\*|[\u2070-\u207b\u00b2\u00b3\u00b9])"
_PIECE_BEFORE = later(
    rf"(?:\d(?:{_SEPARATOR}|{_NUMERALS})?|\d[eE][+-]?|0[xX]"
    r"|(?:^|[\s:=(\[|])[-.\u2010-\u2013\u2212\ufe63\uff0d])\Z"
)
_PIECE_AFTER = later(
    rf"{_SEPARATOR}?\d|[eE][+-]?\d|{_POWER}[+-]?\d|[ ]?[x\u00d7*\u00b7\u22c5][ ]?10{_POWER}"
    r"|[\u2030\u207a\u207b]|[ ][\u00bc-\u00be\u2150-\u215e]"
)
_HEXADECIMAL = later(r"0[xX][0-9a-fA-F]")
# Parts of a duration, as in 1m30s: the seconds of 2m30s alone are no duration, those of 0m30s are.
_LONGER = r"[ ]?(?:d|days?|h|hrs?|hours?|m|mins?|minutes?),?[ ]?"
_SHORTER = r"[ ]?(?:h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?|ms)(?![^\W\d])"
_MINUTES_BEFORE = later(rf"[1-9][0-9]*{_LONGER}\Z")
_SECONDS_AFTER = later(_SHORTER)
# What makes another number of it, unless the regular expression insists on it: the rest of a
# duration, a scale, the rest of a word, a mark that there is more.
_SCALE = later(
    rf"{_LONGER}[0-9.]+{_SHORTER}|(?:[kKMGT]i?[bB]?|m|kk)(?![^\W\d])|[ ][kM](?=[\s,;.)]|\Z)"
    rf"|[ ]?{_NUMERALS}|(?!x\d)[^\W\d_]+\d\w*|\+(?![\w+(])|\u2026"
    r"|[ ]?(?i:hundred|thousand|[mbtr]+illions?|dozen|lakh|crore|bn|ml[nd]|mi[lo]|mrd|tsd"
    r"|\u0442\u044b\u0441|\u043c\u043b[\u043d\u0440]\u0434?)(?![^\W\d])"
)
_UNIT = later(r"[ \u00a0\u202f]?([a-zA-Z\u00b5\u03bc]+|%)(?!\w)")
_CLOCK = later(r":[0-5]\d(?!\d)")
# 1.234 is more than a thousand beside 3,5 %, where no other number has a decimal point.
_GROUPED_BY_POINT = later(r"[1-9]\d{0,2}\.\d{3}")
_COMMA = later(r"(?<![\w.,])[\d.]*\d,\d{1,2}[ \u00a0\u202f]?(?:%|[a-zA-Z]{1,3}(?![a-zA-Z]))")
_POINT = later(r"(?<![\w.,])(?:0\.\d|\d+\.(?:\d{1,2}|\d{4,})(?![\d.,]))")
_REVERSED = later(r"[\u202d\u202e][^\u202c]*\Z")
_WORD = r"(?:[^\s()\[\]:=|\"«»]|[\u00a0\u2009\u202f])*"
_WORD_BEFORE = later(rf"{_WORD}\Z")
_WORD_AFTER = later(_WORD)
# Groups of three digits, parted by single spaces. What is part of a date, a time, a path, an
# address or a name is none, nor are numbers that stand in columns.
_GROUPS = (
    r"(?<![\w.,:/#])(?<![\w.,:/#][-−])[-−+]?[1-9]\d{0,2}(?:[ \u3000%s]\d{3})+"
    r"(?:[.,]\d+)?(?![.,:/-]?\d|[._][^\W\d])"
)
_GROUPED = later(_GROUPS % "")
_TABBED = later(_GROUPS % r"\t\v\f")
_NO_COLUMN = later(r"[\t\v\f]0")
_COLUMNS_BEFORE = later(r"[ ]*(?:\d+[ ]{2,})+")
_PART_OF_A_NUMBER = frozenset(("Cf", "Cs", "Mn", "Me", "No", "Nl"))
"""Categories of characters that change or split what they touch, as controls do too."""
_AROUND = 40
_LONGEST_LINE = 2_000
_MORE_UNITS = ("ns", "ps", "TB", "TiB", "PB", "PiB")
_UNIQ_WIDTH = 7


def exact_sum(numbers: list[Decimal]) -> Decimal:
    """Return the sum without rounding."""
    return reduce(EXACT.add, numbers, Decimal(0))


def bounded(number: Decimal) -> Decimal:
    """Return a finite number of sensible size unchanged (-0 as 0), and refuse any other."""
    if not number.is_finite():
        raise not_a_number(worded("reason.not_finite", number=number))
    if not number:
        return Decimal(0)
    if number.adjusted() not in _EXPONENTS or len(number.as_tuple().digits) > _MOST_DIGITS:
        raise not_a_number(worded("reason.number_size", number=shown(str(number), 40)))
    return number


def decimal(text: str) -> Decimal:
    """Return a number as a document format writes it, exactly; refuse NaN, infinity and 1e999."""
    if len(text) < _SURELY_BOUNDED and text[-1:].isdigit() and "e" not in text.lower():
        return Decimal(text)
    try:
        return bounded(Decimal(text))
    except ArithmeticError:
        raise ValueError(worded("reason.no_number_plain", text=text[:40])) from None


def parse_number(text: str, unit: str = "") -> Decimal:
    """Return the number that the text is, exactly.

    Blanks around it and a leading `+` are allowed, and a `%` behind it where the unit is `%`.
    Words, grouped digits, NaN, infinity, hexadecimal and non-ASCII digits are refused.
    """
    stripped = text.strip()
    if stripped.endswith("%"):
        if unit != "%":
            raise not_a_number(
                worded("reason.a_percentage", text=shown(stripped, 60)), worded("hint.a_percentage")
            )
        stripped = stripped[:-1].rstrip()
    if not _NUMBER.fullmatch(stripped):
        raise not_a_number(worded("reason.no_number", text=shown(text.strip(), 60)))
    return bounded(Decimal(stripped))


def refuse_piece(text: str, start: int, end: int, unit: str = "") -> None:
    """Refuse a match that was cut out of a longer number: 1 of «1,234» or «1 234», 5 of «-5».

    So is one that touches what is no plain text: a byte that is not UTF-8, a control or a format
    character, a digit of another kind; one that a terminal would show otherwise, and one whose own
    unit is not that of the measure.
    """
    bare = text[start:end]
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    cut_before = (bare[0].isdecimal() or bare[0] in ".,") and _PIECE_BEFORE.search(before)
    longer = _PIECE_AFTER.match(after)
    cut_after = (bare[-1].isdecimal() or bare[-1] == ".") and (
        longer or _HEXADECIMAL.match(bare + after)
    )
    minutes = _SECONDS_AFTER.match(after) and _MINUTES_BEFORE.search(before)
    if cut_before or cut_after or minutes or _is_foreign(before[-1:]) or _is_foreign(after[:1]):
        head, tail = minutes or _WORD_BEFORE.search(before), _WORD_AFTER.match(after)
        rest_of_it = max((match[0] for match in (tail, longer) if match), key=len, default="")
        raise piece(bare, f"{head[0] if head else ''}{bare}{rest_of_it}")
    around = before + bare + after
    for pattern in (_GROUPED, _TABBED):
        for grouped in pattern.finditer(around):
            first, last = (place - len(before) for place in grouped.span())
            is_cut = first < len(bare) and last > 0 and (first, last) != (0, len(bare))
            if not is_cut or _is_counted(around, *grouped.span()):
                continue
            if pattern is _GROUPED or not _in_columns(around, *grouped.span()):
                raise piece(bare, grouped[0])
    if own := _other_unit(after, unit):
        raise not_a_number(
            worded("reason.other_unit", whole=shown(bare + own, 60), unit=unit),
            worded("hint.other_unit"),
        )
    first, last = line_around(text, start, end)
    is_overwritten = "\r" in text[end:last].rstrip("\r")
    if is_overwritten or _REVERSED.search(text[first:start]):
        raise piece(bare, text[first:last])
    if _GROUPED_BY_POINT.fullmatch(bare):
        near = text[max(0, start - _LONGEST_LINE) : end + _LONGEST_LINE]
        if (comma := _COMMA.search(near)) and not _POINT.search(near):
            raise piece(bare, f"{bare} … {comma[0]}")


def line_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the line of a match begins and ends, as far as it is looked at."""
    first = max(text.rfind("\n", 0, start) + 1, start - _LONGEST_LINE)
    last = text.find("\n", end, end + _LONGEST_LINE)
    return first, min(len(text), end + _LONGEST_LINE) if last < 0 else last


def scale(text: str, start: int, end: int, unit: str) -> str:
    """Return what follows a number and makes another one of it, as the k of 12k; "" if nothing."""
    after = text[end : end + _AROUND]
    tail = (unit in TIMES and _CLOCK.match(after)) or _SCALE.match(after)
    if not tail or _is_of(unit, tail[0].strip()):
        return ""
    first, last = line_around(text, start, end)
    is_column = tail[0][0] == " " and _is_counted(text[first:last], start - first, end - first)
    return "" if is_column else tail[0]


def _other_unit(after: str, unit: str) -> str:
    """Return the unit that follows a number, where it is not the measure's own."""
    own = _UNIT.match(after)
    if not own or unit not in UNITS or _is_of(unit, own[1]):
        return ""
    return own[0] if own[1] in (*UNITS, *_MORE_UNITS) or meant_unit(own[1]) else ""


def _is_of(unit: str, name: str) -> bool:
    """Return whether a name is one of the unit's; M is one of MiB's."""
    names = (unit, unit[:1]) if unit in SIZES else (unit,)
    return bool(unit) and (name in names or name.upper() == names[-1] or meant_unit(name) == unit)


def _in_columns(text: str, start: int, end: int) -> bool:
    """Return whether tabs separate table columns here, as in `cat -n` or `git diff --numstat`.

    Then the line goes on with a tab, begins with blanks, or ends where no column begins with a 0.
    """
    before, after = text[:start].rpartition("\n")[2], text[end:].partition("\n")[0].rstrip("\r")
    if "\t" in (before[-1:], after[:1]) or (before and not before.strip()):
        return True
    return not after.strip() and not _NO_COLUMN.search(text[start:end])


def _is_counted(text: str, start: int, end: int) -> bool:
    """Return whether blanks separate columns here, as `uniq -c` and `wc` print them.

    The count of `uniq -c` ends with the seventh character of its line, whatever comes next; `wc`
    sets apart numbers of different length by several blanks.
    """
    before = text[:start].rpartition("\n")[2]
    count = text[start:end].partition(" ")[0]
    is_first = not before.strip(" ") and len(before) + len(count) == _UNIQ_WIDTH
    return is_first or _COLUMNS_BEFORE.fullmatch(before) is not None


def _is_foreign(character: str) -> bool:
    """Return whether a character changes or splits a number that it touches, seen or not."""
    if character.isascii():
        return not (character.isprintable() or character in "\t\n\v\f\r")
    from unicodedata import category

    kind = category(character)
    return kind in _PART_OF_A_NUMBER or kind == "Cc" or character == "\ufffd"


def piece(number: str, whole: str) -> NotMeasuredError:
    """Return that a number is only a part of what stands there."""
    return not_a_number(
        worded("reason.piece", found=shown(number, 60), whole=shown(whole, 100)),
        worded("hint.piece"),
    )
