"""The monitoring of requests."""

import asyncio
import logging

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.types import Message, Receive, Scope, Send

from src.core.config import Settings
from src.monitoring.metrics import Metrics
from src.monitoring.middleware import RequestMonitor
from src.monitoring.tracing import tracer_provider

SCOPE: Scope = {"type": "http", "method": "GET", "path": "/x", "headers": []}


async def receive() -> Message:
    return {"type": "http.request"}


def run(
    metrics: Metrics,
    scope: Scope,
    fails: bool = False,
    exporter: InMemorySpanExporter | None = None,
) -> list[Message]:
    sent: list[Message] = []
    traces = tracer_provider(Settings(release="football@7"), exporter)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if fails:
            raise RuntimeError("broken")
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def send(message: Message) -> None:
        sent.append(message)

    logger = logging.getLogger("football")
    monitor = RequestMonitor(app, metrics, logger, traces.get_tracer("test"))
    try:
        asyncio.run(monitor(dict(scope), receive, send))
    finally:
        traces.force_flush()
        traces.shutdown()
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


def test_a_request_is_a_span_with_its_release() -> None:
    exporter = InMemorySpanExporter()
    start, _ = run(Metrics(), SCOPE, exporter=exporter)
    (span,) = exporter.get_finished_spans()
    assert span.name == "GET unmatched"
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 204
    identifier = dict(start["headers"])[b"x-request-id"].decode()
    assert span.attributes["football.request_id"] == identifier
    assert span.resource.attributes["service.version"] == "football@7"


def test_with_an_endpoint_spans_are_sent_there() -> None:
    provider = tracer_provider(Settings(otlp_endpoint="http://127.0.0.1:9/"))
    assert len(provider._active_span_processor._span_processors) == 1
    provider.shutdown()
