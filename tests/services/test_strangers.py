"""Services that are not this project's own, as their documents say that they answer.

Mimir and Grafana Cloud answer the questions of Prometheus about series and rules, and no others;
Tempo tells the ids of traces in base64; and all demand a login.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.services.conftest import Check
from tests.services.test_live_network import reason_of
from tests.support.http_servers import Answering, serving
from tests.support.monitoring_servers import SETTINGS, alertmanager, grafana, web
from tests.support.servers import LOOPBACK, free_port

LOGIN = "Bearer s3cret-word"
BASIC = "Basic " + base64.b64encode(b"1234:s3cret-word").decode()


@contextmanager
def guarded(answers: Mapping[str, object], *logins: str, tenant: str = "") -> Iterator[str]:
    """Answer paths with JSON: 401 without one of the logins, and none without the tenant."""

    class Handler(Answering):
        def do_GET(self) -> None:  # noqa: N802 - as the base class names it
            path = self.path.removeprefix("/prometheus").partition("?")[0]
            if self.headers["Authorization"] not in logins:
                self.answer(401, {"message": "no credentials provided"})
            elif tenant and self.headers["X-Scope-OrgID"] != tenant:
                self.answer(401, b"no org id")
            else:
                data = answers.get(path, b"page not found")
                if path == "/api/v1/metadata" and "metric=" in self.path:
                    (name,) = parse_qs(urlsplit(self.path).query)["metric"]
                    described = data["data"]  # type: ignore[index,call-overload]
                    data = {
                        "status": "success",
                        "data": {k: v for k, v in described.items() if k == name},
                    }
                self.answer(200 if path in answers else 404, data)

        def do_POST(self) -> None:  # noqa: N802 - as the base class names it
            self.posted()
            self.do_GET()

    with serving(Handler) as place:
        yield f"http://{place}"


def series(*values: int) -> object:
    """Answer every instant query with as many series of `up`."""
    result = [
        {"metric": {"__name__": "up", "job": "shop", "instance": f"shop-{n}:80"}, "value": [1, v]}
        for n, v in enumerate(map(str, values))
    ]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def mimir(*up: int, described: object = None, seen: object = ()) -> dict[str, object]:
    """The answers of a Mimir; no `targets`, `alertmanagers` or `status` is there."""
    rule = {
        "name": "Down",
        "query": "up == 0",
        "health": "ok",
        "type": "alerting",
        "duration": 60,
        "labels": {"severity": "page"},
        "annotations": {},
        "alerts": [],
        "lastError": "",
    }
    groups = [{"name": "shop", "file": "shop", "interval": 60, "rules": [rule]}]
    return {
        "/api/v1/rules": {"status": "success", "data": {"groups": groups}},
        "/api/v1/query": series(*up),
        "/api/v1/series": {"status": "success", "data": list(seen)},  # type: ignore[call-overload]
        "/api/v1/metadata": {"status": "success", "data": described or {}},
        "/api/v1/alerts": {"status": "success", "data": {"alerts": []}},
    }


@pytest.mark.parametrize(
    ("more", "login"),
    [
        ({"token": "s3cret-word"}, LOGIN),
        ({"headers": f"Authorization: {LOGIN}"}, LOGIN),
        ({"url": "http://1234:s3cret-word@{}/prometheus"}, BASIC),
    ],
)
def test_a_mimir_is_asked_for_what_it_knows(check: Check, more: dict[str, str], login: str) -> None:
    """Rules by its ruler, targets by `up`, in the way that its tenant logs in."""
    with guarded(mimir(1, 0), login, tenant="shop") as url:
        params = {"url": f"{url}/prometheus", "headers": "", **more}
        params["url"] = params["url"].format(url.partition("://")[2])
        params["headers"] += "\nX-Scope-OrgID: shop"
        outcome = check("prometheus", params)
    assert (outcome.number("healthy"), outcome.number("active")) == (1, 1)
    assert (outcome.number("targets"), outcome.number("down")) == (2, 1)
    assert outcome.number("absent") == 0
    assert outcome.read("alertmanagers").code == "no_value"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("described", "seen", "absent"),
    [
        ({}, [{"__name__": "up"}], 0),  # it had series lately
        ({"other": []}, [], 1),  # others are described, and this one is not
        ({"up": []}, [], None),
        ({}, [], None),
    ],
)
def test_a_metric_without_series_may_be_unknown_to_a_mimir(
    check: Check, described: object, seen: object, absent: int | None
) -> None:
    """Nobody can look at its targets; what cannot be known is an error that says so."""
    answers = mimir(described=described, seen=seen)
    with guarded(answers, LOGIN) as url:
        outcome = check("prometheus", {"url": url, "token": "s3cret-word"})
    if absent is None:
        for name in ("absent", "active", "active_share", "unusable"):
            why = outcome.read(name).reason  # type: ignore[union-attr]
            assert why.endswith("has no /api/v1/targets to tell whether up can have series")
        assert outcome.number("healthy") == 1
    else:
        assert outcome.number("absent") == absent
        assert outcome.number("active") == 1 - absent


@pytest.mark.parametrize("name", ["prometheus", "alertmanager", "grafana", "http"])
def test_a_login_that_is_wanting_is_said(check: Check, name: str) -> None:
    """The status of an answer says that as well."""
    with guarded({}, LOGIN) as url:
        outcome = check(name, {"url": url})
    if name == "http":
        assert outcome.number("status") == 401
    else:
        assert reason_of(outcome).endswith("answered with status 401: it demands a login")


def test_http_and_grafana_take_a_token(check: Check) -> None:
    """And headers of the caller's own."""
    with guarded({"/": {}}, LOGIN, tenant="shop") as url:
        params = {"url": url, "token": "s3cret-word", "headers": "X-Scope-OrgID: shop"}
        assert check("http", params).number("status") == 200
    with grafana("up") as server:
        answers = {path.partition("?")[0]: data for path, (_, data) in server.answers.items()}
    with guarded(answers, LOGIN, tenant="shop") as url:
        assert check("grafana", params | {"url": url}).number("with_data") == 1


