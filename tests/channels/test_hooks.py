"""The hooks: both runners against a local clone of this project, on commits and pushes."""

from pathlib import Path

import pytest

from tests.support.channels import SHOP, TOOLS, Runner
from tests.support.repositories import commit, git

RUNNERS = ["pre-commit", "prek"]
CONFIG = """\
repos:
  - repo: {clone}
    rev: v0
    hooks:
      - id: readiness-validate
      - id: readiness-guard
      - id: readiness-check
"""


@pytest.mark.parametrize("tool", RUNNERS)
def test_the_hooks_stop_what_they_promise(
    tool: str, tmp_path: Path, clone: Path, wheels: Path
) -> None:
    """A broken board and a loosened gate are not committed, what is worse is not pushed."""
    runner = Runner(tmp_path / "machine", wheels)
    project = runner.project
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in (tool, "uv"):
        (tools / name).symlink_to(TOOLS / name)
    # Git's settings of this machine are put aside by the tests, and local clones are allowed.
    runner.environment |= {
        "PATH": f"{runner.environment['PATH']}:{tools}",
        "PRE_COMMIT_HOME": str(tmp_path / "kept"),
        "PREK_HOME": str(tmp_path / "kept"),
    }
    commit(project, {**SHOP, ".pre-commit-config.yaml": CONFIG.format(clone=clone)})
    git(tmp_path, "init", "-q", "--bare", "origin.git")
    git(project, "remote", "add", "origin", str(tmp_path / "origin.git"))
    install = f"{tool} install --hook-type pre-commit --hook-type pre-push"
    assert runner.bash(install).status == 0

    board = SHOP["board.yaml"]

    def committed(**files: str) -> str:
        for name, text in files.items():
            (project / {"board": "board.yaml", "shop": "src/shop.py"}[name]).write_text(text)
        ended = runner.bash("git add -A && git commit -m change")
        output = ended.out + ended.err
        if ended.status:
            runner.bash("git reset -q --hard")
        return "" if ended.status == 0 else output

    assert "board.yaml:6" in committed(board=board.replace("priority: P0", "priority: P9"))
    assert "T1.2" in committed(board=board.replace("<= 1", "<= 9"))
    assert committed(shop="PRICE = 1  # of one\n") == ""
    pushed = runner.bash("git push origin main")
    assert pushed.status == 0, pushed
    assert committed(shop="PRICE = 1\nPRICE = 2\n") == ""
    pushed = runner.bash("git push origin main")
    assert pushed.status != 0
    assert "T1.2" in pushed.out + pushed.err
