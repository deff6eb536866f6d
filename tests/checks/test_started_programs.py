"""A target is judged by the programs that it started, wherever in it they are started."""

import pytest

from tests.support.checking import build, run_check

STARTED = "import subprocess\nsubprocess.run(['bandit', '-q', '-r', 'src'], check=True)\n"


def makefile(recipe: str) -> dict[str, str]:
    """Make a project whose target has one command."""
    return {
        "Makefile": f".PHONY: scan\nscan:\n\t{recipe}\n",
        "src/a.py": '"""Nothing bad."""\n\nx = 1\n',
        "weak/a.py": "import subprocess\n\nsubprocess.call('ls', shell=True)\n",
        "scan.py": STARTED,
    }


@pytest.mark.parametrize(
    ("recipe", "problems"),
    [
        ("bandit -q -r src", 0),
        ("bandit -q -r ./src/", 0),
        ("bandit -q --recursive $(CURDIR)/src", 0),
        ("python scan.py", 0),
        ("echo No issues identified: src", 1),
        ("bandit --version && echo src", 1),
        ("bandit -q -r weak --exit-zero", 1),
        ("python -c \"import subprocess as s; s.run(['bandit', '-q', '-r', 'weak', 'src'])\"", 1),
    ],
)
def test_a_security_target_is_judged_by_what_it_ran(
    project: str, recipe: str, problems: int
) -> None:
    """It has to start the scanner, on what is to be scanned, and the scanner to end well."""
    build(project, makefile(recipe))
    outcome = run_check("make-target", project, {"target": "scan", "starts": "bandit=src"})
    assert outcome.value("problems") == problems, outcome.findings


def test_a_program_that_is_not_installed_cannot_be_watched(project: str) -> None:
    """Then nothing was measured."""
    build(project, makefile("echo done"))
    outcome = run_check("make-target", project, {"target": "scan", "starts": "nosuch_scanner"})
    assert outcome.is_error
    assert "nosuch_scanner is not installed" in outcome.stderr


@pytest.mark.parametrize(
    ("recipe", "heard"),
    [
        ("bandit -q -r src\n\ttrue", True),
        ("bandit -q -r src || true", False),
        ("bandit -q -r src; true", False),
        ("bandit -q -r src | cat", False),
        ("if bandit -q -r src; then true; fi", False),
        ("-bandit -q -r src\n\tpython -c ''", False),
        ("rm -f r; bandit -q -r src -f json -o r || true; test -s r", False),
        ("rm -f r; bandit -q -r src -f json -o r && test -s r", True),
    ],
)
def test_a_target_hears_when_its_program_fails(project: str, recipe: str, heard: bool) -> None:
    """The program is made to fail where it does not by itself, and leaves what it did before."""
    build(project, makefile(recipe))
    outcome = run_check("make-target", project, {"target": "scan", "starts": "bandit=src"})
    assert outcome.value("problems") == (not heard), outcome.findings


LINT = {
    "Makefile": ".PHONY: lint\nlint:\n\tRUFF\n\truff format --check .\n",
    "src/a.py": '"""Nothing bad."""\n\nx = 1\n',
    "src/deep/a.py": '"""Nothing bad."""\n\nx = 1\n',
}


@pytest.mark.parametrize(
    ("command", "left"),
    [
        ("ruff check .", ""),
        ("ruff check -q . >/dev/null", ""),
        ("ruff check --output-format github src", ""),
        ("ruff check --exit-zero .", "planted in src, src/deep: F401, F821"),
        ("ruff check --exclude src/deep .", "planted in src/deep: F401, F821"),
        ("ruff check src/*.py", "planted in src/deep: F401, F821"),
        ("ruff check --ignore F821 .", "planted in src, src/deep: F821"),
        ("ruff check --isolated --select E9 .", "planted in src, src/deep: F401, F821"),
    ],
)
def test_a_target_fails_for_flaws_that_are_planted(project: str, command: str, left: str) -> None:
    """Whatever it prints of them; the names are only the quicker way."""
    build(project, {**LINT, "Makefile": LINT["Makefile"].replace("RUFF", command)})
    planted = {"notices": "F401,F821=src,src/deep format=src"}
    outcome = run_check("make-target", project, {"target": "lint", **planted})
    messages = [finding["message"] for finding in outcome.findings]
    assert messages == ([f"lint ends well with this {left}"] if left else [])


