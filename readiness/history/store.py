"""The history of runs: an SQLite file that many gates may write at once.

A run is entered when it starts, and its document is added when it ends, so a run that was
killed stays visible as one without an end. Documents are never rewritten, and each holds the
digest of the one before.
"""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

import msgspec

from readiness.history import chain
from readiness.history.database import REMEMBERED, Database
from readiness.model.errors import NotWrittenError, UsageError
from readiness.record.document import RunDocument, from_json, to_json
from readiness.record.earlier import PreviousRun
from readiness.record.values import unix_seconds
from readiness.text.clean import clean

LOOKED_BACK = 1000
"""Number of runs to look at, unless the caller asks for fewer."""

Answer = TypeVar("Answer")
Kind = TypeVar("Kind")

Keep: TypeAlias = Callable[[sqlite3.Connection, int], None]
"""Writes what belongs to the entry of a run whose number it is given."""

LAST_CHARACTER = chr(sys.maxunicode)
FINISHED = "finished"
ENDED = "finished interrupted"
"""The states of runs that have a document."""

CLOCK_TOLERANCE = 60.0
"""Seconds that a run may seem to start before the last entry without a remark."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the history as it is stored."""

    id: str
    profile: str
    started_at: str
    state: str
    document: bytes | None


class AlteredError(NotWrittenError):
    """The history was changed while a run went on; `document` is the run as it was recorded."""

    def __init__(self, message: str, document: RunDocument) -> None:
        super().__init__(message)
        self.document = document


def board_key(path: str) -> str:
    """Return the name of a board's runs in the history beside it."""
    return clean(os.path.basename(path), newlines=False)


