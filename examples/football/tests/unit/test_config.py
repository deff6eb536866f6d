"""Settings."""

import pytest

from src.core.config import (
    DEFAULT_DATABASE_URL,
    Environment,
    database_url,
    load_settings,
    normalised_database_url,
)
from src.core.errors import ConfigurationError

PRODUCTION = {
    "APP_ENV": "production",
    "DATABASE_URL": "postgresql://db/football",
    "API_KEY": "k" * 16,
}


def test_defaults_suit_a_developer() -> None:
    settings = load_settings({})
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.database_url == DEFAULT_DATABASE_URL
    assert settings.api_key is None
    assert settings.log_level == "INFO"
    assert not settings.is_production


def test_settings_come_from_the_process_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("APP_ENV", "test")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    settings = load_settings()
    assert settings.environment is Environment.TEST
    assert settings.log_level == "DEBUG"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:///football.db", "sqlite:///football.db"),
    ],
)
def test_postgresql_urls_name_the_driver(given: str, expected: str) -> None:
    assert normalised_database_url(given) == expected
    assert database_url({"DATABASE_URL": given}) == expected


def test_an_empty_database_url_counts_as_unset() -> None:
    assert database_url({"DATABASE_URL": ""}) == DEFAULT_DATABASE_URL


def test_production_starts_with_everything_set() -> None:
    settings = load_settings(PRODUCTION)
    assert settings.is_production
    assert settings.database_url == "postgresql+psycopg://db/football"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"APP_ENV": "staging"}, "APP_ENV is 'staging'"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'LOUD'"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must be set"),
        ({"API_KEY": ""}, "API_KEY must have 16"),
        ({"API_KEY": "short"}, "API_KEY must have 16"),
    ],
)
def test_what_cannot_work_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        load_settings(PRODUCTION | change)
