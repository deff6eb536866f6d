"""Numbers and words in plain text."""

import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from readiness.model.judgement import Measurement, Unmeasured
from readiness.model.words import ReasonCode
from tests.support.captures import a_reader, read

ERRORS = r"errors: (\S+)"


@pytest.mark.parametrize(
    ("regex", "output", "value"),
    [
        (r"errors: (\d+)", "errors: 12\n", "12"),
        (r"(\d+) errors", "\x1b[31m12\x1b[0m errors\n", "12"),
        (r"errors: (\d+)", "errors: 1\x1b[0m234", "1234"),
        (r"errors: (\d+)", b"errors: 2 caf\xe9\n", "2"),
        (r"errors: (\d+)", "a" * 1_000_000 + "\nerrors: 3", "3"),
        (r"^(\d+)$", "x\r\n7\r\n", "7"),
        (ERRORS, "errors: +5", "5"),
        (ERRORS, "errors: 1.5e3", "1.5e3"),
        (ERRORS, "errors: -0", "0"),
        (ERRORS, "errors: 9007199254740993", "9007199254740993"),
        (r"errors:(.*)", "errors:   4  \n", "4"),
        (r"(\d+)/\d+ passed", "3/10 passed", "3"),
        (r"Found (\d+) errors", "3\nFound 3 errors in 2 files.", "3"),
        (r"(\d+)\.$", "errors: 3.", "3"),
        (r"错误(\d+)个", "错误12个", "12"),
        (r"(\d+) errors", "2025-11-05: 4 errors", "4"),
        (r"(\d+)x", "30x30", "30"),
        (r"(\d+)k errors", "12k errors", "12"),
        (r"(\d+)\+0 records", "1234+0 records in", "1234"),
        (r"took (\d+)m\d+s", "took 1m30s", "1"),
        (r"real\s+\d+m([\d.]+)s", "real\t0m1.234s", "1.234"),
        (r"in ([\d.]+)s", "3 passed (3,5 % more) in 1.23s", "1.23"),
        (r"in ([\d.]+)s", "1.5 ok (3,5 %) in 1.234s", "1.234"),
        (r"Fehler: (\d+)", "Dauer: 3,5 s, Fehler: 4", "4"),
        (r"a\.py:(\d+)", "a.py:12:15: E501", "12"),
        (r"found (\d+)", "found 3 Modules", "3"),
        (r"errors: (\d+)", "10%\r100%\rerrors: 4  \r\n", "4"),
        (r"errors: (\d+)", "checked 12 files\r" + " " * 20 + "\rerrors: 4\n", "4"),
        (r"errors: (\d+)", "\u202eab\u202c errors: 12", "12"),
    ],
)
def test_a_number_is_read_exactly(regex: str, output: str | bytes, value: str) -> None:
    """What stands there is what is read, digit by digit."""
    assert read(a_reader("text", regex=regex), output) == Measurement(value=Decimal(value))


@pytest.mark.parametrize(
    ("regex", "command", "value"),
    [
        (r"^ *(\d+) 404$", "printf '404\\n404\\n500\\n' | uniq -c", "2"),
        (r"^ *(\d+) ", "seq 100 | sed s/.*/404/ | uniq -c", "100"),
        (r"^ *(\d+) ", "seq 12 > 404.html; wc -l 404.html", "12"),
        (r"^ *\d+ +\d+ +(\d+) ", "seq 12345 12355 | sed p > x; wc x; rm x", "132"),
    ],
)
def test_a_count_beside_a_number_is_read(
    regex: str, command: str, value: str, tmp_path: Path
) -> None:
    """`uniq -c` and `wc` set columns apart by blanks, as others do groups of digits."""
    output = subprocess.check_output(["sh", "-c", command], cwd=tmp_path)
    assert read(a_reader("text", regex=regex), output) == Measurement(value=Decimal(value))


