"""What commands of a project do outside of it they do once, however often copies run them again."""

import json
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from readiness.walls import held_command
from tests.support.few_programs import few_own_programs
from tests.support.heard import heard
from tests.support.program import Project, a_board, untried
from tests.support.repositories import commit, git

ACTS = """\
import os, pathlib, socket, tempfile
for folder in (pathlib.Path.home(), pathlib.Path(os.environ["OUTSIDE"])):
    with open(folder / "log", "a") as log:
        log.write("x")
socket.create_connection(("127.0.0.1", int(os.environ["PORT"]))).close()
tempfile.NamedTemporaryFile().close()
pathlib.Path("of-its-own").write_text("x")
"""
"""Acts outside, which has to seem to work; connects to a service, and writes temporary files."""
SUITE = {
    "src/work.py": "def double(number):\n    return 2 * number\n",
    "acts.py": ACTS,
    "tests/conftest.py": "import acts\n",
    "tests/test_work.py": "from work import double\n\ndef test_it():\n    assert double(2) == 4\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src", "."]\n',
    ".gitignore": ".readiness/\nof-its-own\nhome/\n",
}
TESTS = {"check": "pytest", "measure": "failed", "expect": "== 0"}
WEAKER = "from work import double\n\ndef test_it():\n    assert double(2)\n"
SCRIPT = {"run": "python3 acts.py; test ! -e broken"}

Seen = Callable[[Project], None]


def proven(project: Project) -> None:
    """The criterion can fail, as it is tried in a copy."""
    assert project("prove").status == 0


def worse(project: Project) -> None:
    """The base is measured in a copy, where the script works as it does here."""
    ended = project("check", "--hold-line", "--base=main", "--output-format=json")
    assert ended.run.gate.decision == "worse", ended
    assert "could not be measured" not in str(ended.run.gate.reasons)


def weaker(project: Project) -> None:
    """The tests of both sides run in copies, with faults in the code."""
    ended = project("guard", "--base=main", "--output-format=json")
    assert "weaker test" in json.dumps(ended.json["loosened"]), ended


def noticed(project: Project) -> None:
    """The tests run with faults in the code, and notice them."""
    ended = project("check", "--output-format=json")
    (criterion,) = ended.run.criteria()
    assert (criterion.verdict, criterion.number) == ("pass", 100), ended


COPIES: Mapping[str, tuple[Mapping[str, object], Mapping[str, str | None], Seen, int]] = {
    "prove": (SCRIPT, {}, proven, 0),
    "hold-line": (SCRIPT, {"broken": ""}, worse, 1),
    "guard": (TESTS, {"tests/test_work.py": WEAKER}, weaker, 0),
    "test-quality": ({"check": "test-quality"}, {}, noticed, 0),
}
"""A criterion, what a branch changes, what is to come out, and how often its commands run here."""


@pytest.mark.parametrize("name", COPIES)
def test_copies_write_to_themselves(name: str, project: Project, tmp_path: Path) -> None:
    """They still reach services, and have folders for temporary files."""
    if held_command(["/bin/true"], scratch=str(tmp_path)) == ("/bin/true",):
        pytest.skip("no wall of this machine holds a command that is to do its work")
    criterion, branch, seen, times = COPIES[name]
    outside, home = tmp_path / "outside", tmp_path / "home"
    for folder in (outside, home):
        folder.mkdir()
        (folder / "log").touch()
    project.environment |= {
        "PATH": few_own_programs(),
        "HOME": str(home),
        "OUTSIDE": str(outside),
    }
    commit(project.folder, {**SUITE, "board.yaml": json.dumps(untried(a_board(criterion)))})
    git(project.folder, "checkout", "-q", "-b", "topic")
    commit(project.folder, branch)
    with heard() as service:
        project.environment["PORT"] = service.port
        seen(project)
        assert service.words(), "copies connect"
    assert [len((folder / "log").read_text()) for folder in (outside, home)] == [times, times]


def test_copies_see_what_an_ordinary_run_sees(project: Project, tmp_path: Path) -> None:
    """A comment in a script that asks for a process, a socket and a network eases nothing."""
    asked = "import socket, sys\nsocket.socket(socket.AF_UNIX).connect(sys.argv[1])\n"
    path = f"/tmp/readiness-{os.getpid()}.socket"
    script = f"set -e\nkill -0 {os.getpid()}\npython3 ask.py {path}\n"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(9)
        base = {
            "board.yaml": json.dumps(untried(a_board({"run": "sh alive.sh"}))),
            "alive.sh": script,
            "ask.py": asked,
        }
        commit(project.folder, base)
        git(project.folder, "checkout", "-q", "-b", "topic")
        commit(project.folder, {"alive.sh": f"# What has to be there.\n{script}"})
        ended = project("check", "--hold-line", "--base=main")
        os.unlink(path)
    assert ended.status == 0, ended
