"""`init` on real projects: what it says is what their tools say, and its board can be used."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.checking import build
from tests.support.few_programs import few_programs
from tests.support.init_projects import SHAPES
from tests.support.program import Ended, Project

VENV = os.path.dirname(sys.executable)
SDISTS = ("markupsafe", "mako", "tinydb", "toolz", "cachetools", "tabulate")


def of(project: Project) -> dict[str, str]:
    """The environment of a project whose tools are installed."""
    return {"PATH": f"{VENV}{os.pathsep}{few_programs()}"}


@pytest.fixture(params=SHAPES)
def made(request: pytest.FixtureRequest, project: Project) -> Project:
    """Each of the small projects."""
    build(str(project.folder), SHAPES[request.param]())
    return project


def told(ended: Ended) -> dict[str, Any]:
    """What `init --output-format json` said."""
    assert ended.status == 0, ended
    answer: dict[str, Any] = ended.json
    return answer


def settled(project: Project) -> dict[str, Any]:
    """Write a first board; see that it can be used, and that a second time changes nothing."""
    environment = of(project)
    project.longest = 900  # tests of others, on a machine that does other things
    answer = told(project("init", "--yes", "--output-format", "json", env=environment))
    board = project.folder / "board.yaml"
    text = board.read_text(encoding="utf-8")
    assert project("validate", env=environment).status == 0
    again = project("init", "--yes", env=environment)
    assert (again.status, board.read_text(encoding="utf-8")) == (2, text)
    assert "there is a board already" in again.err
    listed = [each["id"] for task in yaml.safe_load(text)["tasks"] for each in task["criteria"]]
    assert [each["id"] for each in answer["criteria"]] == listed
    return answer


def share(answer: dict[str, Any]) -> float:
    """The measured share of what was proposed."""
    missed = [each for each in answer["left_out"] if each["why"].startswith("not measured: ")]
    measured = [each for each in answer["criteria"] if each["value"] is not None]
    return len(measured) / (len(answer["criteria"]) + len(missed))


# --- the tools by hand ----------------------------------------------------------------------------


class ByHand:
    """The same tools, called without this program, in the folder and with what the board sets."""

    def __init__(self, project: Project) -> None:
        self.board = yaml.safe_load((project.folder / "board.yaml").read_text(encoding="utf-8"))
        self.folder = project.folder
        own = project.folder.parent / "by-hand"
        own.mkdir()
        self.environment = {**of(project), "HOME": str(own), "TMPDIR": str(own)}
        for name, value in self.board.get("env", {}).items():
            self.environment[name] = re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value)

    def run(self, *words: str, both: bool = False) -> str:
        """What a tool prints, with its messages where `both` is asked for."""
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
            text=True,
        )
        return done.stdout + (done.stderr if both else "")

    def value(self, check: str, given: dict[str, str]) -> float | None:
        """The number of a check, from its tool's own words; None for one that has no tool."""
        paths = given.get("paths", "").split()
        arguments = given.get("args", "").split()
        match check:
            case "pytest":
                return self._failed(self.run("python", "-m", "pytest", "-q", *arguments, *paths))
            case "coverage":
                return self._covered(given)
            case "mypy":
                config = [f"--config-file={given['config']}"] if "config" in given else []
                said = self.run("mypy", *config, *arguments, *paths)
                found = re.search(r"^Found (\d+) error|^(Success)", said, re.MULTILINE)
                assert found, said
                return int(found[1] or 0)
            case "ruff":
                said = self.run("ruff", "check", "--output-format", "json", *arguments, *paths)
                return len(json.loads(said))
            case "bandit":
                report = self.run("bandit", "-q", "-r", "-f", "json", *arguments, *paths)
                results = json.loads(report[report.index("{") :])["results"]
                return sum(each["issue_severity"] == "HIGH" for each in results)
            case "django-tests":
                said = self.run("python", given["manage"], "test", both=True)
                assert re.search(r"^Ran 2 tests(.|\n)*^OK$", said, re.MULTILINE), said
                return 0
            case "django-migrations":
                said = self.run("python", given["manage"], "makemigrations", "--check", "--dry-run")
                return 0 if "No changes detected" in said else None
        return None

    def _failed(self, said: str) -> int:
        return sum(map(int, re.findall(r"(\d+) (?:failed|errors?)\b", said)))

    def _covered(self, given: dict[str, str]) -> float:
        data = str(self.folder.parent / "by-hand.coverage")
        source = given["source"].replace(" ", ",")
        options = ["--data-file", data, "--source", source, "-m", "pytest", "-q"]
        self.run("coverage", "run", *options, *given["paths"].split())
        report = json.loads(self.run("coverage", "json", "-q", "--data-file", data, "-o", "-"))
        files = {
            name: each["summary"]
            for name, each in report["files"].items()
            if name in given.get("below", name).split()
        }
        statements = sum(each["num_statements"] for each in files.values())
        return 100 * sum(each["covered_lines"] for each in files.values()) / statements


