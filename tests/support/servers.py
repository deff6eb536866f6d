"""Servers for tests: Debian's own, started on free ports of the loopback and stopped afterwards.

Each is a context manager. What is missing on this machine raises `Missing`, and a test that needs
it is skipped with that reason.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from checks.services._connect import within

LOOPBACK = "127.0.0.1"
ELSEWHERE = "127.0.0.66"
PATIENCE = 60.0


class Missing(pytest.skip.Exception):
    """The machine lacks what a server needs."""


def need(*tools: str) -> None:
    """Raise Missing unless all these tools are there."""
    for tool in tools:
        if where_is(tool) is None:
            raise Missing(f"{tool} is not installed")


def where_is(tool: str) -> str | None:
    """Find a tool, also beside this Python, and where only root has it on PATH."""
    own = os.path.dirname(sys.executable)
    return shutil.which(tool, path=f"{own}:{os.environ['PATH']}:/usr/sbin:/sbin")


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
    ports: dict[str, int]
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

    def at(self, name: str) -> str:
        """Return where a further server listens, as `ip:port`."""
        return f"{LOOPBACK}:{self.ports[name]}"

    def stop(self) -> None:
        """Stop it before its time."""
        self.process.terminate()
        self.process.wait(PATIENCE)


@contextmanager
def nginx(folder: Path, sites: str = "") -> Iterator[Nginx]:
    """Run Debian's nginx as it is configured there, but for addresses and paths.

    `sites` are further servers: `@name@` becomes a free address, `@@` the folder.
    """
    need("nginx")
    port = free_port()
    ports = write_nginx(folder, sites, port)
    program = where_is("nginx") or "nginx"
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    command += ["-e", str(folder / "error.log"), "-g", "daemon off;"]
    with running(command, lambda: listens(port), folder / "nginx.log") as process:
        yield Nginx(folder, port, ports, process)


def write_nginx(folder: Path, sites: str, port: int) -> dict[str, int]:
    """Write Debian's configuration with other addresses and paths; return the further ports."""
    if not os.path.exists("/etc/nginx/sites-available/default"):
        raise Missing("Debian's configuration of nginx is not here")
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
    ports = {name: free_port() for name in sorted(set(re.findall(r"@([a-z-]+)@", sites)))}
    for name, number in ports.items():
        sites = sites.replace(f"@{name}@", f"{LOOPBACK}:{number}")
    (folder / "sites").mkdir(exist_ok=True)
    (folder / "sites" / "default").write_text(default)
    (folder / "sites" / "further").write_text(sites.replace("@@", str(folder)))
    (folder / "nginx.conf").write_text(main)
    return ports


@dataclass(frozen=True)
class Redis:
    """A running Redis; `password` is "" where it demands none."""

    port: int
    password: str
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address, with the password."""
        return f"redis://{f':{self.password}@' if self.password else ''}{LOOPBACK}:{self.port}"


@contextmanager
def redis(folder: Path, password: str = "", bind: str = LOOPBACK) -> Iterator[Redis]:
    """Run Debian's Redis as it comes, but for its address and what it would write."""
    need("redis-server")
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", *bind.split(), "--dir", str(folder)]
    command += ["--save", ""] + (["--requirepass", password] if password else [])
    with running(command, lambda: listens(port), folder / "redis.log") as process:
        yield Redis(port, password, process)


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL with one user, who may do anything, and a database of that name."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    password: str = "s3cret-word"
    user: str = "football"

    @property
    def url(self) -> str:
        """Its address, with the password."""
        return f"postgresql://{self.user}:{self.password}@{LOOPBACK}:{self.port}/{self.user}"

    def let_in(self, here: str, outside: str) -> None:
        """Have the loopback's first address let in by one method, anybody else by another."""
        write_rules(self.folder, here, outside)
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Stop it before its time, without waiting for those who are connected."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)


def write_rules(folder: Path, here: str, outside: str) -> None:
    """Write by which methods a PostgreSQL lets clients in."""
    rules = f"host all all {LOOPBACK}/32 {here}\nhost all all 0.0.0.0/0 {outside}\n"
    (folder / "data" / "pg_hba.conf").write_text(rules)


def _postgres_tools() -> Path:
    programs = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: float(each.parts[-3])
    )
    if not programs:
        raise Missing("no server of PostgreSQL is installed")
    return programs[-1].parent


def _as_other() -> list[str]:
    """What runs a command as somebody else, where this is root: PostgreSQL refuses root."""
    if os.geteuid():
        return []
    need("setpriv")
    try:
        user = pwd.getpwnam("nobody")
    except KeyError:
        raise Missing("there is no user called nobody") from None
    groups = ["--clear-groups", "--no-new-privs"]
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", *groups]


