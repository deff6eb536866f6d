"""Backup, restore and check of a SQLite database.

Use: python -m src.database.maintenance backup FILE
     python -m src.database.maintenance restore FILE
     python -m src.database.maintenance check

The database is the one that DATABASE_URL names. PostgreSQL has its own tools
(pg_dump, pg_restore); see docs/backup-and-restore.md. What reads URLs is imported
where one is read: who asks for help need not wait for it.
"""

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from src.core.config import database_url
from src.core.errors import ConfigurationError, FootballError, RuleError
from src.database.revisions import expected_revision


def sqlite_file(url: str) -> Path:
    """Return the file behind a SQLite URL."""
    from sqlalchemy import make_url

    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise ConfigurationError("only SQLite is handled here; use pg_dump instead")
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError("a database in memory cannot be kept")
    return Path(parsed.database)


def check(file: Path) -> str:
    """Return the revision of a sound database file, or say what is wrong with it."""
    if not file.is_file():
        raise RuleError(f"{file} is not there")
    with closing(
        sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    ) as db:
        try:
            (verdict,) = db.execute("PRAGMA integrity_check").fetchone()
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise RuleError(f"{file} is not a database of this service") from error
    if verdict != "ok":
        raise RuleError(f"{file} is damaged: {verdict}")
    if row is None:
        raise RuleError(f"{file} holds no revision")
    return str(row[0])


def copy(source: Path, target: Path) -> str:
    """Copy a database, also while it is in use, and check the copy."""
    check(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(source)) as origin,
        closing(sqlite3.connect(target)) as destination,
    ):
        origin.backup(destination)
    return check(target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when it did not."""
    parser = argparse.ArgumentParser(prog="python -m src.database.maintenance")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("backup", "restore"):
        commands.add_parser(name).add_argument("file", type=Path)
    commands.add_parser("check")
    chosen = parser.parse_args(arguments)
    try:
        live = sqlite_file(database_url())
        if chosen.command == "backup":
            if chosen.file.exists():
                raise RuleError(f"{chosen.file} exists already")
            revision = copy(live, chosen.file)
        elif chosen.command == "restore":
            revision = copy(chosen.file, live)
        else:
            revision = check(live)
    except FootballError as error:
        print(f"{chosen.command}: {error}", file=sys.stderr)
        return 1
    newest = "newest" if revision == expected_revision() else "not the newest"
    print(f"{chosen.command}: ok, revision {revision} ({newest})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
