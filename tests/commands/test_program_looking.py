"""The commands that run nothing."""

import os
import re

import pytest
from msgspec.structs import replace

from readiness import __version__
from readiness.commands.doctor import look
from readiness.load import load_board
from readiness.plan.environment import Surroundings
from readiness.text.clean import Redactor
from tests.support.program import Project, a_board
from tests.support.whole_program import SEVERAL


def test_list_and_show_before_any_run(several: Project) -> None:
    """They tell what the board says, and that nothing was measured yet."""
    listed = several("list")
    assert listed.status == 0
    assert "no run recorded yet" in listed.out
    assert [line.split()[0] for line in listed.out.splitlines()[2:5]] == ["T1", "T2", "T3"]
    assert [task["good"] for task in several("list", "--output-format", "json").json] == [None] * 3
    assert "not measured yet" in several("show", "T1.1").out
    assert "T3.1" in several("show").out
    shown = several("show", "T1", "--output-format", "json").json
    assert (shown["id"], shown["criteria"], shown["probes"]) == ("T1", [], [])


def test_list_and_show_after_a_run(several: Project) -> None:
    """They tell how things stood."""
    several("check", "-q")
    tasks = several("list", "--output-format", "json").json
    assert [(task["id"], task["good"], task["criteria"]) for task in tasks] == [
        ("T1", 1, 2), ("T2", 1, 1), ("T3", 0, 1),
    ]  # fmt: skip
    assert "1/2" in several("list").out
    criterion = several("show", "T3.1").out
    for text in ("T3.1", "no_such_tool", "not found (127)", "Next  "):
        assert text in criterion
    shown = several("show", "T1", "--output-format", "json").json
    assert [one["verdict"] for one in shown["criteria"]] == ["pass", "fail"]
    assert len(shown["probes"]) == 2


def test_what_was_not_measured_is_not_counted_as_seen_to_fail(project: Project) -> None:
    """A check that comes with readiness was recorded failing, but says nothing without its tool."""
    project.write(a_board({"run": "exit 1"}, {"check": "pylint"}))
    run = project("check", "--output-format", "json").run
    assert [one.reason_code for one in run.criteria()] == [None, "tool_missing"]
    assert run.score.seen_to_fail == 1
    assert "\n1 of 1 measured criteria proven able to fail\n" in project("list").out


def test_list_shows_the_criteria_that_are_selected(several: Project) -> None:
    """Of the tasks that have one; by whatever selects criteria of a run."""
    several("check", "-q")
    listed = several("list", "T3").out
    assert re.search(r"^T3 +P", listed, re.MULTILINE)
    assert re.search(r"^T3\.1 +\? error", listed, re.MULTILINE)
    assert "T1" not in listed
    failed = several("list", "failed", "--output-format", "json").json
    assert [task["id"] for task in failed] == ["T1", "T3"]
    ended = several("list", "T9")
    assert (ended.status, '"T9" selects nothing' in ended.err) == (2, True)


def test_show_knows_its_ids(several: Project) -> None:
    """An unknown one is a mistake, and the nearest is named."""
    ended = several("show", "T1.9")
    assert (ended.status, ended.out) == (2, "")
    assert "T1." in ended.err


def test_checks_are_listed_and_documented(several: Project) -> None:
    """The board's own beside the built-in ones, whatever else is wrong with the board."""
    listed = several("checks")
    assert listed.status == 0
    assert re.search(r"^c +", listed.out, re.MULTILINE)
    assert re.search(r"^mypy +", listed.out, re.MULTILINE)
    assert {"c", "mypy"} <= set(several("checks", "--output-format", "json").json)
    page = several("checks", "mypy").out
    for text in ("errors", "paths", "pip install", "python/mypy_errors"):
        assert text in page
    assert list(several("checks", "mypy", "--output-format", "json").json) == ["mypy"]
    wrong = several("checks", "mypi")
    assert (wrong.status, "mypy" in wrong.err) == (2, True)
    several.write(SEVERAL | {"nonsense": 1})
    assert several("checks", "c").status == 0
    (several.folder / "board.yaml").unlink()
    assert several("checks", "c").status == 2
    assert several("checks", "mypy").status == 0


