"""A profile that leaves criteria out is a part: no output says more than it measured."""

import re
from typing import Any

import pytest

from readiness.record.document import RunDocument
from readiness.record.localised import localised
from readiness.report import FORMATS, Context, render
from readiness.text.languages import Language
from tests.support.program import Project
from tests.support.repositories import git, init

ELSEWHERE = {"id": "T1.1", "title": "There", "run": "cat board.yaml", "profiles": ["prod"]}
HERE = {"id": "T1.2", "title": "Here", "run": "cat board.yaml"}
OTHER = {"id": "T2", "priority": "P1", "criteria": [{"title": "More", "run": "ls board.yaml"}]}


def _board(*criteria: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": 1,
        "title": "Parts",
        "target": 8.0,
        "profiles": {"local": {}, "prod": {}},
        "milestones": [{"id": "M1", "due": "2020-01-01", "requires": {"priority": "P0"}}],
        "tasks": [{"id": "T1", "title": "Task", "priority": "P0", "criteria": [*criteria]}, OTHER],
    }


BOARDS = {"twelve lines": _board(ELSEWHERE), "some of a task": _board(ELSEWHERE, HERE)}

TOO_MUCH = {
    "a decision": r"READY for release|就绪，可以发布|\bready=true|\"decision\": ?\"ready\"",
    "a box": r"- \[x\] (\*\*T1\.1|The score|The gate|Every criterion|得分|门禁|每个阻塞)",
    "a milestone": r"M1\W[^\n]*(✅|✓|❌|✗|: met\b|已达成|逾期|overdue(?!\"))|milestone_met\{",
    "a task": r"(1/1 done|完成 1/1)  Task|task_done\{[^}]*task=\"T1\"[^}]*\} 1",
    "a bar": r"━━|class=\"scale\"[^\n]*class=\"full\"",
    "a badge": r"\"brightgreen\"",
    "a statement": r"\"result\": \"(PASSED|WARNED)\"",
    "a way": r"100% of the way|已达目标的 100%",
    "a score": r"10\.0(/10| of 10| / 10)(?! over|，)",
}
"""What says more than was measured, in any format."""


@pytest.mark.parametrize("language", [Language.EN, Language.ZH])
@pytest.mark.parametrize("name", BOARDS)
def test_no_format_says_more_than_was_measured(
    project: Project, name: str, language: Language
) -> None:
    """No decision, box, bar, badge, milestone or score is of what the profile leaves out."""
    run = _measured(project, BOARDS[name] | {"language": language.value})
    assert (run.partial, run.gate.decision, run.gate.exit_status) == (True, "partial", 0)
    assert [(one.met, one.overdue) for one in run.milestones] == [(None, False)]
    assert [task.done for task in run.tasks] == [False, True]
    run = localised(run, language)
    for format_name in FORMATS:
        text = render(format_name, run, Context())
        said = [what for what, pattern in TOO_MUCH.items() if re.search(pattern, text)]
        assert said == [], format_name


@pytest.mark.parametrize(
    ("command", "status", "says"),
    [
        ("check", 0, "1 of 1 measured here are good; 1 of 2 is left to prod: no release decision"),
        ("check --hold-line", 0, "1 of 2 is left to prod"),
        ("score", 3, "T1.1 (P0) could not be measured: measured only with --profile prod"),
        ("score", 3, "Readiness: 100.0% (10.0/10) over 1 of 2"),
        ("next", 0, "measured elsewhere: readiness check --profile prod measures T1.1"),
        ("next", 0, "M1: undecided"),
        ("next --to 8", 0, "8.0 is already reached over 1 of 2."),
    ],
)  # fmt: skip
def test_each_command_says_what_is_left(
    project: Project, command: str, status: int, says: str
) -> None:
    """A check is good where all it measured is; a release waits for the rest."""
    _measured(project, BOARDS["twelve lines"])
    ended = project(*command.split())
    assert ended.status == status, ended
    assert says in ended.out


@pytest.mark.parametrize(
    ("change", "status", "decision"),
    [("", 0, "ready"), ("board.yaml", 3, "partial"), ("new", 3, "partial")],
)
def test_a_release_takes_what_other_profiles_measured_of_the_same(
    project: Project, change: str, status: int, decision: str
) -> None:
    """It is ready once the history has their runs, until the board or the tree is another."""
    _measured(project, BOARDS["some of a task"])
    (project.folder / ".gitignore").write_text(".readiness\n")
    init(project.folder)
    git(project.folder, "add", ".")
    git(project.folder, "commit", "-qm", "one")
    assert project("score", "-q").status == 3
    assert project("check", "--profile", "prod", "-q").status == 0
    if change:
        with (project.folder / change).open("a") as file:
            file.write("\n")
    ended = project("score", "--output-format", "json")
    assert (ended.status, ended.run.gate.decision) == (status, decision)


def test_what_is_never_asked_for_elsewhere_leaves_a_profile_whole(project: Project) -> None:
    """The profile has no use for it, and is ready without it."""
    run = _measured(project, _board(ELSEWHERE | {"elsewhere": "never"}, HERE))
    assert (run.partial, run.gate.decision, run.score.left_out) == (False, "ready", 0)
    assert [one.met for one in run.milestones] == [True]


def _measured(project: Project, board: dict[str, Any]) -> RunDocument:
    project.write(board)
    return project("check", "--output-format", "json").run
