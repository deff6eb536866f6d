"""Backup and restore of a SQLite database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from src.database.maintenance import main


@pytest.fixture
def live(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{sqlite_file}")
    return sqlite_file


def execute(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(sql).fetchall()


INSERT = "INSERT INTO teams VALUES (1, 'Alpha', 'DE', 1500.0, '2025-01-01')"
COUNT = "SELECT count(*) FROM teams"


@pytest.mark.flow("backup-restore")
def test_a_backup_brings_back_what_was_lost(
    live: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "backups" / "monday.db"
    execute(live, INSERT)
    assert main(["backup", str(backup)]) == 0
    execute(live, "DELETE FROM teams")
    assert main(["restore", str(backup)]) == 0
    assert execute(live, COUNT) == [(1,)]
    assert main(["check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "backup: ok, revision 0004 (newest)",
        "restore: ok, revision 0004 (newest)",
        "check: ok, revision 0004 (newest)",
    ]


@pytest.mark.flow("backup-restore")
def test_a_backup_is_never_written_over(
    live: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "backup.db"
    backup.write_bytes(b"precious")
    assert main(["backup", str(backup)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert backup.read_bytes() == b"precious"


@pytest.mark.flow("backup-restore")
def test_a_broken_backup_is_not_restored(
    live: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(live, INSERT)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all" * 100)
    assert main(["restore", str(broken)]) == 1
    assert main(["restore", str(tmp_path / "missing.db")]) == 1
    errors = capsys.readouterr().err
    assert "is not a database of this service" in errors
    assert "is not there" in errors
    assert execute(live, COUNT) == [(1,)]


@pytest.mark.flow("backup-restore")
def test_a_damaged_database_is_not_backed_up(
    live: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(live, INSERT)
    with closing(sqlite3.connect(live)) as connection, connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master "
            "WHERE name = 'ix_matches_home_team_id') WHERE name = 'ix_teams_country'"
        )
    backup = tmp_path / "backup.db"
    assert main(["backup", str(backup)]) == 1
    assert "is damaged" in capsys.readouterr().err
    assert not backup.exists()


@pytest.mark.flow("backup-restore")
def test_a_database_without_revision_is_found_out(
    live: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(live, "UPDATE alembic_version SET version_num = '0001'")
    assert main(["check"]) == 0
    assert "revision 0001 (not the newest)" in capsys.readouterr().out
    execute(live, "DELETE FROM alembic_version")
    assert main(["check"]) == 1
    assert "holds no revision" in capsys.readouterr().err


@pytest.mark.flow("backup-restore")
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://h/d", "use pg_dump instead"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
def test_other_databases_are_refused(
    url: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert main(["check"]) == 1
    assert message in capsys.readouterr().err
