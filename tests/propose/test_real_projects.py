"""`init` on real projects: what it proposes is measured, and each criterion can fail."""

import os
import sys
from typing import Any

import pytest
import yaml

from tests.support.checking import build
from tests.support.few_programs import few_programs
from tests.support.init_projects import SHAPES
from tests.support.program import Project

pytestmark = pytest.mark.slow

ENVIRONMENT = {"PATH": f"{os.path.dirname(sys.executable)}{os.pathsep}{few_programs()}"}
"""That of a project whose tools are installed."""


def first_board(project: Project, shape: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build a small project and return what `init` says of it, and the board that it wrote."""
    build(str(project.folder), SHAPES[shape]())
    project.longest = 900  # on a machine that does other things
    ended = project(
        "init", "--yes", "--add", "suppressions", "--output-format", "json", env=ENVIRONMENT
    )
    assert ended.status == 0, ended
    assert project("validate", env=ENVIRONMENT).status == 0
    return ended.json, yaml.safe_load((project.folder / "board.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_proposed_is_measured_and_can_fail(shape: str, project: Project) -> None:
    """Of each shape all but tests that are not there; `prove` shows that each can fail."""
    answer, board = first_board(project, shape)
    listed = [criterion["id"] for task in board["tasks"] for criterion in task["criteria"]]
    assert [criterion["id"] for criterion in answer["criteria"]] == listed
    measured = [one for one in answer["criteria"] if one["value"] is not None]
    assert len(listed) - len(measured) == (shape == "untested"), answer
    proof = project("prove", "--output-format", "json", env=ENVIRONMENT)
    shown = {one["id"] for one in proof.json["criteria"] if one["outcome"] == "can_fail"}
    assert {one["id"] for one in measured} <= shown, proof
    assert proof.status == (0 if len(shown) == len(listed) else 3), proof


def test_what_ci_believes_in_comes_first(project: Project) -> None:
    """What CI runs leads its priority, with the options that CI gives; what publishes is named."""
    answer, board = first_board(project, "src")
    criteria = {
        criterion["check"]: criterion
        for task in board["tasks"]
        for criterion in task["criteria"]
        if "check" in criterion
    }
    assert criteria["mypy"]["with"] == {"paths": "src/shop", "args": "--strict"}
    assert criteria["mypy"]["baseline"] == 2
    values = {criterion.get("check"): criterion["value"] for criterion in answer["criteria"]}
    assert list(values)[:2] == ["pytest", "mypy"]
    assert (values["pytest"], values["mypy"]) == (0, 2)
    commands = [criterion.get("run") for criterion in answer["criteria"]]
    assert "python -m compileall -q src" in commands
    reasons = {left["what"].partition(" (")[0]: left["why"] for left in answer["left_out"]}
    assert reasons["twine upload 'dist/*'"] == "it publishes"


def test_settings_that_the_code_needs_get_a_place(project: Project) -> None:
    """What CI sets and a command asks for; not what only CI knows, nor what nobody asked for."""
    _, board = first_board(project, "poetry")
    assert board["env"] == {
        "SHOP_SECRET_KEY": "only-for-tests",
        "SHOP_SIZE": "3",
        "SHOP_NAME": "${SHOP_NAME:-corner}",
    }
