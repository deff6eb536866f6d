"""The tables in which the history keeps its runs, and what they taught."""

import sqlite3
from typing import Final

from readiness.history import chain

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


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables, or those that an older program did not know."""
    connection.create_function("digest_of", 1, chain.digest_of, deterministic=True)
    connection.executescript(_SCHEMA)