class History:
    """The runs of one project.

    Reading a history that is not there gives nothing. Every write is one transaction that waits
    a bounded time for others; what cannot be read or written raises `NotWrittenError`.
    `damaged` collects what `runs` had to pass over, `remarks` what `begin` wondered at.
    """

    def __init__(self, path: str) -> None:
        """Set the `path` of the database; a folder made for it gets a .gitignore."""
        self.path = path
        self.damaged: list[str] = []
        self.remarks: list[str] = []
        self._database = Database(path)
        self._seen: tuple[chain.ChainLink | None, object] | None = None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def begin(self, run_id: str, board: str, profile: str, started_at: str) -> None:
        """Add a run that starts now; its entry survives the end of this process."""
        with self._database.transaction(lasting=False) as connection:
            self._compare_clocks(connection, started_at)
            connection.execute(
                "insert into runs (id, board, profile, started_at, state)"
                " values (?, ?, ?, ?, 'running')",
                (run_id, board, profile, started_at),
            )
            newest = chain.head(connection)
        self._seen = newest, self._database.state()

    def finish(
        self,
        document: RunDocument,
        durations: Mapping[str, float],
        versions: Mapping[str, str],
        kept: Sequence[Keep] = (),
    ) -> RunDocument:
        """Store the document of a run that was begun, whole or interrupted, and what it taught.

        What is `kept` with it is written in the same transaction. Returns the document as it is
        stored, tied to the run before. It survives a crash of the system.
        A run whose entry is gone is entered again; then, and where anything but gates changed the
        history since the run began, `AlteredError` says so: the run is recorded nevertheless.
        """
        state = "interrupted" if document.interrupted else "finished"
        touched = self._touched()
        if touched:
            self.close()  # what was written past SQLite is not what it remembers of the file
        with self._database.transaction(lasting=True) as connection:
            altered = self._altered(connection) if touched or self._touched() else []
            previous = chain.head(connection)
            document = msgspec.structs.replace(document, previous_run=_named(previous))
            stored = to_json(document)
            end = (state, document.selected, len(stored), document.id)
            known = connection.execute(
                "update runs set state = ?, partial = ?, document = zeroblob(?)"
                " where id = ? and state = 'running'",
                end,
            ).rowcount
            if not known:
                connection.execute(
                    "insert into runs (board, profile, started_at, state, partial, document, id)"
                    " values (?, ?, ?, ?, ?, zeroblob(?), ?)",
                    (board_key(document.board.path), document.profile, document.started_at, *end),
                )
            (entry,) = connection.execute(
                "select sequence from runs where id = ?", (document.id,)
            ).fetchone()
            # As a value of a statement it would be there three times over.
            with connection.blobopen("runs", "document", entry) as blob:
                blob.write(stored)
            chain.append(connection, entry, stored, previous)
            _learn(connection, entry, durations, versions)
            for keep in kept:
                keep(connection, entry)
        if not known:
            altered = [*altered, "its entry was gone, and is made anew"]
        if altered:
            raise AlteredError(
                f"{self.path}: changed by others while the run went on: {'; '.join(altered)}",
                document,
            )
        return document

    def runs(
        self,
        board: str,
        profile: str,
        *,
        whole: bool = False,
        interrupted: bool = False,
        before: str = "",
        limit: int = LOOKED_BACK,
    ) -> Iterator[RunDocument]:
        """Yield the newest runs of a board in a profile, newest first, read lazily.

        With `whole` those of all criteria, with `interrupted` also those that did not finish, and
        only runs `before` that one, if the history has it. A document that cannot be read is
        skipped, and noted in `damaged`.
        """
        for sequence, run_id in self._read(
            "select sequence, id from runs where board = ? and profile = ?"
            " and instr(?, state) and partial <= ?"
            " and sequence < ifnull((select sequence from runs where id = ?), sequence + 1)"
            " order by sequence desc limit ?",
            (board, profile, ENDED if interrupted else FINISHED, not whole, before, limit),
        ):
            ((document,),) = self._read("select document from runs where sequence = ?", (sequence,))
            try:
                run = from_json(_bytes(document), f"{self.path} run {run_id}")
            except UsageError as error:
                self.damaged.append(str(error))
            else:
                yield run

    def profiles(self, board: str) -> list[str]:
        """Return the profiles in which a board has finished runs."""
        rows = self._read(
            "select distinct profile from runs where board = ? and instr(?, state)"
            " order by profile",
            (board, FINISHED),
        )
        return [str(profile) for (profile,) in rows]

    def named(self, board: str, name: str) -> list[RunDocument]:
        """Return a board's runs whose id begins with `name`, newest first, interrupted ones too.

        Raises as reading a document does.
        """
        return [
            from_json(_bytes(document), f"{self.path} run {run_id}")
            for run_id, document in self._read(
                "select id, document from runs where id >= ? and id < ? || ? and +board = ?"
                " and document is not null order by sequence desc",
                (name, name, LAST_CHARACTER, board),
            )
        ]

    def recipes(self, names: Iterable[str], kind: type[Kind]) -> dict[str, Kind]:
        """Return what is kept of some recipes, each as `kind`, by its digest.

        What cannot be read is not known.
        """
        query, wanted = "select recipe, seen from recipes where recipe = ?", [*names]
        rows: list[tuple[str, bytes]] = self._database.ask(
            lambda file: [row for name in wanted for row in file.execute(query, (name,))], []
        )
        known = {}
        for name, seen in rows:
            with suppress(msgspec.DecodeError, TypeError):
                known[name] = msgspec.json.decode(seen, type=kind)
        return known

    def keep(self, keep: Keep) -> None:
        """Keep something beside the newest run. Raises NotWrittenError."""
        with self._database.transaction(lasting=False) as connection:
            (newest,) = connection.execute("select coalesce(max(sequence), 0) from runs").fetchone()
            keep(connection, newest)

    def durations(self) -> dict[str, float]:
        """Return how long each probe took when it last ran, in seconds, by its key."""
        return dict(self._read("select key, seconds from durations", ()))

    def versions(self) -> dict[str, str]:
        """Return the version that each tool reported, by the key under which it was kept."""
        return dict(self._read("select key, version from versions", ()))

    def ask(self, ask: Callable[[sqlite3.Connection], Answer], otherwise: Answer) -> Answer:
        """Query what others keep in the file; `otherwise` where that was never kept."""
        return self._database.ask(ask, otherwise)

    def verify(self) -> chain.Verified:
        """Read every entry and return what was edited, removed or inserted afterwards."""
        return self._database.ask(chain.verify, chain.NOTHING)

    def stored(self, run_id: str) -> bytes | None:
        """Return the document of a run as it is stored; None where there is none."""
        for (document,) in self._read("select document from runs where id = ?", (run_id,)):
            return document if isinstance(document, bytes) else None
        return None

    def entries(self, limit: int, board: str | None = None) -> list[Entry]:
        """Return the newest entries (of one board), newest first, those without an end too."""
        return [
            Entry(
                id=str(name),
                profile=str(profile),
                started_at=str(started_at),
                state=str(state),
                document=None if document is None else _bytes(document),
            )
            for name, profile, started_at, state, document in self._read(
                "select id, profile, started_at, state, document from runs"
                " where ? is null or board = ? order by sequence desc limit ?",
                (board, board, limit),
            )
        ]

    def _read(self, query: str, values: tuple[object, ...]) -> list[Any]:
        return self._database.ask(lambda connection: list(connection.execute(query, values)), [])

    def _compare_clocks(self, connection: sqlite3.Connection, started_at: str) -> None:
        """Add a remark if a run seems to start before the last one; runs keep their order."""
        last = connection.execute("select started_at from runs order by sequence desc").fetchone()
        if last is None or started_at >= (before := str(last[0])):
            return
        now, then = unix_seconds(started_at), unix_seconds(before)
        if now is not None and then is not None and then - now > CLOCK_TOLERANCE:
            self.remarks.append(
                f"the clock says {started_at}, but the last run was recorded at {before}; runs are"
                " kept in the order in which they were recorded"
            )

    def _touched(self) -> bool:
        """Return whether anybody wrote to the history since the run was entered."""
        if self._seen is None:
            return False
        try:
            return self._database.state() != self._seen[1]
        except (OSError, sqlite3.Error):
            return True

    def _altered(self, connection: sqlite3.Connection) -> list[str]:
        """Return what was done to the history since the run was entered, other than by gates."""
        if self._seen is None:
            return []
        return [str(alteration) for alteration in chain.changes(connection, self._seen[0])]


def _bytes(document: object) -> bytes:
    """Return a stored document; b"" for anything that is not bytes."""
    return document if isinstance(document, bytes) else b""


def _named(link: chain.ChainLink | None) -> PreviousRun | None:
    """Return the run of a link, as the next one names it."""
    return None if link is None else PreviousRun(id=link.id or "", digest=link.digest)


def _learn(
    connection: sqlite3.Connection,
    run: int,
    durations: Mapping[str, float],
    versions: Mapping[str, str],
) -> None:
    """Store what a run taught, and delete what only old runs knew."""
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
