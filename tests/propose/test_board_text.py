"""The text of a first board."""

import subprocess
import sys
from pathlib import Path

from msgspec.structs import replace

from readiness.load import load_board_text
from readiness.model.board import Board
from readiness.model.words import Priority
from readiness.propose.board_text import PlannedTask, board_text, grouped
from readiness.propose.proposal import Proposal
from tests.support.npm import PROGRAMS

RUFF = Proposal(
    title="ruff finds nothing",
    task="Style",
    priority=Priority.P2,
    why="CI runs it: ruff check (ci.yml:3)",
    check="ruff",
    params={"paths": "."},
)
ODD = Proposal(
    title="`a: b` # passes, \u65e0\u9519\u8bef",
    task="What: CI runs",
    priority=Priority.P1,
    why="it\nbreaks a line\x1b[31m",
    run="codespell 'a b' \"c\"",
)


def loaded(text: str) -> Board:
    """The text as a board."""
    return load_board_text(text.encode(), "board.yaml", profile=None, environ={})


def unmeasured(task: PlannedTask, missing: str) -> PlannedTask:
    """The task where nothing of it could be measured."""
    entries = [replace(entry, missing=missing) for entry in task.entries]
    return replace(task, entries=tuple(entries))


def test_what_is_written_is_read_back() -> None:
    """Titles, commands and values of any letters are what a reader of YAML finds."""
    board = loaded(board_text("no: #1", grouped([ODD, RUFF]), day="2026-01-31"))
    assert board.title == "no: #1"
    first, second = board.criteria()
    assert (first.title, first.check and first.check.run) == (ODD.title, ODD.run)
    assert second.params["paths"] == "."
    assert [task.priority for task in board.tasks] == [Priority.P1, Priority.P2]


def test_nothing_that_a_file_says_leaves_its_comment() -> None:
    """A line end in a reason starts no line of the board."""
    text = board_text("shop", grouped([ODD]), day="2026-01-31")
    assert "\x1b" not in text
    assert "      # it\\nbreaks a line" in text or "      # it breaks a line" in text


def test_formatters_leave_it_as_it_is(tmp_path: Path) -> None:
    """A project's own linters of YAML have nothing against its board, however long its words."""
    paths = " ".join(f"src/package_{number}" for number in range(12))
    long = replace(RUFF, params={"paths": paths, "args": "--select E,F"}, expect="== 0")
    text = board_text(
        "shop", grouped([ODD, long]), day="2026-01-31", score="7.5", proven=True, code=["src/**"]
    )
    (tmp_path / "board.yaml").write_text(text, "utf-8")
    tools = Path(sys.executable).parent
    prettier = [PROGRAMS / "prettier", "--check"]
    for command in (prettier, [tools / "yamllint", "--no-warnings"]):
        subprocess.run([*command, "board.yaml"], cwd=tmp_path, check=True)


def test_what_was_not_measured_stays_with_the_reason() -> None:
    """It is a criterion like the others, and says what is missing."""
    first, second = grouped([ODD, RUFF])
    groups = [first, unmeasured(second, "ruff is not here: pip install ruff")]
    text = board_text("shop", groups, day="2026-01-31")
    assert "      # Not measured here: ruff is not here: pip install ruff\n" in text
    assert [criterion.title for criterion in loaded(text).criteria()] == [ODD.title, RUFF.title]


def test_a_goal_and_where_it_started_are_written() -> None:
    """The number is written as a number, and the ratchet with it."""
    groups = grouped([replace(RUFF, expect="<= 18", baseline="37")])
    board = loaded(board_text("shop", groups, day="2026-01-31", score="7.5"))
    (only,) = board.criteria()
    assert (only.expect.text, only.baseline, only.ratchet) == ("<= 18", 37, True)
    assert str(board.baseline) == "7.5"
