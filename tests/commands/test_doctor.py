"""`doctor` tells of the very tools that a run would start, and how to get the others."""

from pathlib import Path

import pytest

from readiness.project.managers import fitting
from tests.support.checking import build
from tests.support.program import Project, a_board


def _tools(project: Project, *options: str) -> dict[str, dict[str, object]]:
    ended = project("doctor", "--output-format", "json", *options)
    return {tool["tool"]: tool for tool in ended.json}


def test_programs_of_a_boards_own_commands_are_looked_for(project: Project) -> None:
    """By the criterion that names them; what every system has, and a shell's own words, are not."""
    project.write(
        a_board(
            {"run": "no_such_tool --check | grep x && python3 -c 1"},
            {"run": "test -e there; cd .; ./script.sh"},
            {"run": "PATH=$PWD/bin:$PATH; only_there"},
            {"run": "helper() { true; }; helper"},
        )
    )
    tools = _tools(project)
    assert set(tools) == {"no_such_tool", "python3", "./script.sh", "bash"}
    assert (tools["no_such_tool"]["path"], tools["no_such_tool"]["checks"]) == (None, ["T1.1"])
    assert str(tools["python3"]["path"]).endswith("python3")
    assert tools["./script.sh"]["path"] is None
    ended = project("doctor")
    assert ended.status == 3
    assert "install it, or correct the command" in ended.out


def test_a_script_of_the_project_is_found_in_its_folder(project: Project) -> None:
    """A path is one from where the probe runs, not from where somebody asks."""
    script = project.folder / "script.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    project.write(a_board({"run": "./script.sh"}))
    (project.folder / "below").mkdir()
    ended = project("doctor", cwd=project.folder / "below")
    assert ended.status == 0, ended


def test_only_what_the_profile_needs_is_asked_for(project: Project) -> None:
    """A tool that production alone needs is not missing on a laptop."""
    board = a_board({"run": "test -d ."}, {"run": "only_in_production", "profiles": ["production"]})
    board["profiles"] = {"local": {}, "production": {}}
    project.write(board)
    assert "only_in_production" not in _tools(project)
    assert project("doctor").status == 0
    assert "only_in_production" in _tools(project, "--profile", "production")


