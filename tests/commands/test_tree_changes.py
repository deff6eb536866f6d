"""What a run changes in the work tree that it measures is told with the probe that did it."""

import json

import pytest

from tests.support.program import Project, a_board, number
from tests.support.repositories import commit, write


def warning(project: Project, *criteria: dict[str, object], arguments: str = "") -> list[str]:
    """Run these criteria in a repository; return the verdict and reason of each."""
    write(project.folder, {"notes.txt": "mine\n"})
    board = json.dumps(a_board(*criteria))
    commit(
        project.folder, {"board.yaml": board, "a.txt": "a\n", ".gitignore": ".readiness\nbuild\n"}
    )
    run = project("check", "--output-format", "json", *arguments.split()).run
    return [f"{one.verdict} {one.reason}" for one in run.criteria()]


@pytest.mark.parametrize(
    "command",
    ["echo b > a.txt", "rm a.txt", "chmod +x a.txt", "mv a.txt b.txt", "echo new > new.txt"],
)
def test_a_command_that_changes_the_tree_passes_with_a_warning(
    project: Project, command: str
) -> None:
    """It mended, or broke, the files of this machine: the commit stays as it was."""
    (line,) = warning(project, {"run": command})
    assert line.startswith(("warn exit 0, a.txt", "warn exit 0, new.txt"))
    assert line.endswith(" changed while it ran")


@pytest.mark.parametrize(
    "criterion",
    [
        {"run": "touch a.txt; cat notes.txt"},
        {"run": "echo a > a.txt"},
        {"run": "mkdir build && echo a > build/a.txt"},
        {"run": "mkdir __pycache__ && echo a > __pycache__/a.cpython-311.pyc"},
        {"run": "echo b > a.txt && mkdir gen && echo c > gen/c", "allow_changes": ["a.txt", "gen"]},
        number("echo errors: 1 > n.txt") | {"read": {"from": "n.txt", "as": "text", "count": "1"}},
    ],
)
def test_a_tree_that_stays_as_it_was_is_no_warning(
    project: Project, criterion: dict[str, object]
) -> None:
    """Nor is what Git ignores, what may be changed, or the file that a value is read from."""
    (line,) = warning(project, criterion)
    assert line.startswith("pass"), line


def test_a_change_is_told_with_the_command_that_ran_meanwhile(project: Project) -> None:
    """Another that ran before or after it is no part of it."""
    lines = warning(
        project,
        {"run": "sleep 0.1"},
        {"run": "echo b > a.txt; sleep 0.1"},
        {"run": "test -e a.txt"},
        arguments="--jobs 1",
    )
    assert [line.split()[0] for line in lines] == ["pass", "warn", "pass"]


def test_of_two_commands_at_once_neither_is_said_to_have_done_it_alone(project: Project) -> None:
    """A file's time says when it was changed, and not by whom."""
    at_once = "until test -e build/{}; do sleep 0.02; done"
    lines = warning(
        project,
        {"run": f"mkdir -p build; : > build/1; {at_once.format(2)}; echo b > a.txt; : > build/3"},
        {"run": f"mkdir -p build; : > build/2; {at_once.format(3)}"},
        arguments="--jobs 2",
    )
    assert lines == [
        "warn exit 0, a.txt changed while it and T1.2 ran",
        "warn exit 0, a.txt changed while it and T1.1 ran",
    ]


def test_reports_of_the_run_and_its_history_are_no_change(project: Project) -> None:
    """They are written where nothing ignores them, while the commands run and after."""
    commit(project.folder, {"board.yaml": json.dumps(a_board({"run": "test -e board.yaml"}))})
    first = project("check", "--output-format", "json", "--report", "html=page.html").run
    again = project("check", "--output-format", "json", "--report", "html=page.html").run
    assert [run.tasks[0].criteria[0].reason for run in (first, again)] == ["exit 0", "exit 0"]
