"""Who gets to what: `python -m ops.access places`, then `… try` where strangers are.

`places` tells every path that the service describes and every location of nginx's own settings.
`try` asks for each of them as somebody on the deny list, as a stranger, and without TLS; and again
as one of these who claims to be at home.
"""

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

PUBLIC = re.compile(r"/health(/ready)?|/openapi\.json|/api/v1/.*|/static/.*[^/]")
"""What strangers may see."""

ALWAYS = ("/", "/docs", "/openapi.json", "/static/robots.txt", "/nosuch")
NOT_THERE = {403, 404}
CLAIMS = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
AT_HOME = dict.fromkeys(CLAIMS, "127.0.0.1")
TIMEOUT = 10


class Answer(NamedTuple):
    """What came back."""

    status: int
    location: str = ""


def places() -> dict[str, list[str]]:
    """The names of nginx's servers, and the paths."""
    command = ["nginx", "-T", "-q", "-c", os.environ["NGINX_CONF"]]
    settings = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    names = re.findall(r"^[^#\n]*\bserver_name\s+([^;]+);", settings, re.MULTILINE)
    # Of a regular expression what stands before its first choice.
    found = re.findall(r"\blocation\s+(?:[=~^*]+\s+)?\^?(/[\w./-]*)", settings)
    with urllib.request.urlopen(f"{os.environ['SERVICE_URL']}/openapi.json", timeout=TIMEOUT) as at:
        described = [re.sub(r"\{\w+\}", "1", path) for path in json.load(at)["paths"]]
    metrics = ["/metrics", "/diagnostics/error"]
    return {
        "names": sorted({name for line in names for name in line.split()} - {"_"}),
        "paths": sorted({*found, *described, *ALWAYS, *metrics}),
    }


def ask(
    url: str,
    address: str,
    host: str,
    source: str,
    method: str = "GET",
    claims: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    """Ask for an address from one of ours."""
    name, _, port = address.rpartition(":")
    parts = urlsplit(url)
    link = socket.create_connection((name, int(port)), TIMEOUT, (source, 0))
    if parts.scheme == "https":
        trusted = ssl.create_default_context(cafile=os.environ.get("CA_FILE") or None)
        trusted.check_hostname = host == parts.hostname
        link = trusted.wrap_socket(link, server_hostname=host)
    connection = http.client.HTTPConnection(host)
    connection.sock = link
    with link:
        connection.request(
            method, parts.path, headers={"Host": host, "Connection": "close", **claims}
        )
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers.get("Location", ""))


def problems(names: list[str], paths: list[str]) -> Iterator[str]:
    """Say what is open and should not be, and what is shut and should be open."""
    base, plain = os.environ["BASE_URL"], os.environ["HTTP_URL"]
    at, plain_at = os.environ["BASE_ADDRESS"], os.environ["HTTP_ADDRESS"]
    stranger, denied = os.environ["ALLOWED_SOURCE"], os.environ["DENIED_SOURCE"]
    site = urlsplit(base).hostname or ""
    if ask(f"{base}/health", at, site, stranger).status != 200:
        yield "/health is shut for strangers"
    for host in {site, *names}:
        for path in paths:
            place = host + path
            for method, claims in (("GET", {}), ("GET", AT_HOME), ("POST", {})):
                status = ask(base + path, at, host, denied, method, claims).status
                if status != 403:
                    whom = f"an address that is denied{says(claims)}"
                    yield f"{method} {place} answers {status} to {whom}"
            is_public = host == site and PUBLIC.fullmatch(path)
            for claims in ({}, AT_HOME):
                status = ask(base + path, at, host, stranger, claims=claims).status
                if status not in NOT_THERE and not (is_public and status < 500):
                    yield f"{place} answers {status} to strangers{says(claims)}"
            for method in ("GET", "POST"):
                answer = ask(plain + path, plain_at, host, stranger, method)
                moved = re.match(rf"https://{re.escape(site)}(:\d+)?/", answer.location)
                if answer.status not in NOT_THERE and not moved:
                    yield f"{method} {place} answers {answer.status} without TLS"


def says(claims: Mapping[str, str]) -> str:
    """What somebody says of where it is."""
    return f" that claims {', '.join(claims)}" if claims else ""


def main() -> int:
    """Do what the command line asks for."""
    if sys.argv[1:] == ["places"]:
        if not os.environ.get("NGINX_CONF"):
            print("NGINX_CONF is not set: its locations are what is tried", file=sys.stderr)
            return 2
        try:
            json.dump(places(), sys.stdout)
        except OSError as error:
            print(f"{os.environ['SERVICE_URL']}: {error}", file=sys.stderr)
            return 2
        return 0
    known = json.load(sys.stdin)
    try:
        found = list(problems(known["names"], known["paths"]))
    except OSError as error:
        print(f"{os.environ['BASE_ADDRESS']}: {error}", file=sys.stderr)
        return 2
    print("\n".join(found), file=sys.stderr)
    json.dump({"tried": len(known["paths"]), "problems": len(found)}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
