"""Tests of finding a project's own environment, in the layouts that each manager leaves."""

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from readiness.project.environments import Environment, find_environment, project_folders

HOME = "/nowhere"


def environment(folder: Path) -> Path:
    """Make what every virtual environment has."""
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("")
    return folder


def kind_and_folder(
    project: Path, environ: Mapping[str, str] | None = None
) -> tuple[str, str] | None:
    """The kind and the folder of what is found."""
    seen: Environment | None = find_environment(str(project), str(project), environ or {}, HOME)
    return None if seen is None else (seen.kind, seen.folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without one."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_a_folder_of_the_project(project: Path, name: str) -> None:
    """By the usual names; `.venv` first."""
    place = environment(project / name)
    assert kind_and_folder(project) == (name, str(place))
    if name == "venv":
        environment(project / ".venv")
        assert kind_and_folder(project) == (".venv", str(project / ".venv"))


def test_twin_sources_that_are_called_venv(project: Path) -> None:
    """A folder of the project's own sources is no environment."""
    (project / "venv" / "bin").mkdir(parents=True)
    assert kind_and_folder(project) is None


def test_a_real_one_has_a_python(project: Path) -> None:
    """As Python's own venv makes it."""
    command = [sys.executable, "-m", "venv", "--without-pip", str(project / ".venv")]
    subprocess.run(command, check=True)
    seen = find_environment(str(project), str(project), {}, HOME)
    assert seen is not None
    assert os.access(seen.python, os.X_OK)
    assert seen.python == f"{seen.programs}/python"


def test_a_file_that_names_it(project: Path, tmp_path: Path) -> None:
    """`.venv` may be a file, and pdm writes which Python it uses."""
    place = environment(tmp_path / "elsewhere")
    (project / ".venv").write_text(f"{place}\n")
    assert kind_and_folder(project) == (".venv", str(place))
    (project / ".venv").unlink()
    (project / ".pdm-python").write_text(f"{place}/bin/python")
    assert kind_and_folder(project) == ("pdm", str(place))
    (project / ".pdm-python").write_text("/usr/bin/python3")
    assert kind_and_folder(project) is None


def test_uv_says_where(project: Path, tmp_path: Path) -> None:
    """In a variable, which counts for a project that uv has locked."""
    place = environment(tmp_path / "elsewhere")
    environ = {"UV_PROJECT_ENVIRONMENT": str(place)}
    assert kind_and_folder(project, environ) is None
    (project / "uv.lock").write_text("")
    assert kind_and_folder(project, environ) == ("uv", str(place))


CACHES = {
    "poetry": ("[tool.poetry]\n", "pypoetry/virtualenvs/our-app-{hash}-py3.11"),
    "hatch": ("[tool.hatch.envs.default]\n", "hatch/env/virtual/our-app/{hash}/our-app"),
}


@pytest.mark.parametrize("kind", CACHES)
def test_what_a_manager_keeps_elsewhere(project: Path, tmp_path: Path, kind: str) -> None:
    """By the hash of the project's folder; one of another project is not taken."""
    settings, layout = CACHES[kind]
    (project / "pyproject.toml").write_text(settings)
    digest = hashlib.sha256(str(project).encode()).digest()
    data = tmp_path / "data"
    environ = {"XDG_CACHE_HOME": str(data), "XDG_DATA_HOME": str(data)}
    environment(data / layout.format(hash="AAAAAAAA"))
    assert kind_and_folder(project, environ) is None
    place = environment(data / layout.format(hash=base64.urlsafe_b64encode(digest).decode()[:8]))
    assert kind_and_folder(project, environ) == (kind, str(place))
    (project / "pyproject.toml").write_text("[project]\n")
    assert kind_and_folder(project, environ) is None


def test_of_several_that_poetry_made_the_chosen_one(project: Path, tmp_path: Path) -> None:
    """As `poetry env use` has written down."""
    (project / "pyproject.toml").write_text("[tool.poetry]\n")
    digest = hashlib.sha256(str(project).encode()).digest()
    base = f"our-app-{base64.urlsafe_b64encode(digest).decode()[:8]}"
    places = {minor: environment(tmp_path / f"{base}-py{minor}") for minor in ("3.11", "3.12")}
    environ = {"POETRY_VIRTUALENVS_PATH": str(tmp_path)}
    for minor, place in places.items():
        chosen = f'["{base}"]\nminor = "{minor}"\npatch = "{minor}.1"\n'
        (tmp_path / "envs.toml").write_text(chosen)
        assert kind_and_folder(project, environ) == ("poetry", str(place))


def test_a_packages_own_comes_before_the_repositorys(project: Path) -> None:
    """And what lies above the repository is not the project's."""
    package = project / "packages" / "a"
    package.mkdir(parents=True)
    root = environment(project / ".venv")
    environment(project.parent / ".venv")
    assert kind_and_folder(package) is None
    (project / ".git").mkdir()
    assert kind_and_folder(package) == (".venv", str(root))
    own = environment(package / ".venv")
    assert kind_and_folder(package) == (".venv", str(own))


def test_home_is_no_project(tmp_path: Path) -> None:
    """Though it may be a repository."""
    (tmp_path / ".git").mkdir()
    folder = str(tmp_path / "project")
    assert project_folders(folder, folder, str(tmp_path)) == [folder]
    assert project_folders(folder, folder, HOME) == [folder, str(tmp_path)]