@pytest.mark.parametrize(
    ("regex", "output", "whole"),
    [
        (r"errors: (\d+)", "errors: 1,234", "1,234"),
        (r"errors: (\d+)", "errors: 1.5", "1.5"),
        (r"(\d+) s", ".25 s", ".25"),
        (r"errors: (\d+)", "errors: 1_000", "1_000"),
        (r"errors: (\d+)", "errors: 1'000", "1'000"),
        (r"errors: (\d+)", "errors: 1\u202f000", "1\u202f000"),
        (r"errors: (\d)", "errors: 123", "123"),
        (r"(\d+) errors", "delta=-5 errors", "-5"),
        (r"errors: (\d+)", "errors: 1e5", "1e5"),
        (r"errors: (\d+)", "errors: 0x10", "0x10"),
        (r"x(\d+)", "errors: 0x10", "0x10"),
        (r"errors: ([0-9]+)", "errors: 1٣", "1٣"),
        (r"(\d+) tests", "   12 404 tests", "12 404"),
        (r"errors: (\d+)", "errors: 1 234.5", "1 234.5"),
        (r"errors: (\d+)", "errors: 1\u2018234", "1\u2018234"),
        (r"errors: (\d+)", "errors: 1&nbsp;234", "1&nbsp;234"),
        (r"errors: (\d+)", "errors: 10^3", "10^3"),
        (r"errors: (\d+)", "errors: 3 x 10^3", "3 x 10^"),
        (r"errors: \D?(\d+)", "errors: \uff0d5", "\uff0d5"),
        (r"errors: (\d+)", "errors: 12k", "12k"),
        (r"^(\d+)", "12GiB\tdist", "12GiB"),
        (r"(\d+)\w* errors", "12M errors", "12M"),
        (r"(\d+)[kM] errors", "12k errors", "12k"),
        (r"errors: (\d+)", "errors: 2 Million", "2 Million"),
        (r"错误(\d+)", "错误2万", "2万"),
        (r"errors: (\d+)", "errors: 99+", "99+"),
        (r"errors: (\d+)", "errors: 1O0", "1O0"),
        (r"took (\d+)", "took 1m30s", "1m30s"),
        (r"took \d+m(\d+)s", "took 1m30s", "1m30s"),
        (r"Fehler: ([\d.]+)", "Dauer: 3,5 s\nFehler: 1.234", "1.234 … 3,5 s"),
        (r"^errors: (\d+)", "errors: 1\rwarnings: 12", r"errors: 1\rwarnings: 12"),
        (r"errors: (\d+)", "\u202eerrors: 12", r"\u202eerrors: 12"),
    ],
)
def test_a_piece_of_a_number_is_no_number(regex: str, output: str, whole: str) -> None:
    """1 is never read out of 1,234, and the reason shows both."""
    measured = read(a_reader("text", regex=regex), output)
    assert isinstance(measured, Unmeasured)
    assert measured.code is ReasonCode.NOT_A_NUMBER
    assert measured.reason.endswith(f" is part of {whole}")


@pytest.mark.parametrize(
    ("regex", "output", "unit", "value"),
    [
        (r"took ([\d.]+)", "took 12ms", "s", None),
        (r"took ([\d.]+)ms", "took 12ms", "s", None),
        (r"took ([\d.]+)", "took 12 \u00b5s", "ms", None),
        (r"([\d.]+)", "12 ms/op", "s", None),
        (r"took (\d+)", "took 1:30", "s", None),
        (r"size ([\d.]+)", "size 12K", "MiB", None),
        (r"size ([\d.]+)", "size 12 GB", "MiB", None),
        (r"took ([\d.]+)", "took 12 %", "s", None),
        (r"took ([\d.]+)", "took 12 \u00b5s", "us", "12"),
        (r"took ([\d.]+)", "took 12 seconds", "s", "12"),
        (r"took ([\d.]+)", "took 12 steps", "s", "12"),
        (r"took (\d+)", "took 3m", "m", "3"),
        (r"^(\d+)", "12M\tdist", "MiB", "12"),
        (r"(\d+) files", "12 files, 3 ms", "s", "12"),
    ],
)
def test_a_unit_in_the_text_is_that_of_the_measure(
    regex: str, output: str, unit: str, value: str | None
) -> None:
    """12 ms are never 12 s."""
    measured = read(a_reader("text", regex=regex), output, unit=unit)
    if value is None:
        assert isinstance(measured, Unmeasured)
        assert measured.reason.startswith("ambiguous: ")
    else:
        assert measured == Measurement(value=Decimal(value), unit=unit)


def test_whoever_reads_a_version_is_told_how() -> None:
    """20 of v20.20.2 is no number either; what to do instead is said."""
    measured = read(a_reader("text", regex=r"v(\d+)\."), "v20.20.2")
    assert isinstance(measured, Unmeasured)
    assert measured.reason.endswith("20 is part of v20.20.2")
    assert "`matches`" in measured.hint


@pytest.mark.parametrize(
    "word",
    [
        "nan",
        "inf",
        "1e999",
        "1e-999",
        "0x10",
        "1,234",
        "٣",
        "²",
        "5%",
        ".",
        "1..2",
        "12ms",
        "1e99999999999",
    ],
)
def test_no_number_is_no_number(word: str) -> None:
    """Words, grouped digits, NaN, infinity and other scripts' digits are refused."""
    measured = read(a_reader("text", regex=ERRORS), f"errors: {word}")
    assert isinstance(measured, Unmeasured)
    assert measured.code is ReasonCode.NOT_A_NUMBER


