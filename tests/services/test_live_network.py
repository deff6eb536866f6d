"""The network checks against Debian's own servers: the numbers that the usual tools give by hand.

What a machine lacks is a skipped test that says so.
"""

import re
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.conftest import Check
from tests.support.authority import authority, certificate
from tests.support.checking import Outcome, run_check
from tests.support.http_servers import Answering, serving
from tests.support.network_cases import CLASSES, sites
from tests.support.servers import (
    LOOPBACK,
    Nginx,
    free_port,
    need,
    nginx,
    where_is,
)


def by_hand(*command: str) -> str:
    """What a tool prints, as somebody would call it by hand."""
    need(command[0])
    done = subprocess.run(
        [where_is(command[0]) or command[0], *command[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return done.stdout


def reason_of(outcome: Outcome) -> str:
    """The reason of a check that could not measure."""
    assert outcome.is_error
    unmeasured = outcome.read()
    reason: str = unmeasured.reason  # type: ignore[union-attr]
    return reason


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Debian's nginx."""
    with nginx(tmp_path_factory.mktemp("nginx")) as server:
        yield server


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """An nginx with servers that speak TLS, in several ways."""
    with sites(tmp_path_factory.mktemp("sites")) as server:
        yield server


# --- security-headers -----------------------------------------------------------------------------

DEMANDED = [
    *("strict-transport-security", "content-security-policy", "x-content-type-options"),
    *("x-frame-options", "referrer-policy", "permissions-policy"),
]


def missing_by_hand(secure: Nginx, path: str) -> int:
    """How many of the demanded headers curl does not see at a location."""
    place = f"football.test:443:{secure.at('good')}"
    ca_file = str(secure.folder / "ca.pem")
    url = f"https://football.test{path}"
    printed = by_hand("curl", "-sI", "--connect-to", place, "--cacert", ca_file, url)
    sent = {line.partition(":")[0].lower() for line in printed.splitlines()}
    assert printed.startswith("HTTP/")
    return len(set(DEMANDED) - sent)


@pytest.mark.parametrize("more", ["", " /nested=204"])
def test_headers_that_are_missing_are_those_that_curl_misses(
    secure: Nginx, check: Check, more: str
) -> None:
    """Over every class of location; a nested add_header drops all the outer ones."""
    paths = CLASSES + more
    params = {"url": "https://football.test", "ca_file": str(secure.folder / "ca.pem")}
    outcome = check("security-headers", {**params, "connect": secure.at("good"), "paths": paths})
    by_curl = [missing_by_hand(secure, path.partition("=")[0]) for path in paths.split()]
    assert outcome.value("missing") == sum(by_curl) == (6 if more else 0)
    assert outcome.value("locations") == len(by_curl)
    where = {finding["path"] for finding in outcome.findings}
    assert where == ({"football.test/nested"} if more else set())


# --- tls ------------------------------------------------------------------------------------------


def look(secure: Nginx, name: str, tmp_path: Path, host: str = "football.test") -> Outcome:
    """Look at the TLS of one of the servers."""
    params = {"ca_file": str(secure.folder / "ca.pem"), "connect": secure.at(name), "host": host}
    return run_check("tls", str(tmp_path), params)


def shaken(secure: Nginx, name: str, *options: str) -> str:
    """What openssl says of a handshake."""
    words = ["-connect", secure.at(name), "-CAfile", str(secure.folder / "ca.pem"), *options]
    return by_hand("openssl", "s_client", "-servername", "football.test", *words)


@pytest.mark.parametrize("name", ["good", "expired", "old"])
def test_tls_gives_openssls_numbers(secure: Nginx, tmp_path: Path, name: str) -> None:
    """Trust, days left, the protocol agreed upon and the old ones accepted."""
    outcome = look(secure, name, tmp_path)
    printed = shaken(secure, name)
    assert outcome.value("trusted") is ("Verify return code: 0 (ok)" in printed)
    version = re.search(r"New, (\S+?),|Protocol *: (\S+)", printed)
    assert version
    protocol = outcome.value("protocol")
    assert f"Protocol: {protocol}\n" in printed
    accepted = [
        option
        for option in ("-tls1", "-tls1_1")
        if "Cipher is (NONE)" not in shaken(secure, name, option, "-cipher", "ALL:@SECLEVEL=0")
    ]
    assert outcome.value("old_protocols") == len(accepted) == (2 if name == "old" else 0)
    days = int(outcome.number("days_left"))
    assert days == (-3 if name == "expired" else 90)
    certificate = str(secure.folder / f"{'expired' if name == 'expired' else 'good'}.pem")
    for seconds, end in ((days * 86_400, "not expire"), ((days + 1) * 86_400, "will expire")):
        if seconds > 0:
            said_end = by_hand("openssl", "x509", "-in", certificate, "-checkend", str(seconds))
            assert end in said_end


def test_weak_ciphers_are_those_that_openssl_gets(secure: Nginx, tmp_path: Path) -> None:
    """By name of their kind; the other servers take none."""
    outcome = look(secure, "old", tmp_path)
    anonymous = shaken(secure, "old", "-tls1_2", "-cipher", "aNULL:@SECLEVEL=0")
    assert "Cipher is (NONE)" not in anonymous
    told = [one["message"] for one in outcome.findings if one["rule"] == "weak-cipher"]
    assert "ciphers without authentication are accepted" in told
    assert "ciphers without encryption are accepted" not in told
    assert look(secure, "good", tmp_path).number("weak_ciphers") == 0


@pytest.mark.parametrize(
    ("ciphers", "secret"),
    [
        ("AES128-GCM-SHA256", False),
        ("AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", False),
        ("ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256", True),
    ],
)
def test_whoever_steals_the_key_cannot_read_what_was_said(
    tmp_path: Path, check: Check, ciphers: str, secret: bool
) -> None:
    """By the cipher that an ordinary client is given; the twin takes others from those of old."""
    authority(tmp_path)
    certificate(tmp_path, "rsa", key="rsa:2048")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "rsa.pem", tmp_path / "rsa.key")
    context.set_ciphers(ciphers)
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    with serving(Answering, context) as place:
        params = {"host": "football.test", "connect": place, "ca_file": str(tmp_path / "ca.pem")}
        outcome = check("tls", params)
    messages = [] if secret else ["TLS 1.2 without forward secrecy is preferred"]
    assert [finding["message"] for finding in outcome.findings] == messages


@pytest.mark.parametrize(("days", "expected"), [("90", []), ("91", ["days-left"])])
def test_a_certificate_must_be_good_for_so_many_days(
    secure: Nginx, check: Check, days: str, expected: list[str]
) -> None:
    """For that many it may, for one more it may not."""
    params = {"ca_file": str(secure.folder / "ca.pem"), "connect": secure.at("good")}
    params |= {"host": "football.test", "min_days": days}
    outcome = check("tls", params)
    assert [finding["rule"] for finding in outcome.findings] == expected


def test_tls_knows_for_whom_a_certificate_is(secure: Nginx, tmp_path: Path) -> None:
    """Trusted, but for another host."""
    outcome = look(secure, "good", tmp_path, host="api.football.test")
    assert (outcome.value("trusted"), outcome.value("host_matches")) == (True, False)
    assert [finding["rule"] for finding in outcome.findings] == ["host"]


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        *((check, "https") for check in ("http", "tls", "security-headers", "access-log")),
        *((check, "http") for check in ("prometheus", "alertmanager", "grafana")),
        *(("redis", "redis"), ("postgres", "postgresql")),
    ],
)
def test_a_check_without_its_server_names_the_address(
    tmp_path: Path, check: Check, name: str, scheme: str
) -> None:
    """Nothing is measured, and the reason says where nobody answered."""
    (tmp_path / "a.log").touch()
    address = f"{LOOPBACK}:{free_port()}"
    params = {"host": address, "url": f"{scheme}://{address}", "log": "a.log", "seconds": "2"}
    assert reason_of(check(name, params)) == f"{address} refused the connection"


