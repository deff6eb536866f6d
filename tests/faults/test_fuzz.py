"""Any bytes give a verdict or a clear error: never a traceback, a hang or a pass by accident.

Boards, check files, outputs and queries are made at random, and by spoiling good ones. The same
examples come every time, so that a failure is one of the change at hand.
"""

import datetime
import json
import os
import re
from collections.abc import Iterator
from contextlib import chdir
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from readiness.load import load_board
from readiness.load.yamlfile import parse
from readiness.measure import bounded, close
from readiness.model.errors import BoardError
from readiness.model.judgement import Measurement, Unmeasured
from readiness.model.words import ReasonCode
from tests.support.captures import a_reader, read

# Whatever takes longer than this, on however busy a machine, hangs.
calm = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=datetime.timedelta(seconds=20),
    suppress_health_check=list(HealthCheck),
)

BOARD = (Path(__file__).parents[2] / "board.yaml").read_text(encoding="utf-8")
CHECKS = sorted((Path(__file__).parents[2] / "checks").glob("*/*.yaml"))
PIECES = [
    *(":", ": ", "- ", "{", "}", "[", "]", ",", "?", "|", ">", "'", '"', "#", "\n", "\n  ", "\t"),
    *("&a ", "*a", "<<: *a", "!!str ", "!x ", "%YAML 1.1\n", "---\n", "...\n", "\\", '"\\x85"'),
    *("\x85", "\u2028", "\ufeff", "\0", "\x1b[2J", "\ud800", "\uffff", "é", "准", "😀"),
    *("no", "on", "~", "null", "true", "1e3", "010", "0x1f", "1:30", ".nan", ".inf", "-0", "1e999"),
    *("${", "${X}", "${X:-", "$$", "9" * 50, "x" * 300, "2025-13-45", "../../x", "id: T1", "(a+)+"),
    *("weight: 0", "expect: '>= 0'", "run: ''", "check: mypy", "waive: {}", "matrix: {a: [[b]]}"),
]


@st.composite
def spoiled(draw: st.DrawFn, text: str) -> str:
    """Draw a text of which some pieces are gone, doubled, moved, or replaced by what hurts."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        middle = draw(st.sampled_from(["", text[start:end] * 2, *PIECES]))
        text = text[:start] + middle + text[end:]
    return text


def encoded(text: str) -> bytes:
    """The text as bytes; lone surrogates too, which are not UTF-8 then."""
    return text.encode("utf-8", "surrogatepass")


@pytest.fixture(autouse=True)
def _no_worker_left() -> Iterator[None]:
    yield
    close()


# --- boards and check files ---------------------------------------------------------------------


def check_loading(folder: Path, content: bytes) -> None:
    """Load a board: it is one, or all that is wrong is told, a line each with its place."""
    (folder / "board.yaml").write_bytes(content)
    with chdir(folder):
        try:
            board = load_board("board.yaml", profile=None, environ={})
        except BoardError as error:
            for line in str(error).splitlines():
                assert re.match(r"[\w./-]+\.yaml:\d+:\d+: \S", line), line
        else:
            assert board.tasks
            assert all(task.criteria for task in board.tasks)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for boards."""
    made = tmp_path_factory.mktemp("boards")
    (made / "checks").mkdir()
    return made


@calm
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(encoded))
def test_any_bytes_are_a_board_or_refused(folder: Path, content: bytes) -> None:
    """Nothing else comes out of loading."""
    check_loading(folder, content)


@settings(calm, max_examples=250)
@given(text=spoiled(BOARD))
def test_a_spoiled_board_is_a_board_or_refused(folder: Path, text: str) -> None:
    """The nearer to a board, the deeper it gets."""
    check_loading(folder, encoded(text))


KEYS = [
    *("id", "title", "run", "check", "measure", "expect", "warn", "with", "read", "baseline"),
    *("ratchet", "weight", "profiles", "samples", "wait", "retries", "matrix", "attest", "waive"),
    *("exit", "proof", "timeout", "exclusive", "ignores", "reject"),
]


