"""Servers for tests: Debian's own, started on free ports of the loopback and stopped afterwards.

Each is a context manager. What is missing on this machine raises `Missing`, which the fixtures
turn into a skipped test with its reason.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
PATIENCE = 20.0


class Missing(Exception):  # noqa: N818 - it is no error that a machine lacks a server
    """The machine lacks what a server needs."""


def need(*tools: str) -> None:
    """Raise Missing unless all these tools are there."""
    for tool in tools:
        if where_is(tool) is None:
            raise Missing(f"{tool} is not installed")


def where_is(tool: str) -> str | None:
    """Find a tool, also where only root has it on PATH."""
    return shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int, host: str = LOOPBACK) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


@contextmanager
def running(
    command: Sequence[str], ready: Callable[[], bool], log: Path, *, stop: int = 15
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server; yield it when it is ready, end it afterwards."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        end = time.monotonic() + PATIENCE
        while not ready():
            assert process.poll() is None, f"{command[0]} ended:\n{log.read_text()}"
            assert time.monotonic() < end, f"{command[0]} is not ready:\n{log.read_text()}"
            time.sleep(0.02)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(stop)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Nginx:
    """A running nginx: where it listens, where its configuration and log are."""

    folder: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes]

    @property
    def conf(self) -> Path:
        """Its main configuration file."""
        return self.folder / "nginx.conf"

    @property
    def access_log(self) -> Path:
        """Its log of requests."""
        return self.folder / "access.log"

    @property
    def url(self) -> str:
        """Where its plain server answers."""
        return f"http://{LOOPBACK}:{self.port}"

    def stop(self) -> None:
        """Stop it before its time."""
        self.process.terminate()
        self.process.wait(PATIENCE)


@contextmanager
def nginx(folder: Path, sites: str = "") -> Iterator[Nginx]:
    """Run Debian's nginx as it is configured there, but for addresses and paths.

    `sites` are further servers; `@TLS@` in it becomes a second port and `@FOLDER@` the folder.
    """
    need("nginx")
    if not os.path.exists("/etc/nginx/sites-available/default"):
        raise Missing("Debian's configuration of nginx is not here")
    port, tls_port = free_port(), free_port()
    write_nginx(folder, sites, port, tls_port)
    program = where_is("nginx") or "nginx"
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    command += ["-e", str(folder / "error.log"), "-g", "daemon off;"]
    with running(command, lambda: listens(port), folder / "nginx.log") as process:
        yield Nginx(folder, port, tls_port, process)


def write_nginx(folder: Path, sites: str, port: int, tls_port: int) -> None:
    """Write Debian's configuration with other addresses and paths, and further servers."""
    main = Path("/etc/nginx/nginx.conf").read_text()
    for old, new in (
        ("/run/nginx.pid", f"{folder}/nginx.pid"),
        ("/var/log/nginx/", f"{folder}/"),
        ("include /etc/nginx/modules-enabled/*.conf;", ""),
        ("include /etc/nginx/conf.d/*.conf;", ""),
        ("/etc/nginx/sites-enabled/*", f"{folder}/sites/*"),
        ("user www-data;", "user root;" if os.geteuid() == 0 else ""),
        ("worker_processes auto;", "worker_processes 1;"),
    ):
        main = main.replace(old, new)
    default = Path("/etc/nginx/sites-available/default").read_text()
    default = default.replace("listen [::]:80 default_server;", "")
    default = default.replace("listen 80 ", f"listen {LOOPBACK}:{port} ")
    (folder / "sites").mkdir(exist_ok=True)
    (folder / "sites" / "default").write_text(default)
    further = sites.replace("@TLS@", f"{LOOPBACK}:{tls_port}").replace("@FOLDER@", str(folder))
    (folder / "sites" / "further").write_text(further)
    (folder / "nginx.conf").write_text(main)
