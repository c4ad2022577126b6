"""Rows for tables of any version, made by looking at their columns.

Decides nothing about what a row means: its values fit their types, and whatever refers to a row
refers to the one of the same number.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, insert, select, types

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Columns = dict[str, list[str]]

_CHOICES = {"script": "traditional", "form": "jueju7"}
"""Columns in which the models take only certain words."""
_DERIVED = ("standings",)
"""Tables that triggers fill."""


def tables(connection: Connection) -> list[Table]:
    """The tables as they are in the database, those that others refer to first."""
    schema = MetaData()
    schema.reflect(connection)
    return [table for table in schema.sorted_tables if table.name != "alembic_version"]


def _value(column: Column[Any], number: int, dialect: str) -> Any:
    """Something that fits the column."""
    day = 1 + number % 28
    moment = datetime(2026, 5, day, 8, 30, 1, 999_999, tzinfo=UTC)
    if column.name in _CHOICES:
        return _CHOICES[column.name]
    if column.name == "stars":
        return 1 + number % 5
    match column.type:
        case types.Boolean():
            return number % 2 == 1
        case types.Integer():
            return number
        case types.Float():
            return number + 0.25
        case types.LargeBinary():
            return b"\x00\x80\x3f\xbf" * (1 + number % 3)
        case types.DateTime():
            return moment if dialect == "postgresql" else moment.replace(tzinfo=None)
        case types.Date():
            return date(2026, 5, day)
        case types.Time():
            return time(8, number % 60)
        case types.String() as text:
            return f"白{number} 🎋 '{column.name}'"[: text.length]
    raise AssertionError(f"what fits {column!r}?")


def fill(connection: Connection, known: Columns, number: int) -> None:
    """A row in each of these tables, by the names of these columns alone, as an insert of the
    version that knew no others."""
    for table in tables(connection):
        if table.name in known and table.name not in _DERIVED:
            values = {
                name: _value(table.c[name], number, connection.dialect.name)
                for name in known[table.name]
            }
            connection.execute(insert(table).values(values))


def columns(connection: Connection) -> Columns:
    return {table.name: list(table.c.keys()) for table in tables(connection)}


def rows(connection: Connection, known: Columns) -> Rows:
    """Every row, by these columns."""
    found: Rows = {}
    for table in tables(connection):
        if table.name in known:
            query = select(*(table.c[name] for name in known[table.name]))
            ordered = connection.execute(query.order_by(*table.primary_key.columns))
            found[table.name] = [dict(row._mapping) for row in ordered]
    return found
