"""JSON, JSON lines, XML, YAML, TOML and CSV, and the queries over them."""

from decimal import Decimal

import pytest

from readiness.model.judgement import Measurement, Unmeasured
from readiness.model.words import ReasonCode
from tests.support.captures import a_reader, read

GUARDED = "length(errors) == `0` && metrics.loc > `0` && length(results)"


@pytest.mark.parametrize(
    ("kind", "query", "output", "value"),
    [
        ("json", "a.b", '{"a": {"b": 99.96}}', "99.96"),
        ("json", "@", "\ufeff12\n", "12"),
        ("json", "", "12", "12"),
        ("json", "length(@)", "[]", "0"),
        ("json", "a[?c=='x'].n", '{"a": [{"c": "x", "n": 3}, {"c": "y", "n": 4}]}', "3"),
        ("json", "n", '{"n": 123456789012345678901234567890}', "123456789012345678901234567890"),
        ("json", GUARDED, '{"errors": [], "metrics": {"loc": 9}, "results": []}', "0"),
        ("json", "sum(@)", "[0.1, 0.2, 3]", "3.3"),
        ("json", "avg(@)", "[0.1, 0.2]", "0.15"),
        ("json", "max(@)", "[0.1, 0.2]", "0.2"),
        ("json", "sort_by(@, &n)[0].n", '[{"n": 0.1}, {"n": 2}]', "0.1"),
        ("json", "length([?@ == `0.1`])", "[0.1, 0.10, 0.2]", "2"),
        ("json", "to_number(v[1])", '{"v": [1.5, "0.30"]}', "0.30"),
        ("jsonl", "length([?s=='error'])", '{"s": "error"}\n\n{"s": "note"}\n', "1"),
        ("jsonl", "[].n", '{"n": 1}', "1"),
        ("xml", 'a."@n"', "<a n='7'/>", "7"),
        ("xml", 'a.b."#text"', "<a><b x='1'>7.5</b></a>", "7.5"),
        ("xml", "length(to_array(a.b))", "<a><b/><b/></a>", "2"),
        ("xml", 'sum(a.b[].to_number("@n"))', "<a><b n='1'/><b n='0.5'/></a>", "1.5"),
        ("xml", 'a."@n"', '<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "a.dtd">\n<a n="7"/>', "7"),
        ("yaml", "a[0].b", "a:\n- b: 1.50\n", "1.50"),
        ("yaml", "b.n", "a: &x {n: 3}\nb: *x\n", "3"),
        ("yaml", "@", "--- 0x10\n...\n", "16"),
        ("toml", "a.b", "[a]\nb = 1_0.5\n", "10.5"),
        ("csv", "[?name=='b'].n", "name,n\na,1\nb,2\n", "2"),
        ("csv", "length(@)", "name,n\n", "0"),
        ("json", "length(errors)", '{"errors": []}', "0"),
        ("json", "errors || `0`", '{"errors": 0}', "0"),
        ("json", "sum(files[].not_null(errors, `0`))", '{"files": [{}]}', "0"),
        ("csv", 'sum([].to_number("n"))', 'name,n\r\n"a,\nb",1\r\nb,2\r\n', "3"),
    ],
)
def test_a_number_is_found_exactly(kind: str, query: str, output: str, value: str) -> None:
    """Every format is asked in one language, and numbers keep their digits."""
    assert read(a_reader(kind, query=query), output) == Measurement(value=Decimal(value))


