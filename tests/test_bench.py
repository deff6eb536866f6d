"""Every benchmark can be run: in small, once, with what is here, each does its work."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.program import ROOT

BENCH = ROOT / "bench"
GOALS = [*range(1, 17), *range(18, 21)]
NEEDED = {15: ROOT / "examples/football/.venv/bin/python"}
"""What some goals ask for, and do not make themselves."""

pytestmark = pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")


def smoke(script: str, folder: Path, *options: str) -> str:
    """Run a benchmark in small; return what it prints."""
    command = [sys.executable, str(BENCH / script), "--smoke", "--work", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_goal_has_a_smoke_run() -> None:
    """The goals that the scripts name are those below."""
    text = "\n".join(path.read_text("utf-8") for path in BENCH.glob("*.py"))
    assert set(map(int, re.findall(r"^(?:GOALS = {|    )(\d+): Goal\(", text, re.M))) == set(GOALS)


@pytest.mark.parametrize("goal", GOALS)
def test_a_goal_can_be_measured(goal: int, tmp_path: Path) -> None:
    """Each of its cases does its work, and its ratios can be told of what was measured."""
    needed = NEEDED.get(goal)
    if needed and not needed.exists():
        pytest.skip(f"{needed} is not there")
    table = smoke("run.py", tmp_path, "--only", str(goal))
    rows = re.findall(rf"^\| {goal} \| .*$", table, re.MULTILINE)
    assert rows
    assert not any("not measured" in row for row in rows)


@pytest.mark.parametrize(
    "thing",
    ["board", "run", "files", "history", "trend", "next", "list", "check", "output", "fleet"],
)
def test_growth_can_be_measured(thing: str, tmp_path: Path) -> None:
    """The smallest size does its work."""
    assert smoke("scale.py", tmp_path, "--only", thing).endswith(": works\n")
