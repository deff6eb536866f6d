"""A really started server on a free port of the loopback."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.conftest import ROOT

KEY = "e" * 16
PATIENCE = 120.0
"""Seconds after which something hangs, also on a machine that has much else to do."""

Start = Callable[[Path], httpx2.Client]


def environment(database: Path) -> dict[str, str]:
    """Return the environment of a production process on this database."""
    return os.environ | {
        "APP_ENV": "production",
        "DATABASE_URL": f"sqlite:///{database}",
        "API_KEY": KEY,
    }


def run_tool(database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module as an operator would."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment(database),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def served(database: Path) -> Iterator[httpx2.Client]:
    """Run the server until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Who asks too early waits, and nobody else gets the port.
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "--factory", "src.main:create_app"),
                *("--fd", str(listening.fileno()), "--no-access-log"),
            ],
            cwd=ROOT,
            env=environment(database),
            stderr=subprocess.DEVNULL,
            pass_fds=[listening.fileno()],
        )
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    key = {"X-API-Key": KEY}
    try:
        with httpx2.Client(base_url=address, headers=key, timeout=PATIENCE) as client:
            client.get("/health").raise_for_status()
            yield client
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function which starts a server on a database file."""
    with ExitStack() as stack:
        yield lambda database: stack.enter_context(served(database))
