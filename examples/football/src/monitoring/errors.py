"""Unexpected errors, reported to Sentry.

Its SDK is imported where it has something to do: a start is faster without it.
"""

from src.core.config import Settings


def configure_error_reports(settings: Settings) -> None:
    """Report errors where a DSN is set. What people send is never part of a report.

    Errors are reported by their handler alone: to follow each request and each question
    to the stores as well costs more than to give a kept answer.
    """
    if not settings.sentry_dsn:
        return
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        release=settings.release,
        environment=settings.environment.value,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        auto_enabling_integrations=False,
    )


def report_error(error: Exception, request_id: str) -> None:
    """Report one error, with the request that it came up in. Without a DSN: nothing."""
    import sentry_sdk

    with sentry_sdk.new_scope() as scope:
        scope.set_tag("request_id", request_id)
        scope.capture_exception(error)