@contextmanager
def postgres(method: str = "scram-sha-256", outside: str = "") -> Iterator[Postgres]:
    """Run Debian's newest PostgreSQL; `outside` is the method for anybody but the loopback."""
    tools, other = _postgres_tools(), _as_other()
    # Not below the tests' own folder: that one is for this user alone.
    with tempfile.TemporaryDirectory(prefix="readiness-postgres-", dir="/tmp") as name:
        folder = Path(name)
        made = Postgres(free_port(), None, folder)  # type: ignore[arg-type]
        (folder / "password").write_text(made.password)
        if other:
            shutil.chown(folder, "nobody")
            shutil.chown(folder / "password", "nobody")
        data = str(folder / "data")
        init = [str(tools / "initdb"), "-D", data, "-U", made.user, "-E", "UTF8", "--no-sync"]
        init += [f"--pwfile={folder / 'password'}", f"--auth={method}", "--no-instructions"]
        done = subprocess.run([*other, *init], capture_output=True, text=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr
        if outside:
            write_rules(folder, method, outside)
        settings = [f"port={made.port}", f"unix_socket_directories={folder}", "fsync=off"]
        settings += [f"listen_addresses={LOOPBACK},{ELSEWHERE}"]
        command = [*other, str(tools / "postgres"), "-D", data]
        command += [word for setting in settings for word in ("-c", setting)]
        # SIGINT: do not wait for those who are connected.
        with running(
            command, lambda: listens(made.port), folder / "log", stop=signal.SIGINT
        ) as process:
            running_one = replace(made, process=process)
            _create(running_one)
            yield running_one


def _create(server: Postgres) -> None:
    """Make the user's own database, as soon as the server takes logins."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            postgres_tool(server, "createdb", server.user)
        except subprocess.CalledProcessError as error:
            if "starting up" not in error.stderr or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def postgres_tool(server: Postgres, tool: str, *words: str) -> str:
    """Run a tool of PostgreSQL with a running server; return what it printed."""
    place = ["-h", LOOPBACK, "-p", str(server.port), "-U", server.user, "-w"]
    done = subprocess.run(
        [str(_postgres_tools() / tool), *place, *words],
        env={**os.environ, "PGPASSWORD": server.password},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@dataclass(frozen=True)
class Worlds:
    """Two network namespaces: one for services, one that plays the outside world."""

    services: str
    outside: str
    address: str = "10.99.7.1"
    allowed: str = "10.99.7.10"
    denied: str = "10.99.7.66"

    def run(self, *command: str, stdin: str = "", check: bool = True) -> str:
        """Run a command among the services; return what it printed."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.services, *command],
            input=stdin,
            capture_output=True,
            text=True,
            check=check,
        )
        return done.stdout

    def rules(self, text: str) -> None:
        """Load a rule set in place of whatever there is."""
        self.run("nft", "-f", "-", stdin=f"flush ruleset\n{text}")


@contextmanager
def worlds() -> Iterator[Worlds]:
    """Make the two namespaces with a cable between them; for root alone."""
    if os.geteuid():
        raise Missing("network namespaces are for root")
    need("ip", "nft")
    made = Worlds(f"rd-{os.getpid()}", f"rd-{os.getpid()}-out")
    veth = f"rd{os.getpid()}"
    steps = [
        f"netns add {made.services}",
        f"netns add {made.outside}",
        f"link add {veth} netns {made.services} type veth peer name {veth}o netns {made.outside}",
        f"-n {made.services} addr add {made.address}/24 dev {veth}",
        f"-n {made.outside} addr add {made.allowed}/24 dev {veth}o",
        f"-n {made.outside} addr add {made.denied}/24 dev {veth}o",
        f"-n {made.services} link set lo up",
        f"-n {made.services} link set {veth} up",
        f"-n {made.outside} link set {veth}o up",
    ]
    try:
        for step in steps:
            done = subprocess.run(
                ["ip", *step.split()], capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise Missing(f"ip {step}: {done.stderr.strip()}")
        yield made
    finally:
        for name in (made.services, made.outside):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


@contextmanager
def listening(namespace: str, address: str, *ports: int) -> Iterator[None]:
    """Accept connections at these ports, in a network namespace."""
    with ExitStack() as stack:
        with within(namespace):
            for port in ports:
                stack.enter_context(socket.create_server((address, port)))
        yield
