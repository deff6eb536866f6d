"""mypy, ruff and bandit on small real projects: each check survives the traps of its tool."""

import os
from pathlib import Path
from textwrap import dedent

import pytest

from tests.support import projects
from tests.support.checking import build, run_check
from tests.support.performance_cases import SCAN, scanned
from tests.support.projects import fake_tool, service
from tests.support.repositories import commit

# --- mypy -----------------------------------------------------------------------------------------

SILENT = dedent("""\
    def number() -> int:
        return "one"  # type: ignore


    TEXT = "# type: ignore in a string"
    """)


def test_mypy_shows_what_keeps_it_silent(project: str) -> None:
    """Errors that are ignored do not count, but the suppressions stand beside the count."""
    build(project, service(sums=SILENT))
    outcome = run_check("mypy", project)
    assert (outcome.value("errors"), outcome.value("suppressed")) == (0, 1)


def test_mypy_counts_errors_and_no_notes(project: str) -> None:
    """A note that explains an error is not an error."""
    build(project, {"src/a.py": "reveal_type(1)\nx: int = ''\n"})
    outcome = run_check("mypy", project)
    assert outcome.value("errors") == 1
    assert outcome.findings[0]["rule"] == "assignment"


def test_mypy_can_be_asked_without_the_projects_settings(project: str) -> None:
    """A project that ignores all errors is clean under its own settings only."""
    settings = "[mypy]\nignore_errors = true\n"
    build(project, {"src/a.py": "x: int = ''\n", "mypy.ini": settings})
    assert run_check("mypy", project).value() == 0
    assert run_check("mypy", project, {"args": "--config-file="}).value() == 1


@pytest.mark.parametrize("settings", ["[mypy]\npython_version = 2.7\n", "[mypy\n"])
def test_mypy_with_a_bad_setting_has_measured_nothing(project: str, settings: str) -> None:
    """A setting that mypy refuses is an error."""
    build(project, {"src/a.py": "x = 1\n", "mypy.ini": settings})
    outcome = run_check("mypy", project)
    assert outcome.is_error or "not a valid" in outcome.stderr


ONE_FILE = "LOG:  Found source:           BuildSource(path='src/a.py', module='a')"
ONE_ERROR = "src/a.py:1: error: first  [misc]"


@pytest.mark.parametrize(
    ("printed", "logged", "counts"),
    [
        (f"{ONE_ERROR}\nFound 1 error in 1 file (checked 1 source file)", ONE_FILE, True),
        ("Success: no issues found in 1 source file", ONE_FILE, True),
        (
            f"{ONE_ERROR}\nFound 1 error in 1 file (errors prevented further checking)",
            ONE_FILE,
            False,
        ),
        (f"{ONE_ERROR}\nFound 2 errors in 1 file (checked 1 source file)", ONE_FILE, False),
        ("Success: no issues found in 2 source files", ONE_FILE, False),
        ("Success: no issues found in 1 source file", "", False),
        ("", ONE_FILE, False),
    ],
)
def test_mypy_that_contradicts_itself_has_measured_nothing(
    project: str, printed: str, logged: str, counts: bool
) -> None:
    """Without a summary, with another count in it, or with other files named: an error, never 0."""
    build(project, {"src/a.py": "x = 1\n", "printed": printed + "\n", "logged": logged + "\n"})
    path = fake_tool(project, "mypy", "cat printed; cat logged >&2\n")
    assert run_check("mypy", project, path=path).is_error is not counts


def test_mypy_below_counts_only_there(project: str) -> None:
    """The errors below a path are taken from the one run."""
    bad = "x: int = ''\n"
    build(project, {"src/api/a.py": bad, "src/api/b.py": "x = 1\n", "src/core/c.py": bad})
    outcome = run_check("mypy-below", project, {"below": "src/api"})
    assert (outcome.value("errors"), outcome.value("files")) == (1, 2)


def test_mypy_below_tells_what_was_not_checked(project: str) -> None:
    """Files that the settings exclude are counted beside the errors."""
    settings = "[mypy]\nexclude = hidden\n"
    build(project, {"src/a.py": "x = 1\n", "src/hidden.py": "x: int = ''\n", "mypy.ini": settings})
    outcome = run_check("mypy-below", project, {"below": "src"})
    assert (outcome.value("errors"), outcome.value("unchecked")) == (0, 1)


# --- ruff and bandit ------------------------------------------------------------------------------


def test_ruff_can_be_asked_without_the_projects_settings(project: str) -> None:
    """Settings hide undefined names; `--isolated` finds them."""
    build(project, {"src/a.py": "print(nothing)\n", "ruff.toml": "lint.select = ['E1']\n"})
    assert run_check("ruff", project).value() == 0
    isolated = run_check("ruff", project, {"args": "--isolated --select F821"})
    assert isolated.value() == 1
    assert isolated.findings[0]["path"] == "src/a.py"


@pytest.mark.parametrize("args", ["", "--fix", "--fix-only", "--fix --unsafe-fixes"])
def test_ruff_changes_nothing(project: str, args: str) -> None:
    """A project that wants repairs is measured, not repaired."""
    build(project, {"a.py": "import os\n", "ruff.toml": "fix = true\n"})
    assert run_check("ruff", project, {"args": args}).value() == 1
    with open(os.path.join(project, "a.py"), encoding="utf-8") as file:
        assert file.read() == "import os\n"


