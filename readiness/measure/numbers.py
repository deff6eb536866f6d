"""What counts as a number: a plain, finite decimal that stands whole in the output."""

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from functools import reduce

from readiness.measure.problem import NotMeasuredError, shown
from readiness.model.words import ReasonCode
from readiness.startup.patterns import later

EXACT = Context(prec=2000, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Arithmetic that loses no digit of sums of numbers within the bounds below."""

_EXPONENTS = range(-400, 309)
_MOST_DIGITS = 400
_SURELY_BOUNDED = 300

_NUMBER = later(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")

# What directly before or after a number makes it a piece of a longer one: a digit, a digit behind
# a separator of thousands or decimals, a sign or a leading point, an exponent, a 0x.
_SEPARATOR = "[.,'’_\u00a0\u2009\u202f]"
_PIECE_BEFORE = later(rf"(?:\d{_SEPARATOR}?|\d[eE][+-]?|(?:^|[\s:=(\[|])[-−.]|0[xX])\Z")
_PIECE_AFTER = later(rf"{_SEPARATOR}?\d|[eE][+-]?\d")
_HEXADECIMAL = later(r"0[xX][0-9a-fA-F]")
_TOKEN_BEFORE = later(r"[-−\w.,'’\u00a0\u2009\u202f]*\Z")
_TOKEN_AFTER = later(r"[-−\w.,'’\u00a0\u2009\u202f]*")
_AROUND = 40


def exact_sum(numbers: list[Decimal]) -> Decimal:
    """Return the sum without rounding."""
    return reduce(EXACT.add, numbers, Decimal(0))


def bounded(number: Decimal) -> Decimal:
    """Return a finite number of sensible size unchanged (-0 as 0), and refuse any other."""
    if not number.is_finite():
        raise NotMeasuredError(ReasonCode.NOT_A_NUMBER, f"{number} is not a finite number")
    if not number:
        return Decimal(0)
    if number.adjusted() not in _EXPONENTS or len(number.as_tuple().digits) > _MOST_DIGITS:
        raise NotMeasuredError(
            ReasonCode.NOT_A_NUMBER, f"{shown(str(number), 40)} is too large or too small"
        )
    return number


def decimal(text: str) -> Decimal:
    """Return a number as a document format writes it, exactly; refuse NaN, infinity and 1e999."""
    if len(text) < _SURELY_BOUNDED and text[-1:].isdigit() and "e" not in text.lower():
        return Decimal(text)
    try:
        return bounded(Decimal(text))
    except ArithmeticError:
        raise ValueError(f"{text[:40]} is not a number") from None


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
                f"«{shown(stripped, 60)}» is a percentage, and the measure's unit is not %",
                "leave the % out of the regex's group, or give the measure the unit %",
            )
        stripped = stripped[:-1].rstrip()
    if not _NUMBER.fullmatch(stripped):
        raise NotMeasuredError(
            ReasonCode.NOT_A_NUMBER, f"«{shown(text.strip(), 60)}» is not a number"
        )
    return bounded(Decimal(stripped))


def refuse_piece(text: str, start: int, end: int) -> None:
    """Refuse a match that was cut out of a longer number: 1 of «1,234», 5 of «-5»."""
    found = text[start:end]
    bare = found.strip()
    if not bare or bare != found:
        return
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    cut_before = (bare[0].isdecimal() or bare[0] in ".,") and _PIECE_BEFORE.search(before)
    cut_after = (bare[-1].isdecimal() or bare[-1] == ".") and (
        _PIECE_AFTER.match(after) or _HEXADECIMAL.match(bare + after)
    )
    if not (cut_before or cut_after):
        return
    head, tail = _TOKEN_BEFORE.search(before), _TOKEN_AFTER.match(after)
    whole = f"{head[0] if head else ''}{found}{tail[0] if tail else ''}"
    raise NotMeasuredError(
        ReasonCode.NOT_A_NUMBER,
        f"{shown(found, 60)} is part of {shown(whole, 100)}",
        "let the regex's group take the whole number, written plainly; a version is text, which"
        " `matches` compares",
    )
