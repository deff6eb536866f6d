"""`readiness note`: what was done, with its day, in the board and in the reports."""

import pytest

from readiness.report import Context, render
from tests.support.program import Project

BOARD = """\
# The gate
version: 1
title: "发布"   # 注
subtitle: A release
success:
  - {title: It works, criteria: [T1.1]}
  - {title: It is known, criteria: [T1.1, T2.1]}
tasks:
  - id: T1   # first
    criteria:
      - {title: a, run: "test -d ."}
  - {id: T2, criteria: [{title: b, run: "exit 1"}]}
"""


@pytest.fixture
def board(project: Project) -> Project:
    """A project with a board of two tasks."""
    project.write(BOARD)
    return project


def test_a_note_is_written_and_nothing_else(board: Project) -> None:
    """Every other byte stays; a further note of a day is put behind it, one of another beside."""
    assert board("note", "T1", "Began: with # a", "--on", "2026-11-01").status == 0
    assert board("note", "T1", "went on", "--on", "2026-11-01").status == 0
    assert board("note", "T1", "Done", "--on", "2026-11-03").status == 0
    assert board("note", "T2", "见 docs", "--on", "2026-11-02").status == 0
    lines = BOARD.splitlines(keepends=True)
    notes = '    notes: {2026-11-01: "Began: with # a; went on", 2026-11-03: Done}\n'
    lines.insert(-1, notes)
    lines[-1] = lines[-1].replace("]}\n", "], notes: {2026-11-02: 见 docs}}\n")
    assert (board.folder / "board.yaml").read_text() == "".join(lines)


def test_a_dry_run_writes_nothing(board: Project) -> None:
    """It shows the change."""
    told = board("note", "T1", "x", "--dry-run", "--output-format", "json").json
    assert (told["written"], list(told["after"].values())) == (False, ["x"])
    assert (board.folder / "board.yaml").read_text() == BOARD


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("T9", "x"), 'unknown task "T9"'),
        (("T1", " "), "must not be empty"),
        (("T1", "x", "--on", "yesterday"), "is not a date"),
    ],
)
def test_what_cannot_be_noted(board: Project, arguments: tuple[str, ...], says: str) -> None:
    """A mistake, and the board is as it was."""
    ended = board("note", *arguments)
    assert (ended.status, says in ended.err) == (2, True)
    assert (board.folder / "board.yaml").read_text() == BOARD


def test_reports_tell_the_notes(board: Project) -> None:
    """The board and the page have them by day, below the subtitle; `show` too."""
    board("note", "T1", "later", "--on", "2026-11-03")
    board("note", "T1", "earlier", "--on", "2026-11-01")
    run = board("check", "--output-format", "json").run
    text = render("board", run, Context())
    assert "# 发布\n\n## A release\n" in text
    assert "**Progress notes**:\n\n- 2026-11-01: earlier\n- 2026-11-03: later\n" in text
    page = render("html", run, Context())
    assert page.index("earlier") < page.index("later")
    assert "A release" in page
    assert "2026-11-03: later" in board("show", "T1").out


def test_success_is_ticked_by_its_criteria(board: Project) -> None:
    """All of them have to be good; what is lacking is named."""
    text = render("board", board("check", "--output-format", "json").run, Context())
    assert "- [x] It works (T1.1)\n" in text
    assert "- [ ] It is known (T1.1, T2.1) · open: T2.1\n" in text


def test_faults_of_notes_and_success_are_told(project: Project) -> None:
    """A day that is none, and a criterion that is not there, at their places."""
    project.write(
        BOARD.replace("[T1.1]}", "[T1.9]}").replace(
            "  - id: T1   # first\n", "  - id: T1\n    notes: {soon: x}\n"
        )
    )
    faults = project("validate").err + project("validate").out
    assert 'unknown criterion "T1.9"' in faults
    assert "soon" in faults
