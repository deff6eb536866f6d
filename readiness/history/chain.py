"""The chain of runs: each recorded document holds the digest of the one recorded before it.

A link is entered with the document, in the same transaction, so that gates which end at the same
time follow one another. What was edited, removed or inserted later does not fit.
"""

import sqlite3
from collections.abc import Iterator

import msgspec

from readiness.model.digests import digest as sha256_of
from readiness.record.earlier import PreviousRun

SCHEMA = """
create table if not exists chain (
    link integer primary key,
    run integer not null unique,
    digest text not null
);
"""

LOOKED_AT = 100
"""Number of older runs to read again where others wrote while a run went on."""


class ChainLink(msgspec.Struct, frozen=True, kw_only=True):
    """One link: its number, the run's place in the history, its id if it is there, its digest."""

    number: int
    entry: int
    id: str | None
    digest: str


class Alteration(msgspec.Struct, frozen=True, kw_only=True):
    """What does not fit: the entry's place in the history, its id where it has one, and why."""

    entry: int
    id: str
    what: str

    def __str__(self) -> str:
        """Format the entry and what was done to it."""
        name = f"run {self.id} (entry {self.entry})" if self.id else f"entry {self.entry}"
        return f"{name} {self.what}"


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """How the whole history stands: `chained` is how many links it has.

    Entries `without_end` are of runs that were killed, or still go on.
    """

    entries: int
    chained: int
    without_end: int
    altered: list[Alteration]


NOTHING = Verified(entries=0, chained=0, without_end=0, altered=[])
"""The result for a history in which nothing was recorded yet."""


class _Tie(msgspec.Struct):
    """What a document says of itself, and of the run before it."""

    id: str
    profile: str
    interrupted: bool
    previous_run: PreviousRun | None = None


def digest_of(document: object) -> str:
    """Return the digest of a stored document, or of whatever stands in its place."""
    data = document if isinstance(document, bytes) else str(document).encode("utf-8", "replace")
    return sha256_of(data)


def head(connection: sqlite3.Connection) -> ChainLink | None:
    """Return the newest link; None where there is none yet."""
    return _first_link(connection, "order by link desc limit 1")


def append(
    connection: sqlite3.Connection, entry: int, document: bytes, after: ChainLink | None
) -> None:
    """Append a link for the document of this entry."""
    connection.execute(
        "insert into chain (link, run, digest) values (?, ?, ?)",
        (after.number + 1 if after else 1, entry, digest_of(document)),
    )


def changes(connection: sqlite3.Connection, seen: ChainLink | None) -> list[Alteration]:
    """Return what does not fit where `seen` was the newest link when a run began.

    The newest of the older runs are read again.
    """
    if seen is None:
        return verify(connection).altered
    oldest = _first_link(
        connection, "where link <= ? order by link desc limit 1", seen.number - LOOKED_AT
    )
    altered = verify(connection, oldest).altered
    if _first_link(connection, "where link = ?", seen.number) != seen and not altered:
        altered = [Alteration(entry=seen.entry, id=seen.id or "", what="was removed or replaced")]
    return altered


def altered_since(connection: sqlite3.Connection, entry: int) -> list[Alteration]:
    """Return what does not fit in the chain from the run with this entry on."""
    before = _first_link(connection, "where run < ? order by link desc limit 1", entry)
    return _Walk(connection, before).alterations


def verify(connection: sqlite3.Connection, after: ChainLink | None = None) -> Verified:
    """Read the history, all of it or what comes `after` a link, and return what does not fit."""
    if not connection.execute("select 1 from sqlite_master where name = 'chain'").fetchone():
        # One that was never chained holds no digests; it is refused where it would be written.
        (version,) = connection.execute("pragma user_version").fetchone()
        runs = list(connection.execute("select sequence, id, document from runs order by sequence"))
        ended = [run for run in runs if run[2] is not None]
        return Verified(
            entries=len(runs),
            chained=0,
            without_end=len(runs) - len(ended),
            altered=[
                _cut_off(entry, name)
                for entry, name, document in ended
                if version > 1 or _is_tied(document)
            ],
        )
    walk = _Walk(connection, after)
    alterations = [*walk.alterations, *_gaps(connection), *_outside(connection)]
    entries, without_end = connection.execute(
        "select count(*), count(*) filter (where state = 'running') from runs"
    ).fetchone()
    return Verified(
        entries=entries,
        chained=walk.links,
        without_end=without_end,
        altered=sorted(alterations, key=lambda alteration: alteration.entry),
    )


