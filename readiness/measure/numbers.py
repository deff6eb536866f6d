"""What counts as a number: a plain, finite decimal that stands whole in the output."""

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from functools import reduce

from readiness.measure.problem import NotMeasuredError, shown
from readiness.model.words import ReasonCode
from readiness.startup.patterns import later
from readiness.text.worded import worded

EXACT = Context(prec=2000, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Arithmetic that loses no digit of sums of numbers within the bounds below."""

_EXPONENTS = range(-400, 309)
_MOST_DIGITS = 400
_SURELY_BOUNDED = 300

_NUMBER = later(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")

# What directly before or after a number makes it a piece of a longer one: a digit, a digit behind
# a separator of thousands or decimals, a sign or a leading point, an exponent, a 0x.
_SEPARATOR = "[.,'’_\u066b\u066c\uff0c\uff0e\u00a0\u1680\u2000-\u200a\u202f\u205f]"
_PIECE_BEFORE = later(rf"(?:\d{_SEPARATOR}?|\d[eE][+-]?|(?:^|[\s:=(\[|])[-−.]|0[xX])\Z")
_PIECE_AFTER = later(rf"{_SEPARATOR}?\d|[eE][+-]?\d")
_HEXADECIMAL = later(r"0[xX][0-9a-fA-F]")
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
_UNIQ_WIDTH = 7


def exact_sum(numbers: list[Decimal]) -> Decimal:
    """Return the sum without rounding."""
    return reduce(EXACT.add, numbers, Decimal(0))


def bounded(number: Decimal) -> Decimal:
    """Return a finite number of sensible size unchanged (-0 as 0), and refuse any other."""
    if not number.is_finite():
        raise NotMeasuredError(ReasonCode.NOT_A_NUMBER, worded("reason.not_finite", number=number))
    if not number:
        return Decimal(0)
    if number.adjusted() not in _EXPONENTS or len(number.as_tuple().digits) > _MOST_DIGITS:
        raise NotMeasuredError(
            ReasonCode.NOT_A_NUMBER, worded("reason.number_size", number=shown(str(number), 40))
        )
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
            raise NotMeasuredError(
                ReasonCode.NOT_A_NUMBER,
                worded("reason.a_percentage", text=shown(stripped, 60)),
                worded("hint.a_percentage"),
            )
        stripped = stripped[:-1].rstrip()
    if not _NUMBER.fullmatch(stripped):
        raise NotMeasuredError(
            ReasonCode.NOT_A_NUMBER, worded("reason.no_number", text=shown(text.strip(), 60))
        )
    return bounded(Decimal(stripped))


def refuse_piece(text: str, start: int, end: int) -> None:
    """Refuse a match that was cut out of a longer number: 1 of «1,234» or «1 234», 5 of «-5».

    So is one that touches what is no plain text: a byte that is not UTF-8, a control or a format
    character, a digit of another kind.
    """
    piece = text[start:end]
    bare = piece.strip()
    if not bare:
        return
    start += piece.index(bare)
    end = start + len(bare)
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    cut_before = (bare[0].isdecimal() or bare[0] in ".,") and _PIECE_BEFORE.search(before)
    cut_after = (bare[-1].isdecimal() or bare[-1] == ".") and (
        _PIECE_AFTER.match(after) or _HEXADECIMAL.match(bare + after)
    )
    if cut_before or cut_after or _is_foreign(before[-1:]) or _is_foreign(after[:1]):
        head, tail = _WORD_BEFORE.search(before), _WORD_AFTER.match(after)
        raise _piece(bare, f"{head[0] if head else ''}{bare}{tail[0] if tail else ''}")
    around = before + bare + after
    for pattern in (_GROUPED, _TABBED):
        for grouped in pattern.finditer(around):
            first, last = (place - len(before) for place in grouped.span())
            is_cut = first < len(bare) and last > 0 and (first, last) != (0, len(bare))
            if not is_cut or _is_counted(around, *grouped.span()):
                continue
            if pattern is _GROUPED or not _in_columns(around, *grouped.span()):
                raise _piece(bare, grouped[0])


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


def _piece(number: str, whole: str) -> NotMeasuredError:
    return NotMeasuredError(
        ReasonCode.NOT_A_NUMBER,
        worded("reason.piece", found=shown(number, 60), whole=shown(whole, 100)),
        worded("hint.piece"),
    )
