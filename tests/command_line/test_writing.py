"""Command lines that the program writes for itself: read again, they mean the same."""

import math
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.command_line.application import load, names
from readiness.command_line.options import asked, field_of
from readiness.command_line.writing import command_line
from readiness.model.settings import AcceptedBy, ReportTarget, RunSettings
from readiness.report import FORMATS
from tests.support.parsed_lines import Outcome, own, parsed

TEXTS = st.one_of(
    st.sampled_from(
        ["", "-", "--", "-x", "--board", "--template", "--jobs=2", "a=b", "é x", "'$A"]
    ),
    st.text(max_size=8),
)
TARGETS = st.builds(ReportTarget, st.sampled_from(sorted(FORMATS)), st.text("ab./-=", min_size=1))
VALUES: dict[str | None, st.SearchStrategy[object]] = {
    "jobs": st.integers(1, 10**9),
    "limit": st.integers(1, 10**9),
    "last": st.integers(1, 10**9),
    "timeout": st.floats(1e-6, 3e9, allow_subnormal=False),
    "reports": st.lists(
        TARGETS, max_size=3, unique_by=lambda target: os.path.realpath(target.path)
    ).map(tuple),
    "accepted": st.builds(
        AcceptedBy, by=st.text("ab.-", min_size=1), reason=st.text("a:'$-", min_size=1)
    ),
    "shard": st.tuples(st.integers(1, 999), st.integers(999, 999_999)),
}


def parameters_of(name: str) -> Iterator[tuple[Any, st.SearchStrategy[object]]]:
    """The parameters of a command that are of its function, each with values that it may have."""
    for parameter in load(name).params:
        if getattr(parameter, "is_flag", False):
            yield parameter, st.booleans()
        elif parameter.nargs == -1:
            yield parameter, st.lists(TEXTS, max_size=3).map(tuple)
        elif parameter.expose_value:
            texts = st.lists(TEXTS, min_size=1, max_size=3) if parameter.multiple else TEXTS
            yield parameter, VALUES.get(parameter.name, texts)


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """A command, with settings that it takes and values of its function; most are left as usual."""
    name = draw(st.sampled_from(names()))
    values: dict[str, Any] = {}
    for parameter, strategy in parameters_of(name):
        is_set = parameter.required or not draw(st.integers(0, 2))
        values[parameter.name] = draw(strategy) if is_set else parameter.default
    return name, asked(values), own(load(name), values)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(outcomes())
def test_what_is_written_is_read_as_the_same(outcome: Outcome) -> None:
    """Whatever the values are."""
    name, wanted, parameters = outcome
    words = command_line(name, wanted, **parameters)
    assert parsed(words) == outcome, words


@pytest.mark.parametrize("name", names())
def test_nothing_is_written_that_goes_without_saying(name: str) -> None:
    """Of the usual settings, and of those that the command does not take."""
    command = load(name)
    needed = [each for each in command.params if each.required]
    taken = {field_of(each.name or "") for each in command.params}
    others: dict[str, Any] = {
        field: value
        for field, value in {"jobs": 3, "board": "b", "reuse": True}.items()
        if field not in taken
    }
    line = command_line(name, RunSettings(**others), **{each.name or "": "x" for each in needed})
    assert [word for word in line if word.startswith("-")] == [
        each.opts[0] for each in needed if each.opts[0].startswith("-")
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


@pytest.mark.parametrize(("name", "wanted", "line"), SPELLED, ids=lambda part: str(part)[:40])
def test_a_line_is_one_that_people_would_write(
    name: str, wanted: RunSettings, line: list[str]
) -> None:
    """Words before flags, flags in the order of the table, and a dash never taken for a flag."""
    assert command_line(name, wanted) == line


def test_values_of_the_function_are_written_too() -> None:
    """A hook's event before its flags, those of the command before those of the table."""
    wanted = RunSettings(board="b.yaml", base="HEAD")
    assert command_line("hook", wanted, event="stop", agent="codex") == [
        *("hook", "stop", "--agent", "codex", "--base", "HEAD", "--board", "b.yaml"),
    ]
