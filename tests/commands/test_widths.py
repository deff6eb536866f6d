"""What commands list fits the terminal, and off a terminal nothing is wrapped or left out."""

import re

import pytest
from rich.cells import cell_len

from readiness.terminal.blocks import Context, Grid, Style
from readiness.terminal.output import drawn
from tests.support.program import Project

_WIDTHS = [40, 60, 80, 100, 140]
_COMMANDS = ["next", "next --to 9", "diff", "list", "trend T1.1", "history", "doctor", "checks"]
_LONG = "a title of so many words that no terminal of sixty columns has it on one line"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with two runs, and titles, owners and commands that are long."""
    project = Project(tmp_path_factory.mktemp("widths"))
    command = "echo one; echo a long line of output that goes on and on and on >&2; test -e there"
    failing = "echo a long line of output that goes on and on and on and on >&2; test -e never"
    criteria = [{"title": _LONG, "run": command}, *[{"title": _LONG, "run": failing}] * 4]
    tasks = [
        {
            "id": name,
            "title": f"{name} {_LONG}",
            "priority": "P0",
            "owner": "somebody.with.a.long.name",
            "estimate": "1-2d",
            "depends_on": after,
            "steps": [_LONG],
            "criteria": criteria,
        }
        for name, after in (("T1", []), ("T2", ["T1"]))
    ]
    project.write({"version": 1, "title": "Long", "tasks": tasks})
    project("check")
    (project.folder / "there").touch()
    project("check", "T1.1")
    project("check")
    return project


@pytest.mark.parametrize("command", _COMMANDS)
@pytest.mark.parametrize("columns", _WIDTHS)
def test_a_listing_fits_the_terminal(measured: Project, command: str, columns: int) -> None:
    """No line is wider, whatever is long, and each row still says what it is about."""
    text = measured.on_a_terminal(command, columns)
    text = re.sub(r"\x1b\[[0-9;]*m|\r(… \d+ s)?\x1b\[K", "", text)  # a sign of life may come first
    assert text.strip()
    assert max(map(cell_len, text.splitlines())) <= columns
    if command in ("list", "next"):
        assert "T2" in text


@pytest.mark.parametrize("command", _COMMANDS)
def test_off_a_terminal_every_column_is_there(measured: Project, command: str) -> None:
    """A table is as wide as COLUMNS says, else 120 cells, and no column of it is left out."""
    narrow = measured(*command.split(), env={"COLUMNS": "60"}).out
    wide = measured(*command.split()).out
    heads = [line for line in wide.splitlines() if "  " in line.strip()][:1]
    for head in re.split(r" {2,}", heads[0].strip()):
        assert head in narrow
    ids = r"\bT\d(?:\.\d)?\b|✗ fail|✓ pass"
    assert set(re.findall(ids, narrow)) == set(re.findall(ids, wide))


def test_off_a_terminal_a_title_can_be_read() -> None:
    """However wide the other columns are, it is no column of single words."""
    grid = Grid(
        rows=[[("x" * 60, Style.PLAIN), (_LONG, Style.PLAIN)]], heads=["a", "b"], flexible=1
    )
    lines = drawn([grid], Context(width=60)).splitlines()[2:]
    assert len(lines) <= len(_LONG) // 15


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_a_terminal_that_cannot_move_gets_no_escapes(measured: Project, term: str) -> None:
    """TERM=dumb, and a terminal without a size, are told in lines; the other is drawn on."""
    measured.environment["TERM"] = term
    try:
        sized = measured.on_a_terminal("check --fresh -j1", 80)
        unsized = measured.on_a_terminal("check --fresh -j1", 0)
    finally:
        del measured.environment["TERM"]
    assert ("\x1b" in sized) is (term == "xterm")
    assert "[10/10]" in unsized
    assert "\x1b[J" not in unsized
