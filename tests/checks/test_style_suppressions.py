"""What keeps ruff silent is counted by the checks on style, and has a limit where one is set."""

from pathlib import Path

import pytest

from tests.support import projects
from tests.support.checking import Outcome, build, run_check
from tests.support.projects import Files
from tests.support.repositories import git

SELECTED = "[tool.ruff.lint]\nselect = ['E', 'F', 'I']\n"


def silenced(outcome: Outcome) -> tuple[int, int]:
    """How many suppressions there are, and how many problems."""
    return int(outcome.number("suppressed")), int(outcome.number("problems"))


@pytest.mark.parametrize(
    ("files", "suppressed"),
    [
        ({"a.py": "x = 1\n"}, 0),
        ({"a.py": "x = 1  # off the shelf, skip nothing\n"}, 0),
        ({"a.py": "import os  # noqa: F401\n"}, 1),
        ({"a.py": "# isort: skip_file\nx = 1\n"}, 1),
        ({"a.py": "# ruff: isort: off\nx = 1\n"}, 1),
        ({"pyproject.toml": SELECTED}, 0),
        ({"pyproject.toml": f"{SELECTED}ignore = ['F841', 'E402']\n"}, 2),
        ({"pyproject.toml": f"{SELECTED}extend-ignore = ['D']\n"}, 1),
        ({"ruff.toml": "lint.per-file-ignores = {'a.py' = ['F401', 'F841']}\n"}, 2),
        ({".ruff.toml": "extend-exclude = ['legacy']\n"}, 1),
        ({"ruff.toml": "lint.exclude = ['legacy/*.py']\n"}, 1),
        ({"ruff.toml": "format.exclude = ['legacy/*.py']\n"}, 0),
        ({"sub/b.py": "x = 1\n", "sub/ruff.toml": "lint.ignore = ['F841']\n"}, 1),
        (
            {
                "base.toml": "lint.ignore = ['F841']\n",
                "pyproject.toml": "[tool.ruff]\nextend = 'base.toml'\n",
            },
            1,
        ),
    ],
)
def test_what_keeps_the_linter_silent_is_counted(
    project: str, files: Files, suppressed: int
) -> None:
    """Comments, and rules and files that any of its settings leave out of what they select."""
    build(project, {"a.py": "x = 1\n", **files})
    assert silenced(run_check("ruff", project, {"allowed": "2"})) == (suppressed, 0)
    assert silenced(run_check("ruff", project, {"allowed": "0"})) == (suppressed, suppressed)


@pytest.mark.parametrize(
    ("args", "suppressed"),
    [("", 2), ("--ignore-noqa", 1), ("--isolated", 1), ("--isolated --ignore-noqa", 0)],
)
def test_what_a_board_puts_aside_keeps_nothing_silent(
    project: str, args: str, suppressed: int
) -> None:
    """Neither comments nor settings that are not looked at."""
    build(project, {"a.py": "import os  # noqa: F401\n", "ruff.toml": "lint.ignore = ['F841']\n"})
    assert silenced(run_check("ruff", project, {"args": args}))[0] == suppressed


def test_a_selection_that_shrinks_is_told(project: str) -> None:
    """By how many rules are on where the fewest are."""
    build(project, {"a.py": "x = 1\n", "pyproject.toml": SELECTED})
    before = run_check("ruff", project)
    least = {"at_least": str(int(before.number("rules")))}
    assert run_check("ruff", project, least).number("problems") == 0
    build(project, {"pyproject.toml": SELECTED.replace(", 'I'", "")})
    after = run_check("ruff", project, least)
    assert 0 < after.number("rules") < before.number("rules")
    assert [found["rule"] for found in after.findings] == ["rules"]


@pytest.mark.parametrize(
    ("files", "suppressed"),
    [
        ({"a.py": "x = 1\n"}, 0),
        ({"a.py": "x = [ 1 ]  # fmt: skip\n"}, 1),
        ({"a.py": "# fmt: off\nx = [ 1 ]\n# fmt: on\n"}, 1),
        ({"a.py": "# yapf: disable\nx = 1\n"}, 1),
        ({"a.py": 'x = "# fmt: off"\n'}, 0),
        ({"ruff.toml": "format.exclude = ['legacy/*.py']\n"}, 1),
        ({"ruff.toml": "extend-exclude = ['legacy']\n"}, 1),
        ({"ruff.toml": "lint.exclude = ['legacy']\n"}, 0),
        ({"ruff.toml": "line-length = 120\nlint.ignore = ['F841']\n"}, 0),
    ],
)
def test_what_keeps_the_formatter_off_is_counted(
    project: str, files: Files, suppressed: int
) -> None:
    """Comments, and files that the settings leave out; none of them is a file to format anew."""
    build(project, {"a.py": "x = 1\n", **files})
    assert silenced(run_check("ruff-format", project)) == (suppressed, 0)
    outcome = run_check("ruff-format", project, {"allowed": "0", "args": "--line-length 100"})
    assert silenced(outcome) == (suppressed, suppressed)
    assert outcome.value() == 0


UNSORTED = "import sys\nimport os\n\nx = [ os, sys ]\n"


@pytest.mark.parametrize("check", ["ruff", "ruff-format"])
@pytest.mark.parametrize(
    ("files", "known", "suppressed"),
    [
        ({"ruff.toml": "include = ['a.py']\n"}, True, 1),
        ({".gitignore": "b.py\n"}, False, 0),
        ({"ruff.toml": "include = ['*.py', 'scripts/*']\n"}, True, 0),
        ({".gitignore": "*.log\n"}, True, 0),
    ],
    ids=["not included", "not known", "included", "others"],
)
def test_a_file_of_the_project_that_ruff_does_not_look_at_is_told(
    project: str, check: str, files: Files, known: bool, suppressed: int
) -> None:
    """Whatever keeps it out; what Git does not have either is none of the project's."""
    build(project, {"a.py": "x = 1\n", "b.py": UNSORTED if suppressed else "x = 1\n", **files})
    git(Path(project), "init", "-q")
    git(Path(project), "add", "--force", "a.py", *(["b.py"] if known else []))
    outcome = run_check(check, project, {"allowed": "0"})
    assert silenced(outcome) == (suppressed, suppressed)
    assert [found["path"] for found in outcome.findings] == ["b.py"] * suppressed


def test_suppressions_count_them_too(project: str) -> None:
    """By kinds of their own."""
    text = "# isort: off\nx = [ 1 ]  # fmt: skip\n"
    build(project, {**projects.service(sums=text), "tests/": ""})
    outcome = run_check("suppressions", project, {"paths": "src"})
    assert (outcome.number("fmt_off"), outcome.number("isort_off")) == (1, 1)