def test_a_token_is_for_its_own_server_alone(check: Check, tmp_path: Path) -> None:
    """The channel and Prometheus are sent their own headers, and never those of Alertmanager."""
    with (
        web() as channel,
        alertmanager(tmp_path, f"{channel.url}/hook", SETTINGS) as manager,
        guarded(mimir(1), LOGIN, tenant="shop") as server,
    ):
        params = {"url": manager, "token": "s3cret-word", "headers": "X-Scope-OrgID: shop"}
        params |= {"received": f"{channel.url}/received", "prometheus": server, "wait": "1"}
        refused = check("alertmanager", params)
        headers = f"Authorization: {LOGIN}\nX-Scope-OrgID: shop"
        unknown = check("alertmanager", params | {"prometheus_headers": headers})
    assert "status 401" in reason_of(refused)
    assert "does not tell where it sends alerts" in reason_of(unknown)
    assert "a rule that always fires, vector(1), would show it" in reason_of(unknown)


def tempo(trace: str, version: str, shape: str) -> object:
    """A trace as Tempo's two addresses tell it, ids in base64; and the id in hexadecimal digits."""

    def encoded(digits: str) -> str:
        return base64.b64encode(bytes.fromhex(digits)).decode()

    span = {"traceId": encoded(trace), "spanId": encoded(trace[:16]), "name": "GET /health"}
    span |= {"traceId": trace} if shape == "hex" else {}
    attributes = [{"key": "service.version", "value": {"stringValue": version}}]
    batch = {"resource": {"attributes": attributes}, "scopeSpans": [{"spans": [span]}]}
    if shape == "v2":
        return {"trace": {"resourceSpans": [batch]}}
    return {"batches": [batch]}


