"""Engine and sessions."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

SESSIONS = 10
"""How many requests may have a session at once; the pool has more connections.

A session keeps its connection while its request goes from thread to thread. Where more
requests waited for a connection than there are threads, nobody could give one back.
"""


def _enforce_foreign_keys(
    connection: DBAPIConnection, record: ConnectionPoolEntry
) -> None:
    """Tell SQLite to enforce foreign keys, which it does not do by itself."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


class Database:
    """The engine of one database, and the sessions on it."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url, pool_pre_ping=True)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _enforce_foreign_keys)
        self.turns = asyncio.Semaphore(SESSIONS)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session which commits at the end, or rolls back on an error."""
        with self._sessions.begin() as session:
            yield session

    def ping(self) -> None:
        """Raise when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
