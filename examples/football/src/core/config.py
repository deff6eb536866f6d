"""Settings of the service, read from environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from src import __version__
from src.core.errors import ConfigurationError

DEFAULT_DATABASE_URL = "sqlite:///football.db"
MINIMUM_KEY_LENGTH = 16
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Environment(StrEnum):
    """The environments which the service knows."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two deployments."""

    environment: Environment = Environment.DEVELOPMENT
    database_url: str = DEFAULT_DATABASE_URL
    api_key: str | None = None
    log_level: str = "INFO"
    release: str = f"football@{__version__}"
    redis_url: str | None = None
    sentry_dsn: str | None = None
    otlp_endpoint: str | None = None

    @property
    def is_production(self) -> bool:
        """Whether the strict rules of production hold."""
        return self.environment is Environment.PRODUCTION


def normalised_database_url(url: str) -> str:
    """Name the psycopg driver in URLs that only say PostgreSQL."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def database_url(environ: Mapping[str, str] | None = None) -> str:
    """Return the database URL alone, as the migrations need no other setting."""
    source = os.environ if environ is None else environ
    return normalised_database_url(source.get("DATABASE_URL") or DEFAULT_DATABASE_URL)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Build the settings from the environment and refuse what cannot work."""
    source = os.environ if environ is None else environ
    name = source.get("APP_ENV") or Environment.DEVELOPMENT.value
    try:
        environment = Environment(name)
    except ValueError as error:
        known = ", ".join(member.value for member in Environment)
        raise ConfigurationError(f"APP_ENV is {name!r}, not one of {known}") from error

    log_level = (source.get("LOG_LEVEL") or "INFO").upper()
    if log_level not in LOG_LEVELS:
        raise ConfigurationError(
            f"LOG_LEVEL is {log_level!r}, not one of {', '.join(LOG_LEVELS)}"
        )

    settings = Settings(
        environment=environment,
        database_url=database_url(source),
        api_key=source.get("API_KEY") or None,
        log_level=log_level,
        release=source.get("RELEASE") or Settings.release,
        redis_url=source.get("REDIS_URL") or None,
        sentry_dsn=source.get("SENTRY_DSN") or None,
        otlp_endpoint=source.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None,
    )
    if settings.is_production:
        _require_production_settings(source, settings)
    return settings


def _require_production_settings(source: Mapping[str, str], settings: Settings) -> None:
    """Refuse to start production on defaults that suit a laptop only."""
    if not source.get("DATABASE_URL"):
        raise ConfigurationError("DATABASE_URL must be set in production")
    if settings.api_key is None or len(settings.api_key) < MINIMUM_KEY_LENGTH:
        raise ConfigurationError(
            f"API_KEY must have {MINIMUM_KEY_LENGTH} characters or more in production"
        )
