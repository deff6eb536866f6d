"""The cookbook: each snippet as printed, on real projects that are good, bad and empty."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from textwrap import indent

import msgspec
import pytest

from tests.support.http_servers import serving
from tests.support.program import ROOT, Project
from tests.support.repositories import write
from tests.support.servers import free_port

TEXT = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## (.+?)\n(?:(?!^## ).)*?```yaml\n(.*?)^```", TEXT, re.S | re.M))
TOOLS = Path(sys.executable).parent

Files = Mapping[str, str | None]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Files that meet a recipe, what makes them bad, and what leaves nothing to look at.

    `first` is run where they are good; `tool` is what only the development tools bring.
    """

    good: Files
    bad: Files
    nothing: Files
    nothing_is: str = "error"
    first: str = ""
    tool: str = ""


PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.{}"\n'
UNIT = "import unittest\nclass T(unittest.TestCase):\n def test(self): self.assertEqual(1, {})\n"
TOX = (
    "[testenv:lint]\nskip_install = true\nallowlist_externals =\n  test\n  true\n"
    "commands =\n  test -e clean\n  true\n"
)
CASES = {
    "Proof that a tool did its work": Case(
        good={"tests/test_a.py": UNIT.format(1)},
        bad={"tests/test_a.py": UNIT.format(20)},
        nothing={"tests/test_a.py": None, "tests/other.py": ""},
    ),
    "Counting with grep": Case(
        good={"src/a.py": "# TODO\n" * 3, "src/b.txt": "TODO\n" * 9},
        bad={"src/c.py": "# FIXME\n"},
        nothing={"src/a.py": None, "src/c.py": None},
    ),
    "A number in a text": Case(
        good={"dist/a.whl": "a" * 2000, "dist/b.whl": "b"},
        bad={"dist/b.whl": "b" * 2048},
        nothing={"dist/a.whl": None, "dist/b.whl": None},
    ),
    "A boolean in a settings file": Case(
        good={"pyproject.toml": "[tool.mypy]\nstrict = true\n"},
        bad={"pyproject.toml": "[tool.mypy]\nstrict = false\n"},
        nothing={"pyproject.toml": "[tool.mypy]\n"},
    ),
    "Many files in a loop": Case(
        good={"config/a.json": "{}", "config/b.json": "[]"},
        bad={"config/a.json": "{"},
        nothing={"config/a.json": None, "config/b.json": None},
    ),
    "JSON from curl": Case(
        good={"health": '{"checks": {"database": "up"}}'},
        bad={"health": '{"checks": {"database": "down"}}'},
        nothing={"health": None},
    ),
    "A service that is started for it": Case(
        good={"site/index.html": "<title>Shop</title>"},
        bad={"site/index.html": "<title>Nothing here</title>"},
        nothing={"site/index.html": None},
    ),
    "A service that takes its time": Case(
        good={"health": "ok"},
        bad={"health": None},
        nothing={"health": None},
        nothing_is="fail",
    ),
    "A monorepo": Case(
        good={"packages/cart/a.py": "a = 1\n", "packages/pay/b.py": "b = 1\n"},
        bad={"packages/pay/b.py": "import os\n"},
        nothing={"packages/pay/b.py": None},
    ),
    "Poetry": Case(
        good={"pyproject.toml": PYPROJECT.format(11) + "[tool.poetry]\npackage-mode = false\n"},
        bad={"pyproject.toml": PYPROJECT.format(10) + "[tool.poetry]\npackage-mode = false\n"},
        nothing={"poetry.lock": None},
        first="POETRY_VIRTUALENVS_CREATE=false poetry lock",
        tool="poetry",
    ),
    "uv": Case(
        good={"pyproject.toml": PYPROJECT.format(11)},
        bad={"pyproject.toml": PYPROJECT.format(10)},
        nothing={"uv.lock": None},
        first="uv lock",
        tool="uv",
    ),
    "tox": Case(
        good={"tox.ini": TOX, "clean": ""},
        bad={"clean": None},
        nothing={"tox.ini": "[testenv:lint]\nskip_install = true\n"},
        tool="tox",
    ),
}


@pytest.fixture
def served(project: Project) -> Iterator[Project]:
    """A project whose files are also answers of a service, with the tools of this Python."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep it to itself."""

    with serving(partial(Quiet, directory=str(project.folder))) as place:
        project.environment |= {
            "PATH": f"{TOOLS}:{project.environment['PATH']}",
            "BASE_URL": f"http://{place}",
            "PORT": str(free_port()),
            "UV_OFFLINE": "1",
        }
        yield project


def verdict(project: Project) -> str:
    """What a run makes of the recipe, and that the gate says the same."""
    ended = project("check", "--output-format=json")
    (found,) = ended.run.criteria()
    assert ended.status == {"pass": 0, "fail": 1, "error": 3}[found.verdict], ended
    return found.verdict.value


def test_each_recipe_is_tried() -> None:
    """None is printed that no test runs, and none is tried that is not printed."""
    assert RECIPES.keys() == CASES.keys()
    assert TEXT.count("```yaml") == len(RECIPES)


@pytest.mark.parametrize("name", CASES)
def test_a_recipe_tells_good_from_bad_and_from_nothing(served: Project, name: str) -> None:
    """As printed: it passes, fails, and never passes where there is nothing to look at."""
    case, project = CASES[name], served
    if case.tool and not (TOOLS / case.tool).exists():
        pytest.skip(f"{case.tool} is not installed: pip install -e '.[dev]'")
    recipe = indent(RECIPES[name], "      ")
    project.write(
        f"version: 1\ntitle: x\ntasks:\n  - id: T1\n    priority: P0\n    criteria:\n{recipe}"
    )
    write(project.folder, case.good)
    if case.first:
        subprocess.run(
            ["sh", "-c", case.first],
            cwd=project.folder, env=project.environment, check=True, capture_output=True,
        )  # fmt: skip
    assert verdict(project) == "pass"
    write(project.folder, case.bad)
    assert verdict(project) == "fail"
    write(project.folder, case.good)
    write(project.folder, case.nothing)
    assert verdict(project) == case.nothing_is
