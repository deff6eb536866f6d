"""What all tests share: databases, and the check of the flows."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.orm import Session

from src.core.config import normalised_database_url
from src.database.session import Database
from tests.flows import declared_flows

ROOT = Path(__file__).parent.parent
POSTGRES_URL = normalised_database_url(os.environ.get("TEST_POSTGRES_URL", ""))
BACKENDS = ["sqlite", "postgresql"] if POSTGRES_URL else ["sqlite"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the flow of each test into the report, and refuse unknown flows."""
    known = {name for flows in declared_flows().values() for name in flows}
    for item in items:
        for marker in item.iter_markers("flow"):
            if marker.args[0] not in known:
                raise pytest.UsageError(f"{item.nodeid}: no flow {marker.args[0]!r}")
            item.user_properties.append(("flow", marker.args[0]))


def alembic_config() -> Config:
    """Return the settings of the migrations."""
    return Config(ROOT / "alembic.ini")


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database forward to a revision."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        command.upgrade(alembic_config(), revision)


def roll_back(url: str, revision: str = "base") -> None:
    """Bring a database back to a revision."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        command.downgrade(alembic_config(), revision)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in ("APP_ENV", "DATABASE_URL", "API_KEY", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated and empty SQLite file, made once."""
    file = tmp_path_factory.mktemp("template") / "football.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_file(migrated_template: Path, tmp_path: Path) -> Path:
    """Return a migrated and empty SQLite file of this test's own."""
    return Path(shutil.copy(migrated_template, tmp_path / "football.db"))


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    roll_back(POSTGRES_URL)
    return POSTGRES_URL


@pytest.fixture(params=BACKENDS)
def migrated_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a migrated and empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_file')}"
    roll_back(POSTGRES_URL)
    migrate(POSTGRES_URL)
    return POSTGRES_URL


@pytest.fixture
def database(sqlite_file: Path) -> Iterator[Database]:
    """Return a migrated and empty SQLite database."""
    opened = Database(f"sqlite:///{sqlite_file}")
    yield opened
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Return a session on that database."""
    with database.session() as opened:
        yield opened
