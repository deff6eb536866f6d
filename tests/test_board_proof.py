"""The board of this repository, tried by `readiness prove` itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.football import BOARD, TOOLS, Football
from tests.osv_server import osv_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TOOLS.is_dir(), reason="the example's tools are not installed"),
]


def test_every_criterion_of_the_board_can_fail(tmp_path: Path) -> None:
    """Healthy they pass; without their tools, with empty output and on bad samples none does."""
    football = Football(tmp_path / "football")
    command = [sys.executable, "-m", "readiness", "prove", "--output-format", "json"]
    command += ["--board", str(BOARD), "--project", str(football.folder), "--profile", "local"]
    with osv_server() as url:
        ended = subprocess.run(
            command, env={**os.environ, "OSV_URL": url}, capture_output=True, check=False
        )
    found = json.loads(ended.stdout)
    criteria = found["criteria"]

    told = "\n".join(f"{each['id']}: {each['outcome']}: {each['why']}" for each in criteria)
    assert {each["outcome"] for each in criteria} == {"can_fail"}, told
    assert [each["id"] for each in criteria if each["now"]["verdict"] != "pass"] == []
    assert found["changed"] == []
    assert ended.returncode == found["exit_status"] == 0, told
    assert len(criteria) > 35
    controls = [each for each in criteria if "control" in {t["world"] for t in each["trials"]}]
    assert len(controls) > 25
