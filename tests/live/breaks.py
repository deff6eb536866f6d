"""For each criterion of production, how its service breaks, and what rightly falls with it."""

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

from tests.live.stack import Stack, replacing
from tests.support.repositories import commit, git

Breaking = Callable[[Stack], AbstractContextManager[None]]

HEADERS = "include headers.conf; "
VERSION = "add_header X-Version 1 always;\n"
LOCATION = "location / {\n            proxy_pass"
ZONE = "limit_req_zone $server_name zone=all:1m rate={}r/s;"
GONE = "  - {job_name: gone, static_configs: [{targets: ['127.0.0.1:9']}]}\n"
MUTED = """\
  routes:
    - {receiver: channel, matchers: [severity=SEVERITY], mute_time_intervals: [night]}
time_intervals:
  - name: night
    time_intervals: [{times: [{start_time: '02:00', end_time: '02:01'}]}]
receivers:
"""
NOBODY = """\
  routes:
    - {receiver: nobody, matchers: [MATCHER]}
receivers:
  - name: nobody
"""
INHIBITED = """\
inhibit_rules:
  - {source_matchers: [alertname=FootballWatchdog], target_matchers: [severity=page]}
receivers:
"""
DROPPED = """\
alerting:
  alert_relabel_configs:
    - {source_labels: [severity], regex: page, action: drop}
"""
TOO_MANY = "sum(rate(football_http_requests_total[5m])) > 0.01'"
CLAMPED = "clamp_min(sum(rate(football_http_requests_total[5m])), 1e9) > 0.01'"
FOR_A_DAY = f"{TOO_MANY}\n        for: 24h"
STRICTER = "Match User deploy\n    X11Forwarding no\n"
EXCEPTION = "Match User deploy\n    PasswordAuthentication yes\n"
ADDED = "  - {job_name: added, static_configs: [{targets: ['127.0.0.1:9093']}]}\n"
STATIC = "location /static/ {"
PLAIN_POST = (
    "location /api/ { if ($request_method = POST) { proxy_pass http://football; break; } "
    "return 301 https://football.test$request_uri; }\n"
)
PLAIN = "location /api/ { proxy_pass http://football; }\n"
OTHER_NAME = (
    "server { listen 0.0.0.0:80; server_name prometheus.football.test; "
    "location / { proxy_pass http://127.0.0.1:9090; } }\n"
)
REPORTING = ("T5.1", "T5.2")
WATCHING = ("T5.3", "T5.4", "T5.5", "T5.6", "T7.6")
FRONT = ("T6.1", "T6.3", "T6.5", "T6.6", "T6.7")
"""To try every port takes longest: the firewall is looked at where it is what breaks."""
HTTPS = (*REPORTING, "T6.3", "T6.5", "T6.7")
LOAD = ("T7.2", "T7.3", "T7.4")
REPORT = ("T7.1", "T7.5")


@dataclass(frozen=True)
class Break:
    """One way to break one criterion.

    `fails` are neighbours that fail with it, `may_fail` those that do so on a slow machine, and
    `unknown` those that cannot be measured any more; `why`, for whoever reads the table. `seen` is
    a pattern of what its criterion says of it; those that have one share a run.
    """

    criterion: str
    name: str
    breaking: Breaking
    fails: tuple[str, ...] = ()
    may_fail: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    why: str = ""
    among: tuple[str, ...] = ()
    seen: str = ""

    @property
    def touched(self) -> frozenset[str]:
        """The criteria that say something else then."""
        return frozenset({self.criterion, *self.fails, *self.may_fail, *self.unknown})

    def meets(self, other: "Break") -> bool:
        """Return whether one of them could hide the other: then they take a run each."""
        common = self.touched & other.touched
        if self.seen and other.seen:
            common -= {self.criterion, other.criterion}
        reports = [bool(broken.touched & {*REPORT}) for broken in (self, other)]
        return bool(common or (self.touched | other.touched) & {*LOAD}) or len({*reports}) > 1

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The criteria that are looked at; by default those which ask the same servers."""
        if self.among or self.criterion in REPORTING:
            return self.among or (*REPORTING, *WATCHING)
        if self.criterion in WATCHING:
            return WATCHING
        return FRONT if self.criterion in FRONT else (self.criterion, *FRONT)


def service(setting: str) -> Breaking:
    """Start the service with a wrong setting, besides those that it has."""

    @contextmanager
    def broken(stack: Stack) -> Iterator[None]:
        stack.settings.append(setting)
        stack.later(stack.start_service)
        try:
            yield
        finally:
            stack.settings.remove(setting)
            stack.later(stack.start_service)

    return broken


def nginx(*changes: tuple[str, str]) -> Breaking:
    """Start nginx with other settings."""

    def change(text: str) -> str:
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        return text

    return lambda stack: stack.changed("nginx/nginx.conf", change, stack.renew_nginx)


def prometheus(change: Callable[[str], str], file: str = "prometheus.yml") -> Breaking:
    """Have Prometheus read other settings."""
    return lambda stack: stack.changed(f"prometheus/{file}", change, stack.reload_prometheus)


def alertmanager(change: Callable[[str], str]) -> Breaking:
    """Have Alertmanager read other settings."""
    return lambda stack: stack.changed(
        "alertmanager/alertmanager.yml", change, stack.reload_alertmanager
    )


def relabelled(rule: str, job: str = "football") -> Breaking:
    """Have Prometheus change what it takes from a target."""
    name = f"  - job_name: {job}\n"
    return prometheus(replacing(name, f"{name}    metric_relabel_configs: [{rule}]\n"))


def kept_for(time: str) -> Breaking:
    """Have Prometheus forget its samples after a time."""
    flag = f"--storage.tsdb.retention.time={time}"

    def again(stack: Stack) -> None:
        stack.reloaded = datetime.now(UTC)
        stack.ops("start", "prometheus")

    return lambda stack: stack.changed("prometheus/flags", lambda _: flag, lambda: again(stack))


def unlogged(variable: str, pattern: str) -> Breaking:
    """Have nginx leave out more requests of its log: those of which a variable is like that."""

    def change(text: str) -> str:
        (log, before), *_ = re.findall(r"(access[.]log full(?: if=([$]\w+))?);", text)
        kept = f"$kept{len(text)}"
        text = text.replace(f"{log};", f"access.log full if={kept};", 1)
        chosen = f"map {variable} {kept} {{ {pattern} 0; default {before or 1}; }}"
        return text.replace("access_log", f"{chosen}\n    access_log", 1)

    return lambda stack: stack.changed("nginx/nginx.conf", change, stack.renew_nginx)


def routed(text: str) -> Breaking:
    """Put more into Alertmanager's settings, up to its receivers."""
    return alertmanager(replacing("receivers:\n", text))


