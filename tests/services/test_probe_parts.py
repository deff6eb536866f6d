"""What the probes make of what servers say: headers, certificates, greetings, rules."""

import socket
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from ssl import TLSVersion
from typing import Any

import pytest

from checks.services import _database, _options, _ports, tls
from checks.services._http import Response
from checks.services.security_headers import (
    SecurityHeadersOptions,
    _faults,
    _judges,
    _location,
    _versions,
)
from tests.services.test_probes import answer, probe, saying
from tests.support.authority import authority, certificate
from tests.support.servers import free_port, listens, running

# --- security headers -----------------------------------------------------------------------------

GOOD = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "content-security-policy": "default-src 'self'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=()",
}


def faults(sent: dict[str, str], url: str = "https://a/b", **options: Any) -> dict[str, str]:
    """What is wrong with an answer's headers, by name."""
    came = Response(
        url=url,
        peer="127.0.0.1:1",
        status=200,
        headers=tuple(sent.items()),
        body=b"",
        cut=False,
        latency=1,
    )
    given = SecurityHeadersOptions(url=url, **options)
    found = (*_faults(came, _judges(given)), *_versions(came, given.silent))
    return {finding.rule: finding.message for finding in found}


def test_good_headers_have_no_fault() -> None:
    """All six, as the usual guides want them."""
    assert faults(GOOD) == {}


@pytest.mark.parametrize("name", GOOD)
def test_each_header_is_missed(name: str) -> None:
    """One header left out, or sent empty, is one fault."""
    without = {key: value for key, value in GOOD.items() if key != name}
    assert faults(without) == faults({**GOOD, name: " "}) == {name: "missing with status 200"}


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("strict-transport-security", "max-age=60", "max-age is 60, less than 15552000"),
        ("strict-transport-security", "includeSubDomains", "it has no max-age"),
        ("strict-transport-security", "max-age=0, max-age=31536000", "max-age is 0"),
        ("x-content-type-options", "sniff", "it is not nosniff"),
        ("x-frame-options", "ALLOW-FROM https://a", "neither DENY nor SAMEORIGIN"),
        ("x-frame-options", "DENY, SAMEORIGIN", "neither DENY nor SAMEORIGIN"),
        ("referrer-policy", "unsafe-url", "unsafe-url tells other sites"),
        ("referrer-policy", "no-referrer, unsafe-url", "unsafe-url tells other sites"),
        ("content-security-policy", "img-src 'self'", "neither default-src nor script-src"),
        ("content-security-policy", "default-src *", "scripts come from *"),
        ("content-security-policy", "script-src 'self' 'unsafe-inline'", "'unsafe-inline'"),
        ("content-security-policy", "default-src 'self'; frame-ancestors *", "anybody frame it"),
        ("content-security-policy", "default-src https://*", "scripts come from https://*"),
        ("content-security-policy", "default-src 'self' *.com", "scripts come from *.com"),
        ("content-security-policy", "script-src *:443/x", "scripts come from *:443/x"),
        ("permissions-policy", "camera=*", "every origin may use camera"),
        ("permissions-policy", "geolocation=(), camera=(self *);a", "may use camera"),
        ("permissions-policy", "none", "nothing of any feature"),
    ],
)
def test_a_weak_header_is_told(name: str, value: str, fault: str) -> None:
    """A header that is sent and does not protect."""
    (message,) = faults({**GOOD, name: value}).values()
    assert message.startswith("weak: ")
    assert fault in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strict-transport-security", 'MAX-AGE="15552000"'),
        ("x-content-type-options", "NoSniff"),
        ("x-frame-options", "deny"),
        ("x-frame-options", "DENY, DENY"),
        ("referrer-policy", "unsafe-url, no-referrer"),
        ("content-security-policy", "script-src 'nonce-abc' 'unsafe-inline'"),
        (
            "content-security-policy",
            "script-src 'sha256-a' 'strict-dynamic' https: 'unsafe-inline'",
        ),
        ("content-security-policy", "default-src *; script-src 'self'"),
        ("content-security-policy", "script-src https://*.example.com *.example.com"),
        ("permissions-policy", "camera=(self), geolocation=self"),
    ],
)
def test_a_header_that_protects_is_not_weak(name: str, value: str) -> None:
    """As browsers understand it, whatever its case."""
    assert faults({**GOOD, name: value}) == {}


def test_a_policy_may_say_who_may_frame() -> None:
    """frame-ancestors does for X-Frame-Options."""
    policy = "default-src 'self'; frame-ancestors 'none'"
    headers = {key: value for key, value in GOOD.items() if key != "x-frame-options"}
    assert faults({**headers, "content-security-policy": policy}) == {}


