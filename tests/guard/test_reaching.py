"""What commands reach, told from a project's text alone."""

import pytest

from readiness.guard.reaching import Reached, reached
from readiness.guard.states import States
from tests.guard.test_guard_any_project import Memory

FILES = {
    "Makefile": "lint:\n\tsh ci/lint.sh\ntest:\n\tpytest tests\n",
    "ci/lint.sh": ". ci/env.sh\npython -m tools.gate\n",
    "ci/env.sh": "SRC=src\n",
    "tools/gate.py": "from tools import helper\n",
    "tools/helper.py": "",
    "src/a.py": "",
    "mypy.ini": "[mypy]\nplugins = plugins/own.cfg\nfiles = src/a.py\n",
    "plugins/own.cfg": "# for pytest\n",
    "pytest.ini": "[pytest]\n",
}


def follow(command: str) -> Reached:
    """What a command reaches in the project."""
    memory = Memory({path: text.encode() for path, text in FILES.items()})
    return reached([command], States(memory, memory), "")


@pytest.mark.parametrize(
    ("command", "runs"),
    [("make test", True), ("make lint", False), ("mypy src", False), ("npm test", True)],
)
def test_whether_it_runs_tests(command: str, runs: bool) -> None:
    """What the target says, not its neighbours, and not what a tool's settings speak of."""
    assert follow(command).runs_tests is runs


def test_tools_are_known_by_what_they_are_called() -> None:
    """All of a name, or one that begins like it; parts where a section is of a plugin."""
    reach = follow("coverage run -m pytest --no-pretty")
    assert reach.speaks_of("coveragerc")
    assert reach.speaks_of("pytest")
    assert not reach.speaks_of("pre-commit")
    assert reach.speaks_of_part("pytest-asyncio")
