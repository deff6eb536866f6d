"""The history of runs: an SQLite file that many gates may write at once.

A run is entered when it starts, and its document is added when it ends, so a run that was
killed stays visible as one without an end. Documents are never rewritten.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from readiness.clean import clean
from readiness.document import (
    PastRun,
    Run,
    RunDocument,
    from_json,
    to_json,
    verdicts_from_json,
)
from readiness.errors import NotWrittenError, UsageError

SCHEMA_VERSION = 1
LOCK_TIMEOUT = 5.0
REMEMBERED = 100
"""For so many runs it is kept how long a probe took, or what a tool's version is."""

SCHEMA = f"""
begin immediate;
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
create table if not exists durations (
    key text primary key, seconds real not null, run integer not null
) without rowid;
create table if not exists versions (
    key text primary key, version text not null, run integer not null
) without rowid;
pragma user_version = {SCHEMA_VERSION};
commit;
"""


def board_key(path: str) -> str:
    """The name under which the runs of a board stand in the history beside it."""
    return clean(os.path.basename(path), newlines=False)


class History:
    """The runs of one project.

    Reading a history that is not there gives nothing. Every write is one transaction that waits
    a bounded time for others; what cannot be read or written raises `NotWrittenError`.
    `damaged` collects what `last` had to pass over.
    """

    def __init__(self, path: str) -> None:
        """`path` of the database; a folder made for it gets a .gitignore."""
        self.path = path
        self.damaged: list[str] = []
        self._connection: sqlite3.Connection | None = None
        self._file: os.stat_result | None = None
        self._prepared = False

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._prepared = False

    def begin(self, run_id: str, board: str, profile: str, started_at: str) -> None:
        """Enter a run that starts now. It survives the end of this process, at once."""
        with self._transaction(lasting=False) as connection:
            connection.execute(
                "insert into runs (id, board, profile, started_at, state)"
                " values (?, ?, ?, ?, 'running')",
                (run_id, board, profile, started_at),
            )

    def finish(
        self, document: RunDocument, durations: Mapping[str, float], versions: Mapping[str, str]
    ) -> None:
        """Add the document of a run that was begun, whole or interrupted, and what it taught.

        It survives the end of the system. A run whose entry is gone is entered again, and then
        `NotWrittenError` says so: somebody tampered with the history.
        """
        state = "interrupted" if document.interrupted else "finished"
        end = (state, document.partial, to_json(document), document.id)
        with self._transaction(lasting=True) as connection:
            known = connection.execute(
                "update runs set state = ?, partial = ?, document = ?"
                " where id = ? and state = 'running'",
                end,
            ).rowcount
            if not known:
                connection.execute(
                    "insert into runs (board, profile, started_at, state, partial, document, id)"
                    " values (?, ?, ?, ?, ?, ?, ?)",
                    (board_key(document.board.path), document.profile, document.started_at, *end),
                )
            _learn(connection, document.id, durations, versions)
        if not known:
            raise NotWrittenError(
                f"{self.path}: changed by others while the run went on: its entry was gone,"
                " and is made anew"
            )

    def last(self, board: str, profile: str, *, whole: bool) -> RunDocument | None:
        """The newest finished run of a board in a profile; with `whole`, of all its criteria.

        What is no run document is passed over, and noted in `damaged`.
        """
        return self._newest(board, profile, whole, from_json)

    def last_verdicts(self, board: str, profile: str) -> PastRun | None:
        """What the newest whole run found, and no more: much less to read than all of it."""
        return self._newest(board, profile, True, verdicts_from_json)

    def recent(
        self, board: str, profile: str, *, limit: int, whole: bool = False
    ) -> list[RunDocument]:
        """The newest finished runs of a board in a profile, the oldest of them first.

        What is no run document is passed over, and noted in `damaged`.
        """
        found = []
        for run_id, document in self._read(
            "select id, document from runs where board = ? and profile = ? and state = 'finished'"
            " and partial <= ? order by sequence desc limit ?",
            (board, profile, not whole, limit),
        ):
            try:
                found.append(from_json(document, f"{self.path} run {run_id}"))
            except (TypeError, UsageError) as error:
                self.damaged.append(str(error))
        return found[::-1]

    def named(self, board: str, name: str) -> list[RunDocument]:
        """The runs of a board whose id begins with `name`, the newest first, interrupted ones too.

        Raises as reading a document does.
        """
        pattern = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        return [
            from_json(document, f"{self.path} run {run_id}")
            for run_id, document in self._read(
                "select id, document from runs where board = ? and id like ? escape '\\'"
                " and document is not null order by sequence desc",
                (board, pattern),
            )
        ]

    def _newest(
        self, board: str, profile: str, whole: bool, read: Callable[[bytes, str], Run]
    ) -> Run | None:
        for sequence, run_id in self._read(
            "select sequence, id from runs where board = ? and profile = ? and state = 'finished'"
            " and partial <= ? order by sequence desc limit 20",
            (board, profile, not whole),
        ):
            ((document,),) = self._read("select document from runs where sequence = ?", (sequence,))
            try:
                return read(document, f"{self.path} run {run_id}")
            except (TypeError, UsageError) as error:
                self.damaged.append(str(error))
        return None

    def durations(self) -> dict[str, float]:
        """How long each probe took when it last ran, in seconds, by its key."""
        return dict(self._read("select key, seconds from durations", ()))

    def versions(self) -> dict[str, str]:
        """What each tool said of its version, by the key under which it was kept."""
        return dict(self._read("select key, version from versions", ()))

    # --- reading --------------------------------------------------------------------------------

    def _read(self, query: str, values: tuple[object, ...]) -> list[Any]:
        if self._connection is None and not os.path.exists(self.path):
            return []
        try:
            return list(self._connect().execute(query, values))
        except sqlite3.Error as error:
            if "no such table" in str(error):
                return []
            if self._is_read_only():
                return self._read_only(query, values)
            raise NotWrittenError(f"{self.path}: cannot be read: {error}") from None

    def _is_read_only(self) -> bool:
        return not os.access(os.path.dirname(os.path.abspath(self.path)), os.W_OK)

    def _read_only(self, query: str, values: tuple[object, ...]) -> list[Any]:
        """Read where nobody can write: SQLite needs to be told so."""
        from urllib.parse import quote

        uri = f"file:{quote(os.fsencode(os.path.abspath(self.path)))}?immutable=1"
        connection = sqlite3.connect(uri, uri=True)
        try:
            return list(connection.execute(query, values))
        except sqlite3.Error as error:
            raise NotWrittenError(f"{self.path}: cannot be read: {error}") from None
        finally:
            connection.close()

    # --- writing --------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, *, lasting: bool) -> Iterator[sqlite3.Connection]:
        """One write. One that is not `lasting` may be lost with the system's power, but whole."""
        try:
            self._reopen_if_replaced()
            self._prepare()
            connection = self._connect()
            level = "full" if lasting or not self._has_log() else "normal"
            connection.execute(f"pragma synchronous = {level}")
            connection.execute("begin immediate")
            try:
                yield connection
                connection.execute("commit")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("rollback")
                raise
        except (OSError, sqlite3.Error) as error:
            raise NotWrittenError(
                f"{self.path}: the history could not be written: {error}"
            ) from None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self.path, timeout=LOCK_TIMEOUT, isolation_level=None
            )
            self._file = os.stat(self.path)
        return self._connection

    def _reopen_if_replaced(self) -> None:
        """A file that was removed takes what is written to it along."""
        if self._connection is not None and self._file is not None:
            try:
                same = os.path.samestat(os.stat(self.path), self._file)
            except OSError:
                same = False
            if not same:
                self.close()

    def _has_log(self) -> bool:
        """Whether a crash of the system can only lose the last writes, not harm older ones."""
        mode: str = self._connect().execute("pragma journal_mode").fetchone()[0]
        return mode == "wal"

    def _prepare(self) -> None:
        if self._prepared:
            return
        self._make_folder()
        connection = self._connect()
        found = connection.execute("pragma user_version").fetchone()[0]
        if found > SCHEMA_VERSION:
            raise NotWrittenError(
                f"{self.path}: written by a newer readiness (format {found}, this program writes"
                f" {SCHEMA_VERSION}); install a newer one"
            )
        if found < SCHEMA_VERSION:
            _keep_a_log(connection)
            connection.executescript(SCHEMA)
        self._prepared = True

    def _make_folder(self) -> None:
        folder = os.path.dirname(os.path.abspath(self.path))
        if os.path.isdir(folder):
            return
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, ".gitignore"), "w", encoding="utf-8") as file:
            file.write("*\n")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Have writes go to a log first (where the file system can): others read meanwhile.

    SQLite does not wait for others here, so we do.
    """
    give_up = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _learn(
    connection: sqlite3.Connection,
    run_id: str,
    durations: Mapping[str, float],
    versions: Mapping[str, str],
) -> None:
    """Keep what a run taught, and forget what only old runs knew."""
    (run,) = connection.execute("select sequence from runs where id = ?", (run_id,)).fetchone()
    for table, column, learned in (
        ("durations", "seconds", durations),
        ("versions", "version", versions),
    ):
        connection.executemany(
            f"insert into {table} values (?, ?, ?) on conflict (key)"  # noqa: S608 - our own names
            f" do update set {column} = excluded.{column}, run = excluded.run",
            [(key, value, run) for key, value in learned.items()],
        )
        connection.execute(f"delete from {table} where run < ?", (run - REMEMBERED,))  # noqa: S608
