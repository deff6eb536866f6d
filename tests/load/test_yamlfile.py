"""Strict YAML with positions."""

from decimal import Decimal

import pytest
import yaml

from readiness.load.yamlfile import Document, parse
from readiness.text import yaml_events
from readiness.text.yaml_scalars import Data


def load(text: str | bytes, **options: frozenset[str]) -> Document:
    """Parse a text under the name `b.yaml`."""
    return parse(text if isinstance(text, bytes) else text.encode(), "b.yaml", **options)


def faults(text: str | bytes) -> list[str]:
    """Return what is wrong with a text, as it is printed."""
    return list(map(str, load(text).faults))


MEANINGS: list[tuple[str, Data]] = [
    ("true", True),
    ("false", False),
    ("null", None),
    ("", None),
    ("0", 0),
    ("1.10", Decimal("1.10")),
    ("-2.5E-3", Decimal("-0.0025")),
    ("0x1F", 31),
    ("0.1234567890123456789012", Decimal("0.1234567890123456789012")),
    ("no", "no"),
    ("y", "y"),
    ("1:30", "1:30"),
    ("010", "010"),
    (".nan", ".nan"),
    ("2025-11-01", "2025-11-01"),
    ("-", ["-"]),
    ("9" * 5000, "9" * 5000),
    ("1e99999", "1e99999"),
    ("'5'", "5"),
    ("|-\n  5", "5"),
]


@pytest.mark.parametrize(("written", "meant"), MEANINGS)
def test_plain_values_mean_what_yaml_1_2_says(written: str, meant: Data) -> None:
    """Booleans and numbers are those of YAML 1.2, numbers exact; all else is text."""
    if written == "-":
        written = "['-']"
    document = load(f"a: {written}\n")
    assert document.faults == []
    assert document.data == {"a": meant}
    assert isinstance(document.data, dict)
    assert type(document.data["a"]) is type(meant)


@pytest.mark.parametrize(
    ("written", "is_doubtful"),
    [
        *((word, True) for word in ("no", "Yes", "ON", "off", "1:30", "010", "1_000", "0b11")),
        *((word, True) for word in (".nan", "-.INF", "1e99999", "9" * 50)),
        *((word, False) for word in ("'no'", '"010"', "y", "none", "180d", "1.2.3", "5", "v1")),
    ],
)
def test_what_other_readers_take_for_something_else_is_remembered(
    written: str, is_doubtful: bool
) -> None:
    """Unquoted text that YAML 1.1 reads as a boolean or a number is noted as doubtful."""
    document = load(f"a: {written}\n")
    assert document.doubtful == ({(1, 4)} if is_doubtful else set())


def test_values_below_some_keys_stay_text() -> None:
    """Parameters are text as written: 3.10 is not 3.1, and `true` is a word."""
    text = "with: {a: 3.10, b: true, c: [1, 0x10], d: {e: no}, f: }\nexpect: 5\nn: 3.10\n"
    document = load(text, text_under=frozenset({"with", "expect"}))
    assert document.data == {
        "with": {"a": "3.10", "b": "true", "c": ["1", "0x10"], "d": {"e": "no"}, "f": None},
        "expect": "5",
        "n": Decimal("3.10"),
    }
    assert document.doubtful == set()


def test_every_key_and_value_has_its_place() -> None:
    """Lines and columns are counted from 1, in characters, and name the key or the value."""
    document = load("a: 1\nb:\n  - x\n  - {c: d, é: [é, f]}\n")
    place = document.position
    assert [
        (at.line, at.column)
        for at in (
            place(("a",), key=True),
            place(("a",)),
            place(("b", 0)),
            place(("b", 1)),
            place(("b", 1, "c"), key=True),
            place(("b", 1, "c")),
            place(("b", 1, "é", 1)),
            place(("b", 1, "missing")),
            place(()),
        )
    ] == [(1, 1), (1, 4), (3, 5), (4, 5), (4, 6), (4, 9), (4, 19), (4, 5), (1, 1)]


