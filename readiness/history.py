"""The history of runs: an SQLite file that many gates may write at once.

A run is entered when it starts, and its document is added when it ends, so a run that was
killed stays visible as one without an end. Documents are never rewritten.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from readiness.document import RunDocument, from_json, to_json
from readiness.errors import NotWrittenError

SCHEMA_VERSION = 1
LOCK_TIMEOUT = 5.0

SCHEMA = f"""
create table if not exists runs (
    sequence integer primary key autoincrement,
    id text not null unique,
    board text not null,
    profile text not null,
    started_at text not null,
    state text not null check (state in ('running', 'finished', 'interrupted')),
    partial integer not null default 0,
    document blob
);
create index if not exists runs_by_board on runs (board, profile, sequence);
create table if not exists durations (key text primary key, seconds real not null) without rowid;
create table if not exists versions (key text primary key, version text not null) without rowid;
pragma user_version = {SCHEMA_VERSION};
"""


def board_key(path: str) -> str:
    """The name under which the runs of a board stand in the history beside it."""
    return os.path.basename(path)


class History:
    """The runs of one project.

    Reading a history that is not there gives nothing. Every write is one transaction that waits
    a bounded time for others; it raises `NotWrittenError` where it cannot be made.
    """

    def __init__(self, path: str) -> None:
        """`path` of the database; its folder is made, with a .gitignore, when first written."""
        self.path = path
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def begin(self, run_id: str, board: str, profile: str, started_at: str) -> None:
        """Enter a run that starts now."""
        with self._transaction() as connection:
            connection.execute(
                "insert into runs (id, board, profile, started_at, state) values (?, ?, ?, ?, ?)",
                (run_id, board, profile, started_at, "running"),
            )

    def finish(
        self, document: RunDocument, durations: Mapping[str, float], versions: Mapping[str, str]
    ) -> None:
        """Add the document of a run that was begun, whole or interrupted, and what it taught."""
        state = "interrupted" if document.interrupted else "finished"
        with self._transaction() as connection:
            connection.execute(
                "update runs set state = ?, partial = ?, document = ? where id = ?",
                (state, document.partial, to_json(document), document.id),
            )
            connection.executemany(
                "insert into durations values (?, ?)"
                " on conflict (key) do update set seconds = excluded.seconds",
                durations.items(),
            )
            connection.executemany(
                "insert into versions values (?, ?)"
                " on conflict (key) do update set version = excluded.version",
                versions.items(),
            )

    def last(self, board: str, profile: str, *, whole: bool) -> RunDocument | None:
        """The newest finished run of a board in a profile; with `whole`, of all its criteria."""
        rows = self._read(
            "select id, document from runs where board = ? and profile = ? and state = 'finished'"
            " and partial <= ? order by sequence desc limit 1",
            (board, profile, not whole),
        )
        return from_json(rows[0][1], f"{self.path} run {rows[0][0]}") if rows else None

    def durations(self) -> dict[str, float]:
        """How long each probe took when it last ran, in seconds, by its key."""
        return dict(self._read("select key, seconds from durations", ()))

    def versions(self) -> dict[str, str]:
        """What each tool said of its version, by the key under which it was kept."""
        return dict(self._read("select key, version from versions", ()))

    def _read(self, query: str, values: tuple[object, ...]) -> list[Any]:
        if self._connection is None and not os.path.exists(self.path):
            return []
        try:
            return list(self._connect().execute(query, values))
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise NotWrittenError(f"{self.path}: cannot be read: {error}") from None
        except sqlite3.DatabaseError as error:
            raise NotWrittenError(f"{self.path}: cannot be read: {error}") from None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self.path, timeout=LOCK_TIMEOUT, isolation_level=None
            )
        return self._connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._prepare()
            connection = self._connect()
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")
        except (OSError, sqlite3.Error) as error:
            raise NotWrittenError(
                f"{self.path}: the history could not be written: {error}"
            ) from None

    def _prepare(self) -> None:
        if self._connection is not None and self._prepared:
            return
        folder = os.path.dirname(self.path)
        os.makedirs(folder, exist_ok=True)
        ignore = os.path.join(folder, ".gitignore")
        if not os.path.exists(ignore):
            with open(ignore, "w", encoding="utf-8") as file:
                file.write("*\n")
        connection = self._connect()
        found = connection.execute("pragma user_version").fetchone()[0]
        if found > SCHEMA_VERSION:
            raise NotWrittenError(
                f"{self.path}: written by a newer readiness (format {found}, this program writes"
                f" {SCHEMA_VERSION}); install a newer one"
            )
        if found < SCHEMA_VERSION:
            connection.executescript(SCHEMA)
        self._prepared = True

    _prepared = False