def test_ruff_counts_one_broken_file_among_good_ones_as_an_error(project: str) -> None:
    """Where one file was not read, the count of the others is no count."""
    build(project, {"a.py": "x = 1\n", "b.py": projects.SYNTAX_ERROR})
    assert run_check("ruff", project).is_error


def test_bandit_counts_by_severity_and_keeps_secrets(project: str) -> None:
    """Severities are measures; a password that was found is not printed."""
    code = dedent("""\
        import subprocess
        PASSWORD = 'hunter2-secret'
        assert PASSWORD  # nosec
        subprocess.call(input(), shell=True)
        """)
    build(project, {"src/a.py": code})
    outcome = run_check("bandit", project)
    found = [outcome.value(name) for name in ("total", "high", "medium", "low", "nosec")]
    assert found == [3, 1, 0, 2, 1]
    assert b"hunter2" not in outcome.stdout


def test_bandit_with_one_broken_file_has_measured_nothing(project: str) -> None:
    """Bandit ends with 0 or 1 although it left a file out: an error."""
    build(project, {"src/a.py": "assert x\n", "src/b.py": projects.SYNTAX_ERROR})
    assert run_check("bandit", project).is_error


@pytest.mark.parametrize(("least", "problems"), [("high", 0), ("medium", 2), ("low", 3)])
def test_the_least_severity_that_counts(project: str, least: str, problems: int) -> None:
    """What weighs less is neither counted nor told, wherever settings skip it."""
    yaml_load = "import yaml\n\n\ndef read(text: str) -> object:\n    return yaml.load(text)\n"
    build(project, {**scanned(code=yaml_load), "src/.bandit": "[bandit]\nskips = B506\n"})
    outcome = run_check("security-scan", project, {**SCAN, "least": least})
    assert outcome.value("problems") == len(outcome.findings) == problems
    assert outcome.value("high") == 0
    outcome = run_check("security-scan", project, {**SCAN, "nginx": ""})
    assert (outcome.is_error, "the parameter nginx is empty" in outcome.stderr) == (True, True)


def test_a_checks_own_options_win_over_those_of_its_parameter(project: str) -> None:
    """They stand behind them; a path that looks like an option is none."""
    path = fake_tool(project, "ty", 'echo "$@"; exit 2\n')
    outcome = run_check("ty", project, {"paths": "-a.py", "args": "--color always"}, path=path)
    own = b"--verbose --output-format concise --color never"
    assert outcome.stdout == b"check --color always " + own + b" ./-a.py\n"


NESTED = """\
import sys, unittest


class Runner(unittest.TestCase):
    def test_another(self):
        print("Ran 3 tests in 0.001s\\n\\nFAILED (failures=3)", file=sys.stderr)
"""


def test_unittest_is_believed_at_its_end(project: str) -> None:
    """A suite that tests test runners shows summaries of others before its own."""
    build(project, {"test_runner.py": NESTED})
    outcome = run_check("unittest", project)
    assert (outcome.value(), outcome.value("executed")) == (0, 1)


def test_a_test_of_unittest_fails_once(project: str) -> None:
    """However many of its subtests do; each of them is a finding."""
    lines = ["for n in 0, 1, 2:", "    with self.subTest(n=n):", "        assert n == 1"]
    body = "".join(f"        {line}\n" for line in lines)
    text = f"import unittest\n\n\nclass A(unittest.TestCase):\n    def test_a(self):\n{body}"
    build(project, {"test_a.py": text})
    outcome = run_check("unittest", project)
    assert (outcome.value(), outcome.value("executed"), len(outcome.findings)) == (1, 1, 2)


def test_flake8_looks_at_what_git_has(project: str) -> None:
    """Not into an environment, which has findings of its own by the thousand."""
    build(project, {"src/a.py": "import os\n", "b.py": "", ".gitignore": "made/\n"})
    build(project, {"made/c.py": "import os\n", "env/pyvenv.cfg": "", "env/d.py": "import os\n"})
    commit(Path(project), {})
    outcome = run_check("flake8", project, {"paths": "."})
    assert (outcome.value(), outcome.value("files")) == (1, 2)


def test_settings_that_flake8_does_not_read_are_missed(project: str) -> None:
    """Without the plugin that reads them it would find what the project allows."""
    settings = "[tool.flake8]\nmax-line-length = 120\n"
    build(project, {"a.py": f"x = '{'y' * 100}'\n", "pyproject.toml": settings})
    assert "pip install flake8-pyproject" in run_check("flake8", project).stderr


def test_flake8_does_not_mind_a_broken_pyproject(project: str) -> None:
    """It reads no such file."""
    build(project, {"a.py": "x = 1\n", "pyproject.toml": "[tool"})
    assert run_check("flake8", project).value() == 0


def test_black_counts_what_its_cache_knows(project: str) -> None:
    """Before 22.1 the cache is in the home folder, and files in it are told in other words."""
    path = fake_tool(project, "black", 'echo "a.py wasn\'t modified on disk since last run."\n')
    outcome = run_check("black", project, {"paths": "."}, path=path)
    assert (outcome.value(), outcome.value("checked")) == (0, 1)
