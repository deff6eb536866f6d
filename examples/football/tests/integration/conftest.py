"""The application in this process, on a migrated database."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from src.core.config import Environment, Settings
from src.main import create_app


@pytest.fixture
def client(migrated_url: str) -> Iterator[TestClient]:
    """Return a client of the application; it needs no key."""
    settings = Settings(environment=Environment.TEST, database_url=migrated_url)
    with TestClient(create_app(settings)) as opened:
        yield opened
