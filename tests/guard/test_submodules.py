"""A change that moves a submodule: what decides there is taken from the commit that it was at."""

import shutil

from tests.support.few_programs import few_own_programs
from tests.support.loosening import Files, board
from tests.support.program import Ended, Project
from tests.support.repositories import commit

GOOD = "def a():\n    return 1\n"
BAD = 'def a():\n    return eval("1")\n'
GATE = """\
import pathlib
import sys

sys.exit(any("eval(" in path.read_text() for path in pathlib.Path("src").rglob("*.py")))
"""
RUN = {"run": "python tools/gate.py"}


def guarded(
    project: Project, before: Files, after: Files, change: Files, *, anew: bool = False
) -> Ended:
    """Compare a change that moves `tools`, which is made `anew` where its history is to be gone."""
    project.environment["PATH"] = few_own_programs()
    project.longest = 300
    tools = project.folder / "tools"
    tools.mkdir()
    commit(tools, before)
    commit(project.folder, {"src/a.py": GOOD, "board.yaml": board(RUN)})
    if anew:
        shutil.rmtree(tools / ".git")
    commit(tools, after)
    commit(project.folder, change)
    return project("guard", "--base", "HEAD~1")


def test_a_script_in_a_submodule_is_a_rule(project: Project) -> None:
    """What it no longer sees is loosened."""
    ended = guarded(project, {"gate.py": GATE}, {"gate.py": "print(1)\n"}, {"src/a.py": BAD})
    assert ended.status == 4, ended
    assert "verdict changed (tools/gate.py)" in ended.out


def test_a_submodule_may_move_on(project: Project) -> None:
    """It rejects what it did, and what it suppresses and tests is its own matter."""
    before = {"gate.py": GATE, "tests/test_lib.py": "def test_a():\n    assert 1\n"}
    after = {
        "gate.py": f"{GATE}# Done.\n",
        "tests/test_lib.py": None,
        "lib.py": "import os  # noqa: F401\n",
    }
    ended = guarded(project, before, after, {})
    assert ended.status == 0, ended


def test_a_submodule_whose_commit_is_not_here_is_named(project: Project) -> None:
    """Nothing is known of it, and nothing said."""
    after = {"gate.py": "print(1)\n"}
    ended = guarded(project, {"gate.py": GATE}, after, {"src/a.py": BAD}, anew=True)
    assert ended.status == 0, ended
    assert "tools is a submodule whose commit " in ended.out
