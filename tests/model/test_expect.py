"""What an expectation means: its grammar, its units, what meets it, and how near a value is."""

from decimal import Decimal
from fractions import Fraction

import pytest

from readiness.model import expect, units
from readiness.model.amounts import format_among
from readiness.model.words import Better, Operator
from tests.support.builders import a_measure

D = Decimal


@pytest.mark.parametrize(
    ("text", "operator", "number", "high", "unit", "pattern"),
    [
        ("< 50", Operator.LT, "50", "0", "", ""),
        ("  <=  1.5 s ", Operator.LE, "1.5", "0", "s", ""),
        ("> -3", Operator.GT, "-3", "0", "", ""),
        (">= 80%", Operator.GE, "80", "0", "%", ""),
        ("!= 1e3", Operator.NE, "1000", "0", "", ""),
        ("between 1 and 5", Operator.BETWEEN, "1", "5", "", ""),
        ("between 500 ms and 2 s", Operator.BETWEEN, "500", "2000", "ms", ""),
        ("true", Operator.TRUE, "0", "0", "", ""),
        ("false", Operator.FALSE, "0", "0", "", ""),
        (r"matches ^v\d+$", Operator.MATCHES, "0", "0", "", r"^v\d+$"),
        ("contains a and b", Operator.CONTAINS, "0", "0", "", "a and b"),
    ],
)
def test_every_form_of_the_grammar_is_read(
    text: str, operator: Operator, number: str, high: str, unit: str, pattern: str
) -> None:
    """Each operator of the contract is read with its exact numbers, unit and pattern."""
    parsed = expect.parse(text)

    assert parsed.text == text.strip()
    assert (parsed.operator, parsed.number, parsed.high) == (operator, D(number), D(high))
    assert (parsed.unit, parsed.pattern) == (unit, pattern)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write `==`"),
        ("50", 'such as "== 50"'),
        ("500 ms", 'such as "== 500 ms"'),
        ("= 5", 'write "== 5"'),
        ("≤ 5", 'write "<= 5"'),
        ("True", 'write "true"'),
        ("about 5", "write `==`"),
        ("<", '"" is not a number'),
        ("< nan", "it must be finite"),
        ("< 1,234", 'without separators, such as "1234"'),
        ("< 1_000", 'without separators, such as "1000"'),
        ("< 1e9999", "is not a number"),
        ("< ٣", "is not a number"),
        ("< 10k", '"k" is not a unit; the units are %, us, ms'),
        ("between 5", "no upper end"),
        ("between 5 and 1", "the smaller number first"),
        ("between 1 s and 5 B", "mixes s and B"),
        ("matches (", "missing ), unterminated subpattern at position 1"),
        ("matches a{99999999999}", "too large"),
        ("matches", "can never fail"),
        ("matches .*", "can never fail"),
        (r"matches [\s\S]*", "can never fail"),
        ("matches ^", "can never fail"),
        ("contains ", "can never fail"),
        ("matches [^\\x7f]", "can never fail"),
        ("5 MiB", 'such as "== 5 MiB"'),
        ("≠ 5", 'write "!= 5"'),
        ("= 5\n6", 'write "== 5\n6"'),
        ("between 1 and 2 and 3", '"2 and 3"'),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, says: str) -> None:
    """What is no expectation, or one that can never fail, is named together with the remedy."""
    with pytest.raises(ValueError, match=r".+") as error:
        expect.parse(text)

    assert says in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        *("^v1", "[^0]", "^(?!error)", "^.{0,5}$", "ok", r"^\d+$", "^[^ ]*$"),
        *(r"^(?!\d{3})", r"(?<!\d{3})$", "[^!]", "[ -~]"),
    ],
)
def test_a_pattern_that_some_text_fails_is_accepted(text: str) -> None:
    """A pattern is only refused where no text at all could fail it."""
    assert expect.parse(f"matches {text}").pattern == text


