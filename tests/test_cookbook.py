"""The cookbook: each snippet as printed, on real projects that are good, bad and empty."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from textwrap import indent

import msgspec
import pytest

from tests.support.checking import TOOLCHAINS
from tests.support.http_servers import serving
from tests.support.program import ROOT, Project
from tests.support.repositories import write
from tests.support.servers import free_port

TEXT = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## (.+?)\n(?:(?!^## ).)*?```yaml\n(.*?)^```", TEXT, re.S | re.M))
TOOLS = Path(sys.executable).parent

DEBIAN_MAVEN = "-Dmaven.repo.local=/usr/share/maven-repo"

Files = Mapping[str, str | None]


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of tests/cookbook.yaml."""

    good: Files
    bad: Files
    nothing: Files
    nothing_is: str = "error"
    first: str = ""
    tool: str = ""
    library: str = ""


CASES = msgspec.yaml.decode((ROOT / "tests/cookbook.yaml").read_bytes(), type=dict[str, Case])


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
    if not Path(case.library).exists():
        pytest.skip(f"{case.library} is not installed")
    if case.tool and not (TOOLS / case.tool).exists():
        tool = shutil.which(case.tool) or pytest.skip(f"{case.tool} is not installed")
        project.environment["PATH"] += f":{Path(tool).parent}:/usr/bin"
        project.environment |= {**TOOLCHAINS, "MAVEN_ARGS": DEBIAN_MAVEN}
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