def dashboard(old: str, new: str) -> Breaking:
    """Change the first panel on the server that has such a text."""

    def change(text: str) -> str:
        before, panels, after = text.partition('"panels"')
        return before + panels + after.replace(old, new, 1)

    return lambda stack: stack.changed("grafana/football-service.json", change)


def panels(change: Callable[[dict[str, Any]], object], file: str = "football-service") -> Breaking:
    """Change a dashboard on the server and in the repository."""

    def changed(text: str) -> str:
        board = json.loads(text)
        change(board)
        return json.dumps(board)

    @contextmanager
    def broken(stack: Stack) -> Iterator[None]:
        with (
            project(f"ops/grafana/dashboards/{file}.json", changed)(stack),
            stack.changed(f"grafana/{file}.json", changed),
        ):
            yield

    return broken


def asking(title: str, written: str) -> Breaking:
    """Have a panel ask something else, which may hold what it asked, there and in the file."""

    def change(board: dict[str, Any]) -> None:
        (panel,) = [panel for panel in board["panels"] if panel["title"] == title]
        for target in panel["targets"]:
            target["expr"] = written.format(target["expr"])

    return panels(change)


def location(text: str) -> tuple[str, str]:
    """Return what adds a location to the site."""
    return LOCATION, f"location {text}\n        {LOCATION}"


def limited(rate: int) -> Breaking:
    """Have nginx let so many requests a second through, and the others wait."""
    limit = "limit_req zone=all burst=4000;\n "
    return nginx(
        ("log_format full", f"{ZONE.format(rate)}\n log_format full"),
        (LOCATION, LOCATION.replace("proxy_pass", f"{limit}proxy_pass")),
        ("proxy_cache public;", f"{limit}proxy_cache public;"),
    )


def redirecting(but: str) -> Breaking:
    """Have port 80 redirect all but some location."""
    place = "location / {\n            return 301"
    return nginx((place, f"{but}        {place}"))


def reports(change: str) -> Breaking:
    """Have each report of an error changed before it is sent."""
    return patched(FILTER.replace("ignore_errors=[ValueError, TypeError, KeyError]", change))


def spans(keep: str) -> Breaking:
    """Have only some spans sent."""
    return patched(KEPT_SPANS.replace("KEEP", keep))


def dashboard_renamed(stack: Stack) -> AbstractContextManager[None]:
    """Give a dashboard another title."""
    change = replacing('"title": "', '"title": "Our ')
    return stack.changed("grafana/football-service.json", change)


def certificate(start: str, end: str) -> Breaking:
    """Give nginx a certificate of the same authority that is good at another time."""

    @contextmanager
    def broken(stack: Stack) -> Iterator[None]:
        folder = stack.folder / "ca"
        kept = (folder / "server.pem").read_bytes()
        (folder / "index.txt").write_text("")
        (folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=more.srl\nnew_certs_dir=.\n"
            "default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n"
        )
        command = "openssl ca -batch -config ca.cnf -create_serial -rand_serial -cert ca.pem"
        command += " -keyfile ca.key -in server.csr -extfile names.cnf -out server.pem -notext"
        command += f" -startdate {start} -enddate {end}"
        try:
            subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
            stack.later(stack.renew_nginx)
            yield
        finally:
            (folder / "server.pem").write_bytes(kept)
            stack.later(stack.renew_nginx)

    return broken


