"""Fill the tables of a throw-away database with sample rows; run by the project's Python."""

import datetime
import decimal
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, MetaData, Table, func, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

ROWS = 2
"""Of each table: some rows name two others, which must differ."""
WORD = re.compile(r"\w+")
DAY = datetime.datetime(2024, 1, 1)
VALUES: Mapping[type, Callable[[int], object]] = {
    bool: lambda _: False,
    int: lambda number: number,
    float: float,
    decimal.Decimal: decimal.Decimal,
    bytes: lambda number: b"%d" % number,
    dict: lambda _: {},
    list: lambda _: [],
    uuid.UUID: lambda number: uuid.UUID(int=number),
    datetime.datetime: lambda number: DAY.replace(day=number),
    datetime.date: lambda number: DAY.replace(day=number).date(),
    datetime.time: datetime.time,
    datetime.timedelta: lambda number: datetime.timedelta(hours=number),
}


def fill(connection: Connection, but: str) -> None:
    """Add rows that types, keys and constraints allow; a table that takes none of them is left."""
    tables = MetaData()
    tables.reflect(connection)
    rows: dict[str, list[dict[str, Any]]] = {}
    for table in tables.sorted_tables:
        ways = list(_ways(connection, table.name)) if table.name != but else []
        for number in range(1, ROWS + 1):
            for names, text, with_null in ways:
                try:
                    values = _row(table, number, rows, with_null=with_null)
                    words = dict.fromkeys(names & values.keys() if text else (), text)
                    values |= {
                        name: word for name, word in words.items() if isinstance(values[name], str)
                    }
                    connection.execute(table.insert().values(values))
                except (SQLAlchemyError, LookupError, NotImplementedError):
                    continue
                rows.setdefault(table.name, []).append(values)
                break


def _ways(connection: Connection, table: str) -> Iterator[tuple[set[str], str, bool]]:
    """Yield in which ways to try a row: with what its constraints name, and without values."""
    with_null = (False, True)
    yield from ((set(), "", null) for null in with_null)
    try:
        checks = [
            str(check["sqltext"]) for check in inspect(connection).get_check_constraints(table)
        ]
    except NotImplementedError:
        return
    for text in dict.fromkeys(text for check in checks for text in re.findall(r"'(\w+)'", check)):
        names = {name for check in checks if f"'{text}'" in check for name in WORD.findall(check)}
        yield from ((names, text, null) for null in with_null)


def _row(
    table: Table, number: int, rows: Mapping[str, list[dict[str, Any]]], *, with_null: bool
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    references = 0
    for column in table.columns:
        key = next(iter(column.foreign_keys), None)
        if getattr(column, "computed", None) is not None:
            continue
        if column.nullable and (with_null or (key and key.column.table is table)):
            values[column.name] = None
        elif key is None:
            values[column.name] = _value(column, number)
        else:
            others = rows[key.column.table.name]
            values[column.name] = others[(number + references) % len(others)][key.column.name]
            references += 1
    return values


def _value(column: "Column[Any]", number: int) -> object:
    choices = getattr(column.type, "enums", None)
    if choices:
        return choices[0]
    kind = column.type.python_type
    if kind is str:
        text = f"{number}{'x' * number}"
        return text[: getattr(column.type, "length", None) or len(text)]
    return VALUES[kind](number)


def counted(connection: Connection, but: str) -> dict[str, int]:
    """Count the rows of each table."""
    tables = MetaData()
    tables.reflect(connection)
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar() or 0
        for name, table in tables.tables.items()
        if name != but
    }