@st.composite
def small_boards(draw: st.DrawFn) -> str:
    """Draw a board whose keys are right and whose values are anything."""
    scalars = st.sampled_from([*PIECES, "< 5", "mypy", "text", "json", "10m", "errors: (.*)"])
    values = st.recursive(
        scalars | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False).map(str),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*KEYS, "as", "regex", "query", "ok", "by"]), inner)
        ),
        max_leaves=8,
    )
    criterion = draw(st.dictionaries(st.sampled_from(KEYS), values, max_size=5))
    task = {"id": "T1", "criteria": [{"run": "make x"} | criterion]}
    extra = draw(st.dictionaries(st.sampled_from(
        ["target", "min_measured", "env", "secrets", "priorities", "milestones", "workdir"]),
        values, max_size=2))  # fmt: skip
    return json.dumps({"version": 1, "title": "A", "tasks": [task]} | extra)


@settings(calm, max_examples=200)
@given(text=small_boards())
def test_any_value_of_a_key_is_fine_or_refused(folder: Path, text: str) -> None:
    """Whatever stands where something else was meant."""
    check_loading(folder, text.encode())


@calm
@given(data=st.data())
def test_a_spoiled_check_is_a_check_or_refused(folder: Path, data: st.DataObject) -> None:
    """The board that uses it says what is wrong with it."""
    path = data.draw(st.sampled_from(CHECKS))
    text = data.draw(spoiled(path.read_text(encoding="utf-8")))
    (folder / "checks" / "spoiled.yaml").write_bytes(encoded(text))
    try:
        board = {"version": 1, "title": "A", "tasks": [{"id": "T", "criteria": [
            {"title": "x", "check": "spoiled"}]}]}  # fmt: skip
        check_loading(folder, json.dumps(board).encode())
    finally:
        os.unlink(folder / "checks" / "spoiled.yaml")


plain_data = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(calm, max_examples=300)
@example({"a": "\x85"})
@example({"a": "\u2028 \u2029 \ufeff"})
@given(plain_data.filter(lambda data: isinstance(data, dict)))
def test_json_is_read_back_as_it_was_written(data: object) -> None:
    """A board in JSON means what it says, to the last character, or is refused."""
    for written in (json.dumps(data), json.dumps(data, ensure_ascii=False, indent=1)):
        found = parse(written.encode("utf-8", "surrogatepass"), "board.yaml")
        assert found.faults or found.data == data


# --- outputs ------------------------------------------------------------------------------------

GOOD = {
    "json": '{"a": {"b": [1, 2.50, -3e2]}, "c": null, "n": 7}\n',
    "jsonl": '{"a": 1}\n{"a": 2}\n',
    "xml": '<?xml version="1.0"?>\n<r n="7"><x>1</x><x>2</x><!-- c --></r>\n',
    "yaml": "a: {b: [1, 2.50]}\nn: 7\nc: &c [x]\nd: *c\n",
    "toml": 'n = 7\n[a]\nb = [1, 2.50]\nc = "x"\nd = 2025-01-01\n',
    "csv": "n,a\n7,1\n8,2\n",
    "text": "Found 12 errors in 3 files\nerrors: 7\n",
}
QUERY = {"xml": 'r."@n"', "csv": "[0].n", "jsonl": "[0].a"}
HURTING = [
    *("\0", "\x1b[31m", "\r", "\x08", "\ufeff", "\u2028", "NaN", "Infinity", "1e999", "1e-999"),
    *(
        "[" * 3000,
        '{"a":' * 3000,
        "<a>" * 3000,
        "9" * 5000,
        "<!ENTITY x 'y'>",
        "<!DOCTYPE r [",
        "]>",
    ),
    *(
        "&a ",
        "*a ",
        "!!python/name:os.system ",
        "---\n",
        "<<: ",
        "１２",
        "٣",
        "1_000",
        "1,234",
        "−5",
    ),
    *('"', "'", "\\ud800", "{", "}", ",", "0x10", "% ", "\n\n", "errors: ", "\ud800"),
]


def reader_of(kind: str) -> dict[str, str]:
    """How the number is asked for in this format."""
    return {"regex": r"errors: (\S+)"} if kind == "text" else {"query": QUERY.get(kind, "n")}


def check_reading(reading: Measurement | Unmeasured) -> None:
    """It is a finite number, or an error with a code and a reason that can be shown."""
    if isinstance(reading, Measurement):
        assert isinstance(reading.value, Decimal)
        assert reading.value.is_finite()
    else:
        assert reading.code in ReasonCode
        assert reading.reason
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", reading.reason + reading.hint)


