"""Where a stack keeps what belongs to it, and under which addresses it is found."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[2]
OPS = PROJECT / "ops"
HOST = "football.test"
NICE = -10
WELL_KNOWN = {
    "https": 443,
    "http": 80,
    "service": 8000,
    "prometheus": 9090,
    "alertmanager": 9093,
    "channel": 9094,
    "grafana": 3000,
    "otlp": 4318,
    "sentry": 9000,
    "postgres": 5432,
    "redis": 6379,
}


@dataclass
class State:
    """Everything that `down` needs to know, and what `up` has decided."""

    folder: str
    name: str
    ports: dict[str, int]
    isolated: bool
    preferred: bool = False
    network: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    processes: dict[str, list[float]] = field(default_factory=dict)

    @property
    def services(self) -> str:
        """The namespace of all services, empty where there is none."""
        return f"fb-{self.name}" if self.isolated else ""

    @property
    def outside(self) -> str:
        """The namespace that plays the outside world."""
        return f"fb-{self.name}-out" if self.isolated else ""

    @property
    def address(self) -> str:
        """The address under which the outside sees the service."""
        return f"{self.network}.1" if self.isolated else "127.0.0.1"

    @property
    def allowed(self) -> str:
        """An address outside that is let in."""
        return f"{self.network}.10" if self.isolated else "127.0.0.1"

    @property
    def denied(self) -> str:
        """An address outside that is on the deny list."""
        return f"{self.network}.66" if self.isolated else "127.0.0.66"

    @property
    def listen(self) -> str:
        """Where what others may reach listens: everywhere, behind a firewall of our own."""
        return "0.0.0.0" if self.isolated else "127.0.0.1"  # noqa: S104

    def path(self, *names: str) -> Path:
        """A path within the stack's own folder."""
        return Path(self.folder, *names)

    def url(self, service: str) -> str:
        """The address of a service that only the machine itself reaches."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def save(self) -> None:
        """Write it down for `down`."""
        file = self.path("stack.json")
        file.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        file.chmod(0o600)

    def environment(self) -> Mapping[str, str]:
        """What the production profile of the board reads.

        No name is one that the service reads: its tests are run with these as well, and must not
        touch production.
        """
        password, key = self.secrets["database"], self.secrets["redis"]
        return {
            "BASE_URL": f"https://{HOST}:{self.ports['https']}",
            "BASE_ADDRESS": f"{self.address}:{self.ports['https']}",
            "HTTP_URL": f"http://{HOST}:{self.ports['http']}",
            "HTTP_ADDRESS": f"{self.address}:{self.ports['http']}",
            "SITE_ADDRESSES": f"{self._pinned('https')} {self._pinned('http')}",
            "LOAD_URL": f"https://{self.address}:{self.ports['https']}",
            "SERVICE_URL": self.url("service"),
            "LOAD_NICE": str(NICE) if self.preferred else "",
            "CA_FILE": str(self.path("ca", "ca.pem")),
            "PROMETHEUS_URL": self.url("prometheus"),
            "ALERTMANAGER_URL": self.url("alertmanager"),
            "CHANNEL_URL": self.url("channel"),
            "GRAFANA_URL": self.url("grafana"),
            "GRAFANA_TOKEN": self.secrets["grafana"],
            "OTLP_URL": self.url("otlp"),
            "SENTRY_URL": self.url("sentry"),
            "POSTGRES_URL": f"postgresql://football:{password}@127.0.0.1:"
            f"{self.ports['postgres']}/football",
            "CACHE_URL": f"redis://:{key}@127.0.0.1:{self.ports['redis']}/0",
            "SERVICE_KEY": self.secrets["api"],
            "SERVICE_RELEASE": "football@stack",
            "ACCESS_LOG": str(self.path("log", "access.log")),
            "NGINX_CONF": str(self.path("nginx", "nginx.conf")),
            "SSHD_CONFIG": str(self.path("ssh", "sshd_config")),
            "SERVICES_NS": self.services,
            "OUTSIDE_NS": self.outside,
            "SERVICE_ADDRESS": self.address,
            "ALLOWED_SOURCE": self.allowed,
            "DENIED_SOURCE": self.denied,
            "OPEN_PORTS": self._listed("https", "http"),
            "CLOSED_PORTS": self._listed("prometheus", "alertmanager"),
        }

    def _pinned(self, service: str) -> str:
        port = self.ports[service]
        return f"{HOST}:{port}={self.address}:{port}"

    def _listed(self, *services: str) -> str:
        return " ".join(str(self.ports[name]) for name in services)


def load(folder: Path) -> State | None:
    """Read back what `up` wrote; None where there is no stack."""
    try:
        return State(**json.loads((folder / "stack.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def free_ports(isolated: bool) -> dict[str, int]:
    """A port for each service: the well-known ones in a namespace of our own."""
    if isolated:
        return dict(WELL_KNOWN)
    sockets = {name: socket.socket() for name in WELL_KNOWN}
    for opened in sockets.values():
        opened.bind(("127.0.0.1", 0))
    ports = {name: opened.getsockname()[1] for name, opened in sockets.items()}
    for opened in sockets.values():
        opened.close()
    return ports


def is_root() -> bool:
    """Whether this process may make namespaces and bind low ports."""
    return os.geteuid() == 0
