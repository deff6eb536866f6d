"""One stack for all live tests; what a machine lacks for it is the reason why they are skipped."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.live.defaults import measured_with_defaults
from tests.live.stack import Stack, ops, own_board
from tests.support.football import ROOT, TOOLS, Football, Result


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
def with_defaults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[Result]]:
    """Measure alerts with Alertmanager's own delays: for five minutes, so beside all others."""
    if reason := lacking():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="fb-"))
    with ThreadPoolExecutor(1) as pool:
        here = tmp_path_factory.mktemp("defaults")
        try:
            yield pool.submit(measured_with_defaults, folder, here)
        finally:
            ops("down", folder=folder)  # whoever still waits is in vain then
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    with_defaults: Future[Result],  # begins first
) -> Iterator[Stack]:
    """Start a stack; take it down whatever happens, and see that nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="fb-"))
    here = tmp_path_factory.mktemp("live")
    board = own_board(here)
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
    command = [str(stack.folder / "run"), sys.executable, "-m", "tests.support.osv_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
