"""The services of a stack, each started as its own documentation says."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

from ops.stack.namespaces import inside
from ops.stack.processes import accepts, answers, clear, start, wait_for
from ops.stack.state import OPS, PROJECT, State, is_root

PACKAGES = {
    "openssl": "openssl",
    "curl": "curl",
    "nginx": "nginx-light",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "redis-server": "redis-server",
    "postgres": "postgresql",
    "ip": "iproute2",
    "nft": "nftables",
    "sshd": "openssh-server",
    "gitleaks": "gitleaks",
    "lynis": "lynis",
}
"""Programs that the stack and its checks need, and the Debian package of each."""

STAND_INS = ("channel", "otlp", "sentry", "grafana")
TEAMS = {"Ajax": "NL", "Benfica": "PT", "Celtic": "GB", "Dynamo": "UA"}
MATCH = {
    "home_team_id": 1,
    "away_team_id": 2,
    "competition": "Cup",
    "kickoff": "2999-08-16T14:00:00Z",
}
RUN_SSHD = Path("/run/sshd")
"""Without this folder sshd does not even tell its settings to root."""

ADMIN_FOLDERS = ("/usr/sbin", "/sbin")


def find(program: str) -> str | None:
    """Where a program is; PostgreSQL's are in a folder of their version."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *ADMIN_FOLDERS])
    found = shutil.which(program, path=path)
    if found is None:
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)
        for folder in reversed(versions):
            if (folder / program).exists():
                return str(folder / program)
    return found


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


def missing() -> list[str]:
    """The Debian packages that are not there yet."""
    needed = [name for name in PACKAGES if is_root() or name not in ("ip", "nft")]
    return sorted({PACKAGES[name] for name in needed if find(name) is None})


def program(name: str) -> str:
    """Where a program is that must be there."""
    found = find(name)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed: apt-get install {PACKAGES[name]}")
    return found


def fill(state: State, source: Path, target: Path, **words: object) -> None:
    """Copy a file of settings with its words in capitals filled in."""
    known = {
        "STATE": state.folder,
        **{f"{name.upper()}_PORT": port for name, port in state.ports.items()},
        "CHANNEL_URL": state.url("channel"),
        **words,
    }
    text = Template(source.read_text(encoding="utf-8")).safe_substitute(known)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def postgres(state: State) -> None:
    """A cluster of its own that asks everybody for a password."""
    folder = state.path("postgres")
    folder.mkdir(exist_ok=True)
    prefix = as_postgres()
    if prefix:
        shutil.chown(folder, "postgres", "postgres")
        for above in (state.path(), *state.path().parents):
            if not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
    secret = folder.parent / "postgres.secret"
    secret.write_text(state.secrets["database"], encoding="utf-8")
    if prefix:
        shutil.chown(secret, "postgres")
    secret.chmod(0o600)
    command = [program("initdb"), "-D", str(folder / "data"), "-U", "football"]
    command += [
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
        "--encoding=UTF8",
        "--locale=C",
    ]
    subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/")
    secret.unlink()
    start_postgres(state)
    psql(state, "postgres", "create database football")


def as_postgres() -> list[str]:
    """What stands before a command of PostgreSQL, which refuses to run as root."""
    if not is_root():
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def start_postgres(state: State) -> None:
    """Start it, and wait until it takes connections."""
    folder = state.path("postgres")
    options = {
        "port": state.ports["postgres"],
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "fsync": "off",
    }
    command = [program("postgres"), "-D", str(folder / "data")]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    clear(state, "postgres")
    for left in (folder / "data" / "postmaster.pid", *folder.glob(".s.PGSQL.*")):
        left.unlink(missing_ok=True)
    start(state, "postgres", [*as_postgres(), *command], folder=Path("/"))
    wait_for(state, "postgres", accepts(state, state.ports["postgres"]))


def psql(state: State, database: str, statement: str) -> str:
    """Run a statement as the owner, and return what it gives."""
    host = ["-h", "127.0.0.1", "-p", str(state.ports["postgres"])]
    found = subprocess.run(
        inside(
            state.services,
            [
                program("psql"),
                *host,
                "-U",
                "football",
                "-d",
                database,
                "-Atc",
                statement,
            ],
        ),
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PGPASSWORD": state.secrets["database"]},
    )
    return found.stdout