# --- access-log -----------------------------------------------------------------------------------


@pytest.mark.parametrize("tag_in", ["user-agent", "query", "path"])
def test_each_request_has_its_line(web: Nginx, check: Check, tag_in: str) -> None:
    """As many lines more as requests were sent, by an untouched nginx, wherever the tag is."""
    before = len(web.access_log.read_text().splitlines())
    params = {"url": web.url, "log": str(web.access_log), "tag_in": tag_in, "requests": "5"}
    outcome = check("access-log", {**params, "paths": "/ /nosuch"})
    after = len(web.access_log.read_text().splitlines())
    assert outcome.value("logged") == 100
    assert outcome.value("sent") == after - before == 10


def test_a_location_without_a_log_is_found(secure: Nginx, check: Check) -> None:
    """`access_log off` in one location is half of the requests to two of them."""
    params = {"url": "https://football.test", "connect": secure.at("good"), "wait": "0.3"}
    params |= {"ca_file": str(secure.folder / "ca.pem"), "log": str(secure.access_log)}
    outcome = check("access-log", {**params, "paths": "/ /quiet"})
    assert outcome.value("logged") == 50
    assert [finding["message"] for finding in outcome.findings] == ["20 of 20 requests for /quiet"]


def test_a_port_without_a_log_is_found(web: Nginx, check: Check) -> None:
    """A location with its whole address is asked for there, be it logged or not."""
    with serving(Answering) as other:
        elsewhere = f"http://{other}/"
        params = {"url": web.url, "log": str(web.access_log), "requests": "2", "wait": "0.3"}
        paths = f"/ {web.url}/nosuch {elsewhere}"
        outcome = check("access-log", {**params, "paths": paths})
    told = [finding["message"] for finding in outcome.findings]
    assert told == [f"2 of 2 requests for {elsewhere}"]