@pytest.mark.parametrize(
    ("name", "value", "is_version"),
    [
        ("Server", "nginx/1.22.1", True),
        ("server", "Werkzeug/3.0.1 Python/3.11.2", True),
        ("server", "Apache 2.4", True),
        ("X-Powered-By", "PHP/8", True),
        ("server", "nginx", False),
        ("server", "uvicorn", False),
        ("server", "h2o", False),
        ("x-powered-by", "Express", False),
        ("x-api", "teams/2.0", False),
    ],
)
def test_versions_that_an_answer_tells(name: str, value: str, *, is_version: bool) -> None:
    """A name is no version, and no other header is asked."""
    assert faults({**GOOD, name.lower(): value}) == (
        {name.lower(): f"weak: it tells {value}"} if is_version else {}
    )


def test_transport_security_is_asked_of_tls_alone() -> None:
    """A browser takes no notice of it without."""
    assert faults({}, url="http://a/b", headers=("strict-transport-security",)) == {}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("/", ("https://a/", 200)),
        ("/x=404", ("https://a/x", 404)),
        ("/x?y=5", ("https://a/x?y=5", 200)),
        ("/x?y=5=301", ("https://a/x?y=5", 301)),
        ("http://b/=301", ("http://b/", 301)),
        ("POST:/x=401", ("https://a/x", 401, "POST")),
        ("DELETE:http://b/", ("http://b/", 200, "DELETE")),
        ("/POST:/x", ("https://a/POST:/x", 200)),
    ],
)
def test_a_location_and_its_status(word: str, expected: tuple[object, ...]) -> None:
    """A path below the site, or a whole URL; 200, and GET, unless said otherwise."""
    assert _location("https://a", word) == (*expected, "GET")[:3]


def test_further_headers_may_be_demanded() -> None:
    """By a pattern of their value, and in place of the usual ones."""
    options = {"headers": ("x-a",), "patterns": ("X-B: ^1$",)}
    assert faults({"x-a": "?", "x-b": "1"}, **options) == {}
    assert set(faults({"x-b": "12"}, **options)) == {"x-a", "x-b"}


# --- certificates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "host", "expected"),
    [
        (("football.test",), "football.test", True),
        (("football.test",), "FOOTBALL.test.", True),
        (("football.test",), "api.football.test", False),
        (("*.football.test",), "api.football.test", True),
        (("*.football.test",), "football.test", False),
        (("*.football.test",), "a.b.football.test", False),
        (("10.0.0.1",), "10.0.0.1", True),
        (("*.0.0.1",), "10.0.0.1", False),
        ((), "football.test", False),
    ],
)
def test_for_whom_a_certificate_is(names: tuple[str, ...], host: str, expected: bool) -> None:
    """A star stands for one label."""
    assert tls.Certificate(datetime.now(UTC), names).is_for(host) is expected


@pytest.fixture(scope="module")
def der(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A certificate that openssl made, for a host and an address."""
    folder = tmp_path_factory.mktemp("authority")
    authority(folder)
    path = certificate(folder, "a", days=10, names="DNS:a.test,DNS:*.a.test,IP:10.0.0.1,IP:::1")
    command = ["openssl", "x509", "-in", str(path), "-outform", "DER"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_a_certificate_is_read(der: bytes) -> None:
    """Its end and its names."""
    read = tls.read_certificate(der)
    assert read.names == ("a.test", "*.a.test", "10.0.0.1", "::1")
    assert (read.ends - datetime.now(UTC)).days == 10


def test_a_version_is_accepted_by_who_then_asks_for_a_certificate(tmp_path: Path) -> None:
    """Twins: one that it refuses, and another that does not speak TLS."""
    authority(tmp_path)
    certificate(tmp_path, "a")
    port = free_port()
    command = ["openssl", "s_server", "-www", "-port", str(port), "-Verify", "1", "-cert"]
    command += [str(tmp_path / "a.pem"), "-key", str(tmp_path / "a.key")]
    command += ["-tls1", "-cipher", "ALL:@SECLEVEL=0"]
    with running(command, lambda: listens(port), tmp_path / "openssl.log"):
        server = tls.TlsServer(tls.TlsOptions(host=f"127.0.0.1:{port}"))
        assert tls.accepts(server, TLSVersion.TLSv1) is True
        assert tls.accepts(server, TLSVersion.TLSv1_2) is False
    with saying(b"HTTP/1.1 400 Bad Request\r\n\r\n") as where:
        other = tls.TlsServer(tls.TlsOptions(host=where))
        assert tls.accepts(other, TLSVersion.TLSv1) is False


def test_silence_is_not_a_refusal() -> None:
    """A server that says nothing has not refused."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = f"127.0.0.1:{server.getsockname()[1]}"
        silent = tls.TlsServer(tls.TlsOptions(host=where, timeout=0.2))
        assert tls.accepts(silent, TLSVersion.TLSv1) is None


# --- ports ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"), [(["22", "80-82", "81"], (22, 80, 81, 82)), ([], ())]
)
def test_ports_and_ranges(words: list[str], expected: tuple[int, ...]) -> None:
    """Each port once, in the order given."""
    assert _ports.port_list(words) == expected


