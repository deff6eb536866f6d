"""Several projects in one repository: each is measured in its folder, with its own environment."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.rows import plain, tried
from tests.support.program import Project, a_board

PACKAGES = ("a", "b")
MATRIX: dict[str, Any] = {"matrix": {"package": list(PACKAGES)}, "workdir": "packages/${package}"}


@pytest.fixture
def monorepo(project: Project) -> Project:
    """Two packages, each with an environment in which only its own library is."""
    for name in PACKAGES:
        folder = project.folder / "packages" / name
        (folder / "src").mkdir(parents=True)
        (folder / "src" / "m.py").write_text("import os\n")
        environment = folder / ".venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
        (site,) = environment.glob("lib/python*/site-packages")
        (site / f"only_{name}.py").write_text("")
    tools = str(Path(sys.executable).parent)
    project.environment["PATH"] = f"{tools}:{project.environment['PATH']}"
    return project


def test_a_criterion_has_its_folder_and_that_ones_environment(monorepo: Project) -> None:
    """By its own `workdir`, or by its task's."""
    board: dict[str, Any] = a_board(
        plain("python -c 'import only_a'"), plain("python -c 'import only_b'", workdir="packages/b")
    )
    board["tasks"][0]["workdir"] = "packages/a"
    seen = tried(monorepo, board)
    assert [one.verdict for one in seen.run.criteria()] == ["pass", "pass"]
    folders = {Path(each.workdir).name: each for each in seen.run.folders}
    for name in PACKAGES:
        environment = monorepo.folder / "packages" / name / ".venv"
        assert folders[name].kind == ".venv"
        assert folders[name].environment == str(environment)
        assert folders[name].python == str(environment / "bin" / "python")


def test_a_matrix_goes_through_the_packages(monorepo: Project) -> None:
    """Its names stand in `workdir` and in `with`; one package that fails is enough."""
    check = {"check": "ruff", "with": {"paths": "src"}, **MATRIX}
    run = tried(monorepo, a_board(check)).run
    paths = ["packages/a/src/m.py", "packages/b/src/m.py"]
    assert sorted(finding.path for finding in run.findings) == paths
    check = {
        "check": "ruff",
        "with": {"paths": "packages/${package}/src"},
        "matrix": {"package": ["a", "b"]},
    }
    run = tried(monorepo, a_board(check)).run
    assert sorted(finding.path for finding in run.findings) == paths
    assert len(run.probes) == 2
    (monorepo.folder / "packages" / "a" / "src" / "m.py").write_text("")
    assert tried(monorepo, a_board(check)).ended.status == 1
    held = plain('python -c "import only_$package"', **MATRIX)
    assert tried(monorepo, a_board(held)).ended.status == 0


def test_a_tool_from_elsewhere_is_told(monorepo: Project) -> None:
    """Where the project has an environment that lacks it, and only there."""
    check = {"check": "mypy", "workdir": "packages/a", "expect": ">= 0"}
    board = a_board({**check, "measure": "errors", "expect": "== 0"})
    monorepo.write(board)
    ended = monorepo("check")
    assert f"{Path(sys.executable).parent / 'mypy'} is not installed in the project's" in ended.out
    own = monorepo.folder / "packages" / "a" / ".venv" / "bin" / "mypy"
    own.symlink_to(Path(sys.executable).parent / "mypy")
    assert "not installed in the project's" not in monorepo("check").out


@pytest.mark.parametrize("folder", ["..", "/tmp", "a/../.."])
def test_a_folder_elsewhere_is_a_fault(project: Project, folder: str) -> None:
    """What the gate measures lies below the board's `workdir`."""
    project.write(a_board(plain("test -d .", workdir=folder)))
    ended = project("validate")
    assert ended.status == 2
    assert "is not inside the board's workdir" in ended.err


def test_doctor_tells_the_environment(monorepo: Project) -> None:
    """Which one it is, its Python, and which tools are from elsewhere."""
    board = {**a_board({"check": "mypy"}), "workdir": "packages/a"}
    monorepo.write(board)
    own = monorepo.folder / "packages" / "a" / ".venv"
    tool = Path(sys.executable).parent / "mypy"
    out = monorepo("doctor").out
    assert f".venv in {own}, Python {own}/bin/python" in out
    assert f"{tool} is not installed in the project's environment {own}" in out
    records = {each["tool"]: each for each in monorepo("doctor", "--output-format", "json").json}
    assert (records["mypy"]["elsewhere"], records["bash"]["elsewhere"]) == (True, False)
