"""What a board says of its progress: notes by day, and success by its criteria."""

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
    notes: {2026-11-03: later, 2026-11-01: earlier}
    criteria:
      - {title: a, run: "test -d .", trial: false}
  - {id: T2, criteria: [{title: b, run: "exit 1"}]}
"""


@pytest.fixture
def board(project: Project) -> Project:
    """A project with a board of two tasks."""
    project.write(BOARD)
    return project


def test_reports_tell_the_notes(board: Project) -> None:
    """The board and the page have them by day, below the subtitle; `show` too."""
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
        BOARD.replace("[T1.1]}", "[T1.9]}").replace("2026-11-01: earlier", "soon: earlier")
    )
    faults = project("validate").err + project("validate").out
    assert 'unknown criterion "T1.9"' in faults
    assert "soon" in faults