@pytest.mark.parametrize(
    ("text", "unit", "can"),
    [
        (">= 0", "errors", False),
        (">= -1", "%", False),
        ("> -1", "ms", False),
        ("!= -1", "B", False),
        (">= 0 ms", "", False),
        ("> 0", "errors", True),
        ("!= 0", "errors", True),
        ("< 100", "%", True),
        ("between 0 and 100", "%", True),
        (">= 0", "", True),
        ("true", "", True),
    ],
)
def test_what_a_quantity_meets_by_nature_can_never_fail(text: str, unit: str, can: bool) -> None:
    """Named units are never negative, so `>= 0 errors` asks for nothing."""
    assert expect.can_fail(expect.parse(text), unit) is can


@pytest.mark.parametrize(
    ("text", "unit", "fits"),
    [
        ("< 50", "errors", True),
        ("< 50", "", True),
        ("< 1 error", "errors", True),
        ("< 50 errors", "files", False),
        ("< 500 ms", "s", True),
        ("< 500 ms", "", False),
        ("< 5 MiB", "s", False),
        ("true", "s", True),
    ],
)
def test_units_fit_within_their_kind(text: str, unit: str, fits: bool) -> None:
    """Times fit times and sizes fit sizes; every other unit fits itself alone."""
    assert expect.compatible(expect.parse(text), unit) is fits


@pytest.mark.parametrize(
    ("number", "source", "target", "result"),
    [
        ("1.5", "s", "ms", "1500"),
        ("500", "ms", "s", "0.5"),
        ("2", "d", "h", "48"),
        ("1", "GiB", "MiB", "1024"),
        ("3", "", "ms", "3"),
        ("3", "errors", "errors", "3"),
    ],
)
def test_numbers_are_converted(number: str, source: str, target: str, result: str) -> None:
    """A number keeps its worth in another unit of its kind."""
    assert units.convert(D(number), source, target) == D(result)


def test_units_of_two_kinds_are_not_converted() -> None:
    """There are no seconds in a byte."""
    with pytest.raises(ValueError, match="s cannot be converted to B"):
        units.convert(D(1), "s", "B")


@pytest.mark.parametrize(
    ("text", "value", "unit", "met"),
    [
        ("< 50", D(49), "errors", True),
        ("< 50", D(50), "errors", False),
        ("<= 50", D(50), "errors", True),
        ("> 0", D(0), "", False),
        (">= 100", D("99.96"), "%", False),
        ("== 0.3", D("0.1") + D("0.2"), "", True),
        ("!= 3", D(3), "", False),
        ("< 500 ms", D("0.4999"), "s", True),
        ("== 0.1 s", D(100), "ms", True),
        ("<= 1 KiB", D(1024), "B", True),
        ("between 1 and 2 s", D(1999), "ms", True),
        ("between 1 and 2 s", D(2001), "ms", False),
        ("between 1 and 2", D(2), "", True),
        ("true", True, "", True),
        ("true", False, "", False),
        ("false", False, "", True),
        ("true", "False", "", False),
        (r"matches ^v\d", "v2 of it", "", True),
        (r"matches ^v\d", "not v2", "", False),
        ("contains v2", "not v2", "", True),
        ("contains V2", "not v2", "", False),
        ("matches ^2", D("2.10"), "", True),
        ("contains true", True, "", True),
        ("<= 0.1", D("0.1000000000000000000000000000000000000000001"), "", False),
        ("< 1 s", D("1000.0000000000000000000000000000000000001"), "ms", False),
        ("< 5", D("1e999999999"), "", False),
        ("< 5 ms", D("1e999999999"), "s", False),
    ],
)
def test_values_are_held_against_the_expectation(
    text: str, value: expect.Value, unit: str, met: bool
) -> None:
    """Numbers are compared exactly, in any unit of their kind and at any size."""
    assert expect.holds(expect.parse(text), value, unit) is met