def test_a_percentage_needs_the_unit() -> None:
    """A captured % is part of the number only where the measure is one of percent."""
    reader = a_reader("text", regex=r"(\S+)$")
    assert read(reader, "TOTAL 22.53%", unit="%") == Measurement(value=Decimal("22.53"), unit="%")
    assert isinstance(read(reader, "TOTAL 22.53%", unit="s"), Unmeasured)


@pytest.mark.parametrize("output", ["", "\n", "nothing here", "errors:"])
def test_no_match_is_no_value(output: str) -> None:
    """Where nothing matches, nothing was measured; least of all 0."""
    measured = read(a_reader("text", regex=r"errors: (\d+)"), output)
    assert isinstance(measured, Unmeasured)
    assert measured.code is ReasonCode.NO_VALUE


def test_an_empty_or_absent_group_is_no_value() -> None:
    """A match whose group took part with nothing gives no value."""
    for regex in (r"errors:( *\d*)$", r"errors:( 7)?"):
        measured = read(a_reader("text", regex=regex), "errors:", number=False)
        assert isinstance(measured, Unmeasured)
        assert measured.code is ReasonCode.NO_VALUE


@pytest.mark.parametrize(
    ("pick", "value"),
    [("first", "3"), ("last", "5.5"), ("min", "-1"), ("max", "5.5"), ("sum", "7.5")],
)
def test_several_matches_need_a_pick(pick: str, value: str) -> None:
    """Without `pick` several values are an error; with it they are one."""
    output = "n=3\nn=-1\nn=5.5\n"
    picked = read(a_reader("text", regex=r"n=(.*)", pick=pick), output)
    assert picked == Measurement(value=Decimal(value))
    several = read(a_reader("text", regex=r"n=(.*)"), output)
    assert isinstance(several, Unmeasured)
    assert several.code is ReasonCode.SEVERAL_VALUES
    assert "3, -1" in several.reason


def test_one_bad_value_spoils_a_sum() -> None:
    """A sum over what is not all numbers is not a number."""
    measured = read(a_reader("text", regex=r"n=(.*)", pick="sum"), "n=3\nn=nan\n", number=False)
    assert isinstance(measured, Unmeasured)
    assert measured.code is ReasonCode.NOT_A_NUMBER


def test_sums_are_exact() -> None:
    """Decimals add up without rounding, however long they are."""
    output = "n=0.1\nn=0.2\nn=123456789012345678901234567890\n"
    measured = read(a_reader("text", regex=r"n=(.*)", pick="sum"), output)
    assert measured == Measurement(value=Decimal("123456789012345678901234567890.3"))


def test_text_stays_text_where_no_number_is_needed() -> None:
    """A version is a string, and so is a piece of it."""
    assert read(a_reader("text", regex=r"(\d+)\.\d+"), "v3.11", number=False) == Measurement(
        value="3"
    )


@pytest.mark.parametrize(
    ("output", "lines"),
    [("error\nok\nerror error\n", ("error", "error error")), ("ok\n", ())],
)
def test_matching_lines_are_counted_and_kept(output: str, lines: tuple[str, ...]) -> None:
    """`count` counts lines, and none is 0: that it may be is for the check's proof to say."""
    measured = read(a_reader("text", count="error"), output)
    assert measured == Measurement(value=Decimal(len(lines)), lines=lines)


@pytest.mark.parametrize("pattern", ["error", r"(\w+\s?)*error"])
def test_only_the_first_counted_lines_are_kept(pattern: str) -> None:
    """All are counted, ten are kept, none longer than people read; a worker's search as well."""
    measured = read(a_reader("text", count=pattern), f"error {'x ' * 5000}\n" * 12)
    assert isinstance(measured, Measurement)
    assert measured.value == 12
    assert len(measured.lines) == 10
    assert max(map(len, measured.lines)) == 2000


def test_a_wild_pattern_is_an_error_of_its_own() -> None:
    """The reason names the pattern and the limit; the next measure is read as ever."""
    measured = read(a_reader("text", regex=r"(\w+\s?)*errors"), "a" * 60)
    assert isinstance(measured, Unmeasured)
    assert measured.code is ReasonCode.PATTERN_TOO_SLOW
    assert measured.reason.startswith("pattern too slow: ")
    assert read(a_reader("text", regex=r"\d+"), "7") == Measurement(value=Decimal(7))
