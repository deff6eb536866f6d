"""The network checks against Debian's own servers: the numbers that the usual tools give by hand.

What a machine lacks is a skipped test that says so.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checking import Outcome, run_check
from tests.servers import Missing, Nginx, free_port, need, nginx


def by_hand(*command: str) -> str:
    """What a tool prints, as somebody would call it by hand."""
    try:
        need(command[0])
    except Missing as missing:
        pytest.skip(str(missing))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    return done.stdout


def said(outcome: Outcome) -> str:
    """The reason of a check that could not measure."""
    assert outcome.is_error
    found = outcome.read()
    reason: str = found.reason  # type: ignore[union-attr]
    return reason


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Debian's nginx."""
    try:
        with nginx(tmp_path_factory.mktemp("nginx")) as server:
            yield server
    except Missing as missing:
        pytest.skip(str(missing))


# --- http -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/nosuch"])
def test_http_gives_curls_numbers(web: Nginx, tmp_path: Path, path: str) -> None:
    """Status, size and headers of an untouched nginx."""
    outcome = run_check("http", str(tmp_path), {"url": web.url + path, "header": "Content-Type"})
    told = "%{http_code} %{size_download} %{content_type}"
    printed = by_hand("curl", "-s", "-o", "/dev/null", "-w", told, web.url + path)
    measured = [outcome.value(name) for name in ("status", "size", "header")]
    assert printed == " ".join(map(str, measured))
    assert outcome.number("latency") > 0


def test_http_without_a_server_names_the_address(tmp_path: Path) -> None:
    """Nothing is measured, and the reason says where nobody answered."""
    port = free_port()
    outcome = run_check("http", str(tmp_path), {"url": f"http://127.0.0.1:{port}/"})
    assert said(outcome) == f"127.0.0.1:{port} refused the connection"