def test_a_line_tells_who_asked_how_and_what_came(web: Nginx, check: Check) -> None:
    """The address itself, not the one that the caller says to be at; each method in turn."""
    params = {"url": web.url, "log": str(web.access_log), "requests": "4", "methods": "GET POST"}
    fields = '^{client} \n"{method} \n" {status} '
    good = check("access-log", {**params, "fields": fields})
    assert (good.value("complete"), good.value("sent")) == (100, 4)
    bad = check("access-log", {**params, "fields": '"GET .*" {status} '})
    assert bad.value("complete") == 50
    assert ["POST /" in finding["message"] for finding in bad.findings] == [True]


def test_a_log_that_believes_its_callers_is_found(secure: Nginx, check: Check) -> None:
    """What a request says of where it comes from is not where it comes from."""
    params = {"url": "https://football.test", "log": str(secure.access_log), "requests": "3"}
    params |= {"ca_file": str(secure.folder / "ca.pem"), "fields": "^{client} "}
    honest = check("access-log", {**params, "connect": secure.at("good")})
    assert (honest.value("logged"), honest.value("complete")) == (100, 100)
    fooled = check("access-log", {**params, "connect": secure.at("old")})
    assert (fooled.value("logged"), fooled.value("complete")) == (100, 0)


def test_a_log_that_takes_the_server_for_the_caller_is_found(web: Nginx, check: Check) -> None:
    """Both are one machine, seen from there: every other round comes from another address."""
    params = {"url": web.url, "log": str(web.access_log), "requests": "2"}
    params |= {"outside_source": "127.0.0.66"}
    own = check("access-log", params | {"fields": "^127[.]0[.]0[.]1 "})
    caller = check("access-log", params | {"fields": "^{client} "})
    assert (own.value("complete"), caller.value("complete")) == (50, 100)


@pytest.mark.parametrize(
    ("left_out", "is_whole"),
    [
        ("$server_protocol $kept { HTTP/1.0 0; default 1; }", False),
        ("$http_user_agent $kept { ~*sqlmap 0; default 1; }", False),
        ("$http_x_real_ip $kept { ~^127 0; default 1; }", False),
        ("$remote_addr $kept { 127.0.0.66 0; default 1; }", False),
        ("$http_user_agent $kept { ~^kube-probe 0; default 1; }", True),
    ],
    ids=["an old version", "a scanner", "who says to be at home", "one who is denied", "innocent"],
)
def test_whatever_a_log_goes_by_is_varied(
    tmp_path: Path, check: Check, left_out: str, is_whole: bool
) -> None:
    """The version, the agent, the address and the one that is claimed; probes may be left out."""
    log = "access_log @@/access.log combined if=$kept;"
    site = f"map {left_out}\nserver {{ listen @site@; {log} }}\n"
    params = {"requests": "6", "wait": "0.5", "versions": "1.1 1.0", "methods": "GET HEAD"}
    params |= {"agents": "readiness\nsqlmap/1.8"}
    params |= {"outside_source": "127.0.0.65", "other_sources": "127.0.0.66"}
    with nginx(tmp_path, site) as web:
        params |= {"url": f"http://{web.at('site')}", "log": str(web.access_log)}
        outcome = check("access-log", params)
    assert (outcome.value("logged") == 100) is is_whole, outcome.findings


# --- nginx and gixy -------------------------------------------------------------------------------


def test_nginx_accepts_its_configuration(secure: Nginx, check: Check) -> None:
    """As `nginx -T` prints it, includes resolved."""
    params = {"config": str(secure.conf), "prefix": str(secure.folder)}
    outcome = check("nginx", params)
    printed = by_hand("nginx", "-T", "-c", params["config"], "-p", params["prefix"])
    code = "\n".join(line.partition("#")[0] for line in printed.splitlines())
    assert outcome.value("valid") is True
    assert outcome.value("servers") == len(re.findall(r"^\s*server \{", code, re.MULTILINE)) == 4


def test_what_nginx_refuses_is_invalid(secure: Nginx, check: Check) -> None:
    """Each refusal is a finding, and nothing else is told of the configuration."""
    conf = secure.folder / "careless.conf"
    conf.write_text(secure.conf.read_text().replace("gzip on;", "gzip on; gzip_typs x;"))
    outcome = check("nginx", {"config": str(conf), "prefix": str(secure.folder)})
    assert outcome.value("valid") is False
    assert isinstance(outcome.findings[0]["line"], int)
    with pytest.raises(AssertionError):
        outcome.value("servers")


def test_a_piece_of_a_configuration_is_not_refused(tmp_path: Path, check: Check) -> None:
    """A file of servers stands in a project for another to include, and is named from there."""
    (tmp_path / "site.conf").write_text("server {}\n")
    with pytest.raises(AssertionError, match="a piece of a configuration"):
        check("nginx", {"config": "site.conf"}).value("valid")


def test_gixy_counts_what_gixy_finds(secure: Nginx, check: Check) -> None:
    """In the main file and in what it includes."""
    outcome = check("gixy", {"config": str(secure.conf)})
    printed = by_hand("gixy", "-f", "json", str(secure.conf))
    for level in ("high", "medium", "low"):
        assert outcome.value(level) == printed.count(f'"severity": "{level.upper()}"')
    assert outcome.value("servers") == 4
    assert outcome.number("total") > 0
