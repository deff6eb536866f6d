"""The cases of the checks that speak to servers: Debian's own, as they are and broken."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.support.authority import authority, certificate
from tests.support.cases import Case, Service, absent
from tests.support.repositories import commit
from tests.support.servers import (
    ELSEWHERE,
    LOOPBACK,
    Nginx,
    free_port,
    listening,
    nginx,
    postgres,
    postgres_tool,
    redis,
    where_is,
    worlds,
)

Made = TypeVar("Made")

SITES = """\
server {
    listen @good@ ssl;
    ssl_certificate @@/good.pem;
    ssl_certificate_key @@/good.key;
    root /var/www/html;
    HEADERS
    location = /old { return 301 /; }
    location = /static { alias /etc/nginx/mime.types; }
    location = /nested { add_header X-Kind page always; return 204; }
    location = /quiet { access_log off; return 204; }
}
server {
    listen @expired@ ssl;
    ssl_certificate @@/expired.pem;
    ssl_certificate_key @@/expired.key;
}
server {
    listen @old@ ssl;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2;
    ssl_ciphers "ALL:@SECLEVEL=0";
    set_real_ip_from 127.0.0.0/8;
    real_ip_header X-Forwarded-For;
    ssl_certificate @@/good.pem;
    ssl_certificate_key @@/good.key;
}
"""
HEADERS = """\
add_header Strict-Transport-Security "max-age=31536000" always;
    add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'none'" always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;
    add_header Referrer-Policy no-referrer always;
    add_header Permissions-Policy "camera=()" always;