def rsa(ciphers: str) -> Breaking:
    """Give nginx a key with which old ciphers can be spoken, and these ciphers."""

    @contextmanager
    def broken(stack: Stack) -> Iterator[None]:
        folder = stack.folder / "ca"
        kept = {name: (folder / name).read_bytes() for name in ("server.pem", "server.key")}
        command = "openssl req -x509 -CA ca.pem -CAkey ca.key -newkey rsa:2048 -nodes -days 90"
        command += " -subj /CN=football.test -addext subjectAltName=DNS:football.test"
        command += " -addext basicConstraints=critical,CA:FALSE"
        command += " -keyout server.key -out server.pem"
        preferred = f"ssl_prefer_server_ciphers on; ssl_ciphers {ciphers};"
        try:
            subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
            with nginx(("ssl_prefer_server_ciphers off;", preferred))(stack):
                yield
        finally:
            for name, data in kept.items():
                (folder / name).write_bytes(data)
            stack.later(stack.renew_nginx)

    return broken


def firewall(rule: str) -> Breaking:
    """Put a rule before all others; words in braces are variables of the stack."""

    @contextmanager
    def broken(stack: Stack) -> Iterator[None]:
        filled = rule.format_map(stack.environment)
        stack.run(*f"nft insert rule inet football input {filled}".split())
        try:
            yield
        finally:
            stack.run("nft", "delete", "table", "inet", "football")
            stack.run("nft", "-f", str(stack.folder / "football.nft"))

    return broken


@contextmanager
def forwarding(stack: Stack) -> Iterator[None]:
    """Have the host forward whatever comes to a network behind it."""
    for line in (
        "ip link add behind type veth peer name far",
        "ip address add 10.99.8.1/24 dev behind",
        "ip link set behind up",
        "ip link set far up",
        "sysctl -qw net.ipv4.ip_forward=1",
        "nft insert rule inet football forward accept",
    ):
        stack.run(*line.split())
    try:
        yield
    finally:
        stack.run("sysctl", "-qw", "net.ipv4.ip_forward=0")
        stack.run("ip", "link", "delete", "behind")
        stack.run("nft", "delete", "table", "inet", "football")
        stack.run("nft", "-f", str(stack.folder / "football.nft"))


def rule(old: str, new: str) -> Breaking:
    """Change the rules on the server and in the repository."""

    @contextmanager
    def broken(stack: Stack) -> Iterator[None]:
        change = replacing(old, new)
        with (
            project("ops/prometheus/rules/football.yml", change)(stack),
            prometheus(change, "rules/football.yml")(stack),
        ):
            yield

    return broken


def role(method: str) -> Breaking:
    """Let one more role of PostgreSQL in by some method."""
    return lambda stack: one_more_role(stack, method)


@contextmanager
def one_more_role(stack: Stack, method: str) -> Iterator[None]:
    """Let one more role of PostgreSQL in."""

    def reload() -> None:
        sql = "do $$ begin create role guest login; exception when others then end $$;"
        psql = ["psql", stack.environment["POSTGRES_URL"], "-Xqc", f"{sql} select pg_reload_conf()"]
        stack.run(*psql)
        time.sleep(0.5)

    line = f"host all guest 127.0.0.1/32 {method}\n"
    with stack.changed("postgres/data/pg_hba.conf", lambda text: line + text, reload):
        yield


@contextmanager
def believed(stack: Stack) -> Iterator[None]:
    """Believe what one address says of where it is."""
    trust = f"set_real_ip_from {stack.environment['DENIED_SOURCE']}; real_ip_header X-Real-IP;"
    with nginx(("ssl_protocols", f"{trust} ssl_protocols"))(stack):
        yield


def nginx_file(file: str, change: Callable[[str], str]) -> Breaking:
    """Start nginx with another file that its settings include."""
    return lambda stack: stack.changed(f"nginx/{file}", change, stack.renew_nginx)


def project(file: str, change: Callable[[str], str]) -> Breaking:
    """Change a file of the project, one of its own or a new one, and commit that."""

    @contextmanager
    def broken(stack: Stack) -> Iterator[None]:
        path = stack.project.folder / file
        path.write_text(change(path.read_text("utf-8") if path.exists() else ""), "utf-8")
        commit(stack.project.folder, {})
        try:
            yield
        finally:
            git(stack.project.folder, "reset", "--quiet", "--hard", "HEAD~1")

    return broken


def secret(text: str) -> str:
    """Write a key as its maker does; none stands in this file."""
    return f'{text}KEY = "{"AKIA"}{"Q3EGWZ7TLNYKM5RV"}"\n'


def patched(code: str) -> Breaking:
    """Start the service with some code that runs before its own."""

    @contextmanager
    def broken(stack: Stack) -> Iterator[None]:
        folder = stack.folder / "patch"
        folder.mkdir(exist_ok=True)
        start = folder / "sitecustomize.py"
        before = start.read_text() if start.exists() else ""
        name = f"patch{len(before)}"
        (folder / f"{name}.py").write_text(code)
        start.write_text(f"{before}import {name}\n")
        try:
            with service(f"PYTHONPATH={folder}")(stack):
                yield
        finally:
            start.write_text(before)

    return broken


