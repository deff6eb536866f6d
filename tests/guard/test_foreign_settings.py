"""Settings of tools that no criterion mentions: they count where they hide something."""

from collections.abc import Mapping

import pytest

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.findings import Compared, Findings
from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_told,
    board,
    guarded,
)
from tests.support.program import Project
from tests.support.repositories import commit

EASED = "[flake8]\nmax-complexity = 20\n"
PROJECT = {"src/a.py": "x = 1\n", ".flake8": "[flake8]\nmax-complexity = 9\n"}


def eased(run: str, also: Mapping[str, str] | None = None) -> Loosening:
    """A change that eases what flake8 is told, in a project that is measured by a command."""
    base = {"board.yaml": board({"run": run}), **PROJECT, **(also or {})}
    return Loosening("", base, {".flake8": EASED}, "flake8 max-complexity", {".flake8": EASED})


def test_what_no_criterion_can_come_to_is_neutral(project: Project) -> None:
    """Ruff is all that is run; what flake8 is told is for who runs it by hand."""
    assert_innocent(project, eased("ruff check src"))
    assert project("check", "--base", "HEAD~1").status == 0
    assert "flake8 max-complexity" in project("guard", "-v", "--base", "HEAD~1").out


GATE = "import subprocess\nimport sys\n\nsys.exit(subprocess.call(['ru' + 'ff', 'check', 'src']))\n"


def test_what_nobody_mentions_is_told_where_it_hides_something(project: Project) -> None:
    """Any program may start a tool, by a name that nobody can read: what it comes to is measured.

    Twin: a setting that hides nothing.
    """
    base = {
        "board.yaml": board({"run": "python ci/gate.py"}),
        "ci/gate.py": GATE,
        "src/a.py": "x = 1\n",
        "ruff.toml": "lint.select = ['F']\n",
    }
    eased: dict[str, str | None] = {"ruff.toml": "lint.select = ['E9']\n"}
    assert_told(project, Loosening("", base, {**eased, "src/a.py": "import os\n"}, "ruff.toml"))
    commit(project.folder, {**base, "src/a.py": "x = 2\n"})
    commit(project.folder, eased)
    assert project("guard", "--base", "HEAD~1").status == 0


def test_what_a_recipe_comes_to_is_told(project: Project) -> None:
    """Though the criterion names make alone."""
    makefile = "lint:\n\truff check src\n\tflake8 src || exit 1\n"
    assert_told(project, eased("make lint || exit 1", {"Makefile": makefile}))


@pytest.mark.parametrize(
    ("run", "status"), [("ruff check src", 0), ("python -m mypy src", 0), ("pyright src", 4)]
)
def test_a_comment_for_a_tool_is_for_it_alone(run: str, status: int, project: Project) -> None:
    """`pyright: ignore` hides something where a criterion can come to pyright."""
    base = {"board.yaml": board({"run": run}), "src/a.py": "x = 1\n"}
    ended = guarded(project, base, {"src/a.py": "x = 1  # pyright: ignore\n"})
    assert ended.status == status, ended


def direction_of_pytest(differing: dict[str, tuple[str, ...]]) -> Direction:
    """What becomes of an unsure setting of pytest, in a file that ruff reads too."""
    change = Change(
        subject="pytest filterwarnings", kind=Kind.SETTING, direction=Direction.LOOSENED,
        before="a", after="b", path="pyproject.toml", unsure=True,
    )  # fmt: skip
    files = ["pyproject.toml"]
    compared = [
        Compared(id=name, title="", by_base="", by_head="", files=files)
        for name in ("ruff", "pytest")
    ]

    def spoken(tool: str, of: tuple[str, ...] = ("ruff", "pytest")) -> bool:
        return tool in of

    return (
        Findings(compared=compared, differing=differing, spoken=spoken, reached=lambda _: True)
        .judged(change)
        .direction
    )


def test_what_another_tool_came_to_says_nothing_of_this_one() -> None:
    """One file has the settings of both: each is judged by the criteria that come to it."""
    files = ("pyproject.toml",)
    assert direction_of_pytest({"ruff": files}) is Direction.NEUTRAL
    assert direction_of_pytest({"pytest": files}) is Direction.LOOSENED
