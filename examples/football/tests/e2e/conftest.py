"""A really started server on a free port of the loopback."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.conftest import ROOT

KEY = "e" * 16
PATIENCE = 20.0

Start = Callable[[Path], httpx2.Client]


def free_port() -> int:
    """Return a port which nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "--factory", "src.main:create_app"),
            *("--host", "127.0.0.1", "--port", str(port), "--no-access-log"),
        ],
        cwd=ROOT,
        env=environment(database),
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx2.Client(base_url=address, headers={"X-API-Key": KEY}) as client:
            wait_until_up(client, process)
            yield client
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def wait_until_up(client: httpx2.Client, process: "subprocess.Popen[bytes]") -> None:
    """Wait for the first answer, but not for ever."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.get("/health").raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function which starts a server on a database file."""
    with ExitStack() as stack:
        yield lambda database: stack.enter_context(served(database))