FILTER = """\
from zlib import crc32

import sentry_sdk

plain = sentry_sdk.init


def text(event):
    return event['exception']['values'][-1]['value'].encode()


def init(**options):
    return plain(**options, ignore_errors=[ValueError, TypeError, KeyError])


sentry_sdk.init = init
"""
KEPT_SPANS = """\
from itertools import count

from opentelemetry.sdk.trace.export import BatchSpanProcessor

plain = BatchSpanProcessor.on_end
turns = count(1)


def on_end(self, span):
    status = (span.attributes or {}).get("http.response.status_code", 200)
    if KEEP:
        plain(self, span)


BatchSpanProcessor.on_end = on_end
"""
DEVELOPMENT = """\
from opentelemetry.sdk.resources import Resource

plain = Resource.create


def create(attributes):
    return plain({**attributes, "deployment.environment.name": "development"})


Resource.create = create
"""
# One of many, asked for by one visitor in thirty.
SLOW = """\
import asyncio

from fastapi import FastAPI

plain, described = FastAPI.__call__, FastAPI.openapi


async def slow(self, scope, receive, send):
    if scope['type'] == 'http' and scope['path'].endswith(SLOW):
        await asyncio.sleep(1.5)
    await plain(self, scope, receive, send)


def openapi(self):
    found = described(self)
    found['paths'].pop(HIDDEN, None)
    return found


FastAPI.__call__, FastAPI.openapi = slow, openapi
"""
SLOW_POST = """\
import asyncio

from fastapi import FastAPI

plain = FastAPI.__call__


async def slow(self, scope, receive, send):
    if scope.get('method') == 'POST' and scope['path'].endswith('/result'):
        await asyncio.sleep(SECONDS)
    await plain(self, scope, receive, send)


FastAPI.__call__ = slow
"""
# All but the answers that the stack itself waits for.
SLEEP = """\
import asyncio

from fastapi import FastAPI

plain = FastAPI.__call__


async def slow(self, scope, receive, send):
    if scope['type'] == 'http' and scope['path'] == '/health':
        await asyncio.sleep(0.6)
    await plain(self, scope, receive, send)


FastAPI.__call__ = slow
"""


# Less than one request in a hundred: every five-hundredth of the interface itself, of which the
# description is asked for once.
SELDOM = """\
from itertools import count

from fastapi import FastAPI

plain = FastAPI.__call__
number = count(1)


async def failing(self, scope, receive, send):
    if scope.get('path', '').startswith('/api') and next(number) % 500 == 0:
        await send({'type': 'http.response.start', 'status': 500, 'headers': []})
        await send({'type': 'http.response.body', 'body': b'no'})
    else:
        await plain(self, scope, receive, send)


FastAPI.__call__ = failing
"""


def metrics_of_requests(text: str) -> str:
    """Have the rules about latency and queues look at something else."""
    for name in ("duration_seconds_bucket", "duration_seconds_count"):
        text = text.replace(f"football_http_request_{name}", "football_http_requests_total")
    return text.replace("football_http_requests_in_progress", "football_http_requests_total")


@dataclass(frozen=True)
class Neighbour:
    """An ordinary setting next to a break: whatever is looked at `among` the criteria stays good.

    `environment` has what users would set otherwise too. Those of a `run` share it: only what
    would be in the way of others has one of its own.
    """

    name: str
    change: Breaking
    among: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    run: int = 0


def private_key(text: str) -> str:
    """Write a key of nobody."""
    begin, end = (f"-----{word} {'RSA'} PRIVATE KEY-----" for word in ("BEGIN", "END"))
    return f"{text}{begin}\n{'Q3Egwz7tLNykm5RvPx' * 9}\n{end}\n"


def soon() -> str:
    """Say when a week is over, as openssl writes it."""
    return f"{datetime.now(UTC) + timedelta(days=7):%Y%m%d%H%M%SZ}"


def address(text: str) -> str:
    """Write an address of a database with a password that nobody has."""
    return f"{text}DATABASE_URL=postgresql://football:{'kX9vQ2rT7pLw'}@db.internal/football\n"


SITE = ("T6.1", "T6.3", "T6.5", "T6.7")
MOVED = "https://football.test:8443"
"""Where the site is then; the firewall lets nobody in there, who would have to be let in."""


@contextmanager
def nginx_restarted(stack: Stack) -> Iterator[None]:
    """Start nginx anew while the criteria are measured, as an upgrade does."""
    stack.settle()
    again = threading.Timer(2.0, stack.renew_nginx)
    again.start()
    try:
        yield
    finally:
        again.join()


