"""The cases of the checks that speak to servers: Debian's own, as they are and broken."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.cases import Case
from tests.servers import LOOPBACK, free_port, nginx


@contextmanager
def debian_nginx(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run nginx as Debian configures it."""
    with nginx(folder) as server:
        yield {"url": server.url, "log": str(server.access_log)}


@contextmanager
def nobody(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run nothing, and tell where nothing listens."""
    yield {"url": f"http://{LOOPBACK}:{free_port()}", "port": str(free_port())}


@contextmanager
def silent(folder: Path) -> Iterator[Mapping[str, str]]:
    """Accept connections and say nothing."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port = str(server.getsockname()[1])
        yield {"url": f"http://{LOOPBACK}:{port}", "port": port}


NETWORK: dict[str, list[Case]] = {
    "http": [
        Case("clean", {}, {"url": "{url}/"}, service=debian_nginx),
        Case("failing", {}, {"url": "{url}/nosuch"}, service=debian_nginx),
        Case("nobody", {}, {"url": "{url}/"}, service=nobody),
        Case("silent", {}, {"url": "{url}/", "seconds": "0.5"}, service=silent),
        Case("no-url", {}, {"url": "football.test"}),
    ],
}
