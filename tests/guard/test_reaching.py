"""What commands reach, told from a project's text alone."""

import time

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


def with_change(files: dict[str, str], changed: str) -> Reached:
    """What a gate's script reaches where one module differs."""
    before = {path: text.encode() for path, text in files.items()}
    after = before | {changed: before[changed] + b"# other\n"}
    return reached(["python ci/gate.py"], States(Memory(before), Memory(after)), "")


HELPED = {
    "ci/gate.py": "import sys\n\nfrom lib.first import run\n\nsys.exit(run())\n",
    "lib/first.py": "from lib import second\n",
    "lib/second.py": "from lib import (\n    third,\n)\n",
    "lib/third.py": "import lib.second\n",
    "src/a.py": "",
}


def test_what_only_a_script_imports_is_run() -> None:
    """Through other modules too, and where these import each other."""
    for path in ("lib/first.py", "lib/second.py", "lib/third.py"):
        assert path in with_change(HELPED, path).files
    assert "src/a.py" not in with_change(HELPED, "src/a.py").files


LAID_OUT = ["import lib.third\n", "from lib import (\n    third,\n)\n", "import os, \\\n  third\n"]


@pytest.mark.parametrize("other", LAID_OUT)
def test_what_others_import_too_is_code(other: str) -> None:
    """However the statement is laid out, and so is what leads there alone."""
    files = HELPED | {"app/main.py": other}
    for path in ("lib/second.py", "lib/third.py"):
        assert path not in with_change(files, path).files


def test_no_script_is_followed_into_code() -> None:
    """A package that tests import is what is measured: what it names is no matter of the gate."""
    files = {
        "ci/gate.py": "import app.a\n\nTOLD = 'app/a.py'\n",
        "app/__init__.py": "",
        "app/a.py": "import b\n\nOTHER = 'ci/c.sh'\n",
        "app/b.py": "",
        "ci/c.sh": "true\n",
    }
    assert "ci/c.sh" in with_change(files, "ci/c.sh").files
    tested = files | {"tests/test_a.py": "from app import a\n"}
    assert {"ci/c.sh", "app/b.py"}.isdisjoint(with_change(tested, "ci/c.sh").files)


def test_a_large_project_is_followed_in_a_moment() -> None:
    """Modules that import each other, in circles and in one long chain, and words with patterns."""
    files = {"ci/gate.py": "import app.m0\n\nprint(2*3, x*y)\n"}
    for n in range(1500):
        others = [(n + 1) % 1500, *((n * k + k) % 1500 for k in (3, 7, 11, 13, 17))]
        imports = "".join(f"import app.m{other}\n" for other in others)
        files[f"app/m{n}.py"] = f"{imports}AREA = w*h\n"
    files["tests/test_a.py"] = "import app.m9\n"
    began = time.process_time()
    assert "app/m700.py" not in with_change(files, "app/m700.py").files
    assert time.process_time() - began < 10