"""
CLASSES = "/index.nginx-debian.html /nosuch=404 /old=301 /static"

RULES = """\
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop;
        iif lo accept
        ct state established,related accept
        ip saddr 10.99.7.66 drop
        tcp dport 8443 accept
    }
}
"""

CLEAN_NGINX = """\
events {}
http {
    server_tokens off;
    access_log /dev/null;
    server { listen 127.0.0.1:8080; location / { return 204; } }
}
"""
CARELESS_NGINX = """\
worker_processes auto;
events {}
http {
    access_log /dev/null;
    server {
        listen 127.0.0.1:8080;
        add_header X-Frame-Options DENY always;
        location / { add_header X-Kind page; return 302 https://$host$uri; }
        location /files { alias /srv/; autoindex on; access_log off; }
    }
}
"""
CLEAN_SSHD = """\
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
"""
# What gitleaks takes for a token: put together here, so that nobody finds one in this file.
TOKEN = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"


def service(
    start: Callable[[Path], AbstractContextManager[Made]], places: Callable[[Made], dict[str, str]]
) -> Service:
    """Make a service of a server, and of what the parameters may say of it."""

    @contextmanager
    def started(folder: Path) -> Iterator[Mapping[str, str]]:
        with start(folder) as server:
            yield places(server)

    return started


debian_nginx = service(nginx, lambda server: {"url": server.url, "log": str(server.access_log)})


def site(headers: str = HEADERS) -> Service:
    """Run nginx with TLS and these headers."""
    return service(
        partial(sites, headers=headers),
        lambda server: {
            **{name: server.at(name) for name in server.ports},
            "plain": f"{LOOPBACK}:{server.port}",
            "log": str(server.access_log),
        },
    )


@contextmanager
def sites(folder: Path, headers: str = HEADERS) -> Iterator[Nginx]:
    """Run nginx with servers that speak TLS, whose authority is `ca.pem` in the folder."""
    authority(folder)
    certificate(folder, "good")
    certificate(folder, "expired", days=-3)
    with nginx(folder, SITES.replace("HEADERS", headers)) as server:
        yield server


@contextmanager
def nobody(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run nothing, and tell where nothing listens."""
    port = free_port()
    yield {"url": f"http://{LOOPBACK}:{port}", "port": str(port)}


@contextmanager
def silent(folder: Path) -> Iterator[Mapping[str, str]]:
    """Accept connections and say nothing."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port = str(server.getsockname()[1])
        yield {"url": f"http://{LOOPBACK}:{port}", "port": port, "shut": str(free_port())}


def a_redis(password: str = "", bind: str = LOOPBACK) -> Service:
    """Run Redis."""
    return service(
        partial(redis, password=password, bind=bind),
        lambda server: {"url": server.url, "port": str(server.port)},
    )


def a_postgres(method: str = "scram-sha-256", outside: str = "reject", sql: str = "") -> Service:
    """Run PostgreSQL, with tables where there are any."""

    @contextmanager
    def started(folder: Path) -> Iterator[Mapping[str, str]]:
        with postgres(method, outside) as server:
            if sql:
                postgres_tool(server, "psql", "-X", "-q", "-d", server.user, "-c", sql)
            backup = str(folder / "backup.dump")
            postgres_tool(server, "pg_dump", "-Fc", "-f", backup, server.user)
            if sql:
                postgres_tool(server, "psql", "-X", "-q", "-d", server.user, "-c", sql)
            yield {"url": server.url, "port": str(server.port)}

    return started


def firewalled(rules: str = RULES, *ports: int) -> Service:
    """Make two namespaces with a firewall between them, and services."""

    @contextmanager
    def started(folder: Path) -> Iterator[Mapping[str, str]]:
        with worlds() as made:
            made.rules(rules)
            with listening(made.services, made.address, *(ports or (8443, 5432))):
                yield {"services": made.services, "outside": made.outside, "ip": made.address}

    return started


@contextmanager
def ssh_server(folder: Path) -> Iterator[Mapping[str, str]]:
    """Give sshd the folder that it wants, in a view of the machine of its own."""
    previous = os.environ["PATH"]
    os.environ["PATH"] = f"{sshd_wrapper(folder)}:{previous}"
    try:
        yield {}
    finally:
        os.environ["PATH"] = previous


def sshd_wrapper(folder: Path) -> str:
    """Write a `sshd` that runs Debian's where its /run/sshd is; return its folder."""
    return _wrapper(folder, "sshd", "mount -t tmpfs none /run", "mkdir /run/sshd")


def _wrapper(folder: Path, name: str, *steps: str) -> str:
    """Write a tool that runs the real one in a view of the machine that these steps make."""
    tool = folder / "bin" / name
    tool.parent.mkdir()
    prepare = " && ".join([*steps, f"exec {where_is(name)}"])
    tool.write_text(f'#!/bin/sh\nexec unshare -m sh -c \'{prepare} "$@"\' {name} "$@"\n')
    tool.chmod(0o755)
    return str(tool.parent)


@contextmanager
def repository(folder: Path) -> Iterator[Mapping[str, str]]:
    """Make a Git repository of the project, in which a secret was removed by a second commit."""
    commit(folder, {"settings.py": f'token = "{TOKEN}"\n'})
    commit(folder, {"settings.py": 'token = ""\n'})
    yield {}


SITE = {"url": "https://football.test/", "ca_file": "ca.pem", "connect": "{good}"}
TLS = {"host": "football.test", "ca_file": "ca.pem"}
LOGGED = {"url": "{url}", "log": "{log}", "requests": "5", "wait": "0.5"}
OUTSIDE = {"outside_source": ELSEWHERE, "outside_address": ELSEWHERE}
WORLDS = {
    "netns": "{services}",
    "outside_netns": "{outside}",
    "address": "{ip}",
    "allowed": "8443",
    "denied": "5432",
    "seconds": "0.5",
}
TABLE = "create table if not exists team (name text); insert into team values ('a'), ('b')"

NETWORK: dict[str, list[Case]] = {
    "http": [
        Case("clean", {}, {"url": "{url}/"}, service=debian_nginx),
        Case("failing", {}, {"url": "{url}/nosuch"}, service=debian_nginx),
        Case("nobody", {}, {"url": "{url}/"}, service=nobody),
        Case("no-url", {}, {"url": "football.test"}),
    ],
    "security-headers": [
        Case("clean", {}, {**SITE, "paths": CLASSES}, service=site()),
        Case("nested", {}, {**SITE, "paths": f"{CLASSES} /nested=204"}, service=site()),
        Case("untouched", {}, {"url": "{url}/", "paths": "/ /nosuch=404"}, service=debian_nginx),
        Case("nobody", {}, {"url": "{url}/"}, service=nobody),
    ],
    "tls": [
        Case("clean", {}, {**TLS, "connect": "{good}"}, service=site()),
        Case("expired", {}, {**TLS, "connect": "{expired}"}, service=site()),
        Case("other-host", {}, {"host": "{good}", "ca_file": "ca.pem"}, service=site()),
        absent({}, host="127.0.0.1:1"),
    ],
    "port": [
        Case("clean", {}, {"host": LOOPBACK, "open": "{port}", "closed": "{shut}"}, service=silent),
        Case("closed", {}, {"host": LOOPBACK, "open": "{port}"}, service=nobody),
        Case(
            "filtered",
            {},
            {"host": "{ip}", "closed": "5432", "netns": "{outside}", "seconds": "0.5"},
            service=firewalled(),
        ),
        Case("nothing-to-look-at", {}, {"host": LOOPBACK}),
    ],
    "access-log": [
        Case("clean", {}, {**LOGGED, "paths": "/ /nosuch"}, service=debian_nginx),
        Case(
            "switched-off",
            {},
            {**SITE, "log": "{log}", "requests": "5", "wait": "0.5", "paths": "/ /quiet"},
            service=site(),
        ),
        Case("nobody", {"a.log": ""}, {**LOGGED, "log": "a.log"}, service=nobody),
    ],
    "redis": [
        Case("clean", {}, {"url": "{url}", **OUTSIDE}, service=a_redis("s3cret-word")),
        Case(
            "exposed",
            {},
            {"url": "{url}", **OUTSIDE},
            service=a_redis("s3cret-word", f"{LOOPBACK} {ELSEWHERE}"),
        ),
        absent({}, url="redis://127.0.0.1"),
    ],
    "postgres": [
        Case("clean", {}, {"url": "{url}", **OUTSIDE}, service=a_postgres()),
        Case("anybody", {}, {"url": "{url}", **OUTSIDE}, service=a_postgres("trust", "trust")),
        Case("exposed", {}, {"url": "{url}", **OUTSIDE}, service=a_postgres(outside="md5")),
        absent({}, url="postgresql://127.0.0.1/a"),
    ],
    "postgres-backup": [
        Case("clean", {}, {"url": "{url}"}, service=a_postgres(sql=TABLE)),
        Case("old", {}, {"url": "{url}", "backup": "backup.dump"}, service=a_postgres(sql=TABLE)),
        Case("nothing-to-look-at", {}, {"url": "{url}"}, service=a_postgres()),
        absent({}, url="postgresql://a:b@127.0.0.1/a"),
    ],
    "firewall": [
        Case("clean", {}, WORLDS, service=firewalled()),
        Case("no-rules", {}, WORLDS, service=firewalled("")),
        Case("blocked", {}, {**WORLDS, "outside_source": "10.99.7.66"}, service=firewalled()),
        Case("nobody", {}, WORLDS, service=firewalled(RULES, 8443)),
        Case("no-outside", {}, {"netns": "{services}"}, service=firewalled()),
        Case("no-namespace", {}, {"netns": "nosuch"}),
    ],
    "nginx": [
        Case("clean", {"nginx.conf": CLEAN_NGINX}, {"config": "/tmp/project/nginx.conf"}),
        Case("invalid", {"nginx.conf": "stream { x; }\n"}, {"config": "/tmp/project/nginx.conf"}),
        Case("no-such-file", {}, {"config": "/tmp/project/nosuch.conf"}),
        absent({}),
    ],
    "sshd": [
        Case("clean", {"sshd_config": CLEAN_SSHD}, {"config": "sshd_config"}, service=ssh_server),
        Case("untouched", {}, {}, service=ssh_server),
        Case("no-such-file", {}, {"config": "nosuch"}, service=ssh_server),
        absent({}),
    ],
    "gixy": [
        Case("clean", {"nginx.conf": CLEAN_NGINX}, {"config": "nginx.conf"}),
        Case("failing", {"nginx.conf": CARELESS_NGINX}, {"config": "nginx.conf"}),
        Case("nothing-to-look-at", {"nginx.conf": ""}, {"config": "nginx.conf"}),
        absent({}),
    ],
    "lynis": [
        Case("untouched", {}, {}),
        Case("few-tests", {}, {"args": "--tests-from-group firewalls --plugindir /tmp/project"}),
        Case("unknown-option", {}, {"args": "--nosuch"}),
        absent({}),
    ],
    "gitleaks": [
        Case("clean", {"a.py": "x = 1\n"}, {}),
        Case("failing", {"a.py": f'token = "{TOKEN}"\n'}, {}),
        Case("nothing-to-look-at", {}, {}),
        absent({"a.py": "x = 1\n"}),
    ],
}
