"""Command lines that the program writes for itself: read again, they mean the same."""

import math
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.command_line.options import Value
from readiness.command_line.reader import load, names
from readiness.command_line.writing import command_line
from readiness.model.settings import AcceptedBy, ReportTarget, RunSettings
from readiness.report import FORMATS
from readiness.text.languages import Language
from tests.support.parsed_lines import Outcome, parsed

TEXTS = st.one_of(
    st.sampled_from(
        ["", "-", "--", "-x", "--board", "--template", "--jobs=2", "a=b", "é x", "'$A"]
    ),
    st.text(max_size=8),
)
TARGETS = st.builds(ReportTarget, st.sampled_from(sorted(FORMATS)), st.text("ab./-=", min_size=1))

VALUES: dict[Value, st.SearchStrategy[object]] = {
    Value.TEXT: TEXTS,
    Value.TEXTS: st.lists(TEXTS, max_size=3).map(tuple),
    Value.SWITCH: st.booleans(),
    Value.NUMBER: st.integers(1, 10**9),
    Value.TIME: st.floats(1e-6, 3e9, allow_subnormal=False),
    Value.REPORTS: st.lists(
        TARGETS, max_size=3, unique_by=lambda target: os.path.realpath(target.path)
    ).map(tuple),
    Value.LANGUAGE: st.sampled_from(Language),
    Value.ACCEPTED: st.builds(
        AcceptedBy, by=st.text("ab.-", min_size=1), reason=st.text("a:'$-", min_size=1)
    ),
    Value.SHARD: st.tuples(st.integers(1, 999), st.integers(999, 999_999)),
}


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """A command, with settings that it takes and values of its function; most are left as usual."""
    verb = load(draw(st.sampled_from(names())))
    fields: dict[str, object] = {}
    parameters: dict[str, object] = {}
    for option in verb.options:
        if not verb.requires(option) and draw(st.integers(0, 2)):
            continue
        value = draw(VALUES[option.value])
        if option.name in verb.parameters:
            parameters[option.name] = value
        else:
            fields[option.field] = value
    return verb.name, RunSettings(**fields), verb.defaults | parameters  # type: ignore[arg-type]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(outcomes())
def test_what_is_written_is_read_as_the_same(outcome: Outcome) -> None:
    """Whatever the values are."""
    name, asked, parameters = outcome
    words = command_line(load(name), asked, **parameters)
    assert parsed(words) == outcome, words


@pytest.mark.parametrize("name", names())
def test_nothing_is_written_that_goes_without_saying(name: str) -> None:
    """Of the usual settings, and of those that the command does not take."""
    verb = load(name)
    needed = {choice.name: "x" for choice in verb.options if verb.requires(choice)}
    in_settings = [choice for choice in verb.options if choice.name not in verb.parameters]
    taken = {option.field for option in in_settings}
    others = {
        field: value
        for field, value in {"jobs": 3, "board": "b", "watch": True, "reuse": True}.items()
        if field not in taken
    }
    usual = RunSettings(**{choice.field: "x" for choice in in_settings if verb.requires(choice)})
    asked = RunSettings(**{field: getattr(usual, field) for field in taken} | others)
    line = command_line(verb, asked, **needed)
    assert [word for word in line if word.startswith("-")] == [
        option.flags[0] for option in verb.options if verb.requires(option) and option.flags
    ]


SPELLED = [
    ("check", RunSettings(), ["check"]),
    ("check", RunSettings(jobs=3, board="b.yaml"), ["check", "--board", "b.yaml", "--jobs", "3"]),
    ("check", RunSettings(selectors=("T1", "P0"), quiet=True), ["check", "T1", "P0", "--quiet"]),
    ("check", RunSettings(selectors=("T1", "-x")), ["check", "--", "T1", "-x"]),
    ("check", RunSettings(history=""), ["check", "--history", ""]),
    ("check", RunSettings(profile="-p"), ["check", "--profile=-p"]),
    ("check", RunSettings(timeout=100.0), ["check", "--timeout", "100s"]),
    (
        "check",
        RunSettings(timeout=0.25, shard=(1, 3)),
        ["check", "--timeout", "0.25s", "--shard", "1/3"],
    ),
    (
        "check",
        RunSettings(reports=(ReportTarget("json", "a=b"),)),
        ["check", "--report", "json=a=b"],
    ),
    ("list", RunSettings(jobs=3, over_at=math.inf), ["list"]),
]


@pytest.mark.parametrize(("name", "asked", "line"), SPELLED, ids=lambda part: str(part)[:40])
def test_a_line_is_one_that_people_would_write(
    name: str, asked: RunSettings, line: list[str]
) -> None:
    """Words before flags, flags in the order of the table, and a dash never taken for a flag."""
    assert command_line(load(name), asked) == line


def test_values_of_the_function_are_written_too() -> None:
    """A hook's event before its flags, those of the command before those of the table."""
    asked = RunSettings(board="b.yaml", base="HEAD")
    assert command_line(load("hook"), asked, event="stop", agent="codex") == [
        *("hook", "stop", "--agent", "codex", "--board", "b.yaml", "--base", "HEAD"),
    ]
