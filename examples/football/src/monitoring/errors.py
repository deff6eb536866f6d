"""Unexpected errors, reported to Sentry."""

import sentry_sdk

from src.core.config import Settings


def configure_error_reports(settings: Settings) -> None:
    """Report errors where a DSN is set. What people send is never part of a report."""
    if not settings.sentry_dsn:
        return
    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        release=settings.release,
        environment=settings.environment.value,
        max_request_body_size="never",
        traces_sample_rate=0.0,
    )


def report_error(error: Exception, request_id: str) -> None:
    """Report one error, with the request that it came up in. Without a DSN: nothing."""
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("request_id", request_id)
        scope.capture_exception(error)
