"""Recipes that find less than before, told by faults that are planted for the tools they start."""

import pytest

from readiness.guard.planted import plant
from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_told,
    board,
    rows,
    twins,
)
from tests.support.program import Project
from tests.support.repositories import commit, write

CODE = {
    "src/a.py": '"""A module."""\n\nX: int = 1\n',
    "tests/test_a.py": "def test_a():\n    assert 1\n",
}
MAKEFILE = "lint:\n\truff check src\n\ntest:\n\tpytest -q tests\n"
SCRIPTS = {
    **CODE,
    "Makefile": MAKEFILE,
    "flake.sh": "set -e\nflake8 src\n",
    "types.sh": "set -e\nruff check src\nmypy src\n",
    "make.sh": "make lint\n",
    "ci.sh": "set -e\nruff check src\n",
    "lint.py": "import subprocess, words\n\nsubprocess.check_call(words.read())\n",
    "words.py": "def read():\n    return open('cmd.txt').read().split()\n",
    "cmd.txt": "ruff check src\n",
}


def changed(
    name: str, run: str, hides: dict[str, str], twin: dict[str, str], says: str = ""
) -> Loosening:
    """A change of what a command of the board reaches, and an innocent one."""
    base = {**SCRIPTS, "board.yaml": board({"run": run})}
    return Loosening(name, base, hides, says or "misses some of them", twin)


LOOSENINGS = [
    changed(
        "fewer rules in a script",
        "sh ci.sh",
        {"ci.sh": "set -e\nruff check --select I src\n"},
        {"ci.sh": "set -eu\nruff check --extend-select I src tests\n"},
    ),
    changed(
        "a word in a list of arguments",
        "python3 lint.py",
        {"cmd.txt": "ruff check --ignore F src\n"},
        {"cmd.txt": "ruff check --output-format concise src\n"},
    ),
    changed(
        "fewer folders, built by Python",
        "python3 lint.py",
        {"words.py": "def read():\n    return ['ruff', 'check', 'tests']\n"},
        {"words.py": "def read():\n    return ['ruff', 'check', 'src', 'tests']\n"},
    ),
    changed(
        "tests that are only collected",
        "make test",
        {"Makefile": "export PYTEST_ADDOPTS = --co\n" + MAKEFILE},
        {"Makefile": "export PYTEST_ADDOPTS = -ra\n" + MAKEFILE},
    ),
    changed(
        "a variable of make",
        "make lint",
        {"Makefile": "SOFT = || true\n" + MAKEFILE.replace("src\n", "src $(SOFT)\n")},
        {"Makefile": "SRC = src\n" + MAKEFILE.replace("check src", "check $(SRC)")},
        "Makefile SOFT",
    ),
    changed(
        "one shell for all of a recipe",
        "make lint",
        {"Makefile": ".ONESHELL:\n" + MAKEFILE.replace("src\n", "src\n\techo done\n")},
        {"Makefile": ".ONESHELL:\n.SHELLFLAGS := -ec\n" + MAKEFILE},
        "Makefile .ONESHELL",
    ),
    changed(
        "another tool in its place",
        "sh flake.sh",
        {"flake.sh": "set -e\nflake8 --select E9 src\n"},
        {"flake.sh": "set -e\nruff check src\n"},
    ),
    changed(
        "a tool less, after another one",
        "sh types.sh",
        {"types.sh": "set -e\nruff check src\n"},
        {"types.sh": "set -e\nmypy --strict src\nruff check src\n"},
        "planted for mypy",
    ),
    changed(
        "another shell",
        "sh make.sh",
        {"Makefile": "SHELL := /bin/echo\n" + MAKEFILE},
        {"Makefile": "SHELL := /bin/bash\n" + MAKEFILE},
        "Makefile SHELL",
    ),
]


@rows(*LOOSENINGS)
def test_what_finds_less_is_told(project: Project, row: Loosening) -> None:
    """Though nothing is wrong with the code yet, and whatever leads to the tool."""
    assert_told(project, row)


@twins(*LOOSENINGS)
def test_what_finds_as_much_is_not(project: Project, row: Loosening) -> None:
    """In other words, with more rules or for more folders."""
    assert_innocent(project, row)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("bad_{n}.py", {"src/bad_planted_0.py", "tests/bad_planted_1.py"}),
        ("test_fails_{n}.py", {"tests/test_fails_planted_0.py"}),
        ("bad_{n}.go", set()),
    ],
)
def test_faults_stand_where_files_of_their_kind_do(
    project: Project, name: str, places: set[str]
) -> None:
    """Under names of their own, and Git knows of them."""
    write(project.folder, CODE)
    commit(project.folder, {})
    assert plant(str(project.folder), {name: "x"}) == bool(places)
    assert {
        str(path.relative_to(project.folder)) for path in project.folder.rglob("*planted*")
    } == places
