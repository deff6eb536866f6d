"""The SQLite file of the history, which many may write at once, and some may only read."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

from readiness.history import chain
from readiness.model.errors import NotWrittenError

LOCK_TIMEOUT = 5.0
OWN_FOLDER = ".readiness"
REMEMBERED = 100
"""Number of runs for which what they taught is kept, and which are read again for results."""

Answer = TypeVar("Answer")

VERSION: Final = 2

_SCHEMA: Final = f"""
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
create index if not exists runs_by_board on runs (board, profile, sequence, state, partial);
create table if not exists durations (
    key text primary key, seconds real not null, run integer not null
) without rowid;
create table if not exists versions (
    key text primary key, version text not null, run integer not null
) without rowid;
{chain.SCHEMA}
pragma user_version = {VERSION};
commit;
"""


class Database:
    """One file, with the tables of runs and what they taught.

    Reading a file that is not there gives nothing. Every write is one transaction that waits a
    bounded time for others; what cannot be read or written raises `NotWrittenError`.
    """

    def __init__(self, path: str) -> None:
        """Set the `path` of the file; a folder made for it gets a .gitignore."""
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._file: os.stat_result | None = None
        self._prepared = False

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._prepared = False

    # --- reading --------------------------------------------------------------------------------

    def ask(self, ask: Callable[[sqlite3.Connection], Answer], otherwise: Answer) -> Answer:
        """Query the file as it is at one moment; `otherwise` where nothing was ever recorded."""
        if self._connection is None and not os.path.exists(self.path):
            return otherwise
        try:
            return _at_once(self._connect(), ask)
        except sqlite3.Error as error:
            if "no such table" in str(error):
                return otherwise
            if self._is_read_only():
                return self._ask_read_only(ask)
            raise NotWrittenError(f"{self.path}: cannot be read: {error}") from None

    def _is_read_only(self) -> bool:
        return not os.access(os.path.dirname(os.path.abspath(self.path)), os.W_OK)

    def _ask_read_only(self, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Query a file that cannot be written, which SQLite needs to be told."""
        from urllib.parse import quote

        uri = f"file:{quote(os.fsencode(os.path.abspath(self.path)))}?immutable=1"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
        try:
            return _at_once(connection, ask)
        except sqlite3.Error as error:
            raise NotWrittenError(f"{self.path}: cannot be read: {error}") from None
        finally:
            connection.close()

    # --- writing --------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, *, lasting: bool) -> Iterator[sqlite3.Connection]:
        """Run one transaction; unless `lasting`, a power failure may undo it, but only whole."""
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

    def state(self) -> object:
        """Return a value that changes whenever another process writes to the history."""
        files: list[tuple[int, int, int] | None] = []
        for name in (self.path, f"{self.path}-wal"):
            try:
                status = os.stat(name)
            except OSError:
                files.append(None)
            else:
                files.append((status.st_ino, status.st_size, status.st_mtime_ns))
        version = self._connect().execute("pragma data_version").fetchone()[0]
        return version, files

    def _refuse_links(self) -> None:
        """Raise if the file or its own folder is a link, whose target is not ours to write."""
        folder = os.path.dirname(os.path.abspath(self.path))
        for name in (folder, self.path):
            own = name is self.path or os.path.basename(name) == OWN_FOLDER
            if own and os.path.islink(name):
                raise NotWrittenError(f"{name}: not followed: it is a symbolic link")

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._refuse_links()
            self._connection = sqlite3.connect(
                self.path, timeout=LOCK_TIMEOUT, isolation_level=None
            )
            self._file = os.stat(self.path)
        return self._connection

    def _reopen_if_replaced(self) -> None:
        """Close the connection if its file was replaced, as writes to the old one would be lost."""
        if self._connection is not None and self._file is not None:
            try:
                same = os.path.samestat(os.stat(self.path), self._file)
            except OSError:
                same = False
            if not same:
                self.close()

    def _has_log(self) -> bool:
        """Return whether a system crash can only lose the last writes, and not harm older ones."""
        mode: str = self._connect().execute("pragma journal_mode").fetchone()[0]
        return mode == "wal"

    def _prepare(self) -> None:
        if self._prepared:
            return
        self._refuse_links()
        make_folder(os.path.dirname(os.path.abspath(self.path)))
        connection = self._connect()
        version = connection.execute("pragma user_version").fetchone()[0]
        if version > VERSION:
            raise NotWrittenError(
                f"{self.path}: written by a newer readiness (format {version}, this program writes"
                f" {VERSION}); install a newer one"
            )
        if 0 < version < VERSION:
            raise NotWrittenError(
                f"{self.path}: written by an older readiness (format {version}, this program"
                f" writes {VERSION}); move it away to begin a new history"
            )
        if not version:
            _keep_a_log(connection)
            connection.executescript(_SCHEMA)
        self._prepared = True


def make_folder(folder: str) -> None:
    """Create the folder of a history, which git ignores, if there is none."""
    if os.path.isdir(folder):
        return
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, ".gitignore"), "w", encoding="utf-8") as file:
        file.write("*\n")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Turn on the write-ahead log, where the file system can: others read meanwhile.

    SQLite does not wait for a lock here, so this does.
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


def _at_once(connection: sqlite3.Connection, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """Run several queries on one state of the file."""
    connection.execute("begin")
    try:
        return ask(connection)
    finally:
        connection.execute("rollback")