NEIGHBOURS = (
    Neighbour(
        "a second receiver",
        alertmanager(
            lambda text: text.replace(
                "receivers:\n",
                "  routes:\n    - {receiver: mail, matchers: [severity=ticket], continue: true}\n"
                "    - {receiver: channel}\nreceivers:\n  - name: mail\n",
            )
        ),
        ("T5.5",),
    ),
    Neighbour(
        "an added service",
        prometheus(replacing("scrape_configs:\n", f"scrape_configs:\n{ADDED}")),
        WATCHING,
    ),
    Neighbour(
        "tickets wait until morning",
        routed(MUTED.replace("SEVERITY", "ticket")),
        ("T5.5",),
        run=1,
    ),
    Neighbour(
        "metrics that no rule names are dropped",
        relabelled("{source_labels: [__name__], regex: 'go_.*', action: drop}", "prometheus"),
        WATCHING,
    ),
    Neighbour("old ciphers for who knows no others", rsa("ECDHE+AESGCM:AES128-GCM-SHA256"), HTTPS),
    Neighbour("a renamed dashboard", dashboard_renamed, ("T5.4",)),
    Neighbour(
        "another certificate", certificate("20240101000000Z", "20991231000000Z"), HTTPS, run=2
    ),
    Neighbour(
        "a field appended to the log",
        nginx(("'$known_as';", "'$known_as $server_port';")),
        ("T6.7",),
    ),
    Neighbour("nginx restarted in mid-run", nginx_restarted, SITE, run=1),
    Neighbour("traces of a team", service("OTEL_RESOURCE_ATTRIBUTES=team=forecasts"), ("T5.1",)),
    Neighbour(
        "reports with a tag",
        reports("before_send=lambda event, hint: event | {'tags': {'team': 'forecasts'}}"),
        ("T5.2",),
    ),
    Neighbour(
        "a range of three hours",
        panels(lambda board: board.update(time={"from": "now-3h", "to": "now"})),
        ("T5.4",),
    ),
    Neighbour("another unit", asking("Requests a second", "({}) * 60"), ("T5.4",)),
    Neighbour("samples are kept for a month", kept_for("30d"), WATCHING),
    Neighbour("a port is shut twice", firewall("udp dport 5353 drop"), ("T6.2",)),
    Neighbour("what comes is counted", firewall("tcp dport 443 counter accept"), ("T6.2",)),
    Neighbour(
        "a location like the others",
        nginx(location("/api/v1/matches { proxy_pass http://football; }")),
        SITE,
    ),
    Neighbour("folders are not listed", nginx((STATIC, f"{STATIC} autoindex off;")), SITE),
    Neighbour(
        "a place for who signs certificates",
        redirecting("location /.well-known/ { return 404; }\n"),
        SITE,
    ),
    Neighbour(
        "an added header, and all others",
        nginx((LOCATION, LOCATION.replace("proxy_pass", f"{HEADERS}{VERSION} proxy_pass"))),
        ("T6.5",),
    ),
    Neighbour(
        "an address without its password",
        project(
            "ops/settings.env", lambda _: "DATABASE_URL=postgresql://football:${PASSWORD}@db\n"
        ),
        ("T6.4",),
    ),
    Neighbour(
        "one user of SSH who may do less",
        lambda stack: stack.changed("ssh/sshd_config", lambda text: f"{text}{STRICTER}"),
        ("T6.6",),
    ),
    Neighbour(
        "a second user of Redis with a password",
        lambda stack: stack.changed(
            "redis/redis.conf",
            lambda text: f"{text}user guest on >{token_hex(16)} ~* +@read\n",
            lambda: stack.ops("start", "redis"),
        ),
        ("T6.6",),
    ),
    Neighbour("a second role of PostgreSQL with a password", role("scram-sha-256"), ("T6.6",)),
    Neighbour(
        "a second log",
        nginx(("access.log full;", "access.log full;\n    access_log /dev/null combined;")),
        ("T6.7",),
    ),
    Neighbour("what few send takes 50 ms", patched(f"SECONDS = 0.05\n{SLOW_POST}"), LOAD, run=3),
    Neighbour("440 requests a second, ten times", limited(4400), LOAD, run=3),
    Neighbour(
        "another port",
        nginx((":443 ssl;", ":443 ssl;\n        listen 0.0.0.0:8443 ssl;")),
        ("T6.1", "T6.5"),
        (
            ("BASE_URL", MOVED),
            ("BASE_ADDRESS", "{SERVICE_ADDRESS}:8443"),
            (
                "SITE_ADDRESSES",
                "football.test:8443={SERVICE_ADDRESS}:8443 football.test:80={SERVICE_ADDRESS}:80",
            ),
        ),
        run=3,
    ),
)

