"""The README: its commands run as printed, and what it shows is what they print."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.support.command_lines import ran
from tests.support.repositories import AUTHOR, commit

ROOT = Path(__file__).parents[1]
OWN = os.path.dirname(sys.executable)
SHOP = {
    "src/shop/__init__.py": '''\
"""A shop."""


def total(prices: list[int]) -> int:
    """Add prices."""
    return sum(prices)


def change(paid: int, prices: list[int]) -> str:
    """What the customer gets back."""
    return paid - total(prices)
''',
    "tests/test_shop.py": """\
from shop import total


def test_total() -> None:
    assert total([1, 2]) == 3
""",
    "pyproject.toml": """\
[project]
name = "shop"
version = "1.0"

[tool.mypy]
strict = true

[tool.pytest.ini_options]
pythonpath = ["src"]
""",
    ".gitignore": ".readiness/\n__pycache__/\n.mypy_cache/\n.pytest_cache/\n",
}


def plain(line: str) -> str:
    """A line without what differs from run to run and from machine to machine.

    That is times, widths, and whether the machine has a tool for one criterion more.
    """
    line = re.sub(r" +\d+(\.\d+)? m?s$|·.*\d.*", "", line)
    return " ".join(line.split())


@pytest.mark.parametrize(("name", "asked"), [("README.md", ""), ("README.zh.md", " --lang zh")])
def test_the_first_five_minutes_are_true(name: str, asked: str, tmp_path: Path) -> None:
    """In a project that fits the picture, each command does what it is there for."""
    text = (ROOT / name).read_text("utf-8")
    shown, commands = (
        re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[0]
        for kind in ("text", "console")
    )
    lines = [line.removeprefix("$ ") for line in commands.splitlines()]
    assert [line.split()[1] for line in lines] == ["init", "check", "show", "next"]
    assert lines[0].endswith(asked)
    commit(tmp_path, SHOP)
    path = os.pathsep.join([OWN, os.environ["PATH"]])
    environment = {**AUTHOR, "PATH": path, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    printed: dict[str, str] = {}
    for line, wanted in zip(lines, (0, 1, 0, 0), strict=True):
        status, output = ran(line, tmp_path, environment)
        assert status == wanted, (line, output)
        printed[line.split()[1]] = output
    told = {plain(line) for line in printed["check"].splitlines()}
    wanted_lines = [plain(line) for line in shown.splitlines() if line != "…"]
    assert [line for line in wanted_lines if line not in told] == [], printed["check"]