@pytest.mark.parametrize("word", ["0", "65536", "9-8", "a", "1-", "-1", "1-2-3", "²"])
def test_what_is_no_port(word: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(_options.OptionsError):
        _ports.port_list([word])


def test_every_port_of_a_host_is_tried() -> None:
    """The one that somebody listens on is open, and all are told."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        seen = _ports.states("127.0.0.1", _ports.ALL_PORTS, timeout=20)
        assert seen[server.getsockname()[1]] is _ports.State.OPEN
    assert list(seen) == list(range(1, 65536))


# --- databases ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://a", ("redis", ("a", 6379), "", "", "")),
        ("redis://:p%40@a:1/0", ("redis", ("a", 1), "", "p@", "0")),
        ("redis+x://u:p@[::1]/", ("redis", ("::1", 6379), "u", "p", "")),
    ],
)
def test_the_url_of_a_database(url: str, expected: tuple[object, ...]) -> None:
    """User and password are unquoted; a driver's name is passed over."""
    assert _database.login(url, ("redis",), 6379) == expected


@pytest.mark.parametrize("url", ["", "redis://", "http://a", "redis://:s3cret@a:99999"])
def test_a_wrong_url_of_a_database_is_not_shown(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(_options.OptionsError) as caught:
        _database.login(url, ("redis",), 6379)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "replies", "reason"),
    [
        ("redis", [b"+OK\r\n"], "does not speak as Redis does"),
        ("redis", [b"-ERR unknown s3cret\r\n"], "refuses the login: unknown ***"),
        ("redis", [b"HTTP/1.1 400\r\n"], "does not speak as Redis does"),
        ("redis", [b"$99999999999\r\n"], "does not speak as Redis does"),
        ("postgres", [b"HTTP/1.1 400\r\n"], "login: received invalid response to SSL"),
        ("postgres", [b"N", b"R\xff\xff\xff\xff\0\0\0\x03"], "login: received invalid auth"),
        ("postgres", [b"N", b"R\0\0\0\x08\0\0\0\x07"], "login: GSSAPI"),
        ("postgres", [b"N"], "login: server closed the connection"),
    ],
)
def test_what_is_no_database(name: str, replies: list[bytes], reason: str) -> None:
    """Another protocol, or nonsense, is no measurement, and the address is named."""
    with saying(*replies) as where:
        url = f"{'redis' if name == 'redis' else 'postgresql'}://u:s3cret@{where}/x"
        done = probe(name, "--url-env", "U", "--timeout", "2", U=url)
    assert (done.returncode, done.stdout) == (3, "")
    assert where in done.stderr
    assert reason in done.stderr
    assert "s3cret" not in done.stderr


# --- access-log -----------------------------------------------------------------------------------


def test_a_log_that_is_moved_away_is_followed(tmp_path: Path) -> None:
    """Lines in the new file count; those that were there before do not."""
    log = tmp_path / "access.log"
    log.write_text("old\n")
    arrived: list[str] = []

    def serve() -> None:
        for number in range(4):
            link, _ = server.accept()
            with link:
                asked = link.recv(4096).decode()
                arrived.append(asked.split("readiness/")[1].split("\r")[0])
                if number == 2:
                    log.rename(tmp_path / "access.log.1")
                    log.write_text("")
                if number != 1:
                    with log.open("a") as file:
                        file.write(f"{arrived[-1]}\n")
                link.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        printed = answer(
            *("access-log", "--url", url, "--log", str(log), "--requests", "4", "--wait", "0.2")
        )
        thread.join()
    assert len(set(arrived)) == 4
    assert (printed["sent"], printed["found"], printed["logged"]) == (4, 2, 50.0)


@pytest.mark.parametrize("replies", [(b"",), (b"\x16\x03\x03\x00\x7a\x02",)])
def test_a_server_that_hangs_up_is_told(replies: tuple[bytes, ...]) -> None:
    """In words, and not in those of the library: as a server does that is started anew."""
    with saying(*replies) as place:
        told = probe("http", "--url", f"https://{place}/").stderr
    assert told == f"not measured: {place} cannot be spoken to: it hung up\n"
