"""What a table looks like in SQLite, and how values go in and come out of it exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a column holds: str, int, Decimal, float, bool; dates and instants are text."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"  # kept as text with its fraction digits; compared as a number
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"  # YYYY-MM-DD
    INSTANT = "instant"  # YYYY-MM-DDTHH:MM:SSZ
    GUID = "guid"  # lower case, no braces


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table."""

    name: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, its primary key, what must be unique, what is looked up often.

    `unique` ignores case and trailing blanks, as SQL Server's collation does, and rows with a null
    part. Every table also has `_version` (see `Database`).
    """

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()

    def kinds(self) -> dict[str, Kind]:
        """Column name to kind."""
        return {f.name: f.kind for f in self.fields}


_AFFINITY = {
    Kind.TEXT: "TEXT COLLATE NOCASE",
    Kind.INTEGER: "INTEGER",
    Kind.DECIMAL: "TEXT",
    Kind.DOUBLE: "REAL",
    Kind.BOOLEAN: "INTEGER",
    Kind.DATE: "TEXT",
    Kind.INSTANT: "TEXT",
    Kind.GUID: "TEXT",
}


def quote(name: str) -> str:
    """An SQL identifier; names come from schema definitions, never from requests unchecked."""
    return '"' + name.replace('"', '""') + '"'


def ddl(table: Table, there: set[str]) -> list[str]:
    """The statements that make a table and its indexes, given the columns that are `there`."""
    name = quote(table.name)
    columns = [f"{quote(f.name)} {_AFFINITY[f.kind]}" for f in table.fields]
    columns.append('"_version" INTEGER NOT NULL')
    key = ", ".join(map(quote, table.key))
    statements = [
        f"ALTER TABLE {name} ADD COLUMN {quote(f.name)} {_AFFINITY[f.kind]}"
        for f in table.fields
        if there and f.name not in there
    ]
    statements += [
        f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)}, PRIMARY KEY ({key}))",
        f"CREATE INDEX IF NOT EXISTS {quote(table.name + '__version')} ON {name} (_version)",
    ]
    kinds = table.kinds()
    for columns_of in table.unique:
        parts = ", ".join(_folded(c, kinds[c]) for c in columns_of)
        # SQLite, like a keyed index there, lets rows with a null part repeat.
        index = quote(f"{table.name}__u__{'_'.join(columns_of)}")
        statements.append(f"CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {name} ({parts})")
    for columns_of in table.indexes:
        index = quote(f"{table.name}__i__{'_'.join(columns_of)}")
        parts = ", ".join(map(quote, columns_of))
        statements.append(f"CREATE INDEX IF NOT EXISTS {index} ON {name} ({parts})")
    return statements


def _folded(column: str, kind: Kind) -> str:
    return f"rtrim({quote(column)}) COLLATE NOCASE" if kind is Kind.TEXT else quote(column)


def key_condition(table: Table, columns: tuple[str, ...]) -> str:
    """`column = ?` for each column, in the form that the unique indexes serve."""
    kinds = table.kinds()
    return " AND ".join(
        f"rtrim({quote(c)}) = rtrim(?) COLLATE NOCASE"
        if kinds[c] is Kind.TEXT and c not in table.key
        else f"{quote(c)} = ?"
        for c in columns
    )


def to_sql(value: Any) -> Any:
    """A Python value as SQLite keeps it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool):
        return int(value)
    return value


def _boolean(value: Any) -> bool:
    return bool(value)


def _decimal(value: Any) -> Decimal:
    return Decimal(value)


FROM_SQL: dict[Kind, Callable[[Any], Any]] = {Kind.DECIMAL: _decimal, Kind.BOOLEAN: _boolean}
