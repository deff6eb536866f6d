"""Reports of recorded runs."""

import json

import pytest

from tests.support.program import Project

BOARD = {
    "version": 1,
    "title": "Reported",
    "tasks": [
        {"id": "T1", "priority": "P0", "criteria": [{"title": "Is there", "run": "test -e there"}]}
    ],
}


@pytest.fixture
def reported(project: Project) -> Project:
    """A project with a run that failed."""
    project.write(BOARD)
    assert project("check", "-q").status == 1
    return project


def test_a_recorded_run_is_reported_again(reported: Project) -> None:
    """In any format, the same as when it had just ended."""
    ended = reported("report", "--output-format", "json", "--report", "json=again.json")
    assert ended.status == 0, ended
    assert ended.run.gate.exit_status == 1
    assert json.loads((reported.folder / "again.json").read_text())["id"] == ended.run.id
    assert reported("report", ended.run.id[:-2], "-q").out.rstrip().endswith("exit 1")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["nothing"], "unknown run"), (["--output-format", "nothing"], "unknown format")],
)
def test_what_cannot_be_reported_is_said(
    reported: Project, arguments: list[str], says: str
) -> None:
    """With the status of a wrong command line."""
    ended = reported("report", *arguments)
    assert ended.status == 2, ended
    assert says in ended.err
