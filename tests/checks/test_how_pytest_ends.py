"""What pytest says at its end counts as well as its tests."""

import pytest

from tests.support import projects
from tests.support.checking import build, run_check
from tests.support.projects import service

ENDS = """

def pytest_sessionfinish(session, exitstatus):
    if not exitstatus:
        print("\\nERROR: too slow by half")
        session.exitstatus = {status}
"""
OPTIONS = '''"""The options of pytest-cov, which measures nothing while another does."""


def pytest_addoption(parser):
    parser.addoption("--cov", action="append", default=[], nargs="?", const=True, dest="cov_source")
    parser.addoption("--cov-fail-under", type=float, dest="cov_fail_under")
    parser.addoption("--cov-config", default=".coveragerc", dest="cov_config")
    parser.addoption("--no-cov", action="store_true", dest="no_cov")
'''


@pytest.mark.parametrize(("status", "is_error"), [(1, True), (0, False)])
def test_a_session_that_a_plugin_ends_badly_is_none(
    project: str, status: int, is_error: bool
) -> None:
    """No test fails, and whoever starts pytest sees it fail: the reason is what pytest said."""
    build(project, {**service(), "tests/conftest.py": ENDS.format(status=status)})
    outcome = run_check("pytest", project)
    assert outcome.is_error == is_error
    assert ("pytest ended with status 1: ERROR: too slow by half" in outcome.stderr) == is_error


@pytest.mark.parametrize(
    ("asked", "is_error"),
    [
        ("--cov=src --cov-fail-under=90", True),
        ("--cov=app --cov-fail-under=90", True),
        ("--cov --cov-fail-under=90", True),
        ("--cov=src", True),
        ("--cov=src --cov-fail-under=80", False),
        ("--cov=src --cov=tests --cov-fail-under=90", False),
        ("--cov=src --cov-fail-under=90 --no-cov", False),
        ("--cov-fail-under=90", False),
    ],
)
def test_the_limit_of_pytest_cov_counts(project: str, asked: str, is_error: bool) -> None:
    """It is put aside for the run, and its limit is held; of other code nothing is known."""
    limit = "[tool.coverage.report]\nfail_under = 99\n"
    settings = f"{projects.SETTINGS}addopts = '-p options_of_cov {asked}'\n{limit}"
    beside = {"options_of_cov.py": OPTIONS, "src/scripts/never.py": "x = 1\n" * 50}
    build(project, {**service(settings=settings), **beside})
    outcome = run_check("pytest", project, readers="coverage")
    assert outcome.is_error == is_error, outcome.stderr
    assert ("Coverage failure: total of 83 is less than" in outcome.stderr) == is_error


@pytest.mark.parametrize(("numbers", "doubts"), [("[]", 1), ("[1]", 0)])
def test_a_test_without_parameters_is_a_doubt(project: str, numbers: str, doubts: int) -> None:
    """The folder that they come from may have moved; pytest skips it, and says nothing else."""
    marked = (
        f"@pytest.mark.parametrize('number', {numbers})\ndef test_number(number):\n    assert 1\n"
    )
    build(project, service(tests=f"{projects.TESTS}\n\n{marked}"))
    outcome = run_check("pytest", project)
    doubt = "doubtful: tests/unit/test_sums.py::test_number ran for nothing"
    assert (outcome.value("failed"), outcome.stderr.count(doubt)) == (0, doubts)


SETTINGS = {
    "pytest": ("pytest.ini", ""),
    "coverage": (".coveragerc", "[tool.coverage.run]\nbranch = true\n"),
    "mypy": ("mypy.ini", "[tool.mypy]\nstrict = true\n"),
    "ruff": ("ruff.toml", "[tool.ruff]\nline-length = 99\n"),
}


@pytest.mark.parametrize("tool", SETTINGS)
@pytest.mark.parametrize("own", [True, False])
def test_settings_that_a_tool_does_not_take_are_a_doubt(
    project: str, tool: str, *, own: bool
) -> None:
    """An empty file of its own comes first; where the section is all that there is, it counts."""
    file, section = SETTINGS[tool]
    beside = {file: "[pytest]\npythonpath = src\n" if tool == "pytest" else ""} if own else {}
    build(project, {**service(settings=projects.SETTINGS + section), **beside})
    outcome = run_check("pytest" if tool == "coverage" else tool, project, readers="coverage")
    doubt = f"doubtful: {tool} takes its settings from {file}, none from pyproject.toml"
    assert (doubt in outcome.stderr) == own, outcome


def test_settings_that_are_put_aside_are_no_doubt(project: str) -> None:
    """With `neutral`, mypy is told to take none."""
    build(project, service(settings=projects.SETTINGS + SETTINGS["mypy"][1]))
    assert "doubtful" not in run_check("mypy", project, {"neutral": "true"}).stderr


def test_an_assertion_on_a_tuple_fails_its_test(project: str) -> None:
    """It is always true, as pytest says in a warning; one with a message is not."""
    tuple_, message = "(1 == 2, 'not so')", "(1 == 1), 'so'"
    tests = (
        f"\n\ndef test_tuple():\n    assert {tuple_}\n\n\ndef test_other():\n    assert {message}\n"
    )
    build(project, service(tests=projects.TESTS + tests))
    (found,) = run_check("pytest", project).findings
    assert (found["rule"], "assertion is always true" in found["message"]) == ("test_tuple", True)
