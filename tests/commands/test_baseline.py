"""`readiness baseline`: what is better now becomes the baseline, and nothing else changes."""

from typing import Any

import pytest

from tests.support.program import Project

BOARD = """\
# The gate
version: 1
title: "发布"   # 注
baseline: 1.5
tasks:
  - id: T1
    criteria:
      - title: falls
        run: cat falls
        read: {as: text, regex: 'n: (\\S+)', unit: errors}
        expect: "< 5"
        baseline:   40   # it was 40
        ratchet: true
      - {title: rises, run: cat rises, read: {as: text, regex: 'n: (\\S+)', unit: "%"}, expect: ">= 80 %", baseline: 60.5}
      - title: none
        run: cat falls
        read: {as: text, regex: 'n: (\\S+)', unit: errors}
        expect: "< 5"
"""  # noqa: E501


@pytest.fixture
def board(project: Project) -> Project:
    """A project with a baseline that falls and one that rises."""
    project.write(BOARD)
    return project


def measure(project: Project, falls: object, rises: object) -> None:
    """Record a run that finds these."""
    (project.folder / "falls").write_text(f"n: {falls}\n")
    (project.folder / "rises").write_text(f"n: {rises}\n")
    project("check")


def text(project: Project) -> str:
    """The board's text."""
    return (project.folder / "board.yaml").read_bytes().decode()


def report(project: Project, *arguments: str) -> Any:
    """What it says it did."""
    ended = project("baseline", "--output-format=json", *arguments)
    assert ended.status == 0, ended
    return ended.json


def test_better_values_are_written_byte_for_byte_elsewhere(board: Project) -> None:
    """Both ways of getting better; a fraction of a percent is rounded to the worse side."""
    measure(board, 30, 71.29)
    ended = board("baseline")
    assert ended.status == 0, ended
    assert "T1.1: 40 errors → 30 errors" in ended.out
    assert "T1.2: 60.5 % → 71.2 %" in ended.out
    assert text(board) == BOARD.replace("  40 ", "  30 ").replace("60.5", "71.2")


@pytest.mark.parametrize(
    ("falls", "why"),
    [(41, "41 errors is worse"), ("none", "could not be measured"), (40, "")],
    ids=["worse", "error", "same"],
)
def test_nothing_worse_is_ever_written(board: Project, falls: object, why: str) -> None:
    """What is worse or unknown stays and is named, what is the same is not; all of it is fine."""
    measure(board, falls, 60.5)
    ended = board("baseline")
    assert ended.status == 0, ended
    assert "Nothing is better than its baseline" in ended.out
    assert ("T1.1: stays at 40 errors: " in ended.out) == bool(why)
    in_chinese = board("baseline", "--dry-run", "--lang", "zh")
    assert ("T1.1：保持 40" in in_chinese.out) == bool(why)
    assert why in ended.out
    assert text(board) == BOARD


def test_a_dry_run_shows_and_writes_nothing(board: Project) -> None:
    """The change as a diff; the file is as it was."""
    measure(board, 30, 60)
    ended = board("baseline", "--dry-run")
    assert "-        baseline:   40   # it was 40" in ended.out
    assert "+        baseline:   30   # it was 40" in ended.out
    assert not report(board, "--dry-run")["written"]
    assert text(board) == BOARD


def test_a_run_can_be_named(board: Project) -> None:
    """By its file or id; the newest whole run counts by itself, and a selection does not."""
    measure(board, 30, 60)
    run = board.last_run()
    measure(board, 35, 60)
    (board.folder / "falls").write_text("n: 20\n")
    assert board("check", "T1.1").status == 1
    assert report(board, "--dry-run")["changes"][0]["after"] == "35 errors"
    assert report(board, "--dry-run", run.id)["changes"][0]["after"] == "30 errors"
    assert report(board, "last", "--dry-run")["changes"][0]["after"] == "20 errors"


def test_without_a_run_it_says_what_to_do(board: Project) -> None:
    """Nothing is made up."""
    ended = board("baseline")
    assert ended.status == 2
    assert "readiness check" in ended.err
    assert text(board) == BOARD


def test_what_was_measured_in_another_way_stays(board: Project) -> None:
    """A number of another unit is not compared."""
    measure(board, 30, 60)
    changed = BOARD.replace("unit: errors", "unit: warnings", 1)
    board.write(changed)
    found = report(board)
    assert found["kept"][0]["why"] == "that run measured it differently"
    assert text(board) == changed


def test_a_shared_number_is_left_alone(board: Project) -> None:
    """An anchor that other places read cannot be changed alone: nothing is written at all."""
    shared = BOARD.replace("baseline: 1.5", "baseline: &b 1.5").replace("  40 ", "  *b ")
    board.write(shared.replace('"< 5"\n        baseline', '"< 0.1"\n        baseline'))
    before = text(board)
    measure(board, 1, 60)
    ended = board("baseline")
    assert ended.status == 2
    assert "T1.1" in ended.err
    assert text(board) == before
