"""What people see on terminals of four widths, as it was looked at: the answer first."""

import re
from collections.abc import Callable

import pytest

from tests.support.terminal import on_a_terminal

_WIDTHS = [60, 80, 100, 140]
_SGR = re.compile(r"\x1b\[[0-9;]*m")


def _screen(columns: int) -> str:
    """Return what a terminal of that width shows, without its colours."""
    code = (
        "import os, sys; from tests.support.screens import a_small_run;"
        " from readiness.report import Context, render;"
        " context = Context(width=os.get_terminal_size().columns, terminal=True, colour=True);"
        " sys.stdout.write(render('table', a_small_run(), context))"
    )
    text = _SGR.sub("", on_a_terminal(code, columns=columns))
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


@pytest.mark.parametrize("columns", _WIDTHS)
def test_the_screen_is_as_it_was_looked_at(
    columns: int, golden: Callable[[str, str], None]
) -> None:
    """A picture of it in letters, of a real terminal of that width."""
    golden(f"screen.small.{columns}.txt", _screen(columns))
