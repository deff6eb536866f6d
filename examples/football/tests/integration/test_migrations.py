"""The migrations, forward and back."""

from io import StringIO

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text

from src.database.models import Base
from src.database.revisions import current_revision, expected_revision
from tests.conftest import ROOT, alembic_config, migrate, roll_back

TABLES = {"teams", "matches", "predictions", "rating_changes"}


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names - {"alembic_version"}


@pytest.mark.flow("schema-migration")
def test_forward_back_and_forward_again(empty_url: str) -> None:
    assert tables(empty_url) == set()
    migrate(empty_url)
    assert tables(empty_url) == TABLES == set(Base.metadata.tables)
    roll_back(empty_url)
    assert tables(empty_url) == set()
    migrate(empty_url)
    engine = create_engine(empty_url)
    assert current_revision(engine) == expected_revision() == "0004"
    engine.dispose()


@pytest.mark.flow("schema-migration")
@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("0001", {"teams", "matches"}),
        ("0002", {"teams", "matches", "predictions"}),
        ("0003", {"teams", "matches", "predictions"}),
        ("0004", TABLES),
    ],
)
def test_each_step_goes_back_on_its_own(
    empty_url: str, revision: str, expected: set[str]
) -> None:
    migrate(empty_url, revision)
    assert tables(empty_url) == expected
    roll_back(empty_url, "-1")
    migrate(empty_url, revision)
    assert tables(empty_url) == expected


@pytest.mark.flow("schema-migration")
def test_the_models_and_the_migrations_agree(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", migrated_url)
    said = StringIO()
    command.check(Config(ROOT / "alembic.ini", stdout=said))
    assert said.getvalue() == "No new upgrade operations detected.\n"


@pytest.mark.flow("schema-migration")
def test_the_status_of_old_matches_is_worked_out(empty_url: str) -> None:
    migrate(empty_url, "0002")
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO teams (id, name, country, rating, created_at) VALUES "
                "(1, 'Alpha', 'DE', 1500, '2025-01-01'), "
                "(2, 'Beta', 'DE', 1500, '2025-01-01')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO matches (id, home_team_id, away_team_id, kickoff, "
                "home_goals, away_goals) VALUES "
                "(1, 1, 2, '2025-01-02', 2, 1), (2, 2, 1, '2025-01-03', NULL, NULL)"
            )
        )
    migrate(empty_url)
    query = text("SELECT status, competition FROM matches ORDER BY id")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    assert rows == [("played", "unknown"), ("scheduled", "unknown")]
    roll_back(empty_url, "0002")
    with engine.connect() as connection:
        goals = connection.execute(text("SELECT sum(home_goals) FROM matches"))
        assert goals.scalar() == 2
    engine.dispose()


@pytest.mark.flow("schema-migration")
@pytest.mark.parametrize("url", ["sqlite:///unused.db", "postgresql://h/unused"])
def test_the_sql_can_be_read_beforehand(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    command.upgrade(alembic_config(), "0002", sql=True)
    written = capsys.readouterr().out
    assert "CREATE TABLE predictions" in written
    assert "UPDATE alembic_version SET version_num='0002'" in written
