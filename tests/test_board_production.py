"""The criteria of production, against a server that answers as Prometheus and the service do."""

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.football import EXAMPLE, check

CLOSED = "http://127.0.0.1:9"
LATENCY = "histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m])) > 0.5"


def a_rule(number: int, query: str = "up == 0", health: str = "ok") -> dict[str, object]:
    """Make a rule as Prometheus 2.53 describes it."""
    return {
        "state": "inactive",
        "name": f"Rule{number}",
        "query": query,
        "duration": 300,
        "keepFiringFor": 0,
        "labels": {"severity": "page"},
        "annotations": {"summary": "Look at it"},
        "alerts": [],
        "health": health,
        "evaluationTime": 0.000312,
        "lastEvaluation": "2025-11-13T10:00:00.000Z",
        "type": "alerting",
    }


def rules(count: int, *, broken: int = 0, queries: tuple[str, ...] = (LATENCY,)) -> bytes:
    """Answer as `/api/v1/rules` does: some rules, the last of them with another health."""
    listed = [
        a_rule(
            number,
            queries[number] if number < len(queries) else "up == 0",
            "err" if number >= count - broken else "ok",
        )
        for number in range(count)
    ]
    group = {"name": "football", "file": "/etc/prometheus/football.yml", "rules": listed}
    return json.dumps({"status": "success", "data": {"groups": [group]}}).encode()


@contextmanager
def serving(
    answer: bytes, status: int = 200, certificate: tuple[Path, Path] | None = None
) -> Iterator[int]:
    """Give every request one answer, over TLS with a certificate; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        settings.load_cert_chain(*certificate)
        server.socket = settings.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("answer", "verdicts"),
    [
        (rules(20), ("pass", "pass")),
        (rules(19), ("fail", "pass")),
        (rules(24, broken=5), ("fail", "pass")),
        (rules(25, queries=()), ("pass", "fail")),
        (rules(0, queries=()), ("fail", "fail")),
        (b'{"status": "error", "errorType": "internal", "error": "down"}', ("error", "error")),
        (b"<html>a proxy</html>", ("error", "error")),
        (b"", ("error", "error")),
    ],
    ids=["20", "19", "unhealthy", "no latency", "none", "error", "no JSON", "empty"],
)
def test_alert_rules(tmp_path: Path, answer: bytes, verdicts: tuple[str, str]) -> None:
    """Only rules that Prometheus evaluates count, and one must look at latency."""
    with serving(answer) as port:
        url = f"http://127.0.0.1:{port}"
        result = check(
            EXAMPLE,
            "T5.3",
            "T7.6",
            "--profile=production",
            environment={"PROMETHEUS_URL": url, "BASE_URL": CLOSED},
        )
    found = [result.criteria[name] for name in ("T5.3", "T7.6")]
    assert tuple(each.verdict.value for each in found) == verdicts, found
    assert len(result.document.probes) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    """Make a certificate for a name, signed by itself."""

    def make(name: str) -> tuple[Path, Path]:
        folder = tmp_path_factory.mktemp("tls")
        files = (folder / "certificate.pem", folder / "key.pem")
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command += ["-subj", "/CN=test", "-addext", f"subjectAltName={name}"]
        command += ["-out", str(files[0]), "-keyout", str(files[1])]
        subprocess.run(command, check=True, capture_output=True)
        return files

    return make


@pytest.mark.parametrize(
    ("name", "trusted", "status", "verdict"),
    [
        ("IP:127.0.0.1", True, 200, "pass"),
        ("IP:127.0.0.1", True, 503, "fail"),
        ("IP:127.0.0.1", False, 200, "fail"),
        ("DNS:example.org", True, 200, "fail"),
    ],
    ids=["good", "not healthy", "not trusted", "other name"],
)
def test_https(
    certificate: Callable[[str], tuple[Path, Path]],
    name: str,
    trusted: bool,
    status: int,
    verdict: str,
) -> None:
    """The service answers over TLS with a certificate that is trusted and meant for it."""
    files = certificate(name)
    environment = {"CURL_CA_BUNDLE": str(files[0])} if trusted else {}
    with serving(b"{}", status, files) as port:
        result = check(
            EXAMPLE,
            "T6.1",
            "--profile=production",
            environment={
                "BASE_URL": f"https://127.0.0.1:{port}",
                "PROMETHEUS_URL": CLOSED,
                **environment,
            },
        )
    assert result.criteria["T6.1"].verdict.value == verdict, result.criteria["T6.1"]


def test_a_service_without_tls_does_not_pass() -> None:
    """Plain HTTP where TLS is expected fails: the handshake does."""
    with serving(b"{}") as port:
        result = check(
            EXAMPLE,
            "T6.1",
            "--profile=production",
            environment={"BASE_URL": f"https://127.0.0.1:{port}", "PROMETHEUS_URL": CLOSED},
        )
    assert result.criteria["T6.1"].verdict.value == "fail", result.criteria["T6.1"]


def test_what_cannot_be_reached_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was measured where nobody answers, or no address is given."""
    monkeypatch.delenv("BASE_URL", raising=False)
    names = ("T5.3", "T6.1", "T7.6")
    closed = {"PROMETHEUS_URL": CLOSED, "BASE_URL": "https://127.0.0.1:9"}
    for environment in (closed, {"PROMETHEUS_URL": CLOSED}):
        result = check(EXAMPLE, *names, "--profile=production", environment=environment)
        assert result.having("error") == set(names), result.told(names)
        assert result.exit_status == 3
