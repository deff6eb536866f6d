"""Sets up what the benchmark needs, in a folder of its own: programs, peers and a real project.

Needs gcc and the package index; goss comes from Debian's archive and turbo from npm, and both are
left out where there is no apt-get or npm. What is there already stays; readiness is built anew.
"""

import glob
import os
import shutil
import subprocess
import sys

from peers import Tools

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ["prek", "pre-commit", "lefthook", "go-task-bin", "doit", "nox"]
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


def install(work: str) -> None:
    """Put all of it into the folder `work`."""
    os.makedirs(work, exist_ok=True)
    for program in ("tm", "floor"):
        source = os.path.join(HERE, f"{program}.c")
        _run("gcc", "-O2", "-o", os.path.join(work, program), source)
    _readiness(work)
    _venv(work, "peers", PEERS)
    _project(work)
    _goss(work)
    _turbo(work)


def _readiness(work: str) -> None:
    # What pip writes as the program imports more or less before us, by its version.
    python = _venv(work, "readiness", ["--upgrade", "pip"])
    wheels = os.path.join(work, "wheels")
    shutil.rmtree(wheels, ignore_errors=True)
    _run(python, "-m", "pip", "-q", "wheel", "--no-deps", "-w", wheels, os.path.dirname(HERE))
    wheel = glob.glob(os.path.join(wheels, "*.whl"))
    _run(python, "-m", "pip", "-q", "install", *wheel)
    _run(python, "-m", "pip", "-q", "install", "--force-reinstall", "--no-deps", *wheel)


def _project(work: str) -> None:
    python = _venv(work, "project", PROJECT_TOOLS)
    if not glob.glob(os.path.join(work, "flask-*[0-9]")):
        pip = (python, "-m", "pip", "-q")
        _run(*pip, "download", "--no-deps", "--no-binary", "flask", "-d", work, FLASK)
        archive = glob.glob(os.path.join(work, "flask-*.tar.gz"))[0]
        shutil.unpack_archive(archive, work, filter="data")
        _run(*pip, "install", archive.removesuffix(".tar.gz"))


def _goss(work: str) -> None:
    if os.path.isdir(os.path.join(work, "goss")) or not shutil.which("apt-get"):
        return
    if subprocess.run(["apt-get", "download", "goss"], cwd=work, check=False).returncode == 0:
        package = glob.glob(os.path.join(work, "goss_*.deb"))[0]
        _run("dpkg", "-x", package, os.path.join(work, "goss"))


def _turbo(work: str) -> None:
    folder = os.path.join(work, "npm")
    if os.path.isdir(folder) or not shutil.which("npm"):
        return
    os.makedirs(folder)
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


def _run(*command: str) -> None:
    print("+", *command, file=sys.stderr, flush=True)
    subprocess.run(command, check=True)
