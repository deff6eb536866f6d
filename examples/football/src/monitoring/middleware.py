"""Measures and logs each request."""

import logging
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.monitoring.metrics import Metrics

REQUEST_ID_HEADER = "X-Request-ID"
UNMATCHED_ROUTE = "unmatched"
_LONGEST_ID = 64


class RequestMonitor:
    """Counts and logs requests, and gives each one an identifier."""

    def __init__(self, app: ASGIApp, metrics: Metrics, logger: logging.Logger) -> None:
        self._app = app
        self._metrics = metrics
        self._logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is not HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        request_id = _request_id(Headers(scope=scope))
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
