"""Measures and logs each request."""

import logging
import time
import uuid

from opentelemetry.propagate import extract
from opentelemetry.trace import Span, SpanKind, Tracer
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.monitoring.metrics import Metrics

REQUEST_ID_HEADER = "X-Request-ID"
UNMATCHED_ROUTE = "unmatched"
_LONGEST_ID = 64


class RequestMonitor:
    """Counts and logs requests, and gives each one an identifier."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        logger: logging.Logger,
        tracer: Tracer,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._logger = logger
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is not HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        with (
            self._metrics.in_progress.track_inprogress(),
            self._tracer.start_as_current_span(
                f"{scope['method']} {scope['path']}",
                context=extract(headers),
                kind=SpanKind.SERVER,
            ) as span,
        ):
            await self._answer(scope, receive, send, request_id, span)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, request_id: str, span: Span
    ) -> None:
        started = time.perf_counter()
        status = 500

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", UNMATCHED_ROUTE)
            self._metrics.observe(scope["method"], route, status, seconds)
            span.update_name(f"{scope['method']} {route}")
            span.set_attributes(
                {
                    "http.request.method": scope["method"],
                    "http.route": route,
                    "http.response.status_code": status,
                    "football.request_id": request_id,
                }
            )
            self._logger.info(
                "request",
                extra={
                    "request_id": request_id,
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "duration_ms": round(seconds * 1000, 2),
                },
            )


def _request_id(headers: Headers) -> str:
    """Take over the caller's identifier when it is harmless, else make one."""
    given = headers.get(REQUEST_ID_HEADER, "")
    if 0 < len(given) <= _LONGEST_ID and given.replace("-", "").isalnum():
        return given
    return uuid.uuid4().hex
