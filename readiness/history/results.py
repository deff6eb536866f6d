"""The results that later runs may take over, by a key of all that they depend on.

They stand beside the runs: a result holds only as long as the run that measured it stands in the
chain with a document that names the result's digest.
"""

import sqlite3
from collections.abc import Collection, Mapping

import msgspec

from readiness.history import chain
from readiness.history.database import REMEMBERED
from readiness.model.digests import digest

TABLE = """create table if not exists results (
    fingerprint text primary key, run integer not null, result blob not null
) without rowid"""
"""Created by the first run that keeps anything, as most histories never need them."""


class HeldResults(msgspec.Struct, frozen=True, kw_only=True):
    """The results that hold, by key, and what was done to the runs since they were made."""

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


def keep(
    connection: sqlite3.Connection,
    run: int,
    *,
    results: Mapping[str, bytes],
    refuted: Collection[str],
) -> None:
    """Store what a run leaves to later ones, and delete what only old runs left.

    `results` are by key; the document of the run has to name their digests. Those of the keys that
    are `refuted` came out otherwise this time.
    """
    connection.execute(TABLE)
    connection.executemany("delete from results where fingerprint = ?", [(key,) for key in refuted])
    connection.executemany(
        "insert or replace into results values (?, ?, ?)",
        [(fingerprint, run, result) for fingerprint, result in results.items()],
    )
    connection.execute("delete from results where run < ?", (run - REMEMBERED,))