FAULTS = [
    ("a: 0\nb: 1\na: 99\n", 'b.yaml:3:1: "a" is set twice, on line 1 and on line 3'),
    ("{a: 0, a: 99}", 'b.yaml:1:8: "a" is set twice, on this line'),
    ("x: !!python/object/apply:os.system ['touch x']", "b.yaml:1:4: the tag tag:yaml.org,2002:"),
    ("!a x: y", "b.yaml:1:1: the tag !a is not allowed"),
    ("a: 1\n---\nb: 2\n", "b.yaml:2:1: a second document starts here"),
    ("a: b\x00c", "b.yaml:1:5: the character U+0000 is not allowed in YAML"),
    ("a: b\n é\x1b[2J", "b.yaml:2:3: the character U+001B is not allowed in YAML"),
    (b"a: 1\nb: caf\xe9\n", "b.yaml:2:7: byte 0xe9 is not UTF-8"),
    ("a: 1".encode("utf-16"), "b.yaml:1:1: byte 0xff is not UTF-8"),
    ('a: "x\\0y"', "b.yaml:1:4: the character U+0000 is not allowed here"),
    ("a: [1, 2", "b.yaml:2:1: not YAML: "),
    ("a: b: c", "b.yaml:1:5: not YAML: mapping values are not allowed"),
    ("\ta: b", "b.yaml:1:1: not YAML: found character"),
    ("a: &x {b: *x}", "b.yaml:1:11: alias *x refers to an anchor"),
    ("? [a]\n: b", "b.yaml:1:3: keys must be text"),
    ("[" * 100 + "]" * 100, "b.yaml:1:65: nested more than 64 deep"),
]


@pytest.mark.parametrize(("text", "start"), FAULTS)
def test_what_is_not_allowed_is_a_fault_with_its_place(text: str | bytes, start: str) -> None:
    """Whatever strict YAML forbids is one fault, which says where it stands."""
    (fault,) = faults(text)
    assert fault.startswith(start) or (text[:1] == "a" and start in fault)


def test_several_faults_are_found_at_once() -> None:
    """A repeated key or a tag does not hide the next one."""
    found = faults("a: 1\na: 2\nb: !x y\nc: {d: 1, d: 2}\n")
    assert [fault.split(": ")[0] for fault in found] == ["b.yaml:2:1", "b.yaml:3:4", "b.yaml:4:11"]


@pytest.mark.parametrize(
    "text", ["\ufeffa: 1\r\nb: x\r\n", "a: 1\rb: x\r", "--- {a: 1, b: x}\n..."]
)
def test_bom_and_any_line_ends_are_accepted(text: str) -> None:
    """A byte order mark and the line ends of other systems are no faults."""
    document = load(text)
    assert (document.data, document.faults) == ({"a": 1, "b": "x"}, [])


def test_positions_do_not_count_a_byte_order_mark() -> None:
    """The first character behind a byte order mark is in column 1."""
    assert load("\ufeffa: 1").position(("a",), key=True).column == 1


def test_a_repeated_key_keeps_its_first_value_and_all_places() -> None:
    """What stands behind a repeated key is still found where it is."""
    document = load("a: 1\na: [x, y]\nb: 2\n")
    assert document.data == {"a": 1, "b": 2}
    assert document.position(("b",)).line == 3


def test_aliases_within_bounds_are_allowed() -> None:
    """An alias stands for what its anchor marks, keys included."""
    document = load("a: &x [1, &y k]\nb: *x\nc: {*y : 2}\n&z d: *z\n")
    assert document.faults == []
    assert document.data == {"a": [1, "k"], "b": [1, "k"], "c": {"k": 2}, "d": "d"}


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("text", [text for text, _ in FAULTS if isinstance(text, str)])
def test_both_parsers_find_the_same_faults(
    text: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without libyaml, the parser in Python finds a fault where libyaml does."""
    monkeypatch.setattr(yaml_events, "LOADER", getattr(yaml, loader))
    assert len(faults(text)) == 1
