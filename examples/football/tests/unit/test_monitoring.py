"""The monitoring of requests."""

import asyncio
import logging

import pytest
from starlette.types import Message, Receive, Scope, Send

from src.monitoring.metrics import Metrics
from src.monitoring.middleware import RequestMonitor

SCOPE: Scope = {"type": "http", "method": "GET", "path": "/x", "headers": []}


async def receive() -> Message:
    return {"type": "http.request"}


def run(metrics: Metrics, scope: Scope, fails: bool = False) -> list[Message]:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if fails:
            raise RuntimeError("broken")
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def send(message: Message) -> None:
        sent.append(message)

    monitor = RequestMonitor(app, metrics, logging.getLogger("football"))
    asyncio.run(monitor(scope, receive, send))
    return sent


def sample(metrics: Metrics, status: str) -> float | None:
    return metrics.registry.get_sample_value(
        "football_http_requests_total",
        {"method": "GET", "route": "unmatched", "status": status},
    )


def test_a_request_is_counted_and_marked() -> None:
    metrics = Metrics()
    start, body = run(metrics, SCOPE)
    assert sample(metrics, "204") == 1.0
    ((name, value),) = start["headers"]
    assert name == b"x-request-id"
    assert len(value) == 32
    assert body == {"type": "http.response.body"}


def test_a_crash_counts_as_status_500() -> None:
    metrics = Metrics()
    with pytest.raises(RuntimeError, match="broken"):
        run(metrics, SCOPE, fails=True)
    assert sample(metrics, "500") == 1.0


def test_what_is_not_http_passes_through() -> None:
    metrics = Metrics()
    start, _ = run(metrics, {"type": "websocket"})
    assert start["headers"] == []
    assert b'route="unmatched"' not in metrics.text()