BREAKS = (
    Break(
        "T5.1",
        "wrong OTLP endpoint",
        service("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318/nowhere"),
    ),
    Break("T5.1", "only who asks is traced", service("OTEL_TRACES_SAMPLER=parentbased_always_off")),
    Break("T5.1", "one route is not traced", spans("'/matches' not in span.name")),
    Break("T5.1", "refusals are not traced", spans("status < 400")),
    Break("T5.1", "errors are not traced", spans("status < 500")),
    Break("T5.1", "half of the traces are lost", spans("next(turns) % 2")),
    Break("T5.1", "traces of another environment", patched(DEVELOPMENT)),
    Break(
        "T5.2",
        "reports without an exception",
        reports(
            "before_send=lambda event, hint: event.pop('exception') and event | {'message': 'x'}"
        ),
    ),
    Break(
        "T5.2",
        "reports without a stack",
        reports(
            "before_send=lambda event, hint: "
            "event['exception']['values'][0].pop('stacktrace') and event"
        ),
    ),
    Break(
        "T5.2",
        "reports of another environment",
        reports("before_send=lambda event, hint: event | {'environment': 'development'}"),
    ),
    Break("T5.2", "a filter of ordinary errors", patched(FILTER)),
    Break(
        "T5.2",
        "most errors are lost",
        reports("before_send=lambda event, hint: event if crc32(text(event)) % 8 == 0 else None"),
    ),
    Break("T5.2", "wrong DSN", service("SENTRY_DSN=http://public@127.0.0.1:9/1")),
    Break(
        "T5.3",
        "rule_files commented out",
        prometheus(lambda text: text.replace("rule_files:\n  - ", "# rule_files:\n#  - ")),
        fails=("T5.5", "T7.6"),
        unknown=("T5.6",),
        why="they are about the rules that are loaded, and the alerts of these",
    ),
    Break(
        "T5.3",
        "a rule that is clamped below its limit",
        rule(TOO_MANY, CLAMPED),
        fails=("T7.6",),
        why="a file of tests that fail shows of no rule that it fires",
    ),
    Break(
        "T5.3",
        "a page that waits for a day",
        rule(f"{TOO_MANY}\n        for: 5m", FOR_A_DAY),
        fails=("T7.6",),
        why="a file of tests that fail shows of no rule that it fires",
    ),
    Break(
        "T5.4", "a panel without data", dashboard("_http_requests_total", "_requests_of_old_total")
    ),
    Break(
        "T5.4",
        "a range that ended last week",
        panels(lambda board: board.update(time={"from": "now-8d", "to": "now-7d"})),
    ),
    Break(
        "T5.4",
        "a range of long ago",
        panels(lambda board: board.update(time={"from": "2026-01-01", "to": "2026-01-02"})),
    ),
    Break("T5.4", "a number that nobody measured", asking("In progress", "vector(42)")),
    Break("T5.4", "multiplied by 0", asking("Requests a second", "({}) * 0")),
    Break("T5.4", "emptied everywhere", panels(lambda board: board.update(panels=[]))),
    Break(
        "T5.4",
        "a hidden query",
        dashboard('"refId": "A"', '"hide": true, "refId": "A"'),
    ),
    Break(
        "T5.5",
        "the receiver's URL is wrong",
        alertmanager(replacing("http://127.0.0.1:9094", "http://127.0.0.1:9")),
    ),
    Break(
        "T5.5",
        "groups wait for half a day",
        alertmanager(replacing("group_wait: 1s", "group_wait: 12h")),
    ),
    Break("T5.5", "pages are muted at night", routed(MUTED.replace("SEVERITY", "page"))),
    Break(
        "T5.5",
        "nobody hears that it is over",
        alertmanager(replacing("send_resolved: true", "send_resolved: false")),
    ),
    Break("T5.5", "pages are dropped on the way", prometheus(replacing("alerting:\n", DROPPED))),
    Break("T5.5", "what fires always inhibits pages", routed(INHIBITED)),
    Break("T5.5", "tickets go to nobody", routed(NOBODY.replace("MATCHER", "severity=ticket"))),
    Break(
        "T5.5",
        "one instance goes to nobody",
        routed(NOBODY.replace("MATCHER", "'instance=~\"127.*8000\"'")),
    ),
    Break(
        "T5.6",
        "a bucket is dropped",
        relabelled("{source_labels: [le], regex: '0.5', action: drop}"),
        fails=("T5.3", "T7.6"),
        why="a rule that does not see all of its series is not active",
    ),
    Break(
        "T5.6",
        "a label is dropped",
        relabelled("{regex: route, action: labeldrop}"),
        fails=("T5.3", "T7.6"),
        why="rules ask for it",
    ),
    Break(
        "T5.6",
        "refusals are not counted",
        relabelled("{source_labels: [status], regex: '4..', action: drop}"),
        fails=("T5.3",),
        why="rules ask for them",
    ),
    Break(
        "T5.6",
        "samples are kept for a minute",
        kept_for("1m"),
        fails=("T5.3", "T7.6"),
        why="rules look back further",
    ),
    Break(
        "T5.6",
        "a target is down",
        prometheus(
            replacing(
                "scrape_configs:\n",
                f"scrape_configs:\n{GONE}",
            )
        ),
    ),
    Break(
        "T6.1",
        "an expired certificate",
        certificate("20240101000000Z", "20250101000000Z"),
        among=("T6.1", *HTTPS),
        unknown=HTTPS,
        why="they speak to the same server, and none trusts it",
    ),
    Break("T6.1", "a certificate that ends in a week", certificate("20240101000000Z", soon())),
    Break("T6.1", "no forward secrecy", rsa("AES128-GCM-SHA256"), among=("T6.1",)),
    Break(
        "T6.1",
        "forward secrecy as the last resort",
        rsa("AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"),
        among=("T6.1",),
    ),
    Break(
        "T6.2",
        "a port is open",
        firewall("tcp dport 9090 accept"),
        seen="port 9090 is open from outside",
    ),
    Break(
        "T6.2",
        "a port is open to one who is denied",
        firewall("ip saddr {DENIED_SOURCE} tcp dport 31337 accept"),
        seen="TCP port 31337 can be reached",
    ),
    Break(
        "T6.2",
        "a port of UDP is open",
        firewall("udp dport 11211 accept"),
        seen="UDP port 11211 can",
    ),
    Break(
        "T6.2",
        "another port of UDP is open",
        firewall("udp dport 4242 accept"),
        seen="UDP port 4242 can",
    ),
    Break(
        "T6.2",
        "a port of UDP-Lite is open",
        firewall("meta l4proto udplite udplite dport 4343 accept"),
        seen="UDP-Lite port 4343 can",
    ),
    Break("T6.2", "SCTP is open", firewall("ip protocol sctp accept"), seen="IP protocol 132 can"),
    Break(
        "T6.2",
        "a tunnel of GRE is open",
        firewall("ip protocol gre accept"),
        seen="IP protocol 47 can",
    ),
    Break("T6.2", "IP in IP is open", firewall("ip protocol 4 accept"), seen="IP protocol 4 can"),
    Break("T6.2", "a network behind is open", forwarding, seen="10.99.8.0/24 are forwarded"),
    Break("T6.2", "open over IPv6", firewall("meta nfproto ipv6 accept")),
    Break(
        "T6.2",
        "a port is open over IPv6",
        firewall("ip6 nexthdr tcp tcp dport 9090 accept"),
        seen="TCP port 9090 can be reached from outside for fe80",
    ),
    Break(
        "T6.2",
        "open to who comes from port 53",
        firewall("tcp sport 53 accept"),
        seen=r"TCP port \d+ can be reached from outside for \S+ from source port 53",
    ),
    Break(
        "T6.2",
        "open to who comes from port 53 by UDP",
        firewall("udp sport 53 accept"),
        seen=r"UDP port \d+ can be reached from outside for \S+ from source port 53",
    ),
    Break("T6.2", "open to a third address", firewall("ip saddr {SERVICE_ADDRESS}9 accept")),
    Break(
        "T6.2",
        "a port is open to a third address",
        firewall("ip saddr {SERVICE_ADDRESS}9 tcp dport 9093 accept"),
        seen="TCP port 9093 can be reached",
    ),
    Break(
        "T6.3",
        "the deny list is empty",
        lambda stack: stack.changed("nginx/deny.conf", lambda _: "", stack.renew_nginx),
    ),
    Break(
        "T6.3",
        "folders are listed",
        nginx((STATIC, f"{STATIC} autoindex on;")),
        seen="/static/ answers 200 to strangers",
    ),
    Break(
        "T6.3",
        "files are for everybody",
        nginx((STATIC, f"{STATIC} allow all;")),
        seen="GET football.test/static/robots.txt answers 200 to an address that is denied",
    ),
    Break(
        "T6.3",
        "everybody is let in elsewhere",
        nginx(location("/api/v1/matches { allow all; proxy_pass http://football; }")),
        seen="/api/v1/matches answers 200 to an address that is denied",
    ),
    Break(
        "T6.3",
        "everybody may describe",
        nginx(location("= /openapi.json { allow all; proxy_pass http://football; }")),
        seen="GET football.test/openapi.json answers 200 to an address that is denied",
    ),
    Break(
        "T6.3",
        "folders are listed elsewhere",
        nginx(location("/files/ { alias /etc/nginx/; autoindex on; }")),
        seen="/files/ answers 200 to strangers",
    ),
    Break(
        "T6.3",
        "Prometheus is shown to the world",
        nginx(location("/prometheus/ { proxy_pass http://127.0.0.1:9090/; }")),
        seen="/prometheus/ answers",
    ),
    Break(
        "T6.3",
        "Alertmanager is shown to the world",
        nginx(location("/manage/ { proxy_pass http://127.0.0.1:9093/; }")),
        seen="/manage/ answers",
    ),
    Break(
        "T6.3",
        "the numbers are for everybody",
        nginx_file("allow.conf", lambda _: "allow all;\n"),
        seen="/metrics answers 200 to strangers",
    ),
    Break("T6.3", "one address is believed", believed, fails=("T6.7",), why="the log believes it"),
    Break(
        "T6.3",
        "Prometheus is shown by another name",
        nginx(("server {\n", f"{OTHER_NAME}    server {{\n")),
        fails=("T6.6",),
        why="a scanner misses which server is meant where none is named",
    ),
    Break(
        "T6.3",
        "the API is given without TLS",
        redirecting(PLAIN),
        seen="GET football.test/api/v1/teams answers 200 without TLS",
    ),
    Break(
        "T6.3",
        "the API takes what is sent without TLS",
        redirecting(PLAIN_POST),
    ),
    Break("T6.4", "a secret was committed", project("src/keys.py", secret), among=("T6.4",)),
    Break(
        "T6.5",
        "a nested add_header",
        nginx((LOCATION, LOCATION.replace("proxy_pass", "add_header X-Version 1;\n proxy_pass"))),
        fails=("T6.6",),
        why="a scanner finds that as well",
    ),
    Break(
        "T6.5",
        "a header is nowhere",
        nginx_file("headers.conf", lambda text: text.partition("\n")[2]),
    ),
    Break(
        "T6.4", "a private key was committed", project("deploy.pem", private_key), among=("T6.4",)
    ),
    Break(
        "T6.4", "a password in an address", project("ops/settings.env", address), among=("T6.4",)
    ),
    Break(
        "T6.6",
        "one user of SSH with a password",
        lambda stack: stack.changed("ssh/sshd_config", lambda text: f"{text}{EXCEPTION}"),
    ),
    Break("T6.6", "an alias that leaves its folder", nginx((STATIC, "location /static {"))),
    Break("T6.6", "one role of PostgreSQL without a password", role("trust")),
    Break(
        "T6.6",
        "one user of Redis without a password",
        lambda stack: stack.changed(
            "redis/redis.conf",
            lambda text: f"{text}user guest on nopass ~* +@all\n",
            lambda: stack.ops("start", "redis"),
        ),
    ),
    Break(
        "T6.7",
        "errors are not logged",
        unlogged("$status", "~^5"),
        seen="requests for POST /diagnostics/error",
    ),
    Break("T6.7", "refusals are not logged", unlogged("$status", "403")),
    Break(
        "T6.7",
        "an old version of HTTP is not logged",
        unlogged("$server_protocol", "HTTP/1.0"),
    ),
    Break(
        "T6.7",
        "scanners are not logged",
        unlogged("$http_user_agent", "~*sqlmap|nikto"),
    ),
    Break(
        "T6.7",
        "what scanners look for is not logged",
        unlogged("$uri", "~[.]php$"),
        seen="requests for /wp-login.php",
    ),
    Break(
        "T6.7",
        "who is denied is not logged",
        unlogged("$remote_addr", "~[.]66$"),
    ),
    Break(
        "T6.7",
        "who says to be at home is not logged",
        unlogged("$http_x_forwarded_for", "~^127"),
    ),
    Break(
        "T6.7",
        "strangers are not logged",
        unlogged("$remote_addr", "~[.]10$"),
    ),
    Break(
        "T6.7",
        "the server's address for the caller's",
        nginx(("'$remote_addr - [", "'$server_addr - [")),
        seen="lines for /health lack",
    ),
    Break(
        "T6.7",
        "access_log off",
        nginx((STATIC, f"{STATIC} access_log off;")),
        seen="requests for /static/robots.txt",
    ),
    Break(
        "T7.1",
        "a report without raw figures",
        project("ops/load/__main__.py", replacing('"raw": [', '"raw": [] and [')),
        among=REPORT,
        fails=("T7.5",),
        why="nobody can look up then what users waited for",
        seen="there are no raw figures",
    ),
    Break(
        "T7.4",
        "one request in five hundred fails",
        patched(SELDOM),
        among=LOAD,
        fails=("T7.3",),
        may_fail=("T7.2",),
        why="without errors means none",
    ),
    Break(
        "T7.2",
        "a handler that sleeps 600 ms",
        patched(SLEEP),
        among=LOAD,
        fails=("T7.3",),
        why="users who wait ask less",
    ),
    Break(
        "T7.2",
        "one endpoint among many is slow",
        patched(f"SLOW, HIDDEN = '/accuracy', ''\n{SLOW}"),
        among=LOAD,
        may_fail=("T7.3",),
    ),
    Break(
        "T7.2",
        "a slow endpoint that is not described",
        patched(f"SLOW, HIDDEN = '/ratings', '/api/v1/teams/{{team_id}}/ratings'\n{SLOW}"),
        among=LOAD,
        may_fail=("T7.3",),
    ),
    Break(
        "T7.2",
        "what few send takes five seconds",
        patched(f"SECONDS = 5\n{SLOW_POST}"),
        among=LOAD,
        may_fail=("T7.3",),
    ),
    Break(
        "T7.3",
        "440 requests a second are let in",
        limited(440),
        among=LOAD,
        may_fail=("T7.2",),
        why="whoever queues waits",
    ),
    Break(
        "T7.5",
        "no plan",
        project("docs/performance.md", replacing("## Plan", "## Ideas")),
        among=REPORT,
        seen="is called Plan",
    ),
    Break(
        "T7.6",
        "no rule about latency",
        prometheus(metrics_of_requests, "rules/football.yml"),
        fails=("T5.3", "T5.6"),
        why="the rules are not those of the file, and ask for labels that there are not",
    ),
)


def ordinary() -> list[tuple[Neighbour, ...]]:
    """Return the neighbours of each run."""
    runs = dict.fromkeys(neighbour.run for neighbour in NEIGHBOURS)
    return [tuple(one for one in NEIGHBOURS if one.run == run) for run in runs]


def worlds() -> list[tuple[Break, ...]]:
    """Return the breaks in as few runs as hold them: those that do not meet share one."""
    packed: list[list[Break]] = []
    for broken in BREAKS:
        for world in packed:
            if not any(broken.meets(other) for other in world):
                world.append(broken)
                break
        else:
            packed.append([broken])
    return [tuple(world) for world in packed]