SELECTED = '[tool.ruff.lint]\nselect = ["F"]\n'


def test_a_tool_stands_for_its_flaws_and_a_star_for_the_packages(project: str) -> None:
    """What the project's settings have it notice, in each folder that has Python."""
    build(
        project,
        {
            **LINT,
            "pyproject.toml": SELECTED,
            "Makefile": LINT["Makefile"].replace("RUFF", "ruff check --select F401 ."),
        },
    )
    outcome = run_check("make-target", project, {"target": "lint", "notices": "ruff=src/*"})
    (finding,) = outcome.findings
    assert finding["message"].endswith("planted in src/deep: F821, F841")


def test_flaws_and_folders_that_there_are_not_cannot_be_planted(project: str) -> None:
    """Then nothing was measured."""
    build(project, {**LINT, "Makefile": LINT["Makefile"].replace("RUFF", "ruff check .")})
    for planted, why in (
        ("F999=src", "'F999' is no flaw"),
        ("F401=lib", "no folder lib"),
        ("mypy=lib/*", "no Python in lib/*"),
    ):
        outcome = run_check("make-target", project, {"target": "lint", "notices": planted})
        assert outcome.is_error
        assert why in outcome.stderr


TESTED = {
    "Makefile": (
        ".PHONY: coverage\ncoverage:\n\tcoverage run -m pytest TESTS\n\tcoverage report REPORT\n"
    ),
    "pyproject.toml": (
        '[tool.coverage.run]\nsource = ["src"]\n\n'
        '[tool.pytest.ini_options]\npythonpath = ["src"]\naddopts = "-m \'not slow\'"\n'
        'markers = ["slow"]\n'
    ),
    "src/a.py": "def one():\n    return 1\n",
    "src/b.py": "def two():\n    return 2\n",
    "tests/test_a.py": "from a import one\n\n\ndef test_one():\n    assert one() == 1\n",
    "tests/test_b.py": (
        "import pytest\nfrom b import two\n\n\ndef test_two():\n    assert two() == 2\n\n\n"
        "@pytest.mark.skip('later')\ndef test_later():\n    assert two() == 2\n\n\n"
        "@pytest.mark.slow\ndef test_slowly():\n    assert two() == 2\n"
    ),
}


@pytest.mark.parametrize(
    ("tests", "report", "why"),
    [
        ("", "", ""),
        ("-p no:randomly -q tests", "-m", ""),
        ("tests/test_a.py", "", "the target ran 1 of 3 tests: tests/test_b.py::test_two"),
        ("-k one", "", "the target ran 1 of 3 tests"),
        ("--deselect tests/test_a.py::test_one", "", "the target ran 2 of 3 tests"),
        ("-x --co -q", "", "the target ran 0 of 3 tests"),
        ("", "--omit src/b.py", "the target measured 2 of 4 statements"),
        ("", "--include 'src/a*'", "the target measured 2 of 4 statements"),
    ],
)
def test_a_target_does_all_that_is_there(project: str, tests: str, report: str, why: str) -> None:
    """By the project's own settings, which leave out what is slow."""
    recipe = TESTED["Makefile"].replace("TESTS", tests).replace("REPORT", report)
    build(project, {**TESTED, "Makefile": recipe})
    asked = {"target": "coverage", "tests": "tests", "statements": r"^TOTAL\s+(\d+)\s"}
    outcome = run_check("make-target", project, asked)
    if why:
        assert outcome.is_error
        assert why in outcome.stderr
    else:
        assert outcome.value("problems") == 0, outcome.stderr
