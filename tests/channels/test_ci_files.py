"""The files for CI are what each CI takes, by its linters and schemas; nothing is asked online."""

import re
from pathlib import Path

import pytest
import yaml

from tests.support.channels import gitlab_jobs, judged
from tests.support.program import ROOT

WORKFLOWS = [
    ".github/workflows/readiness.yml",
    "examples/ci/github/pull-requests.yml",
    "examples/ci/github/release.yml",
]
GITLAB = ["templates/readiness.yml", "examples/ci/gitlab/parallel.gitlab-ci.yml"]


@pytest.fixture(params=WORKFLOWS)
def workflow(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A workflow as a reader completes it."""
    text = (ROOT / request.param).read_text("utf-8")
    path = tmp_path / ".github" / "workflows" / Path(request.param).name
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return str(path)


def test_a_workflow_is_sound_and_safe(workflow: str) -> None:
    """By actionlint with its shell scripts, zizmor at its strictest, and the schema."""
    judged("actionlint", workflow)
    judged("zizmor", "--offline", "--no-progress", "--pedantic", workflow)
    judged("check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)


def test_the_action_is_sound_and_safe() -> None:
    """By zizmor at its strictest, and the schema."""
    judged("zizmor", "--offline", "--no-progress", "--pedantic", "action.yml")
    judged("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")


@pytest.mark.parametrize("name", GITLAB)
def test_gitlab_takes_its_files(name: str, tmp_path: Path) -> None:
    """By the schema; of a component, with its inputs put in."""
    text = yaml.safe_dump(gitlab_jobs(ROOT / name))
    (tmp_path / "gitlab.yml").write_text(text, "utf-8")
    judged("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(tmp_path / "gitlab.yml"))


def test_the_hooks_are_sound() -> None:
    """By both of their runners."""
    judged("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")
    judged("prek", "validate-manifest", ".pre-commit-hooks.yaml")


def test_the_image_is_built_of_what_is_there() -> None:
    """By hadolint; what is copied into it is what the package is built of."""
    judged("hadolint", "Dockerfile")
    kept = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert [name for name in kept if not (ROOT / name).exists()] == []
    assert {"checks", "readiness", "pyproject.toml", "README.md", "LICENSE"} <= set(kept)
