"""The board of this repository, tried by `readiness prove` itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from readiness.walls import find_wall
from tests.support.football import BOARD, TOOLS, Football
from tests.support.osv_server import osv_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TOOLS.is_dir(), reason="the example's tools are not installed"),
]


FEW = ("T8.1", "T10.1", "T10.2")
QUICK = ("T1.1", "T1.2", "T1.5", "T3", "T8", "T10.1", "T10.2", "T10.3", "T10.4", "T10.5")
"""Without types and tests, whose tools take a minute by themselves."""


@pytest.mark.parametrize(
    ("selectors", "least"),
    [
        pytest.param(FEW, 3, id="few"),
        pytest.param(QUICK, 17, id="quick"),
        pytest.param((), 41, id="all", marks=pytest.mark.proof),
    ],
)
@pytest.mark.skipif(not find_wall(os.environ), reason="no wall to try commands in")
def test_every_criterion_of_the_board_can_fail(
    tmp_path: Path, selectors: tuple[str, ...], least: int
) -> None:
    """Without their tools, with empty output and on bad samples none of them passes."""
    football = Football(tmp_path / "football")
    command = [sys.executable, "-m", "readiness", "prove", *selectors, "--output-format", "json"]
    command += ["--board", str(BOARD), "--project", str(football.folder), "--profile", "online"]
    with osv_server() as url:
        environment = {**os.environ, "OSV_URL": url}
        ended = subprocess.run(command, env=environment, capture_output=True, check=False)
    proof = json.loads(ended.stdout)
    criteria = proof["criteria"]

    outcomes = "\n".join(f"{row['id']}: {row['outcome']}: {row['why']}" for row in criteria)
    assert {row["outcome"] for row in criteria} == {"can_fail"}, outcomes
    assert [row["id"] for row in criteria if row["now"]["verdict"] == "error"] == []
    assert ended.returncode == proof["exit_status"] == 0, outcomes
    assert len(criteria) >= least
    controls = [row for row in criteria if "control" in {t["world"] for t in row["trials"]}]
    assert len(controls) > least / 2