@pytest.mark.parametrize(
    ("kind", "query", "output", "code"),
    [
        *((kind, "a", "", ReasonCode.NO_VALUE) for kind in ("json", "xml", "yaml", "toml", "csv")),
        ("jsonl", "length(@)", "", ReasonCode.NO_VALUE),
        ("json", "b", '{"a": 1}', ReasonCode.NO_VALUE),
        ("json", "sum([].errors)", "[]", ReasonCode.NO_VALUE),
        ("json", "files | sum([].errors)", '{"files": []}', ReasonCode.NO_VALUE),
        ("json", "errors || `0`", "{}", ReasonCode.NO_VALUE),
        ("json", "length(not_null(errors, `[]`))", "{}", ReasonCode.NO_VALUE),
        ("json", "@", "[]", ReasonCode.NO_VALUE),
        ("json", "@", "[null]", ReasonCode.NO_VALUE),
        ("json", "@", '""', ReasonCode.NO_VALUE),
        ("json", "@", "[1, 2]", ReasonCode.SEVERAL_VALUES),
        ("json", "@", "true", ReasonCode.NOT_A_NUMBER),
        ("json", GUARDED, '{"errors": [1], "metrics": {"loc": 9}, "results": []}', "not_a_number"),
        ("json", "@", '"12"', ReasonCode.NOT_A_NUMBER),
        ("json", "@", "[[1]]", ReasonCode.NOT_A_NUMBER),
        ("json", "a", '{"a": NaN}', ReasonCode.UNREADABLE),
        ("json", "a", '{"a": 1e999}', ReasonCode.NOT_A_NUMBER),
        ("json", "a", '{"a": 1e99999999999999999999}', ReasonCode.UNREADABLE),
        ("json", "a", '{"a": ' + "9" * 5000 + "}", ReasonCode.UNREADABLE),
        ("json", "a", '{"a": ' + "9" * 1000 + "}", ReasonCode.NOT_A_NUMBER),
        ("json", "a", '{"a": 5, "a": 0}', ReasonCode.UNREADABLE),
        ("json", "a", 'warning\n{"a": 5}', ReasonCode.UNREADABLE),
        ("json", "a", '{"a": 5', ReasonCode.UNREADABLE),
        ("json", "a", b'{"a": 5, "b": "\xe9"}', ReasonCode.UNREADABLE),
        ("json", "a", "[" * 100_000, ReasonCode.UNREADABLE),
        ("json", "length(a)", '{"b": 1}', ReasonCode.UNREADABLE),
        ("json", "a > 'x' && `1`", '{"a": 1}', ReasonCode.UNREADABLE),
        ("json", "to_number(a)", '{"a": "1,234"}', ReasonCode.NO_VALUE),
        ("jsonl", "length(@)", '{"a": 1}\nb.py:2: error: never closed\n', ReasonCode.UNREADABLE),
        ("jsonl", "length(@)", '{"a": 1}\n{"a": ', ReasonCode.UNREADABLE),
        ("xml", 'a."@n"', "<a n='7'>", ReasonCode.UNREADABLE),
        ("xml", "a", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", ReasonCode.UNREADABLE),
        ("xml", "a", "<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a>&x;</a>", ReasonCode.NO_VALUE),
        ("xml", 'a."@n"', "<a n='1,234'/>", ReasonCode.NOT_A_NUMBER),
        ("yaml", "a", "a: 1:30\n", ReasonCode.NOT_A_NUMBER),
        ("yaml", "a", "a: &x [*x]\n", ReasonCode.UNREADABLE),
        ("toml", "a", "a = nan\n", ReasonCode.NOT_A_NUMBER),
        ("toml", "a", "a = 1\na = 2\n", ReasonCode.UNREADABLE),
        ("csv", "[0].n", "n,n\n1,2\n", ReasonCode.UNREADABLE),
        ("csv", "[0].n", "n,m\n1\n", ReasonCode.UNREADABLE),
        ("csv", "[0].n", 'n\n"1', ReasonCode.UNREADABLE),
        ("csv", "[0].n", "n\nx\n", ReasonCode.NOT_A_NUMBER),
    ],
)
def test_what_cannot_be_read_says_why(
    kind: str, query: str, output: str | bytes, code: str
) -> None:
    """Nothing is guessed: there is a number, or a reason that there is none."""
    measured = read(a_reader(kind, query=query), output)
    assert isinstance(measured, Unmeasured), measured
    assert measured.code == code, measured
    assert measured.reason.isprintable()


@pytest.mark.parametrize(
    ("kind", "query", "output", "value"),
    [
        ("json", "a", '{"a": true}', True),
        ("json", "length(a) == `0` && b", '{"a": [1], "b": true}', False),
        ("json", "a", '{"a": "x y"}', "x y"),
        ("json", "a", '{"a": 1.50}', Decimal("1.50")),
        ("yaml", "a", "a: no\n", "no"),
        ("yaml", "a", "a: '1'\n", "1"),
        ("yaml", "a", "a: True\n", True),
        ("toml", "a", "a = 2025-11-05\n", "2025-11-05"),
        ("csv", "[0].n", "n\n1\n", "1"),
        ("json", "type(a)", '{"a": 1.5}', "number"),
        ("json", "to_string(@)", '{"a": [1.50, null, "b"]}', '{"a":[1.50,null,"b"]}'),
    ],
)
def test_words_and_booleans_are_values_too(
    kind: str, query: str, output: str, value: Decimal | bool | str
) -> None:
    """Where no number is needed, what is found stays what it is."""
    measured = read(a_reader(kind, query=query), output, number=False)
    assert measured == Measurement(value=value)
    assert isinstance(measured, Measurement)
    assert type(measured.value) is type(value)


@pytest.mark.parametrize(
    ("pick", "value"), [("first", "3"), ("last", "2"), ("min", "0.1"), ("max", "3"), ("sum", "5.1")]
)
def test_a_pick_makes_one_of_several(pick: str, value: str) -> None:
    """A list of numbers with `pick` is one number."""
    measured = read(a_reader("json", pick=pick), "[3, 0.1, 2]")
    assert measured == Measurement(value=Decimal(value))


def test_json_lines_may_hold_the_line_that_proves_them() -> None:
    """A plain line is passed over only where the check names it as its proof."""
    reader = a_reader("jsonl", query="length(@)")
    proof = a_reader("text", source="output", regex=r"Success: no issues|Found \d+ errors?")
    proven = read(reader, '{"a": 1}\nFound 1 error in 1 file\n', proof=proof)
    assert proven == Measurement(value=Decimal(1))
    assert read(reader, "Success: no issues\n", proof=proof) == Measurement(value=Decimal(0))
    assert read(reader, "\n", proof=proof) == Measurement(value=Decimal(0))
    other = read(reader, '{"a": 1}\nFound 1 error\nSegmentation fault\n', proof=proof)
    assert isinstance(other, Unmeasured)
    assert other.code is ReasonCode.UNREADABLE


def test_a_tool_that_proves_its_work_may_leave_out_what_is_none() -> None:
    """Without a proof a default would pass for a measurement."""
    reader, proof = a_reader("json", query="errors || `0`"), a_reader("json", query="files")
    assert read(reader, '{"files": 3}', proof=proof) == Measurement(value=Decimal(0))


def test_an_alias_bomb_is_refused() -> None:
    """What unfolds to billions is refused without being unfolded."""
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    measured = read(a_reader("yaml", query="length(a8)"), bomb)
    assert isinstance(measured, Unmeasured)
    assert measured.code is ReasonCode.UNREADABLE


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("a: 1\nb: !x [2]\n", "line 2: the tag !x is not allowed"),
        ("a: 1\na: 2\n", 'line 2: "a" is set twice'),
        ("a: b: c\n", "line 1: not YAML: mapping values are not allowed in this context"),
        ("a: 1\n---\nb: 2\n", "line 2: a second document starts here"),
        ("? [a]\n: b\n", "line 1: keys must be text"),
        ("a: *b\n", "line 1: alias *b refers to an anchor that is not defined before it"),
        ("[" * 101 + "]" * 101, "line 1: nested more than 100 deep"),
        ("a: .nan\n", ".nan is not a finite number"),
    ],
)
def test_yaml_is_refused_with_its_line(output: str, why: str) -> None:
    """What is wrong with YAML that a tool wrote is told as it is of a board, with its line."""
    measured = read(a_reader("yaml", query="a"), output)
    assert isinstance(measured, Unmeasured)
    assert why in measured.reason.replace('\\"', '"')


@pytest.mark.parametrize(
    ("key", "query"),
    [("null", "null"), ("~", '"~"'), ("True", '"True"'), ("1", '"1"'), ("0x10", '"0x10"')],
)
def test_keys_of_yaml_are_text_as_written(key: str, query: str) -> None:
    """Whatever the same word would mean as a value."""
    found = read(a_reader("yaml", query=query), f"{key}: 7\n")
    assert found == Measurement(value=Decimal(7))
