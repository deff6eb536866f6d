"""Outputs and queries that take too long to read are stopped, and nothing else notices."""

import time
from collections.abc import Iterator

import pytest

from readiness.measure import close, costly
from readiness.measure.problem import NotMeasuredError
from readiness.measure.query import growth
from readiness.measure.worker import worker_pid
from readiness.model.judgement import Unmeasured
from readiness.model.words import Format, ReasonCode
from tests.support.captures import a_reader, read
from tests.support.running import own_children

DOUBLING = " | ".join(["[@, @]"] * 40)


@pytest.fixture(autouse=True)
def _no_worker_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(costly, "CPU_LIMIT", 0.3)
    before = own_children()
    yield
    close()
    assert own_children() <= before


@pytest.mark.parametrize(
    ("kind", "query", "text"),
    [
        pytest.param("json", f"length(to_string({DOUBLING}))", "[1]", id="a query that doubles"),
        pytest.param("json", f"{DOUBLING} | {' | '.join(['[]'] * 40)} | length(@)", "[1]",
                     id="and flattens"),
        pytest.param("toml", "a", "a." * 100_000 + "b = 1", id="a key of many parts"),
        pytest.param("toml", "a", "[" + "a." * 100_000 + "b]", id="a table of many parts"),
        pytest.param("yaml", "length(@)", "- {a: 1}\n" * 250_000, id="more than there is time for"),
    ],
)  # fmt: skip
def test_what_takes_too_long_is_an_error(
    monkeypatch: pytest.MonkeyPatch, kind: str, query: str, text: str
) -> None:
    """In bounded time, and what is read next is read as ever."""
    monkeypatch.setattr(costly, "_MOST_CPU", 0.5)
    began = time.monotonic()
    measured = read(a_reader(kind, query=query), text)
    assert time.monotonic() - began < 60
    assert isinstance(measured, Unmeasured)
    assert measured.code is ReasonCode.UNREADABLE
    assert read(a_reader("json", query="a"), '{"a": 3}').value == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "text", "query", "value"),
    [
        ("json", "[" + ",".join(['{"a": 1.50}'] * 200_000) + "]", "[-1].a", "1.50"),
        ("jsonl", '{"a": 1}\n' * 200_000, "sum([].a)", "200000"),
        ("toml", 'x = "' + "y" * 10_000 + '"\na = 3', "a", "3"),
        ("xml", "<r>" + "<x/>" * 200_000 + "</r>", "length(r.x)", "200000"),
    ],
)
def test_long_outputs_are_read_exactly(kind: str, text: str, query: str, value: str) -> None:
    """The worker gives what would be read in place."""
    found = read(a_reader(kind, query=query), text)
    assert not isinstance(found, Unmeasured), found
    assert str(found.value) == value


def test_a_text_is_parsed_once_for_all_that_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker keeps what it has parsed: there is no time to parse it again."""
    text = "[" + ",".join(["1"] * 600_000) + "]"
    assert costly.search(text, Format.JSON, "", "[0]") == 1
    monkeypatch.setattr(costly, "CPU_LIMIT", 0.0)
    monkeypatch.setattr(costly, "_MOST_CPU", 0.01)
    assert costly.search(text, Format.JSON, "", "[1]") == 1
    with pytest.raises(NotMeasuredError):
        costly.search(text.replace("1", "2"), Format.JSON, "", "[0]")


def test_a_problem_comes_back_as_it_is() -> None:
    """What is wrong with a long text is said as of a short one."""
    found = read(a_reader("json", query="a"), '{"a": 1' + " " * 2_000_000)
    assert isinstance(found, Unmeasured)
    assert "cannot be read as json" in found.reason


def test_small_and_plain_readings_need_no_worker() -> None:
    """What checks ask of usual outputs costs no process."""
    read(a_reader("json", query="[].{path: p, line: l, rule: r, message: m}"), "[" * 10)
    read(a_reader("jsonl", query="length([?severity=='error'])"), '{"severity": "error"}\n' * 5_000)
    read(a_reader("toml", query="tool.x"), "[tool]\nx = 1\n")
    assert worker_pid() is None


@pytest.mark.parametrize(
    ("query", "least"),
    [("a.b.c", 1), ("length([?severity=='error'])", 1), ("[@, @] | [@, @] | [@, @]", 8)],
)
def test_what_a_query_may_multiply_is_bounded_by_its_shape(query: str, least: int) -> None:
    """Plain queries are not held for costly, whatever the length of the output."""
    assert growth(query) >= least
    assert (growth(query) == 1) == (least == 1)