@pytest.mark.parametrize(
    ("text", "value", "says"),
    [
        ("< 5", "four", '"four" is not a number'),
        ("< 5", True, "true is not a number"),
        ("!= 5", D("NaN"), "NaN is not a number"),
        ("> 5", D("Infinity"), "Infinity is not a number"),
        ("true", D(1), "1 is neither true nor false"),
        ("false", "no", '"no" is neither true nor false'),
    ],
)
def test_a_value_of_the_wrong_kind_never_holds(text: str, value: expect.Value, says: str) -> None:
    """Text, a boolean, NaN or infinity where a number is asked for is refused by name."""
    assert expect.mismatch(expect.parse(text), value) == says
    with pytest.raises(TypeError, match=says):
        expect.holds(expect.parse(text), value)


def test_units_that_do_not_fit_are_not_compared() -> None:
    """A number without a unit is not taken for milliseconds."""
    with pytest.raises(ValueError, match="a number without unit does not fit < 5 ms"):
        expect.holds(expect.parse("< 5 ms"), D(1))


@pytest.mark.parametrize(
    ("text", "way", "goal"),
    [
        ("< 5", Better.LOWER, D(5)),
        ("== 0", Better.LOWER, D(0)),
        ("> 5", Better.HIGHER, D(5)),
        ("== 5", None, D(5)),
        ("!= 5", None, None),
        ("between 1 and 2", None, None),
        ("true", None, None),
    ],
)
def test_the_expectation_tells_where_to_go(text: str, way: Better | None, goal: D | None) -> None:
    """Direction and target follow from the operator where it has them."""
    assert expect.direction(expect.parse(text)) == way
    assert expect.target(expect.parse(text)) == goal


def test_the_ends_of_between_come_into_the_smaller_unit() -> None:
    """Neither end loses anything on the way."""
    found = expect.parse("between 1 h and 2 d")

    assert (found.number, found.high, found.unit) == (D(1), D(48), "h")


@pytest.mark.parametrize(("value", "share"), [("1e-28", D("1e-28")), ("9e-29", D(0))])
def test_progress_is_known_to_28_decimals(value: str, share: D) -> None:
    """What would start after the 28th is nothing."""
    assert expect.progress(expect.parse(">= 1"), D(value)) == share


NEARLY = Fraction(999_999, 1_000_000)