def test_the_tool_of_the_projects_environment_is_told_with_its_path(project: Project) -> None:
    """As a probe would start it: version and path; so are both tools of a check."""
    programs = project.folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (project.folder / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    for name in ("python", "lint", "other"):
        (programs / name).write_text(f"#!/bin/sh\necho {name} 4.5.6\n")
        (programs / name).chmod(0o755)
    checks = project.folder / "checks"
    checks.mkdir()
    (checks / "lint.yaml").write_text(
        "summary: x\ntool: [other, lint]\nversion: lint --version\nrun: lint src\n"
    )
    project.write(a_board({"check": "lint"}))
    tool = _tools(project)["lint"]
    assert (tool["version"], tool["path"]) == ("lint 4.5.6", str(programs / "lint"))
    assert _tools(project)["other"]["version"] == "other 4.5.6"
    line = next(line for line in project("doctor").out.splitlines() if line.startswith("lint"))
    assert "lint 4.5.6" in line
    assert str(programs / "lint") in line


def test_a_tool_that_cannot_start_is_not_here(project: Project) -> None:
    """With what it says. Twins: one in an environment of nox works, an interpreter is no tool."""
    programs = project.folder / ".venv" / "bin"
    session = project.folder / ".nox" / "tests" / "bin"
    for folder in (programs, session):
        folder.mkdir(parents=True)
        (folder.parent / "pyvenv.cfg").write_text("home = /usr/bin\n")
    for path, text in {
        programs / "ruff": "echo 'ruff: no toolchain' >&2; echo more >&2; exit 1",
        programs / "python": "exit 1",
        session / "mypy": "echo mypy 1.18.1",
    }.items():
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    project.write(a_board({"check": "ruff"}, {"check": "mypy"}, {"check": "importable"}))
    ended = project("doctor")
    assert ended.status == 3
    assert "`ruff --version` fails: ruff: no toolchain" in ended.out
    assert "is not installed in" not in ended.out
    tools = _tools(project)
    assert tools["ruff"]["path"] is None
    assert tools["mypy"]["path"] == str(session / "mypy")


PYTHON = {
    "": "pip install mypy",
    "uv.lock": "uv add --dev mypy",
    "poetry.lock": "poetry add --group dev mypy",
    "pdm.lock": "pdm add --dev mypy",
}


@pytest.mark.parametrize("lock", PYTHON)
def test_a_tool_is_installed_as_the_project_installs(tmp_path: Path, lock: str) -> None:
    """What manages the project's packages adds the tool; what is no Python package stays."""
    (tmp_path / (lock or "none")).touch()
    command = PYTHON[lock]
    assert fitting("pip install mypy", str(tmp_path)) == command
    (tmp_path / "requirements.txt").write_text("mypy==1.1\n")
    assert fitting("pip install mypy", str(tmp_path)) == f"{command}==1.1"
    assert fitting("pip install mypy[x]==1.0", str(tmp_path)) == f"{command}[x]==1.0"
    assert fitting("apt-get install gitleaks", str(tmp_path)) == "apt-get install gitleaks"


NODE = {
    "package.json": ("npm install", "npm install --save-dev"),
    "package-lock.json": ("npm ci", "npm install --save-dev"),
    "pnpm-lock.yaml": ("pnpm install", "pnpm add --save-dev"),
    "yarn.lock": ("yarn install", "yarn add --dev"),
    "bun.lock": ("bun install", "bun add --dev"),
}


@pytest.mark.parametrize("lock", NODE)
def test_a_package_for_node_is_installed_as_the_project_installs(lock: str, tmp_path: Path) -> None:
    """What package.json names is there with all else; only what it does not name is added.

    The lock file may lie above. A project of another language does not become one for Node.js.
    """
    settings = '{"devDependencies": {"eslint": "10"}}'
    build(str(tmp_path), {"web/package.json": settings, lock: "{}", ".git/HEAD": ""})
    known, adding = NODE[lock]
    assert fitting("npm install --save-dev eslint", str(tmp_path / "web")) == known
    assert fitting("npm install --save-dev jest eslint", str(tmp_path / "web")) == f"{adding} jest"
    (tmp_path / lock).unlink()
    assert fitting("npm install --save-dev jest", str(tmp_path)) == "npm install --global jest"
    (tmp_path / "package.json").write_text(f'{{"packageManager": "{known.split()[0]}@10.33.0"}}')
    assert fitting("npm install --save-dev jest", str(tmp_path)) == f"{adding} jest"


def test_variables_are_told_with_what_they_are_for(project: Project) -> None:
    """Those that a criterion cannot do without, what follows, and what a dry run lacks."""
    asked = {"run": "true", "with": {"at": "${SITE_HOST}", "key": "${KEY:-}"}}
    board = a_board(asked, {"run": "true", "with": {"log": "${LOG}"}}, {"run": "true"})
    production = {"SITE_URL": "${SITE_URL}", "SITE_ADDRESS": "${SITE_ADDRESS}"}
    project.write({**board, "profiles": {"production": {"env": production}}})
    ended = project("doctor", env={"SITE_URL": "https://me:secret@shop.test/a"})
    told = [line for line in ended.out.splitlines() if line[:4] in ("SITE", "LOG ", "KEY ")]
    assert told == [
        "SITE_URL is set: needed by T1.1",
        "LOG is not set: needed by T1.2",
        "SITE_ADDRESS follows: shop.test:443",
    ]
    planned = project("check", "T1.1", "T1.2", "--dry-run")
    lacking = [line.split() for line in planned.out.splitlines() if "not set" in line]
    assert [(line[-1], line[-6]) for line in lacking] == [("T1.1", "SITE_URL"), ("T1.2", "LOG")]