def redis(state: State) -> None:
    """A cache on the loopback that asks for a password."""
    folder = state.path("redis")
    folder.mkdir(exist_ok=True)
    settings = folder / "redis.conf"
    settings.write_text(
        f"bind 127.0.0.1\nport {state.ports['redis']}\nprotected-mode yes\n"
        f'requirepass {state.secrets["redis"]}\ndir {folder}\nsave ""\n'
        "maxmemory 64mb\nmaxmemory-policy allkeys-lru\n"
        'rename-command FLUSHALL ""\nrename-command CONFIG ""\n',
        encoding="utf-8",
    )
    settings.chmod(0o600)
    start_redis(state)


def start_redis(state: State) -> None:
    """Start it, and wait until it takes connections."""
    settings = state.path("redis", "redis.conf")
    start(state, "redis", [program("redis-server"), str(settings)])
    wait_for(state, "redis", accepts(state, state.ports["redis"]))


def stand_ins(state: State) -> None:
    """What no package holds, and the channel."""
    dashboards = state.path("grafana")
    shutil.copytree(OPS / "grafana" / "dashboards", dashboards, dirs_exist_ok=True)
    for name in STAND_INS:
        launch_stand_in(state, name)
    for name in STAND_INS:
        wait_for(state, name, accepts(state, state.ports[name]))


def launch_stand_in(state: State, name: str) -> None:
    """Start one of them without waiting for it."""
    command = [sys.executable, "-m", f"ops.standins.{name}", str(state.ports[name])]
    if name == "grafana":
        command += [str(state.path("grafana")), state.url("prometheus")]
    environment = {"GRAFANA_TOKEN": state.secrets["grafana"]}
    start(state, name, command, environment=environment, folder=PROJECT)


def start_stand_in(state: State, name: str) -> None:
    """Start one of them, and wait until it takes connections."""
    launch_stand_in(state, name)
    wait_for(state, name, accepts(state, state.ports[name]))


def service_environment(state: State) -> Mapping[str, str]:
    """The settings of the service in production."""
    given = state.environment()
    return {
        "DATABASE_URL": given["POSTGRES_URL"],
        "REDIS_URL": given["CACHE_URL"],
        "API_KEY": given["SERVICE_KEY"],
        "RELEASE": given["SERVICE_RELEASE"],
        "SENTRY_DSN": f"http://public@127.0.0.1:{state.ports['sentry']}/1",
        "APP_ENV": "production",
        "LOG_LEVEL": "WARNING",
        "OTEL_EXPORTER_OTLP_ENDPOINT": given["OTLP_URL"],
        # Of a caller that asks for it every request is traced, else one in fifty.
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.02",
        "OTEL_BSP_SCHEDULE_DELAY": "1000",
    }


def service(state: State) -> None:
    """The service, on a migrated database with some teams and a match."""
    migrate = inside(state.services, [sys.executable, "-m", "alembic", "upgrade", "head"])
    environment = {**os.environ, **service_environment(state)}
    subprocess.run(migrate, check=True, capture_output=True, cwd=PROJECT, env=environment)
    start_service(state, {})
    enter_data(state)


def start_service(state: State, changed: Mapping[str, str]) -> None:
    """Start the service itself with some settings changed, and wait until it is ready."""
    command = [sys.executable, "-m", "uvicorn", "--factory", "src.main:create_app"]
    command += ["--host", "127.0.0.1", "--port", str(state.ports["service"])]
    command += ["--no-access-log", "--log-level", "warning", "--proxy-headers"]
    start(
        state,
        "service",
        command,
        environment={**service_environment(state), **changed},
        folder=PROJECT,
    )
    wait_for(state, "service", answers(state, f"{state.url('service')}/health/ready"))


def enter_data(state: State) -> None:
    """Enter what the visitors of the load scenarios look at."""
    teams = [("teams", {"name": name, "country": country}) for name, country in TEAMS.items()]
    for path, body in [*teams, ("matches", MATCH), ("matches/1/prediction", {})]:
        url = f"{state.url('service')}/api/v1/{path}"
        command = [program("curl"), "-sS", "--fail", "-o", os.devnull, "-d", json.dumps(body)]
        command += ["-H", f"X-API-Key: {state.secrets['api']}"]
        command += ["-H", "Content-Type: application/json", url]
        subprocess.run(inside(state.services, command), check=True, capture_output=True)


