"""Tests are weighed as the criterion runs them, wherever that has them find the code."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.support.loosening import Files, board, guarded
from tests.support.program import Project

CODE = "def f(a):\n    return a + 1\n\n\ndef g(a):\n    return a + 7\n"
TESTS = """\
from {module} import f, g


def test_f():
    assert f(1) == 2


def test_g():
    assert g(1) == 8
"""
PYTEST = "python -m pytest -q"
INI = {"pytest.ini": "[pytest]\n"}


@dataclass(frozen=True)
class Layout:
    """Where the code and its tests lie, and what starts them."""

    run: str
    code: str = "src/m.py"
    tests: str = "tests/test_m.py"
    module: str = "src.m"
    more: Files = field(default_factory=dict)
    criterion: Mapping[str, object] = field(default_factory=dict)
    tool: str = "pytest"

    def base(self) -> Files:
        """The files before."""
        asks = board(self.criterion or {"run": self.run})
        tests = TESTS.format(module=self.module)
        return {"board.yaml": asks, self.code: CODE, self.tests: tests, **self.more}


MAKE = {"Makefile": "test:\n\tPYTHONPATH=src pytest -q tests\n"}
BOTH = {
    "Makefile": f"test: a b\na:\n\tcd one && {PYTEST}\nb:\n\tcd two && {PYTEST}\n",
    "one/n.py": "",
    "one/test_n.py": "import n\n\n\ndef test_n():\n    assert n\n",
}
SCRIPT = {"ci/test.sh": "set -e\nexport PYTHONPATH=src\npytest -q tests\n"}
MAIN = {"ci.py": "import sys\n\nimport pytest\n\nsys.exit(pytest.main(['-q', 'tests']))\n"}
INSERTS = {"conftest.py": "import sys\n\nsys.path.insert(0, 'src')\n"}
LAYOUTS = {
    "folder": Layout(PYTEST),
    "beside": Layout("pytest -q", "m.py", "test_m.py", "m"),
    "variable": Layout("PYTHONPATH=src pytest -q", module="m"),
    "make": Layout("make test", module="m", more=MAKE),
    "inside": Layout(f"cd sub && {PYTEST}", "sub/m.py", "sub/tests/test_m.py", "m", INI),
    "one after the other": Layout("make test", "two/m.py", "two/tests/test_m.py", "m", BOTH),
    "conftest": Layout("pytest -q", "m.py", module="m", more={"conftest.py": ""}),
    "inserted": Layout("pytest -q", module="m", more=INSERTS),
    "script": Layout("sh ci/test.sh", module="m", more=SCRIPT),
    "program": Layout("python ci.py", more=MAIN),
    "importlib": Layout(f"{PYTEST} --import-mode=importlib"),
    "one of the files": Layout(f"{PYTEST} tests/test_m.py::test_f tests/test_m.py::test_g"),
    "coverage": Layout("coverage run -m pytest -q", tool="coverage"),
    "uv": Layout("uv run --no-project --no-sync python -m pytest -q", tool="uv"),
    "check": Layout("", criterion={"check": "pytest", "with": {"paths": "tests"}}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_follows_its_code_is_told_from_what_asks_less(project: Project, name: str) -> None:
    """One test asserts what the code gives now, another no longer asserts anything."""
    layout = LAYOUTS[name]
    if not shutil.which(layout.tool):
        pytest.skip(f"{layout.tool} is not installed")
    tests = TESTS.format(module=layout.module).replace("== 2", "== 3")
    change = {
        layout.code: CODE.replace("+ 1", "+ 2"),
        layout.tests: tests.replace("assert g(1) == 8", "g(1)"),
    }
    ended = guarded(project, layout.base(), change, "guard", "--output-format", "json")
    assert ended.status == 4, ended
    assert [one["subject"] for one in ended.json["loosened"]] == [f"{layout.tests}::test_g"]


@pytest.mark.parametrize("name", ["folder", "beside"])
def test_what_follows_its_code_loosens_nothing(project: Project, name: str) -> None:
    """Two files, no installation and no settings."""
    layout = LAYOUTS[name]
    change = {
        layout.code: CODE.replace("+ 1", "+ 2"),
        layout.tests: TESTS.format(module=layout.module).replace("== 2", "== 3"),
    }
    ended = guarded(project, layout.base(), change)
    assert ended.status == 0, ended