def test_doctor_tells_which_tools_are_missing(project: Project) -> None:
    """3 where one is, with the way to get it."""
    checks = project.folder / "checks"
    checks.mkdir()
    (checks / "here.yaml").write_text(
        "summary: x\ntool: bash\nversion: bash --version\nrun: 'test -d .'\n"
    )
    (checks / "away.yaml").write_text(
        "summary: x\ntool: no_such_tool\ninstall: get it there\nrun: no_such_tool\n"
    )
    project.write(a_board({"check": "here"}))
    ended = project("doctor")
    assert ended.status == 0, ended
    assert "version" in ended.out
    project.write(a_board({"check": "here"}, {"check": "away"}))
    ended = project("doctor")
    assert ended.status == 3
    assert "MISSING" in ended.out
    assert "get it there" in ended.out
    tools = {tool["tool"]: tool for tool in project("doctor", "--output-format", "json").json}
    assert tools["bash"]["version"].startswith("GNU bash")
    assert tools["no_such_tool"]["path"] is None


@pytest.mark.parametrize(("version", "warns"), [("3.4", False), ("4.0", True), ("0.9", True)])
def test_doctor_tells_of_versions_that_were_not_tried(
    project: Project, version: str, warns: bool
) -> None:
    """A tool outside of the range of its check is here, and told; within, nothing is said."""
    folder = project.folder / "tools"
    folder.mkdir()
    tool = folder / "measurer"
    tool.write_text(f"#!/bin/sh\necho measurer {version}\n")
    tool.chmod(0o755)
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "own.yaml").write_text(
        "summary: x\ntool: [sh, measurer]\nversion: sh -c 'echo 1.0'\ninstall: get it there\n"
        "tried: {measurer: '>=1,<4'}\nrun: 'test -d .'\n"
    )
    project.write({**a_board({"check": "own"}), "env": {"PATH": f"{folder}:/usr/bin:/bin"}})
    ended = project("doctor")
    assert ended.status == 0, ended
    assert f"measurer {version}" in ended.out
    assert ("the checks are tested with >=1,<4" in ended.out) is warns
    tools = {tool["tool"]: tool for tool in project("doctor", "--output-format", "json").json}
    assert (tools["measurer"]["outside"], tools["measurer"]["tried"]) == (warns, ">=1,<4")
    assert tools["sh"]["outside"] is False
    assert "Tested with measurer >=1,<4" in project("checks", "own").out


@pytest.mark.parametrize(("version", "there"), [("echo 7.0", True), ("exit 1", False)])
def test_a_library_whose_version_cannot_be_told_is_missing(
    project: Project, version: str, there: bool
) -> None:
    """Of a built-in check that has no tool by whose file it could be found."""
    project.write(a_board({"check": "redis", "with": {"url": "redis://127.0.0.1"}}))
    board = load_board(str(project.folder / "board.yaml"), profile=None, environ={})
    checks = {"redis": replace(board.checks["redis"], version=version)}
    surroundings = Surroundings(replace(board, checks=checks), {"PATH": os.environ["PATH"]})
    tools = look(replace(board, checks=checks), surroundings, Redactor([]))
    assert [tool.path is not None for tool in tools if tool.tool == "redis"] == [there]


def test_doctor_runs_no_version_command_of_the_projects_own_checks(project: Project) -> None:
    """Such a check is taken for here, without a version, unless the tool alone is asked."""
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "lib.yaml").write_text(
        "summary: x\nrun: 'test -d .'\nversion: touch mark && echo 1\n"
    )
    project.write(a_board({"check": "lib"}))
    ended = project("doctor")
    assert ended.status == 0, ended
    assert not (project.folder / "mark").exists()


@pytest.mark.parametrize("command", ["list", "show T1", "checks", "doctor"])
def test_an_unknown_output_format_is_a_mistake(several: Project, command: str) -> None:
    """Not a table in disguise."""
    ended = several(*command.split(), "--output-format", "yaml")
    assert (ended.status, ended.out) == (2, "")
    assert "yaml" in ended.err


def test_help_and_version(project: Project) -> None:
    """Without arguments there is help, and 2; with --help there is 0, on stdout."""
    bare = project()
    assert bare.status == 2
    assert "check" in bare.err
    for command in ((), ("check",), ("score",), ("checks",)):
        ended = project(*command, "--help")
        assert (ended.status, ended.err) == (0, "")
        assert "Usage: readiness" in ended.out
    assert project("--version").out == f"readiness {__version__}\n"
    assert project("nonsense").status == 2
