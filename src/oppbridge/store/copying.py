"""PostgreSQL's fast way in: COPY into the table itself, or beside it and one merge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Rows = Sequence[tuple[Any, ...]]


def insert(
    connection: Connection, table: sa.Table, names: Sequence[str], rows: Rows, *, ignore: bool
) -> None:
    """Insert rows; `ignore` passes over those that exist."""
    name, columns = _spelled(connection, table, names)
    if not ignore:
        _copy(connection, f"COPY {name} ({columns}) FROM STDIN", rows)
        return
    _stage(connection, name, columns, rows)
    connection.exec_driver_sql(
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM staged ON CONFLICT DO NOTHING"  # noqa: S608
    )
    connection.exec_driver_sql("DROP TABLE staged")


def update(connection: Connection, table: sa.Table, names: Sequence[str], rows: Rows) -> None:
    """Give rows new values; the first of `names` is the id they are told by, each once."""
    name, columns = _spelled(connection, table, names)
    _stage(connection, name, columns, rows)
    key, *others = columns.split(", ")
    values = ", ".join(f"{column} = staged.{column}" for column in others)
    connection.exec_driver_sql(
        f"UPDATE {name} SET {values} FROM staged WHERE {name}.{key} = staged.{key}"  # noqa: S608
    )
    connection.exec_driver_sql("DROP TABLE staged")


def _stage(connection: Connection, name: str, columns: str, rows: Rows) -> None:
    """A table `staged` of this transaction alone, with these columns and rows."""
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT {columns} FROM {name} LIMIT 0"  # noqa: S608
    )
    _copy(connection, f"COPY staged ({columns}) FROM STDIN", rows)


def _copy(connection: Connection, text: str, rows: Rows) -> None:
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(text) as copy:
        for row in rows:
            copy.write_row(row)


def _spelled(connection: Connection, table: sa.Table, names: Sequence[str]) -> tuple[str, str]:
    """A table and its columns, quoted where PostgreSQL wants it: names of our own, never data."""
    quote = connection.dialect.identifier_preparer.quote
    return quote(table.name), ", ".join(quote(name) for name in names)
