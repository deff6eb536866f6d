"""What a change does to what commands reach: scripts, modules, the files of task runners."""

import json
import shutil

import pytest

from tests.support.few_programs import few_own_programs
from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_told,
    board,
    rows,
)
from tests.support.program import Project

GOOD = "def f(a: int) -> int:\n    return a\n"
BAD = f"import os\n\n\n{GOOD}"
LINT = "ruff check src\n"


def reaching(
    name: str,
    command: str,
    path: str,
    good: str = LINT,
    hides: str = "true\n",
    twin: str = "",
    also: dict[str, str] | None = None,
) -> Loosening:
    """A command that comes to a file, which no longer does anything."""
    base = {"board.yaml": board({"run": command}), "src/a.py": GOOD, path: good, **(also or {})}
    innocent = twin or f"# A comment.\n\n{good}"
    return Loosening(name, base, {"src/a.py": BAD, path: hides}, path, {path: innocent})


GATE = """\
import subprocess
import sys

sys.exit(subprocess.call(["ruff", "check", "src"]))
"""
PACKAGE = '{"name": "a", "version": "1.0.0", "scripts": {"lint": "ruff check src"}}\n'
JUST = "lint:\n    ruff check src\n"
NOX = """\
import nox


@nox.session(venv_backend="none")
def lint(session):
    session.run("ruff", "check", "src", external=True)
"""
RUNNER = "python -m tools.gate"
OUTER = {"ci/a.sh": "sh ci/b.sh\n"}
INSIDE = "cd ..\nruff check src\n"

ROWS = [
    reaching("3201", RUNNER, "tools/gate.py", GATE, "pass\n"),
    reaching("3203", "npm run -s lint", "package.json", PACKAGE,
             PACKAGE.replace("ruff check src", "true"),
             PACKAGE.replace('"scripts"', '"dependencies": {}, "scripts"')),
    reaching("3205", "sh ci/a.sh", "ci/b.sh", also=OUTER),
    reaching("3207", "timeout 60 sh ci/a.sh", "ci/a.sh"),
    reaching("3211", "cd ci && sh ./a.sh", "ci/a.sh", INSIDE),
    reaching("3213", "bash < ci/a.sh", "ci/a.sh"),
    reaching("3215", "just lint", "justfile", JUST, JUST.replace("ruff check src", "true"),
             f"{JUST}\nother:\n    true\n"),
    reaching("3217", "nox -s lint", "noxfile.py", NOX,
             NOX.replace('session.run("ruff", "check", "src", external=True)', "return")),
    reaching("3219", ". ci/env.sh && $LINT", "ci/env.sh", 'LINT="ruff check src"\n', "LINT=true\n"),
]  # fmt: skip


def skip_without(project: Project, row: Loosening) -> None:
    """Task runners that are not installed cannot be tried."""
    path = few_own_programs()
    for tool in ("just", "nox", "npm", "tox"):
        if f'"run": "{tool} ' in str(row.base["board.yaml"]) and not shutil.which(tool, path=path):
            pytest.skip(f"{tool} is not installed")


@rows(*ROWS)
def test_what_a_command_reaches_is_followed(row: Loosening, project: Project) -> None:
    """Through wrappers, folders, shells, modules and task runners."""
    skip_without(project, row)
    assert_told(project, row)


@rows(*ROWS)
def test_an_innocent_change_of_the_same_file_is_none(row: Loosening, project: Project) -> None:
    """A comment, a space, another recipe."""
    skip_without(project, row)
    assert_innocent(project, row)


def test_a_change_that_weakens_and_breaks_nothing_yet_is_told(project: Project) -> None:
    """The next change would go through: the head's rules no longer notice when the tools fail."""
    row = ROWS[2]
    weakened = Loosening(row.name, row.base, {"ci/b.sh": "true\n"}, "without ruff", {})
    assert_told(project, weakened)


@pytest.mark.slow
def test_what_there_was_no_time_to_try_is_told(project: Project) -> None:
    """Where the run is over before it is seen whether the head's rules notice, they may not."""
    row = ROWS[2]
    short = json.loads(str(row.base["board.yaml"])) | {"run_timeout": "20s"}
    base = {**row.base, "board.yaml": json.dumps(short)}
    long = "python3 -c 'while True: pass'"
    waiting = {"ci/b.sh": f"if ! ruff check src; then {long}; exit 1; fi\n"}
    assert_told(project, Loosening(row.name, base, waiting, "without ruff", {}))


def test_another_way_to_the_same_tool_is_none(project: Project) -> None:
    """A script that is written anew, and still needs its tool."""
    row = ROWS[2]
    same = {"ci/b.sh": "set -e\nfor folder in src; do ruff check $folder; done\n"}
    assert_innocent(project, Loosening(row.name, row.base, {}, "", same))
