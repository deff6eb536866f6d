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


def test_a_note_is_added_and_another_of_the_same_day_follows(board: Project) -> None:
    """Each other byte stays; a task that is not there changes nothing."""
    before = (board.folder / "board.yaml").read_text()
    assert board("note", "T1", "cause: a, solved by b", "--on", "2026-11-03").status == 0
    assert board("note", "T2", "begun", "--on", "2026-11-04").status == 0
    after = (board.folder / "board.yaml").read_text()
    assert '2026-11-03: "later; cause: a, solved by b"' in after
    assert 'criteria: [{title: b, run: "exit 1"}], notes: {2026-11-04: begun}}' in after
    assert after.splitlines()[:9] == before.splitlines()[:9]
    ended = board("note", "T1.1", "x", "--dry-run")
    assert (ended.status, 'unknown task "T1.1"; did you mean "T1"?' in ended.err) == (2, True)


def test_tasks_are_listed_by_owner_and_blocking_ones_of_nobody_are_named(project: Project) -> None:
    """Until they are done."""
    mine = BOARD.replace("id: T1 ", "id: T1\n    owner: li.wei\n    priority: P0 ")
    project.write(mine.replace("{id: T2,", "{id: T2, priority: P0,"))
    assert "have no owner: T2\n" in project("list").out
    assert [
        one["id"] for one in project("list", "--owner", "", "--output-format", "json").json
    ] == ["T2"]
    listed = project("list", "--owner", "li.wei").out
    assert ("T1" in listed, "T2" in listed, "no owner" in listed) == (True, False, False)
    done = mine.replace('"exit 1"', '"test -d .", trial: false')
    project.write(done.replace("{id: T2,", "{id: T2, priority: P0,"))
    project("check", "-q")
    assert "no owner" not in project("list").out


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
