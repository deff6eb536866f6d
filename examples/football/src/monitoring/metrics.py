"""Numbers for Prometheus."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from src import __version__

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = Counter(
            "football_http_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.duration = Histogram(
            "football_http_request_duration_seconds",
            "Time to answer a request",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.predictions = Counter(
            "football_predictions",
            "Predictions that were calculated",
            registry=self.registry,
        )
        self.in_progress = Gauge(
            "football_http_requests_in_progress",
            "Requests that are being answered",
            registry=self.registry,
        )
        self.errors = Counter(
            "football_unexpected_errors",
            "Requests that ended in an error which nobody foresaw",
            registry=self.registry,
        )
        self.cache = Counter(
            "football_cache_requests",
            "Questions to the cache",
            ("result",),
            registry=self.registry,
        )
        self.database_checks = Counter(
            "football_database_checks",
            "Checks whether the database can be worked with",
            ("state",),
            registry=self.registry,
        )
        # A rule about a label that was never counted would have nothing to look at.
        for result in ("hit", "miss"):
            self.cache.labels(result)
        for state in ("ok", "wrong revision", "unreachable"):
            self.database_checks.labels(state)
        Info("football_build", "The running build", registry=self.registry).info(
            {"version": __version__}
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests.labels(method, route, str(status)).inc()
        self.duration.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return all numbers in the text format of Prometheus."""
        return generate_latest(self.registry)