# --- what does not fit --------------------------------------------------------------------------

_LINKS = "select link, run, id, digest from chain left join runs on sequence = run"


_UNLINKED = (
    "select sequence, id, document from runs left join chain on run = sequence"
    " where link is null and state <> 'running' order by sequence"
)


class _Walk:
    """The links after one of them, in order: how many there are, and what does not fit.

    Every one but the first must hold the digest of the one before.
    """

    def __init__(self, connection: sqlite3.Connection, after: ChainLink | None) -> None:
        self.alterations: list[Alteration] = []
        self.links = 0
        before = after
        for link, stored in _stored(connection, after.number if after else 0):
            self.links += 1
            if link.number != (before.number if before else 0) + 1:
                self._say(link, "comes after a run that is no longer there")
            elif link.id is None:
                self._say(link, "was removed")
            elif digest_of(stored[0]) != link.digest:
                self._say(link, "was edited: its document does not have the digest it had")
            else:
                self._tie(link, stored, before)
            before = link

    def _tie(self, link: ChainLink, stored: tuple[object, ...], before: ChainLink | None) -> None:
        document, *columns = stored
        tie = _decoded(document)
        if tie is None or tie.previous_run is None:
            if before is not None:
                self._say(link, "was inserted: it is not tied to the run before it")
            return
        state = "interrupted" if tie.interrupted else "finished"
        if columns != [tie.id, tie.profile, state]:
            self._say(link, "was edited: its entry does not say what its document says")
        previous = tie.previous_run
        if before is not None and before.digest == previous.digest:
            return
        if before is not None and before.id == previous.id:
            self._say(before, f"was edited: run {link.id}, the next, holds another digest of it")
        else:
            self._say(link, f"was moved: it was recorded after run {previous.id}")

    def _say(self, link: ChainLink, what: str) -> None:
        self.alterations.append(Alteration(entry=link.entry, id=link.id or "", what=what))


def _outside(connection: sqlite3.Connection) -> list[Alteration]:
    """Return an alteration for each ended entry that no link refers to."""
    return [
        _cut_off(entry, name)
        if _is_tied(document)
        else Alteration(entry=entry, id=str(name), what="was inserted: no gate recorded it")
        for entry, name, document in connection.execute(_UNLINKED)
    ]


def _gaps(connection: sqlite3.Connection) -> list[Alteration]:
    """Return an alteration for each missing entry; those of links are found with the links."""
    there = {entry for (entry,) in connection.execute("select sequence from runs")}
    there |= {entry for (entry,) in connection.execute("select run from chain")}
    (last,) = connection.execute(
        "select max(seq) from sqlite_sequence where name = 'runs'"
    ).fetchone()
    missing = set(range(1, (last or 0) + 1)) - there
    return [Alteration(entry=entry, id="", what="was removed") for entry in sorted(missing)]


def _stored(
    connection: sqlite3.Connection, after: int
) -> Iterator[tuple[ChainLink, tuple[object, ...]]]:
    """Yield each link after a number, with the document, id, profile and state of its entry."""
    for *row, document, profile, state in connection.execute(
        "select link, run, id, digest, document, profile, state"
        " from chain left join runs on sequence = run where link > ? order by link",
        (after,),
    ):
        link = _link(tuple(row))
        yield link, (document, link.id, profile, state)


def _first_link(connection: sqlite3.Connection, clause: str, *values: int) -> ChainLink | None:
    row = connection.execute(f"{_LINKS} {clause}", values).fetchone()
    return _link(row) if row else None


def _link(row: tuple[object, ...]) -> ChainLink:
    """Return the link in a row, which may hold anything if somebody altered it."""
    number, entry, name, digest = row
    return ChainLink(
        number=number if isinstance(number, int) else 0,
        entry=entry if isinstance(entry, int) else 0,
        id=None if name is None else str(name),
        digest=str(digest),
    )


def _cut_off(entry: int, name: object) -> Alteration:
    return Alteration(entry=entry, id=str(name), what="was cut off: its link is gone")


def _is_tied(document: object) -> bool:
    """Return whether a document holds the digest of a run before it."""
    tie = _decoded(document)
    return tie is not None and tie.previous_run is not None


def _decoded(document: object) -> _Tie | None:
    """Decode the tie of a stored document; None if it is not a run document."""
    try:
        return msgspec.json.decode(document, type=_Tie) if isinstance(document, bytes) else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
