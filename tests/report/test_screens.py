"""What people see on terminals of four widths, as it was looked at: the answer first."""

import re
from collections.abc import Callable

import pytest

from tests.support.screens import a_large_run, a_small_run
from tests.support.terminal import on_a_terminal

_WIDTHS = [60, 80, 100, 140]
_RUNS = {
    "small": "a_small_run()",
    "large": "a_large_run()",
}
_SGR = re.compile(r"\x1b\[[0-9;]*m")
_LINES = 24


def _screen(run: str, columns: int) -> str:
    """Return what a terminal of that width shows, without its colours."""
    code = (
        "import os, sys; from tests.support.screens import a_large_run, a_small_run;"
        " from readiness.report import Context, render;"
        " context = Context(width=os.get_terminal_size().columns, terminal=True, colour=True);"
        f" sys.stdout.write(render('table', {run}, context))"
    )
    text = _SGR.sub("", on_a_terminal(code, columns=columns))
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


@pytest.mark.parametrize("columns", _WIDTHS)
@pytest.mark.parametrize("name", _RUNS)
def test_the_screen_is_as_it_was_looked_at(
    name: str, columns: int, golden: Callable[[str, str], None]
) -> None:
    """A picture of it in letters, of a real terminal of that width."""
    golden(f"screen.{name}.{columns}.txt", _screen(_RUNS[name], columns))


@pytest.mark.parametrize("columns", _WIDTHS)
@pytest.mark.parametrize("name", ["small", "large"])
def test_the_last_screen_answers_whether_and_why(name: str, columns: int) -> None:
    """Without scrolling up: the decision, the score and what keeps the release back."""
    last = "\n".join(_screen(_RUNS[name], columns).splitlines()[-_LINES:])
    assert "NOT READY for release" in last
    assert "Score 5.53 of 10, target 8.0" in " ".join(last.split())
    assert "Why  score 5.53 is below the target 8.0" in last


@pytest.mark.parametrize("columns", _WIDTHS)
def test_a_developer_finds_what_to_repair_without_another_command(columns: int) -> None:
    """What blocks comes first, with what its tool said and where."""
    text = _screen(_RUNS["small"], columns)
    told = text.partition("What failed, and why")[2]
    first = told.partition("readiness show")[0]
    assert "T1.1  No test fails" in first
    assert "│ FAILED tests/test_sums" in first
    assert "src/services/odds.py:3" in told
    assert "src/b.py:5:# TODO: repair" in told
    once_each = " ".join(told.split()).count("could not be reached")
    assert once_each == 2  # in what failed, and in why


def test_a_large_board_shows_what_is_not_good_alone() -> None:
    """And says how much else there is; no id of what is not good is missing."""
    run = a_large_run()
    text = _screen(_RUNS["large"], 100)
    open_ones = [criterion.id for criterion in run.criteria() if criterion.verdict.bad]
    assert len(open_ones) == len(re.findall(r"^  T\d+\.\d +[✗?]", text, re.MULTILINE))
    assert f"{500 - len(open_ones)} criteria that pass or are skipped are not shown" in text
    assert len(text.splitlines()) < 250
    assert len(list(a_small_run().criteria())) == 10