@pytest.mark.parametrize(
    ("text", "value", "unit", "baseline", "better", "share"),
    [
        (">= 50 %", D("22.53"), "%", None, None, Fraction("0.4506")),
        ("< 50", D(1029), "errors", D(1029), None, Fraction(50, 1029)),
        ("== 0", D(16), "", D(16), None, 0),
        ("== 0", D(4), "", D(16), None, Fraction(3, 4)),
        ("== 0", D(20), "", D(16), None, 0),
        ("== 0", D(4), "", None, None, 0),
        ("== 0", D(3), "", D(-2), None, 0),
        (">= 8.0", D("5.5"), "", None, None, Fraction("0.6875")),
        (">= -5", D(-10), "", None, None, Fraction(1, 2)),
        ("< -5", D(-2), "", None, None, Fraction(2, 5)),
        ("< 50", D(50), "", None, None, NEARLY),
        ("< 500 ms", D(1), "s", None, None, Fraction(1, 2)),
        ("== 10", D(20), "", None, None, Fraction(1, 2)),
        ("== 10", D(5), "", None, Better.HIGHER, Fraction(1, 2)),
        ("== 10", D(20), "", None, Better.HIGHER, NEARLY),
        ("between 10 and 20", D(5), "", None, Better.LOWER, Fraction(1, 2)),
        ("between 10 and 20", D(40), "", None, None, Fraction(1, 2)),
        ("!= 5", D(5), "", None, None, 0),
        ("true", False, "", None, None, 0),
        ("contains x", "y", "", None, None, 0),
        ("contains x", "x", "", None, None, 1),
        ("contains x", D(4), "", D(16), None, 0),
        ("< 5", D("1e999999999"), "", None, None, 0),
        ("> 1e300", D("1e299"), "", None, None, Fraction(1, 10)),
        ("< 50", D(3), "", None, None, 1),
    ],
)
def test_progress_is_the_share_of_the_way(
    text: str,
    value: expect.Value,
    unit: str,
    baseline: D | None,
    better: Better | None,
    share: Fraction,
) -> None:
    """Progress follows the contract's formula; only what holds is at 1."""
    wanted = expect.parse(text)

    progress = expect.progress(wanted, value, unit, baseline, better)

    assert 0 <= share - Fraction(progress) < Fraction(1, 10**27)
    assert (progress == 1) == (share == 1)


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "shown"),
    [
        (D(1029), "errors", "< 50", "1029 errors"),
        (D(1), "errors", "", "1 error"),
        (D(1), "vulnerabilities", "", "1 vulnerability"),
        (D(1), "ms", "", "1 ms"),
        (D("99.96"), "%", ">= 100", "99.96 %"),
        (D("22.527777777777777"), "%", ">= 50", "22.53 %"),
        (D("49.999777777777777"), "%", ">= 50", "49.9998 %"),
        (D("49.999999999999999"), "%", ">= 50", "49.999999999999999 %"),
        (D("22.527777777777777"), "%", "", "22.527777777777777 %"),
        (D("22.527777777777777"), "%", ">= 50 %", "22.53 %"),
        (D("1.234"), "", "< 50", "1.23"),
        (D("1.23456"), "files", "< 50 ms", "1.23456 files"),
        (D("0.9999999999991234567"), "", ">= 1", "0.9999999999991234567"),
        (D(f"{10**28 + 1}.123456"), "", "< 50", f"{10**28 + 1}.12"),
        (D("NaN"), "", "< 50", "NaN"),
        (D("1E+29"), "", "", "1" + "0" * 29),
        (D("1E+30"), "", "", "1E+30"),
        (D("1E-29"), "", "", "0." + "0" * 28 + "1"),
        (D("1E-30"), "", "", "1E-30"),
        (True, "", "", "true"),
        ("v1.2", "", "", "v1.2"),
    ],
)
def test_values_are_shown_as_people_write_them(
    value: expect.Value, unit: str, wanted: str, shown: str
) -> None:
    """A value keeps the decimals that tell it from its limit, and all where there is none."""
    expectation = expect.parse(wanted) if wanted else None

    assert expect.format_value(value, unit, expectation) == shown


@pytest.mark.parametrize(
    ("value", "unit", "of", "total", "shown"),
    [
        (D("0"), "tests", D("928"), "tests", "0 failed of 928"),
        (D("1"), "tests", D("1"), "tests", "1 failed of 1"),
        (D("3"), "errors", D("41"), "files", "3 errors in 41 files"),
        (D("1"), "errors", D("1"), "files", "1 error in 1 file"),
        (D("22.53"), "%", D("9312"), "statements", "22.53 % of 9312 statements"),
        (D("3"), "errors", None, "files", "3 errors"),
    ],
)
def test_a_share_is_shown_with_its_total(
    value: D, unit: str, of: D | None, total: str, shown: str
) -> None:
    """How much was looked at stands beside what was found."""
    among = a_measure(unit, name="failed", of=a_measure(total, name="all"))
    text = expect.format_value(value, unit)
    assert format_among(text, among, of) == shown
    assert format_among(text, None, of) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", 600),
        ("1.5 h", 5400),
        ("500ms", 0.5),
        ("180d", 15552000),
        ("90", 90),
        (" 0.25 ", 0.25),
    ],
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    """A duration is read in seconds, in any unit of time."""
    assert units.duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "-1s", "nan", "inf", "1e400d", "1e-400s", "10x", "5 errors", "5 %", "m"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Nothing, zero, a negative or endless time and another kind of unit are refused by name."""
    with pytest.raises(ValueError, match=f'"{text}"'):
        units.duration(text)
