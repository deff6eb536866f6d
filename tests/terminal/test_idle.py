"""The sign of life of a command that shows nothing else."""

import re

import pytest

from tests.support.program import Project, a_board
from tests.support.terminal import on_a_terminal

CODE = """
import time
from readiness.terminal import idle
idle.allow({environ})
time.sleep({seconds})
idle.hide()
print("the end")
"""


@pytest.mark.parametrize(
    ("environ", "seconds", "shown"),
    [
        ({}, 1.6, "\r… 1 s\x1b[K"),
        ({}, 0.1, ""),
        ({"TERM": "dumb"}, 1.6, ""),
    ],
    ids=["busy", "quick", "a terminal that erases nothing"],
)
def test_a_terminal_is_told_that_something_goes_on(
    environ: dict[str, str], seconds: float, shown: str
) -> None:
    """For as long as nothing else is shown; it is gone before anything else is."""
    text = on_a_terminal(CODE.format(environ=environ, seconds=seconds), columns=60)
    assert shown in text
    assert text.endswith("\r\x1b[Kthe end\n" if shown else "the end\n")
    assert ("…" in text) is bool(shown)


def test_nothing_is_drawn_over_the_progress_of_a_run(project: Project) -> None:
    """The process that only waits for the run draws nothing; the result has lines of its own."""
    project.write(a_board({"id": "T.1", "title": "Slow", "run": "sleep 2"}))
    text = project.on_a_terminal("check", 80)
    first, last = text.index("0/1 "), text.rindex("0/1 ")
    assert first < last
    assert not re.search(r"… \d+ s", text[first:last])
