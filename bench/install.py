"""Sets up what the benchmark needs, in a folder of its own: programs, peers and a real project.

Needs gcc and the package index; goss comes from Debian's archive and turbo from npm. What is there
already stays; readiness is built anew. What cannot be had is left out, and told.
"""

import glob
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial

from peers import Tools, write

HERE = os.path.dirname(os.path.abspath(__file__))
# From the package index: what each is called there, and its program.
PEERS = {
    "prek": "prek",
    "pre-commit": "pre-commit",
    "lefthook": "lefthook",
    "go-task-bin": "task",
    "doit": "doit",
    "nox": "nox",
}
FLASK = "flask~=3.1.0"
PROJECT_TOOLS = ["pytest<9", "mypy", "ruff", "bandit", "coverage"]


def tools(work: str, readiness: str = "") -> Tools:
    """Where everything is once `install` has been there."""
    return Tools(
        work=os.path.join(work, "cases"),
        readiness=readiness or os.path.join(work, "readiness", "bin", "readiness"),
        python=os.path.join(work, "readiness", "bin", "python"),
        peers=os.path.join(work, "peers", "bin"),
        project=os.path.join(work, "project", "bin"),
        flask=next(iter(sorted(glob.glob(os.path.join(work, "flask-*[0-9]")))), ""),
        goss=os.path.join(work, "goss", "usr", "bin", "goss"),
        turbo=os.path.join(work, "npm", "node_modules", ".bin", "turbo"),
        tm=os.path.join(work, "tm"),
        floor=os.path.join(work, "floor"),
    )


# A project as small as the cases on flask can do with: all their modules, and tests of these.
MODULES = ("app", "blueprints", "cli", "config", "helpers")
MODULE = """\
\"\"\"A part.\"\"\"


def twice(number: int) -> int:
    \"\"\"Double a number.\"\"\"
    return 2 * number
"""
TEST = """\
import importlib

import pytest


@pytest.mark.parametrize("name", {names})
def test_twice(name: str) -> None:
    assert importlib.import_module(f"flask.{{name}}").twice(2) == 4
"""
PROJECT = """\
[project]
name = "flask"
version = "3.1.0"
requires-python = ">=3.11"

[tool.pytest.ini_options]
pythonpath = ["src"]
"""


def smoke_tools(work: str) -> Tools:
    """Compile and write what a smoke run needs: it uses the programs beside this interpreter."""
    os.makedirs(work, exist_ok=True)
    _programs(work)
    own = os.path.dirname(sys.executable)
    flask = os.path.join(work, "flask-3.1.0")
    if not os.path.isdir(flask):
        for name in MODULES:
            write(os.path.join(flask, "src", "flask", f"{name}.py"), MODULE)
        write(os.path.join(flask, "src", "flask", "__init__.py"), '"""Flask, in small."""\n')
        write(os.path.join(flask, "tests", "test_all.py"), TEST.format(names=MODULES))
        write(os.path.join(flask, "pyproject.toml"), PROJECT)
        write(os.path.join(flask, "README.md"), "# Flask, in small\n")
        os.symlink(os.path.dirname(own), os.path.join(flask, ".venv"))
    return replace(
        tools(work, os.path.join(own, "readiness")),
        python=sys.executable,
        peers=own,
        project=own,
        flask=flask,
        smoke=True,
    )


class LeftOut(Exception):  # noqa: N818 - it is told, and the others go on
    """Something cannot be had here; the message says why."""


def install(work: str) -> list[str]:
    """Put all of it into the folder `work`; return what is left out, and why."""
    os.makedirs(work, exist_ok=True)
    _programs(work)
    _readiness(work)
    parts = {name: partial(_peer, work, name, program) for name, program in PEERS.items()}
    parts |= {
        "flask, and what measures it": partial(_project, work),
        "goss": partial(_goss, work),
        "turbo": partial(_turbo, work),
    }
    left_out = []
    for name, make in parts.items():
        try:
            make()
        except (LeftOut, OSError) as error:
            left_out.append(f"{name}: {error}")
        except subprocess.CalledProcessError as error:
            left_out.append(f"{name}: `{' '.join(error.cmd[-3:])}` failed")
    return left_out


def _programs(work: str) -> None:
    for program in ("tm", "floor"):
        source = os.path.join(HERE, f"{program}.c")
        _run("gcc", "-O2", "-o", os.path.join(work, program), source)


def _readiness(work: str) -> None:
    # What pip writes as the program imports more or less before us, by its version.
    python = _venv(work, "readiness", ["--upgrade", "pip"])
    wheels = os.path.join(work, "wheels")
    shutil.rmtree(wheels, ignore_errors=True)
    _run(python, "-m", "pip", "-q", "wheel", "--no-deps", "-w", wheels, os.path.dirname(HERE))
    wheel = glob.glob(os.path.join(wheels, "*.whl"))
    # Beside it what its table is compared with (12), which it does without.
    _run(python, "-m", "pip", "-q", "install", *wheel, "rich")
    _run(python, "-m", "pip", "-q", "install", "--force-reinstall", "--no-deps", *wheel)


def _peer(work: str, name: str, program: str) -> None:
    python = _venv(work, "peers", [])
    if not os.path.exists(os.path.join(os.path.dirname(python), program)):
        _run(python, "-m", "pip", "-q", "install", name)


def _project(work: str) -> None:
    python = _venv(work, "project", [])
    if not os.path.exists(os.path.join(os.path.dirname(python), "coverage")):
        _run(python, "-m", "pip", "-q", "install", *PROJECT_TOOLS)
    if not glob.glob(os.path.join(work, "flask-*[0-9]")):
        pip = (python, "-m", "pip", "-q")
        _run(*pip, "download", "--no-deps", "--no-binary", "flask", "-d", work, FLASK)
        archive = glob.glob(os.path.join(work, "flask-*.tar.gz"))[0]
        shutil.unpack_archive(archive, work, filter="data")
        flask = archive.removesuffix(".tar.gz")
        _run(*pip, "install", flask)
        # Its own environment, or that of the checkout around it would be found.
        os.symlink(os.path.dirname(os.path.dirname(python)), os.path.join(flask, ".venv"))


def _goss(work: str) -> None:
    if os.path.isdir(os.path.join(work, "goss")):
        return
    if not shutil.which("apt-get"):
        raise LeftOut("it comes from Debian, and there is no apt-get")
    _run("apt-get", "download", "goss", folder=work)
    package = glob.glob(os.path.join(work, "goss_*.deb"))[0]
    _run("dpkg", "-x", package, os.path.join(work, "goss"))


def _turbo(work: str) -> None:
    folder = os.path.join(work, "npm")
    if os.path.exists(tools(work).turbo):
        return
    if not shutil.which("npm"):
        raise LeftOut("it comes from npm, which is not here")
    os.makedirs(folder, exist_ok=True)
    _run("npm", "install", "--silent", "--no-fund", "--prefix", folder, "turbo")


def _venv(work: str, name: str, packages: list[str]) -> str:
    """Make a virtual environment, unless it is there, and return its interpreter."""
    folder = os.path.join(work, name)
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        _run(sys.executable, "-m", "venv", folder)
        if packages:
            _run(python, "-m", "pip", "-q", "install", *packages)
    return python


def _run(*command: str, folder: str | None = None) -> None:
    print("+", *command, file=sys.stderr, flush=True)
    subprocess.run(command, check=True, cwd=folder)
