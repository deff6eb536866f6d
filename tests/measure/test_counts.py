"""On code that nobody here wrote, readiness reads what the tools themselves say by hand."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.football import TOOLS, Result, check

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TOOLS.is_dir(), reason="the example's tools are not installed"),
]

BOARD = """
version: 1
title: A package from PyPI
workdir: .
checks: []
tasks:
  - id: T
    title: Counts
    priority: P1
    criteria:
      - {id: mypy, title: Types, check: mypy}
      - {id: strict, title: Strict types, check: mypy, with: {args: --strict}}
      - {id: below, title: Types of a part, check: mypy-below, with: {args: --strict, below: PART}}
      - {id: ruff, title: Style, check: ruff, with: {paths: src}}
      - {id: imports, title: Imports, check: ruff, with: {paths: src, args: --isolated --select I}}
      - {id: format, title: Format, check: ruff-format, with: {paths: src}}
      - {id: high, title: High, check: bandit, measure: high}
      - {id: medium, title: Medium, check: bandit, measure: medium}
      - {id: low, title: Low, check: bandit, measure: low}
"""


def by_hand(project: Path, *command: str) -> str:
    """Run a tool as a person would, and return what it prints."""
    done = subprocess.run(
        [str(TOOLS / command[0]), *command[1:]],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout
    return done.stdout


def mypy_by_hand(project: Path, *options: str) -> tuple[int, str]:
    """Return the number in mypy's last line, and all that it printed."""
    printed = by_hand(project, "mypy", *options, "src")
    found = re.search(r"^Found (\d+) errors?", printed, re.MULTILINE)
    assert found or "Success" in printed
    return int(found[1]) if found else 0, printed


def counts_by_hand(project: Path, part: str) -> dict[str, int]:
    """Count with the tools alone."""
    strict, printed = mypy_by_hand(project, "--strict")
    results = json.loads(by_hand(project, "bandit", "-q", "-r", "src", "-f", "json"))["results"]
    severities = [result["issue_severity"].lower() for result in results]
    style = by_hand(project, "ruff", "check", "--output-format", "concise", "src")
    imports = by_hand(
        project, "ruff", "check", "--isolated", "--select", "I", "--output-format", "concise", "src"
    )
    checked = by_hand(project, "ruff", "format", "--check", "src")
    unformatted = re.search(r"^(\d+) files? would be reformatted", checked, re.MULTILINE)
    return {
        "mypy": mypy_by_hand(project)[0],
        "strict": strict,
        "below": sum(
            line.startswith(part) and ": error: " in line for line in printed.splitlines()
        ),
        "ruff": len(re.findall(r"^src/\S+:\d+:\d+: ", style, re.MULTILINE)),
        "imports": len(re.findall(r"^src/\S+:\d+:\d+: ", imports, re.MULTILINE)),
        "format": int(unformatted[1]) if unformatted else 0,
        **{severity: severities.count(severity) for severity in ("high", "medium", "low")},
    }


def counts_by_readiness(project: Path, part: str) -> tuple[dict[str, object], Result]:
    """Count with a board that stands elsewhere, against the project."""
    board = project.parent / "board.yaml"
    board.write_text(BOARD.replace("PART", part), encoding="utf-8")
    result = check(project, board=board)
    assert not result.having("error"), result.explained(result.having("error"))
    return {name: each.value for name, each in result.criteria.items()}, result


def project_of(source: Path, folder: Path) -> Path:
    """Make a project of a package, with the example's tools."""
    project = folder / "project"
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(source, project / "src" / source.name, ignore=ignored)
    (project / ".venv").symlink_to(TOOLS.parent.resolve())
    return project


@pytest.mark.parametrize(
    ("package", "part"), [("mako", "src/mako/ext"), ("click", "src/click/core.py")]
)
def test_an_installed_package(tmp_path: Path, package: str, part: str) -> None:
    """Every number for a package that is installed with the example's tools is the tools' own."""
    (source,) = TOOLS.parent.glob(f"lib/python*/site-packages/{package}")
    project = project_of(source, tmp_path)
    counted, result = counts_by_readiness(project, part)
    expected = counts_by_hand(project, part)
    assert counted == expected, result.explained(result.criteria)
    assert expected["ruff"] > 0
    assert expected["strict"] + expected["low"] > 0


@pytest.mark.network
def test_a_release_from_the_registry(tmp_path: Path) -> None:
    """The same for a pinned source release."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary"]
    command += [":all:", "itsdangerous==2.2.0", "--dest", str(tmp_path)]
    subprocess.run(command, check=True)
    with tarfile.open(tmp_path / "itsdangerous-2.2.0.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    part = "src/itsdangerous/serializer.py"
    project = project_of(tmp_path / "itsdangerous-2.2.0" / "src" / "itsdangerous", tmp_path)
    counted, result = counts_by_readiness(project, part)
    assert counted == counts_by_hand(project, part), result.explained(result.criteria)
