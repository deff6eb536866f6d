"""A command that did less than it looks like is an error, or a warning, by what it printed."""

import pytest

from tests.support.program import Project, a_board
from tests.support.repositories import write

TOX = "  py311: OK (0.08 seconds)\n  py37: {} (0.52 seconds)\n  congratulations :)\n"
NOX = "nox > Session t-3.7 {}.\nnox > Session t-3.11 was successful in a second.\n"
HOOKS = "ruff.....(no files to check)Skipped\nmypy.....{}\n"
UNITTEST = (
    "import unittest\n\n\nclass TestA(unittest.TestCase):\n    def test_a(self):\n        pass\n"
)
FUNCTION = "import sys\n\nsys.path.insert(0, '.')\n\n\ndef test_a():\n    pass\n"


@pytest.mark.parametrize(
    ("tool", "printed", "verdict"),
    [
        ("tox", TOX.format("SKIP"), "warn"),
        ("tox", TOX.format("OK"), "pass"),
        ("nox", NOX.format("skipped: Python interpreter 3.7 not found"), "warn"),
        ("nox", NOX.format("was successful in a second"), "pass"),
        ("pre-commit", HOOKS.format("(no files to check)Skipped"), "error"),
        ("pre-commit", HOOKS.format("Passed"), "pass"),
        ("node", "TAP version 13\n1..0\n# tests 0\n# pass 0\n", "error"),
        ("node", "TAP version 13\n1..1\n# tests 10\n# pass 10\n", "pass"),
        ("node", "# tests 2\n# pass 0\n# skipped 2\n", "error"),
        ("python", "Ran 2 tests in 0.001s\n\nOK (skipped=2)\n", "error"),
        ("python", "Ran 2 tests in 0.001s\n\nOK (skipped=1)\n", "pass"),
        ("pytest", "run-last-failure: rerun previous 1 failure\n1 passed in 0.1s", "warn"),
        ("pytest", "run-last-failure: rerun previous 1 failure first\n1 passed in 0.1s", "pass"),
        ("pytest", "=== 1 failed, 1 passed in 0.02s ===\n", "error"),
        ("pytest", "=== 1 xfailed, 1 passed in 0.02s ===\n", "pass"),
        ("unittest", "Ran 2 tests in 0.001s\n\nFAILED (failures=1)\n", "error"),
        ("unittest", "Ran 2 tests in 0.001s\n\nOK (expected failures=1)\n", "pass"),
    ],
)
def test_a_runner_says_what_it_left_out(
    project: Project, tool: str, printed: str, verdict: str
) -> None:
    """It ends with 0 all the same, or what failed; a hook without a file is nothing special."""
    write(project.folder, {"printed": printed, tool: "#!/bin/sh\ncat printed\n"})
    project.write(a_board({"run": f"./{tool}"}))
    (criterion,) = project("check", "--output-format", "json").run.criteria()
    assert criterion.verdict == verdict, criterion.reason


@pytest.mark.parametrize(
    ("command", "text", "verdict"),
    [
        ("python test_a.py", UNITTEST, "error"),
        ("python test_a.py", f"{UNITTEST}\n\nunittest.main()\n", "pass"),
        ("python test_a.py", FUNCTION, "error"),
        ("python test_a.py", f"{FUNCTION}\n\ntest_a()\n", "pass"),
        ("python test_a.py", "def check():\n    pass\n", "pass"),
        ("python -m unittest test_a.py", UNITTEST, "pass"),
        ("python -m doctest test_a.py", '"""No example."""\n', "error"),
        ("python -m doctest test_a.py", '"""An example.\n\n>>> 1\n1\n"""\n', "pass"),
        ("python -m doctest test_a.py && echo more", '"""No example."""\n', "pass"),
    ],
)  # fmt: skip
def test_tests_that_nobody_runs_are_no_pass(
    project: Project, command: str, text: str, verdict: str
) -> None:
    """Python reads the file and prints nothing; whoever runs tests says so, or calls them."""
    write(project.folder, {"test_a.py": text})
    project.write(a_board({"run": command}))
    (criterion,) = project("check", "--output-format", "json").run.criteria()
    assert criterion.verdict == verdict, criterion.reason
