"""One stack for all live tests; what a machine lacks for it is the reason why they are skipped."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.stack import OWN, Stack, ops
from tests.support.football import BOARD, ROOT, TOOLS, Football


def lacking() -> str:
    """Say what this machine lacks for a stack; empty where it has it all."""
    if os.geteuid():
        return "only root may make network namespaces and firewalls"
    if not (TOOLS / "locust").exists():
        return "the example's environment lacks requirements-ops.lock: make stack"
    absent = ops("missing", folder=Path("/nonexistent")).stdout.strip()
    if absent:
        return f"Debian packages are missing: {absent}"
    name = f"fb-test-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        return "this machine makes no network namespaces"
    subprocess.run(["ip", "netns", "delete", name], check=True)
    return ""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start a stack; take it down whatever happens, and see that nothing of it is left."""
    if reason := lacking():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="fb-"))
    here = tmp_path_factory.mktemp("live")
    board = here / "board.yaml"
    text = BOARD.read_text(encoding="utf-8")
    for old, new in OWN:
        assert old in text
        text = text.replace(old, new)
    board.write_text(text, encoding="utf-8")
    try:
        up = ops("up", folder=folder)
        assert up.returncode == 0, up.stdout + up.stderr
        made = Stack(folder, Football(here / "football"), board)
        yield made
    finally:
        ops("down", folder=folder)
        shutil.rmtree(folder, ignore_errors=True)
    namespaces = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout
    assert made.environment["SERVICES_NS"] not in namespaces
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(folder) not in running.stdout


@pytest.fixture(scope="session")
def advisories(stack: Stack) -> Iterator[str]:
    """Where an advisory service without a record answers, within the namespace."""
    command = [stack.folder / "run", sys.executable, "-m", "tests.support.osv_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
