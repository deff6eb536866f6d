"""Back a PostgreSQL database up, restore the backup into a throw-away one, compare the tables.

The throw-away database is dropped again, whatever happens. Passwords reach the tools by the
environment, never on a command line.
"""

import os
import secrets
import subprocess
import time
from collections.abc import Mapping
from typing import TextIO
from urllib.parse import unquote, urlsplit

from checks.in_project.common import Params, emit, not_measured, place, require

TABLES = (
    "select format('%I.%I', n.nspname, c.relname) from pg_class c"
    " join pg_namespace n on n.oid = c.relnamespace"
    " where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
    " and not c.relispartition order by 1"
)


def main(_argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Dump, restore, compare."""
    params = Params(env)
    require("pg_dump", "pg_restore", "psql", "createdb", "dropdb")
    name, server = connection(params, params.text("url"))
    where = f"{server['PGHOST']}:{server['PGPORT']}"
    backup = os.path.join(params.tmp, "backup.dump")
    copy = f"readiness_restore_{secrets.token_hex(6)}"
    start = time.monotonic()
    before = rows(name, server)
    existing = params.text("backup")
    if not existing:
        tool(["pg_dump", "-w", "--format=custom", "--file", backup, "--dbname", name], server)
    restored = restore(existing or backup, copy, server)
    if not before:
        not_measured(f"{where}: {name} has no table: its backup would prove nothing")
    findings = [
        place(table, 0, "restore", message)
        for table in sorted({*before, *restored})
        if (message := difference(before.get(table), restored.get(table)))
    ]
    numbers = {
        "differences": len(findings),
        "tables": len(before),
        "rows": sum(before.values()),
        "size": os.path.getsize(existing or backup),
        "seconds": round(time.monotonic() - start, 3),
    }
    emit(numbers, findings)
    return 0


def connection(params: Params, url: str) -> tuple[str, dict[str, str]]:
    """Return the database's name, and the environment in which the tools find its server."""
    parts = urlsplit(url)
    if parts.scheme.partition("+")[0] not in {"postgresql", "postgres"} or not parts.hostname:
        not_measured("the URL is not written postgresql://user:password@host:port/name")
    user = unquote(parts.username or "postgres")
    env = {key: value for key, value in params.env.items() if not key.startswith("PG")}
    env.update(
        PGHOST=parts.hostname,
        PGPORT=str(parts.port or 5432),
        PGUSER=user,
        PGPASSWORD=unquote(parts.password or ""),
        PGCONNECT_TIMEOUT=params.text("seconds") or "10",
        PGOPTIONS="-c client_min_messages=warning",
    )
    return unquote(parts.path.lstrip("/")) or user, env


def restore(backup: str, copy: str, env: Mapping[str, str]) -> dict[str, int]:
    """Restore a backup into a new database; return its tables' rows, and drop it."""
    if not os.path.exists(backup):
        not_measured(f"the backup {backup} does not exist")
    tool(["createdb", "-w", "--maintenance-db", "postgres", "--template", "template0", copy], env)
    try:
        command = ["-w", "--dbname", copy]
        if is_archive(backup):
            options = ["--no-owner", "--no-privileges", "--exit-on-error"]
            tool(["pg_restore", *command, *options, backup], env)
        else:
            tool(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *command, "-f", backup], env)
        return rows(copy, env)
    finally:
        tool(["dropdb", "-w", "--force", "--maintenance-db", "postgres", copy], env)


def is_archive(backup: str) -> bool:
    """Return whether pg_dump made it in one of its own formats, instead of as SQL."""
    if os.path.isdir(backup):
        return True
    with open(backup, "rb") as file:
        return file.read(5) == b"PGDMP"


def rows(name: str, env: Mapping[str, str]) -> dict[str, int]:
    """Count the rows of every table of a database."""
    tables = query(name, TABLES, env)
    if not tables:
        return {}
    union = " union all ".join(
        f"select {number}, count(*) from {table}"  # noqa: S608 - the server quoted the names
        for number, table in enumerate(tables)
    )
    counted = dict(line.split("|") for line in query(name, union, env))
    return {table: int(counted[str(number)]) for number, table in enumerate(tables)}


def query(name: str, text: str, env: Mapping[str, str]) -> list[str]:
    """Return the lines that a query gives."""
    return tool(["psql", "-X", "-w", "-A", "-t", "-d", name, "-c", text], env).splitlines()


def tool(command: list[str], env: Mapping[str, str]) -> str:
    """Run a tool of PostgreSQL; return what it printed. Its failure ends the script."""
    done = subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        where = f"{env['PGHOST']}:{env['PGPORT']}"
        not_measured(f"{where}: {command[0]}: {said[0].removeprefix(f'{command[0]}: ')}")
    return done.stdout


def difference(before: int | None, after: int | None) -> str:
    """Say what became of a table's rows; nothing where they are all there."""
    if before == after:
        return ""
    if after is None:
        return f"the table, of {before} rows, is not in the backup"
    if before is None:
        return f"the table, of {after} rows, is in the backup alone"
    return f"{after} rows were restored, of {before}"
