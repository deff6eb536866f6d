"""The wheel and the sdist: everything is inside, and whoever starts it gets the project's tools."""

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness import __version__
from tests.support.channels import SHOP, TOOLS, Runner
from tests.support.program import ROOT
from tests.support.repositories import commit, git


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, clone: Path) -> Path:
    """Both, built of a clean clone: the wheel of the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(clone)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def ours() -> Iterator[str]:
    """What belongs into a wheel: the package, and the catalogue within it."""
    for name in git(ROOT, "ls-files", "readiness", "checks").splitlines():
        if (ROOT / name).is_file():
            yield f"readiness/{name}" if name.startswith("checks/") else name


def test_the_wheel_has_everything(built: Path) -> None:
    """Each file of the package and of the catalogue, and nothing that is no part of it."""
    (wheel,) = built.glob(f"readiness-{__version__}-py3-none-any.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    about = {name for name in inside if name.startswith(f"readiness-{__version__}.dist-info/")}
    assert inside - about == set(ours())
    assert {Path(name).name for name in about} >= {"METADATA", "entry_points.txt", "LICENSE"}


def test_the_sdist_can_be_tested(built: Path) -> None:
    """It has the sources, the tests and the documents."""
    (sdist,) = built.glob(f"readiness-{__version__}.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = git(ROOT, "ls-files", "readiness", "checks", "tests", "docs").splitlines()
    wanted = {name for name in tracked if (ROOT / name).is_file()}
    assert wanted - names == set()


@pytest.mark.parametrize(
    "how", ["uvx --from {wheel} readiness", "pipx run --spec {wheel} readiness"]
)
@pytest.mark.parametrize("own", [False, True])
def test_the_projects_tools_are_run(
    how: str, own: bool, tmp_path: Path, built: Path, wheels: Path
) -> None:
    """Not those of the environment that is made for the program; with and without a `.venv`."""
    runner = Runner(tmp_path / "machine", wheels)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("uvx", "uv", "pipx"):
        (tools / name).symlink_to(TOOLS / name)
    runner.environment |= {
        "PATH": f"{runner.environment['PATH']}:{tools}",
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_DEFAULT_BACKEND": "uv",
    }
    commit(runner.project, {**SHOP, "manual.md": "# Manual\n"})
    expected = runner.home / "python" / "python3"
    if own:
        assert runner.bash("python3 -m venv --without-pip .venv").status == 0
        expected = runner.project / ".venv" / "bin" / "python3"
    board = SHOP["board.yaml"] + "      - {id: T2.2, title: Python, run: command -v python3}\n"
    commit(runner.project, {"board.yaml": board})
    (wheel,) = built.glob("*.whl")
    ended = runner.bash(f"{how.format(wheel=wheel)} check --output-format json")
    assert ended.status == 0, ended
    (python,) = [probe for probe in ended.run.probes if probe.command == "command -v python3"]
    assert python.stdout.head == f"{expected}\n"