def nginx(state: State) -> None:
    """The front, with the certificate of the throw-away authority."""
    folder = state.path("nginx")
    folder.mkdir(exist_ok=True)
    shutil.copytree(OPS / "nginx" / "static", folder / "static", dirs_exist_ok=True)
    shutil.copy(OPS / "nginx" / "headers.conf", folder)
    (folder / "deny.conf").write_text(f"deny {state.denied};\n", encoding="utf-8")
    (folder / "allow.conf").write_text(
        f"allow 127.0.0.1;\nallow {state.address};\ndeny all;\n", encoding="utf-8"
    )
    fill(
        state,
        OPS / "nginx" / "nginx.conf",
        folder / "nginx.conf",
        USER="user root;" if is_root() else "",
        LISTEN=state.listen,
        MIME_TYPES="/etc/nginx/mime.types",
    )
    start_nginx(state)


def start_nginx(state: State) -> None:
    """Start it, and wait until it takes connections."""
    folder = state.path("nginx")
    command = [program("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    start(state, "nginx", [*command, "-g", "daemon off;"])
    wait_for(state, "nginx", accepts(state, state.ports["https"]))


def monitoring(state: State) -> None:
    """Alertmanager and Prometheus, with the rules of the service."""
    fill(
        state,
        OPS / "alertmanager" / "alertmanager.yml",
        state.path("alertmanager", "alertmanager.yml"),
    )
    rules = state.path("prometheus", "rules")
    shutil.copytree(OPS / "prometheus" / "rules", rules, dirs_exist_ok=True)
    fill(
        state,
        OPS / "prometheus" / "prometheus.yml",
        state.path("prometheus", "prometheus.yml"),
        RULES=rules,
    )
    state.path("prometheus", "flags").write_text("", encoding="utf-8")
    start_alertmanager(state)
    start_prometheus(state)


def start_alertmanager(state: State) -> None:
    """Start it, and wait until it is ready."""
    folder = state.path("alertmanager")
    command = [
        program("prometheus-alertmanager"),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={state.listen}:{state.ports['alertmanager']}",
        "--cluster.listen-address=",
    ]
    start(state, "alertmanager", command)
    wait_for(state, "alertmanager", answers(state, f"{state.url('alertmanager')}/-/ready"))


def start_prometheus(state: State) -> None:
    """Start it, and wait until it has found its Alertmanager, which takes it some seconds."""
    folder = state.path("prometheus")
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={state.listen}:{state.ports['prometheus']}",
        "--rules.alert.resend-delay=2s",
        "--web.enable-lifecycle",
        *(folder / "flags").read_text(encoding="utf-8").split(),
    ]
    start(state, "prometheus", command)
    wait_for(state, "prometheus", answers(state, f"{state.url('prometheus')}/-/ready"))
    found = f"{state.url('prometheus')}/api/v1/alertmanagers"
    wait_for(state, "prometheus", answers(state, found, '"activeAlertmanagers":[{'))


def firewall(state: State) -> None:
    """The rules of the outside, where the namespace is ours."""
    if not state.isolated or find("nft") is None:
        return
    rules = state.path("football.nft")
    fill(state, OPS / "firewall" / "football.nft", rules)
    subprocess.run(
        inside(state.services, [program("nft"), "-f", str(rules)]),
        check=True,
        capture_output=True,
    )


def ssh(state: State) -> None:
    """The settings of the SSH daemon with a key of their own; no daemon is started."""
    folder = state.path("ssh")
    folder.mkdir(exist_ok=True)
    key = folder / "host_key"
    if not key.exists():
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
        subprocess.run(command, check=True, capture_output=True)
    settings = (OPS / "ssh" / "sshd_config").read_text(encoding="utf-8")
    (folder / "sshd_config").write_text(f"{settings}HostKey {key}\n", encoding="utf-8")
    if is_root() and not RUN_SSHD.exists():  # Debian's unit makes it when the daemon starts
        RUN_SSHD.mkdir(mode=0o755)
        state.path("ssh", "run-sshd-is-ours").touch()


def forget_ssh(state: State) -> None:
    """Remove what lies outside the stack's folder."""
    if state.path("ssh", "run-sshd-is-ours").exists() and RUN_SSHD.exists():
        RUN_SSHD.rmdir()


def start_again(state: State, name: str, changed: Mapping[str, str]) -> None:
    """Start one service of a stack that is up; only the service itself takes settings."""
    if name == "service":
        start_service(state, changed)
    elif name in STAND_INS:
        start_stand_in(state, name)
    else:
        STARTERS[name](state)


STARTERS: Mapping[str, Callable[[State], None]] = {
    "postgres": start_postgres,
    "redis": start_redis,
    "nginx": start_nginx,
    "alertmanager": start_alertmanager,
    "prometheus": start_prometheus,
}