def compare(project: Project, answer: dict[str, Any]) -> set[str]:
    """See that every number is its tool's; return the checks that were compared."""
    by_hand = ByHand(project)
    given = {
        each["id"]: each.get("with", {})
        for task in by_hand.board["tasks"]
        for each in task["criteria"]
    }
    compared = set()
    for each in answer["criteria"]:
        parameters = {
            name: " ".join(value) if isinstance(value, list) else str(value)
            for name, value in given[each["id"]].items()
        }
        wanted = by_hand.value(each.get("check", ""), parameters)
        if wanted is not None:
            assert each["value"] == pytest.approx(wanted, abs=0.001), each
            compared.add(each["check"])
    return compared


# --- small projects -------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_proposed_is_measured_and_every_number_is_its_tools(made: Project) -> None:
    """Of each shape at least 80 % is measured, and the tools by hand give the same numbers."""
    answer = settled(made)
    assert share(answer) >= 0.8, answer
    assert len(compare(made, answer)) >= 2


@pytest.mark.slow
def test_each_criterion_of_a_first_board_can_fail(made: Project) -> None:
    """`prove` accepts the board as it was written."""
    made.longest = 900
    told(made("init", "--yes", "--output-format", "json", env=of(made)))
    proof = made("prove", env=of(made))
    assert proof.status == 0, proof


@pytest.mark.slow
def test_what_ci_believes_in_comes_first(project: Project) -> None:
    """What CI runs leads its priority, with the options that CI gives; what publishes is named."""
    build(str(project.folder), SHAPES["src"]())
    answer = settled(project)
    board = yaml.safe_load((project.folder / "board.yaml").read_text(encoding="utf-8"))
    mypy = next(
        each for task in board["tasks"] for each in task["criteria"] if each.get("check") == "mypy"
    )
    assert mypy["with"] == {"paths": "src/shop", "args": "--strict"}
    assert [each.get("check") for each in answer["criteria"]][:2] == ["pytest", "mypy"]
    assert "python -m compileall -q src" in [each.get("run") for each in answer["criteria"]]
    reasons = {each["what"].partition(" (")[0]: each["why"] for each in answer["left_out"]}
    assert reasons["twine upload 'dist/*'"] == "it publishes"


@pytest.mark.slow
def test_settings_that_the_code_needs_get_a_place(project: Project) -> None:
    """Examples become defaults, secrets are named as such, and what has no example is a comment."""
    build(str(project.folder), SHAPES["poetry"]())
    settled(project)
    text = (project.folder / "board.yaml").read_text(encoding="utf-8")
    board = yaml.safe_load(text)
    assert board["env"] == {
        "SHOP_NAME": "${SHOP_NAME:-corner}",
        "SHOP_SECRET_KEY": "${SHOP_SECRET_KEY:-only-an-example}",
    }
    assert board["secrets"] == ["SHOP_SECRET_KEY"]
    assert '# SHOP_URL: "${SHOP_URL}"' in text


# --- projects of others ---------------------------------------------------------------------------


@pytest.mark.network
@pytest.mark.parametrize("name", SDISTS)
def test_a_project_from_the_package_index(name: str, project: Project) -> None:
    """A source distribution as it is: its numbers are its tools', and its board can fail."""
    download = [VENV + "/pip", "download", "-q", "--no-binary", ":all:", "--no-deps", name]
    subprocess.run(download, cwd=project.tmp, check=True, capture_output=True)
    archive = next(Path(project.tmp).glob("*.tar.gz"))
    with tarfile.open(archive) as file:
        file.extractall(project.folder.parent, filter="data")
    archive.unlink()
    project.folder = next(
        path for path in project.folder.parent.iterdir() if path.name.lower().startswith(f"{name}-")
    )
    answer = settled(project)
    assert share(answer) >= 0.8, answer
    assert {"ruff", "pytest", "coverage"} <= compare(project, answer)
    proof = project("prove", env=of(project))
    assert proof.status == 0, proof
    for path in project.tmp.glob("pytest-of-*"):  # what tests of theirs asked pytest for
        shutil.rmtree(path)
