"""The results that later runs may take over, and what is known of the files they depend on.

They stand beside the runs: a result holds only as long as the run that measured it stands in the
chain with a document that names the result's digest.
"""

import sqlite3
from collections.abc import Collection, Mapping
from typing import TypeAlias

import msgspec

from readiness.history import chain
from readiness.history.database import REMEMBERED
from readiness.model.digests import digest

TABLES = (
    """create table if not exists results (
        fingerprint text primary key, run integer not null, result blob not null
    ) without rowid""",
    """create table if not exists listings (
        key text primary key, signature text not null, digest text not null,
        files blob not null, run integer not null
    ) without rowid""",
)
"""Created by the first run that keeps anything, as most histories never need them."""


Listing: TypeAlias = tuple[str, str, bytes]
"""The signature and the digest of files that some patterns mean; the files, b"" where known."""


class HeldResults(msgspec.Struct, frozen=True, kw_only=True):
    """The results that hold, by fingerprint, and what was done to the runs since they were made."""

    results: dict[str, bytes]
    alterations: list[chain.Alteration]


class _Probe(msgspec.Struct):
    result: str | None = None


class _Document(msgspec.Struct):
    probes: list[_Probe]


def held(connection: sqlite3.Connection, fingerprints: Collection[str]) -> HeldResults:
    """Return the stored results, without those whose run was altered or does not name them."""
    rows: list[tuple[str, int, bytes]] = []
    for fingerprint in fingerprints:
        rows += connection.execute(
            "select fingerprint, run, result from results where fingerprint = ?", (fingerprint,)
        )
    named: dict[int, frozenset[str]] = {}
    for run in {run for _, run, _ in rows}:
        named[run] = _named(connection, run)
    runs = [run for run, digests in named.items() if digests]
    alterations = chain.altered_since(connection, min(runs)) if runs else []
    last = max((alteration.entry for alteration in alterations), default=0)
    results = {
        fingerprint: result
        for fingerprint, run, result in rows
        if run > last and digest(result) in named[run]
    }
    return HeldResults(results=results, alterations=alterations)


def _named(connection: sqlite3.Connection, run: int) -> frozenset[str]:
    """Return the digests of results that a run's document names, if the run is in the chain."""
    row = connection.execute(
        "select document from runs join chain on run = sequence where sequence = ?", (run,)
    ).fetchone()
    try:
        document = msgspec.json.decode(row[0] if row else b"", type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
        return frozenset()
    return frozenset(probe.result for probe in document.probes if probe.result)


def listings(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Return the signature and the digest of each known listing, by its key."""
    rows = connection.execute("select key, signature, digest from listings")
    return {str(key): (str(signature), str(digest_of)) for key, signature, digest_of in rows}


def files(connection: sqlite3.Connection, key: str) -> bytes:
    """Return the files of a known listing."""
    row = connection.execute("select files from listings where key = ?", (key,)).fetchone()
    return row[0] if row and isinstance(row[0], bytes) else b""


def keep(
    connection: sqlite3.Connection,
    run: int,
    *,
    results: Mapping[str, bytes],
    listings: Mapping[str, Listing],
) -> None:
    """Store what a run leaves to later ones, and delete what only old runs left.

    `results` are by fingerprint; the document of the run has to name their digests.
    """
    if not results and not listings:
        return
    for table in TABLES:
        connection.execute(table)
    connection.executemany(
        "insert or replace into results values (?, ?, ?)",
        [(fingerprint, run, result) for fingerprint, result in results.items()],
    )
    connection.executemany(
        "insert or replace into listings values (?, ?, ?, ?, ?)",
        [(key, *listing, run) for key, listing in listings.items() if listing[2]],
    )
    connection.executemany(
        "update listings set run = ? where key = ?",
        [(run, key) for key, listing in listings.items() if not listing[2]],
    )
    connection.execute("delete from results where run < ?", (run - REMEMBERED,))
    connection.execute("delete from listings where run < ?", (run - REMEMBERED,))