@settings(calm, max_examples=100)
@pytest.mark.parametrize("kind", GOOD)
@given(data=st.data())
def test_any_output_is_measured_or_an_error(kind: str, data: st.DataObject) -> None:
    """Random bytes, and good output that was spoiled."""
    text = GOOD[kind]
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(st.sampled_from(["", *HURTING])) + text[end:]
    for output in (encoded(text), data.draw(st.binary(max_size=200))):
        check_reading(read(a_reader(kind, **reader_of(kind)), output))


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_half_an_output_is_no_output(kind: str) -> None:
    """A tool that died while it wrote has measured nothing, wherever it was cut."""
    whole = GOOD[kind].rstrip()
    assert isinstance(read(a_reader(kind, **reader_of(kind)), whole), Measurement)
    for length in range(len(whole)):
        found = read(a_reader(kind, **reader_of(kind)), whole[:length])
        assert isinstance(found, Unmeasured), whole[:length]


@calm
@given(st.text(max_size=60) | st.text("0123456789.,+-eE_'% xX/", max_size=20))
def test_only_a_whole_plain_number_is_measured(text: str) -> None:
    """What is measured stands as one word in the output, and is that number."""
    reading = read(a_reader("text", regex=r"errors: (\S+)"), f"errors: {text}\n")
    if isinstance(reading, Measurement):
        assert isinstance(reading.value, Decimal)
        assert reading.value in {_exactly(word) for word in text.split()}


def _exactly(word: str) -> Decimal | None:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", word, re.ASCII):
        return None
    return Decimal(word)


# --- queries and patterns -----------------------------------------------------------------------

JMESPATH = [
    *("a", "b", "@", "*", "[*]", "[]", "[0]", "[-1]", "[::2]", "[?a]", "[?a > `1`]", ".", " | "),
    *("`1`", "`[]`", "'x'", "length(", "sum(", "sort_by(", "&a", ", ", ")", "[", "]", "{x: ", "}"),
    *("||", "&&", "!", "==", "(", "max(", "to_number(", "keys(", "map(&", "not_null(", "[@, @]"),
]
DATA = '{"a": [{"a": 1, "b": "x"}, {"a": "2", "b": null}], "b": {"a": true, "n": 1.5}}'


@settings(calm, max_examples=400)
@given(
    query=st.lists(st.sampled_from(JMESPATH), min_size=1, max_size=12).map("".join)
    | st.text(min_size=1, max_size=30)
)
@example("[" * 5000)
@example("a" + ".a" * 5000)
@example("(" * 5000)
@example("!" * 5000 + "a")
@example("a[" + "9" * 5000 + "]")
@example("`" + "[" * 5000 + "`")
@example(" | ".join(["[@, @]"] * 60))
@example(" || ".join(["a"] * 3000))
def test_any_query_is_answered_or_an_error(query: str) -> None:
    """On data of every kind; numbers stay finite."""
    for number in (True, False):
        reading = read(a_reader("json", query=query), DATA, number=number)
        if isinstance(reading, Measurement):
            assert not isinstance(reading.value, Decimal) or reading.value.is_finite()
        else:
            assert reading.reason


REGEX = [
    *(
        "a",
        "b",
        "\\d",
        "\\w",
        "\\s",
        ".",
        "^",
        "$",
        "(",
        ")",
        "(?:",
        "(?P<n>",
        "(?=",
        "(?<=",
        "(?!",
    ),
    *("*", "+", "?", "{2}", "{,9}", "{999}", "*?", "*+", "|", "[", "]", "[^", "\\1", "(?P=n)", "-"),
    *("(?i)", "(?x)", "(?>", "\\b", "\\Z", "\\", "(?(1)", "#", "&&", "[[", "--", "||", "~~"),
]


@pytest.mark.filterwarnings("ignore::FutureWarning")  # as the program has them ignored
@settings(calm, max_examples=300)
@given(
    pattern=st.lists(st.sampled_from(REGEX), min_size=1, max_size=8).map("".join)
    | st.text(min_size=1, max_size=20),
    text=st.sampled_from(["", "aab", "a" * 40, "12 a\n34 b\n", "a b " * 30]),
)
def test_any_pattern_is_searched_or_an_error(pattern: str, text: str) -> None:
    """It matches, is no pattern, or is given up in time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "CPU_LIMIT", 0.2)
        check_reading(read(a_reader("text", count=pattern), text))
        found = read(a_reader("text", regex=pattern), text, number=False)
    assert isinstance(found, Measurement | Unmeasured)
