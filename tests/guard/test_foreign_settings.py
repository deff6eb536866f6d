"""Settings of tools that the gate may not reach: whose they are is followed, or they count."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.deciding import Decider
from readiness.guard.findings import Compared, Findings
from readiness.guard.states import States
from readiness.load import load_board_text
from tests.guard.test_guard_any_project import Memory
from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_judged,
    assert_told,
    board,
    guarded,
)
from tests.support.program import Project, a_board

TESTS = "def test_a():\n    assert 1\n"
FILES = {
    ".flake8": "[flake8]\nmax-line-length = 80\n",
    "Makefile": "PY ?= python3\nruff:\n\t@$(PY) -m ruff check src\nlint: ruff\n\tflake8 src\n",
    "ci/lint.sh": "set -e\nfor each in src; do timeout 60 ruff check $each; done\n",
    "ci/all.sh": "sh ci/lint.sh\n",
    "ci/other.sh": "ruff check src\nprospector src\n",
    "ci/gate.py": "print('ruff')\n",
    "tests/test_a.py": TESTS,
    "src/a.py": "x = 1  # flake8: noqa\n",
}


def may_reach(criterion: Mapping[str, Any], more: Mapping[str, str] | None = None) -> bool:
    """Whether flake8's settings may play a part in a criterion."""
    after = {path: text.encode() for path, text in {**FILES, **(more or {})}.items()}
    before = {**after, ".flake8": b"[flake8]\n"}
    content = json.dumps(a_board(criterion)).encode()
    made = load_board_text(content, "/p/board.yaml", profile=None, environ={})
    return Decider(States(Memory(before), Memory(after)), made, "").may_reach("flake8", ".flake8")


ADDED = {"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--flake8'\n"}
STYLE = "import sys\n\n\ndef test_style():\n    call([sys.executable, '-m', 'flake8', 'src'])\n"
REACHED = [
    pytest.param({"run": "flake8 src"}, {}, id="the command"),
    pytest.param({"run": "make lint"}, {}, id="a recipe"),
    pytest.param({"run": "python -m pytest tests"}, ADDED, id="an option in another's settings"),
    pytest.param({"run": "pytest tests"}, {"tests/test_a.py": STYLE}, id="a test"),
    pytest.param({"check": "pytest", "with": {"args": "--flake8"}}, {}, id="a parameter"),
    pytest.param({"run": "prospector src"}, {}, id="an unknown program"),
    pytest.param({"run": "timeout 60 prospector src"}, {}, id="behind a limit"),
    pytest.param({"run": "ruff check src && python -m prospector"}, {}, id="an unknown module"),
    pytest.param({"run": "coverage run -m prospector"}, {}, id="under another tool"),
    pytest.param({"run": "find src -name '*.py' -exec prospector {} +"}, {}, id="by find"),
    pytest.param({"run": "cat lint.txt"}, {}, id="what another run wrote"),
    pytest.param({"run": "$LINT src"}, {}, id="a variable"),
    pytest.param({"run": "sh -c \"$(cat src/a.py)\""}, {}, id="text that is run"),
    pytest.param({"run": "sh ci/other.sh"}, {}, id="an unknown program in a script"),
    pytest.param({"run": "python ci/gate.py"}, {}, id="a script of Python"),
    pytest.param({"check": "repo-review"}, {}, id="a check that looks at all files"),
    pytest.param({"check": "package-build"}, {}, id="a check that does not say what it reads"),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "more"), REACHED)
def test_what_is_reached_or_cannot_be_followed_counts(
    criterion: dict[str, Any], more: dict[str, str]
) -> None:
    """Whatever might start the tool, or is not known to start no other."""
    assert may_reach(criterion, more)


FOLLOWED = [
    {"run": "ruff check src"},
    {"run": "python3 -m mypy --strict src"},
    {"run": ".venv/bin/ruff check src | tee ruff.log"},
    {"run": "ruff check $(git ls-files '*.py')"},
    {"run": "make ruff"},
    {"run": "sh ci/all.sh"},
    {"run": "pytest -q tests && python -m compileall -q src"},
    {"run": "coverage run -m pytest tests"},
    {"check": "ruff"},
    {"check": "coverage"},
    {"check": "typed"},
]


@pytest.mark.parametrize("criterion", FOLLOWED, ids=lambda each: " ".join(each.values()))
def test_what_is_followed_to_its_end_leaves_them_out(criterion: dict[str, str]) -> None:
    """All that is started is known, and nothing of it is the tool that is told."""
    assert not may_reach(criterion)


EASED = "[flake8]\nmax-line-length = 200\n"
PROJECT = {"src/a.py": "x = 1\n", ".flake8": FILES[".flake8"]}


def eased(run: str, also: Mapping[str, str] | None = None) -> Loosening:
    """A change that eases what flake8 is told, in a project that is measured by a command."""
    base = {"board.yaml": board({"run": run}), **PROJECT, **(also or {})}
    return Loosening("", base, {".flake8": EASED}, "flake8 max-line-length", {".flake8": EASED})


def test_what_no_criterion_can_come_to_is_neutral(project: Project) -> None:
    """Ruff is all that is run; what flake8 is told is for who runs it by hand."""
    assert_innocent(project, eased("ruff check src"))
    assert project("check", "--base", "HEAD~1").status == 0
    assert "flake8 max-line-length" in project("guard", "-v", "--base", "HEAD~1").out


@pytest.mark.parametrize("judge", [assert_told, assert_judged])
def test_what_a_recipe_comes_to_is_told(judge: Any, project: Project) -> None:
    """By `guard --base` and by `check --base`."""
    makefile = "lint:\n\truff check src\n\tflake8 src || exit 1\n"
    judge(project, eased("make lint || exit 1", {"Makefile": makefile}))


@pytest.mark.parametrize(
    ("run", "status"), [("ruff check src", 0), ("python -m mypy src", 0), ("pyright src", 4)]
)
def test_a_comment_for_a_tool_is_for_it_alone(run: str, status: int, project: Project) -> None:
    """`pyright: ignore` hides something where a criterion can come to pyright."""
    base = {"board.yaml": board({"run": run}), "src/a.py": "x = 1\n"}
    ended = guarded(project, base, {"src/a.py": "x = 1  # pyright: ignore\n"})
    assert ended.status == status, ended


def test_a_list_of_what_is_passed_over_is_nobodys_setting(project: Project) -> None:
    """Whose it is only its name says, wherever it lies: it is told as ever."""
    base = {"board.yaml": board({"run": "ruff check src"}), "src/a.py": "x = 1\n"}
    ended = guarded(project, base, {"a/.gitleaksignore": "a.py:generic-api-key:1\n"})
    assert ended.status == 4, ended


def told_of_pytest(told: dict[str, tuple[str, ...]]) -> Direction:
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
        Findings(compared=compared, told=told, spoken=spoken, reached=lambda *_: True)
        .judged(change)
        .direction
    )


def test_what_another_tool_came_to_says_nothing_of_this_one() -> None:
    """One file has the settings of both: each is judged by the criteria that come to it."""
    files = ("pyproject.toml",)
    assert told_of_pytest({"ruff": files}) is Direction.NEUTRAL
    assert told_of_pytest({"pytest": files}) is Direction.LOOSENED
