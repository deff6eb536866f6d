"""A really started server on a free port of the loopback."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import httpx2
import pytest

from tests.conftest import ROOT
from tests.e2e.warm import Warm, warm

KEY = "e" * 16
PATIENCE = 120.0
"""Seconds after which something hangs, also on a machine that has much else to do."""

Start = Callable[[Path], httpx2.Client]
RunTool = Callable[..., subprocess.CompletedProcess[str]]
WARM = pytest.StashKey[Warm]()


def environment(database: Path) -> dict[str, str]:
    """Return the environment of a production process on this database."""
    return os.environ | {
        "APP_ENV": "production",
        "DATABASE_URL": f"sqlite:///{database}",
        "API_KEY": KEY,
    }


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start what servers and tools are forked off, where a test is to be run here."""
    here = Path(__file__).parent
    mine = any(item.path.is_relative_to(here) for item in session.items)
    if mine and not session.config.option.collectonly:
        opened = ExitStack()
        session.config.stash[WARM] = opened.enter_context(warm(ROOT))
        session.config.add_cleanup(opened.close)


@pytest.fixture
def warm_process(pytestconfig: pytest.Config) -> Warm:
    """Return what has imported the libraries of servers and tools."""
    return pytestconfig.stash[WARM]


@pytest.fixture
def run_tool(warm_process: Warm) -> RunTool:
    """Return a function which runs a Python module as an operator would."""

    def run(database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            files = (out.fileno(), err.fileno())
            status = warm_process.start(arguments, environment(database), files).wait()
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(
                arguments, status, out.read(), err.read()
            )

    return run


@contextmanager
def served(warm_process: Warm, database: Path) -> Iterator[httpx2.Client]:
    """Run the server until the block ends."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        open(os.devnull, "w") as nothing,
    ):
        # Who asks too early waits, and nobody else gets the port.
        process = warm_process.start(
            ["uvicorn", "--factory", "src.main:create_app", "--fd", "3"]
            + ["--no-access-log"],
            environment(database),
            (nothing.fileno(), nothing.fileno(), listening.fileno()),
        )
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    key = {"X-API-Key": KEY}
    try:
        with httpx2.Client(base_url=address, headers=key, timeout=PATIENCE) as client:
            client.get("/health").raise_for_status()
            yield client
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait()


@pytest.fixture
def start(warm_process: Warm) -> Iterator[Start]:
    """Return a function which starts a server on a database file."""
    with ExitStack() as stack:
        yield lambda database: stack.enter_context(served(warm_process, database))
