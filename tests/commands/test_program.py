"""The program as its users meet it: commands, options, streams, signals, history."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Project, a_board, number
from tests.support.whole_program import NOT_READY, READY

UNDECIDED = a_board({"run": "no_such_tool"}, number("echo 'errors: 3'"))


@pytest.mark.parametrize(
    ("board", "status"), [(READY, 0), (NOT_READY, 1), (UNDECIDED, 3)], ids=["0", "1", "3"]
)
def test_data_goes_to_stdout_and_talk_to_stderr(
    project: Project, board: dict[str, Any], status: int
) -> None:
    """JSON on stdout can be piped on, whatever the verdict; progress is on stderr."""
    project.write(board)
    ended = project("check", "--output-format", "json")
    assert ended.status == status == ended.json["gate"]["exit_status"], ended
    assert "[1/2]" in ended.err
    assert "[1/2]" not in ended.out
    score = project("score", "--output-format", "json")
    assert score.status == status
    assert score.json["gate"] == ended.json["gate"]


def test_quiet_says_the_decision_alone(project: Project) -> None:
    """One line on stdout, nothing on stderr."""
    project.write(READY)
    ended = project("check", "-q")
    assert (ended.status, ended.out.count("\n"), ended.err) == (0, 1, "")
    assert "READY" in ended.out


def test_verbose_shows_what_probes_wrote(project: Project) -> None:
    """Which the table else leaves to `show`."""
    project.write(a_board(number("echo 'look at this'; echo 'errors: 9'")))
    assert "look at this" in project("check", "-v").out
    assert "look at this" in project("show", "T1.1").out


@pytest.mark.parametrize("board", [READY, NOT_READY, UNDECIDED], ids=["0", "1", "3"])
def test_exit_zero_turns_bad_news_into_0_and_says_so(
    project: Project, board: dict[str, Any]
) -> None:
    """The document keeps the true status."""
    project.write(board)
    plain = project("check", "--output-format", "json")
    ended = project("check", "--output-format", "json", "--exit-zero")
    assert ended.status == 0
    assert ended.json["gate"] == plain.json["gate"]
    assert ("--exit-zero" in ended.err) == (plain.status != 0)


def test_exit_zero_forgives_no_mistake(project: Project) -> None:
    """A wrong board and an unwritten report stay what they are."""
    project.write("nonsense")
    assert project("check", "--exit-zero").status == 2
    project.write(NOT_READY)
    assert project("check", "--exit-zero", "--report", "json=missing/x").status == 5


def test_a_dry_run_runs_nothing(project: Project) -> None:
    """It shows the probes, what reads them, and leaves no trace."""
    project.write(NOT_READY)
    for command in ("check", "score"):
        ended = project(command, "--dry-run")
        assert ended.status == 0, ended
        for text in ("p1", "touch ran; false", "T1.1", "Nothing was run"):
            assert text in ended.out
    assert os.listdir(project.folder) == ["board.yaml"]


@pytest.mark.parametrize(
    ("env", "colour"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_and_for_who_asks(
    project: Project, env: dict[str, str], colour: bool
) -> None:
    """NO_COLOR beats FORCE_COLOR; without colour there is no escape at all."""
    project.write(NOT_READY)
    ended = project("check", env=env)
    assert ("\x1b[" in ended.out) == colour, ended


def test_a_reader_that_leaves_early_is_no_bug(project: Project) -> None:
    """`readiness check | head -1` ends without a traceback, and history is written."""
    project.write(READY)
    reading, writing = os.pipe()
    os.close(reading)
    process = project.start("check", stdout=writing)
    os.close(writing)
    ended = project.end(process)
    assert ended.status == 5, ended
    assert "Traceback" not in ended.err
    assert project.entries() == [("finished", True)]
    for command in ("list", "checks", "--help"):
        reading, writing = os.pipe()
        os.close(reading)
        process = project.start(command, stdout=writing)
        os.close(writing)
        ended = project.end(process)
        assert (ended.status, "Traceback" in ended.err) == (5, False)


@pytest.mark.parametrize("command", ["check", "score", "list", "checks", "schema", "validate"])
def test_what_cannot_be_written_is_not_0(project: Project, command: str) -> None:
    """A full device and a closed stdout end with 5; a closed stderr costs only the talk."""
    project.write(READY)
    with open("/dev/full", "wb") as full:
        ended = project.end(project.start(command, stdout=full))
    assert ended.status == 5, ended
    assert "standard output" in ended.err
    closed = project(command, prefix=["sh", "-c", 'exec "$@" >&-', "-"])
    assert closed.status == 5, closed
    silent = project(command, prefix=["sh", "-c", 'exec "$@" 2>&-', "-"])
    assert silent.status == 0, silent
    with open("/dev/full", "wb") as full:
        assert project.end(project.start(command, stderr=full)).status == 0


def test_the_project_option_takes_the_place_of_workdir(project: Project) -> None:
    """Probes run there; the history stays beside the board."""
    project.write(a_board({"run": "test -f here"}))
    (project.folder / "elsewhere").mkdir()
    (project.folder / "elsewhere" / "here").touch()
    assert project("check").status == 1
    assert project("check", "-C", "elsewhere").status == 0
    assert project("check", env={"READINESS_PROJECT": "elsewhere"}).status == 0
    assert len(project.entries()) == 3


def test_a_folder_whose_name_is_no_text(project: Project, tmp_path: Path) -> None:
    """Names are bytes: one that is not UTF-8 is shown escaped and breaks nothing."""
    odd = os.path.join(os.fsencode(tmp_path), b"caf\xe9 \n=1")
    os.mkdir(odd)
    board = os.path.join(odd, b"b\xe9ard.yaml")
    with open(board, "w", encoding="utf-8") as file:
        json.dump(READY, file)
    ended = project(
        *("check", "--output-format", "json", "--report", "table=t.txt", "--board"), board, cwd=odd
    )
    assert ended.status == 0, ended
    assert r"b\xe9ard.yaml" in ended.json["board"]["path"]
    assert project("check", "--board", board, cwd=odd).status == 0
    assert "as measured" in project("list", "--board", board, cwd=odd).out


def test_no_history_is_kept_where_it_is_not_wanted(project: Project) -> None:
    """By the option and by the variable."""
    project.write(READY)
    assert project("check", "--history", "").status == 0
    assert project("check", env={"READINESS_HISTORY": ""}).status == 0
    assert os.listdir(project.folder) == ["board.yaml"]