@pytest.mark.parametrize("shape", ["v1", "v2", "hex"])
@pytest.mark.parametrize(("version", "right"), [("app@1", True), ("app@0", False)])
def test_a_trace_is_found_at_tempo(check: Check, shape: str, version: str, right: bool) -> None:
    """By its id in base64, with the release of the resource that its spans belong to."""
    traces = set()

    class Handler(Answering):
        def do_GET(self) -> None:  # noqa: N802 - as the base class names it
            trace = self.path.rpartition("/")[2]
            if parent := self.headers["traceparent"]:
                traces.add(parent.split("-")[1])
            known = trace in traces and self.headers["X-Scope-OrgID"] == "shop"
            data = tempo(trace, version, shape) if known else {}
            self.answer(200 if known or not trace.isalnum() else 404, data)

    with serving(Handler) as place:
        params = {"url": f"http://{place}/", "lookup": f"http://{place}/api/traces/{{trace_id}}"}
        params |= {"lookup_headers": "X-Scope-OrgID: shop", "release": "app@1", "wait": "1"}
        outcome = check("opentelemetry", params)
    assert outcome.number("spans") == 1
    assert (outcome.value("works"), outcome.value("right_release")) == (right, right)


# --- effects --------------------------------------------------------------------------------------


def elsewhere(url: str) -> str:
    """Return an address of this machine that is not written as the loopback's."""
    return url.replace(LOOPBACK, "0.0.0.0")


def test_alerts_are_not_sent_to_others_unasked(check: Check, tmp_path: Path) -> None:
    """What would happen is said first; on this machine, and where it is allowed, one is sent."""
    with web() as channel, alertmanager(tmp_path, f"{channel.url}/hook", SETTINGS) as manager:
        params = {"url": elsewhere(manager), "received": f"{channel.url}/received"}
        refused = check("alertmanager", params)
        assert not channel.received
        allowed = check("alertmanager", params | {"effects": "allowed"})
        here = check("alertmanager", params | {"url": manager})
        sent = [alert["labels"] for told in channel.received for alert in told["alerts"]]  # type: ignore[call-overload,index]
    why = f"{elsewhere(manager)} is not this machine, and its receivers would be sent a test alert"
    assert reason_of(refused) == f"{why}: say `effects: allowed` in `with` if it may"
    assert (allowed.value("works"), here.value("works")) == (True, True)
    assert {labels["alertname"] for labels in sent} == {"ReadinessCanary"}
    assert len({labels["canary"] for labels in sent}) == 2


def test_requests_are_not_made_to_others_unasked(check: Check) -> None:
    """One with a trace is; a number of ordinary ones only where that is allowed."""
    with web("app@1") as server:
        server.traced = 200
        params = {"url": f"{elsewhere(server.url)}/health", "lookup": f"{server.url}/received"}
        traced = check("opentelemetry", params)
        many = {"ordinary_lookup": f"{server.url}/received", "ordinary": "100", "wait": "1"}
        refused = check("opentelemetry", params | many)
        allowed = check("opentelemetry", params | many | {"effects": "allowed"})
    assert traced.value("works") is True
    assert "is not this machine, and 100 requests would be made there" in reason_of(refused)
    assert allowed.value("as_said") is True


@pytest.mark.parametrize(
    ("host", "effects", "refused"),
    [
        ("https://shop.example.org", "", True),
        ("http://127.evil.example", "", True),
        ("https://shop.example.org", "allowed", False),
        ("http://localhost:{port}", "", False),
        ("http://127.0.0.1:{port}/shop", "", False),
        ("http://[::1]:{port}", "", False),
    ],
)
def test_others_are_not_loaded_unasked(
    check: Check, tmp_path: Path, host: str, effects: str, refused: bool
) -> None:
    """No locust is started then; the reason says what would be."""
    locust = tmp_path / "bin" / "locust"
    locust.parent.mkdir()
    locust.write_text("#!/bin/sh\necho started >&2\nexit 9\n")
    locust.chmod(0o755)
    path = f"{locust.parent}:/usr/bin:/bin"
    params = {"host": host.format(port=free_port()), "effects": effects}
    outcome = check("load", params, path=path)
    assert ("started" in outcome.stderr) is not refused
    if refused:
        assert "is not this machine, and 100 users would load it for 20s" in reason_of(outcome)
