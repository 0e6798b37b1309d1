"""Statements that are built and compiled once, then handed to the driver as text.

SQLAlchemy's own cache still builds each statement anew to find it there, which took three times
as long as SQLite needs for a look at a few rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from .schema import SEALED, place

Among = Callable[[Any], Any]
"""A condition that a column is one of the values bound to `keys`, in one database's words."""


@dataclass(frozen=True, slots=True)
class Text:
    """A statement as the driver takes it. `order` is None where its parameters go by name."""

    text: str
    order: tuple[str, ...] | None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    sealed: tuple[tuple[int, str], ...] = ()  # which columns of its rows are, and their places

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them, with those that were written into the statement."""
        whole = {**self.fixed, **values}
        return whole if self.order is None else tuple([whole[name] for name in self.order])


class Prepared:
    """A statement from `build`, which is given the way to say `Among`; values go in by name.

    What `sa.bindparam(name)` stands for is named when it is asked. Columns must be of types that
    both drivers take and give as they are: numbers, text, bytes.
    """

    def __init__(self, build: Callable[[Among], Any]) -> None:
        self._build = build
        self._texts: dict[bool, Text] = {}

    def text(self, *, sqlite: bool) -> Text:
        """What to send to either database."""
        if sqlite not in self._texts:
            statement = self._build(among_sqlite if sqlite else among_postgres)
            self._texts[sqlite] = compiled(statement, sqlite=sqlite)
        return self._texts[sqlite]


def among_sqlite(column: Any) -> Any:
    """`column` is one of `keys`, a JSON list."""
    return column.in_(sa.text("SELECT value FROM json_each(:keys)"))


def among_postgres(column: Any) -> Any:
    """`column` is one of `keys`, an array."""
    return column == sa.any_(sa.bindparam("keys", type_=sa.ARRAY(column.type)))


def compiled(statement: Any, names: tuple[str, ...] | None = None, *, sqlite: bool) -> Text:
    """A statement for one database; `names` are the columns that an insertion is given."""
    found = statement.compile(dialect=_dialect(sqlite=sqlite), column_keys=names)
    fixed = {n: b.effective_value for b, n in found.bind_names.items() if not b.required}
    order = tuple(found.positiontup) if found.positional else None
    return Text(str(found), order, fixed, sealed_in(statement))


def sealed_in(statement: Any) -> tuple[tuple[int, str], ...]:
    """Which columns of a statement's rows are sealed, and the places they are sealed for."""
    columns = statement.selected_columns if isinstance(statement, sa.Select) else ()
    return tuple(
        (at, place(column))
        for at, column in enumerate(columns)
        if getattr(column, "info", {}).get("kept") == SEALED
    )


@cache
def _dialect(*, sqlite: bool) -> Any:
    kind: Any = sa.dialects.registry.load("sqlite.pysqlite" if sqlite else "postgresql.psycopg")
    return kind()


def own_insert(table: sa.Table, *, sqlite: bool) -> Any:
    """A database's own insert, which knows `on_conflict_do_update`."""
    if sqlite:
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgres_insert

    return postgres_insert(table)


@cache
def inserting(table: sa.Table, names: tuple[str, ...], *, sqlite: bool, ignore: bool) -> Text:
    """One row into a table; `ignore` passes over one that exists."""
    plain = sa.insert(table)
    said = own_insert(table, sqlite=sqlite).on_conflict_do_nothing() if ignore else plain
    return compiled(said, names, sqlite=sqlite)


@cache
def updating(table: sa.Table, names: tuple[str, ...], *, sqlite: bool) -> Text:
    """One row of a table, found by its `id`, gets new values; parameters are named `b_...`."""
    values: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in names[1:]}
    said = sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(values)
    return compiled(said, tuple(f"b_{name}" for name in names), sqlite=sqlite)
