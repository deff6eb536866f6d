"""Errors that are raised on purpose, and where they arrive."""

from collections.abc import Iterator

import pytest
import sentry_sdk
from fastapi.testclient import TestClient
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from src.core.config import Environment, Settings
from src.main import create_app

DSN = "http://public@127.0.0.1:9/1"


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.envelopes: list[Envelope] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """Return the transport that the reports of errors go to."""
    transport = Kept()
    real = sentry_sdk.init
    monkeypatch.setattr(
        sentry_sdk, "init", lambda **options: real(**options, transport=transport)
    )
    yield transport
    real()


def settings(url: str, **changes: str) -> Settings:
    return Settings(
        environment=Environment.TEST, database_url=url, release="football@9", **changes
    )


def test_an_error_is_reported_with_its_release(migrated_url: str, kept: Kept) -> None:
    app = create_app(settings(migrated_url, sentry_dsn=DSN))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.post(
            "/diagnostics/error?tag=abc", headers={"X-Request-ID": "one"}
        )
        numbers = client.get("/metrics").text
    assert answer.status_code == 500
    assert answer.json() == {"detail": "internal error"}
    assert answer.headers["Connection"] == "close"
    events = [event for envelope in kept.envelopes if (event := envelope.get_event())]
    assert {event["release"] for event in events} == {"football@9"}
    assert any(
        "tag abc" in str(value.get("value"))
        for event in events
        for value in event["exception"]["values"]
    )
    assert "football_unexpected_errors_total 1.0" in numbers


def test_without_a_dsn_nothing_is_reported(migrated_url: str, kept: Kept) -> None:
    app = create_app(settings(migrated_url))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/diagnostics/error").status_code == 500
    assert kept.envelopes == []


def test_only_holders_of_the_key_may_fail_on_purpose(migrated_url: str) -> None:
    app = create_app(settings(migrated_url, api_key="k" * 16))
    with TestClient(app) as client:
        assert client.post("/diagnostics/error").status_code == 401
