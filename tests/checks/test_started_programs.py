"""A target is judged by the programs that it started, wherever in it they are started."""

import pytest

from tests.support.checking import build, run_check

STARTED = "import subprocess\nsubprocess.run(['bandit', '-q', '-r', 'src'])\n"


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
