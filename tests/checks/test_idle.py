"""What tools print where they had nothing to do, as the checks have it in `idle`, by real runs."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEST = "import unittest\n\n\nclass TestA(unittest.TestCase):\n    def test_a(self):\n        pass\n"

TOOLS = [
    ("tests/pytest", "pytest", True),
    ("tests/pytest", "pytest --co -q", True),
    ("tests/pytest", "pytest -k nothing", True),
    ("tests/pytest", "pytest empty", True),
    ("tests/pytest", "pytest full", False),
    ("tests/pytest", "pytest -q full", False),
    ("tests/unittest", "python -m unittest discover empty", True),
    ("tests/unittest", "python -m unittest discover full", False),
    ("tests/unittest", "python -m unittest discover skipped", True),
    ("python/ruff", "ruff check empty", True),
    ("python/ruff", "ruff check full", False),
    ("python/black", "black --check empty", True),
    ("python/black", "black --check full", False),
    ("security/bandit", "bandit -r empty", True),
    ("security/bandit", "bandit -r full", False),
]


@pytest.mark.parametrize(("check", "command", "is_idle"), TOOLS, ids=lambda value: str(value))
def test_a_tool_says_that_it_had_nothing_to_do(
    tmp_path: Path, check: str, command: str, is_idle: bool
) -> None:
    """Where it had something to do, nothing in its output reads so."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "skipped").mkdir()
    skipped = TEST.replace("    def", "    @unittest.skip('not here')\n    def")
    (tmp_path / "skipped/test_b.py").write_text(skipped if "skipped" in command else "")
    if command not in ("pytest", "pytest empty"):
        (tmp_path / "full/test_a.py").write_text(TEST, encoding="utf-8")
    done = subprocess.run(
        command.split(), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    said = yaml.safe_load((ROOT / f"checks/{check}.yaml").read_text(encoding="utf-8"))["idle"]
    printed = done.stdout + done.stderr
    assert bool(re.search(said, printed, re.MULTILINE)) == is_idle, printed
