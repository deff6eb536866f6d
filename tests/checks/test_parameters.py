"""Parameters that are words of a command line hold any text: quotes keep blanks together."""

import pytest

from checks.in_project.common import Params
from tests.support.checking import build, run_check

TESTS = """\
import pytest


def test_quick():
    assert True


@pytest.mark.slow
def test_slow():
    assert False
"""
PROJECT = {
    "pyproject.toml": "[tool.pytest.ini_options]\nmarkers = ['slow']\n",
    "src/lib.py": "print(1)\n",
    "my code/own.py": "import os\n\nassert 1 + '1'\n",
    "my code/test_lib.py": TESTS,
    "tests/test_one.py": TESTS,
    "tests/test_two.py": TESTS,
}
FAST = "-m 'not slow'"


@pytest.mark.parametrize(
    ("check", "params", "measure", "expected"),
    [
        ("pytest", {"args": FAST, "source": "tests"}, "executed", 2),
        ("pytest", {"args": FAST, "paths": "'my code'", "source": "."}, "executed", 1),
        ("pytest", {"args": '-k "quick and not slow"', "source": "tests"}, "executed", 2),
        (
            "pytest",
            {"args": "-k quick", "paths": "tests/test_o*.py", "source": "tests"},
            "executed",
            1,
        ),
        ("test-outcomes", {"args": FAST, "paths": "tests"}, "executed", 2),
        ("ruff", {"args": "--select F401", "paths": "'my code' src"}, "findings", 1),
        ("ruff", {"args": "--select F401 -q --exclude 'my code/o*'", "paths": "."}, "findings", 0),
        ("ruff-format", {"paths": "'my code'"}, "checked", 2),
        ("mypy", {"paths": "'my code/own.py' src"}, "errors", 1),
        ("bandit", {"paths": r"my\ code/own.py", "args": "--skip 'B101'"}, "total", 0),
    ],
)
def test_tools_get_words_with_blanks(
    project: str, check: str, params: dict[str, str], measure: str, expected: int
) -> None:
    """The project's real tools are run with the words that were meant."""
    build(project, PROJECT)
    assert run_check(check, project, params).value(measure) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("src tests", ["src", "tests"]),
        (FAST, ["-m", "not slow"]),
        ('--cov="my dir" x', ["--cov=my dir", "x"]),
        (r"my\ dir x", ["my dir", "x"]),
        ("'' x", ["", "x"]),
        (r"--exclude \.venv", ["--exclude", r"\.venv"]),
        ("o'neil/src x", ["o'neil/src", "x"]),
        ("$(touch x) `y` a;b #c", ["$(touch", "x)", "`y`", "a;b", "#c"]),
    ],
)
def test_a_parameter_is_split_as_a_shell_would(text: str, words: list[str]) -> None:
    """Nothing in it is run or replaced, and what was written before there were quotes stays."""
    assert Params({"args": text}).words("args") == words
