"""A span for each request, sent over OTLP."""

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from src.core.config import Settings

SERVICE = "football"
_DELAY = 1000


def tracer_provider(
    settings: Settings, exporter: SpanExporter | None = None
) -> TracerProvider:
    """Return what makes spans; without an endpoint they go nowhere."""
    provider = TracerProvider(
        resource=Resource.create(
            {
                "service.name": SERVICE,
                "service.version": settings.release,
                "deployment.environment.name": settings.environment.value,
            }
        )
    )
    if exporter is None and settings.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
            OTLPSpanExporter,  # takes longer to import than all the rest of tracing
        )

        endpoint = settings.otlp_endpoint.rstrip("/") + "/v1/traces"
        exporter = OTLPSpanExporter(endpoint=endpoint, timeout=5)
    if exporter is not None:
        provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=_DELAY)
        )
    return provider
