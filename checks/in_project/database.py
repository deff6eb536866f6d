"""A throw-away database, and a guard that lets nobody connect to another one.

Run by the project's Python; needs SQLAlchemy.
"""

import asyncio
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, inspect, pool, text
from sqlalchemy.engine import URL, Connection, Engine, make_url  # where 1.4 has them too
from sqlalchemy.exc import SQLAlchemyError

from .common import Params, not_measured
from .postgres_server import a_server

Result = TypeVar("Result")

SERVERS = {"postgresql": "postgres", "mysql": "", "mariadb": ""}
"""Where a database of each kind is created from: the database that is always there."""


class ForeignDatabaseError(Exception):
    """Something tried to connect to a database that is not the throw-away one."""


@contextmanager
def throw_away(params: Params, text_of_url: str) -> Iterator[URL]:
    """Give an empty database on the server of that URL, and drop it at the end.

    The database that the URL itself names is never connected to. For SQLite, and where the URL is
    empty, it is a file in READINESS_TMP. For `postgresql://` a server is started for it.
    """
    try:
        url = make_url(text_of_url or "sqlite://")
    except SQLAlchemyError:
        not_measured("the address of the database cannot be read")
    name = f"readiness_{uuid.uuid4().hex}"
    kind = url.get_backend_name()
    if kind == "postgresql" and not (url.host or url.database or url.query):
        with a_server() as known, _created(url.set(**_typed(known)), kind, name) as made:
            yield made
        return
    if kind == "sqlite":
        yield url.set(database=os.path.join(params.tmp, f"{name}.db"))
        return
    if kind not in SERVERS:
        not_measured(f"no throw-away database can be made of the kind {kind}")
    with _created(url, kind, name) as made:
        yield made


def _typed(known: dict[str, str]) -> dict[str, Any]:
    return {
        "host": known["host"],
        "port": int(known["port"]),
        "username": known["user"],
        "password": known["password"],
    }


@contextmanager
def _created(url: URL, kind: str, name: str) -> Iterator[URL]:
    """Create a database on a server, and drop it at the end."""
    server = url.set(database=SERVERS[kind] or None)
    try:
        _execute(server, f"CREATE DATABASE {name}")
    except (SQLAlchemyError, ImportError, OSError) as error:
        not_measured(f"no throw-away database could be created: {_first_line(error)}")
    try:
        yield url.set(database=name)
    finally:
        _execute(
            server, f"DROP DATABASE {name}" + (" WITH (FORCE)" if kind == "postgresql" else "")
        )


@contextmanager
def only(url: URL) -> Iterator[None]:
    """Refuse every connection to another database than that of the URL."""
    own = os.path.basename(str(url.database))

    def refuse_others(_dialect: object, _record: object, cargs: Any, cparams: Any) -> None:
        if not any(own in str(value) for value in (*cargs, *cparams.values())):
            raise ForeignDatabaseError

    event.listen(Engine, "do_connect", refuse_others)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", refuse_others)


def tables(url: URL) -> set[str]:
    """Name the tables in the database."""
    return _with_connection(url, lambda connection: set(inspect(connection).get_table_names()))


def schema(url: URL, but: str) -> dict[str, list[str]]:
    """Describe each table but one: columns, keys, indexes, constraints, as sorted texts.

    What else there is is named.
    """

    def described(connection: Connection) -> dict[str, list[str]]:
        asked = inspect(connection)
        tables = {}
        for table in asked.get_table_names():
            if table != but:
                parts: list[Any] = [
                    {**column, "type": str(column["type"])} for column in asked.get_columns(table)
                ]
                parts += [asked.get_pk_constraint(table), *asked.get_foreign_keys(table)]
                parts += [*asked.get_indexes(table), *asked.get_unique_constraints(table)]
                with suppress(NotImplementedError):
                    parts += asked.get_check_constraints(table)
                tables[table] = sorted(repr(sorted(part.items(), key=str)) for part in parts)
        return tables

    return {**_with_connection(url, described), **{each: [] for each in beside_tables(url)}}


BESIDE_TABLES = {
    "sqlite": "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')",
    "postgresql": """
        SELECT CASE relkind WHEN 'S' THEN 'sequence' ELSE 'view' END, relname, c.oid, relnamespace
            FROM pg_class c WHERE relkind IN ('v', 'm', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid
                AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)
        UNION ALL SELECT 'type', typname, oid, typnamespace FROM pg_type WHERE typtype IN ('e', 'd')
        UNION ALL SELECT 'function', proname, oid, pronamespace FROM pg_proc
        UNION ALL SELECT 'trigger', tgname, t.oid, relnamespace
            FROM pg_trigger t JOIN pg_class r ON r.oid = tgrelid WHERE NOT tgisinternal
    """,
}
"""What else migrations make, by the kind of the database; its own keys of columns are not told."""
OF_THE_PROJECT = """
    SELECT o.* FROM ({}) AS o (kind, name, id, namespace)
    JOIN pg_namespace n ON n.oid = namespace AND nspname !~ '^(pg_|information_schema$)'
    WHERE NOT EXISTS (SELECT FROM pg_depend WHERE objid = id AND deptype = 'e')
"""
"""Leaves out what PostgreSQL itself has, and what an extension brought."""


def beside_tables(url: URL) -> set[str]:
    """Name views, triggers, types, sequences and functions in the database, each by its kind."""
    kind = url.get_backend_name()
    if kind not in BESIDE_TABLES:
        return set()
    asked = BESIDE_TABLES[kind]
    question = text(OF_THE_PROJECT.format(asked) if kind == "postgresql" else asked)
    return _with_connection(
        url, lambda connection: {f"{row[0]} {row[1]}" for row in connection.execute(question)}
    )


def rows(url: URL, table: str, column: str) -> set[str]:
    """Return the values in a column; none where the table is missing."""
    if table not in tables(url):
        return set()
    question = text(f"SELECT {column} FROM {table}")  # noqa: S608 - names are alembic's own
    return _with_connection(url, lambda connection: set(connection.scalars(question)))


def _execute(url: URL, statement: str) -> None:
    def execute(connection: Connection) -> None:
        connection.execute(text(statement))

    _with_connection(url, execute, isolation_level="AUTOCOMMIT")


def change(url: URL, use: Callable[[Connection], Result]) -> Result:
    """Use a connection on which each statement lasts, and fails, by itself."""
    return _with_connection(url, use, isolation_level="AUTOCOMMIT")


def _with_connection(url: URL, use: Callable[[Connection], Result], **options: Any) -> Result:
    if url.get_dialect().is_async:
        return asyncio.run(_with_async_connection(url, use, **options))
    engine = create_engine(url, poolclass=pool.NullPool, **options)
    with engine.connect() as connection:
        return use(connection)


async def _with_async_connection(
    url: URL, use: Callable[[Connection], Result], **options: Any
) -> Result:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url, poolclass=pool.NullPool, **options)
    async with engine.connect() as connection:
        return await connection.run_sync(use)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
