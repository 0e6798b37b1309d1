"""One transaction, and how it asks and tells either database: bulk goes the database's own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import copying, schema

CHUNK = 5000
BULK = 400  # rows from which PostgreSQL copies; a merge costs 3 ms to begin, then half as much


@dataclass(slots=True)
class Tx:
    """One transaction: a connection that commits as a whole or not at all."""

    connection: Connection
    sqlite: bool

    def rows(self, statement: Any, parameters: Any = None) -> list[Any]:
        """Every row a query gives."""
        return list(self.connection.execute(statement, parameters or {}).all())

    def plain(self, statement: Any, parameters: Any = None) -> list[Any]:
        """Every row a query gives, as the driver's own tuples: half the cost of `rows`.

        For columns that both drivers give as they are: numbers, text, bytes.
        """
        done = self.connection.execute(statement, parameters or {})
        return list(done.cursor.fetchall()) if done.cursor is not None else []

    def run(self, statement: Any, parameters: Any = None) -> int:
        """Carry out a statement, once per mapping where several are given; rows touched."""
        if isinstance(parameters, list) and not parameters:
            return 0
        counted = {"preserve_rowcount": True}
        done = self.connection.execute(statement, parameters or {}, execution_options=counted)
        return int(done.rowcount)

    def among(self, column: Any) -> Any:
        """A condition that `column` is one of the values bound to `keys` (see `bind`)."""
        if self.sqlite:
            return column.in_(sa.text("SELECT value FROM json_each(:keys)"))
        return column == sa.any_(sa.bindparam("keys", type_=sa.ARRAY(column.type)))

    def bind(self, values: Sequence[Any]) -> Any:
        """The values of an `among` condition as this database takes them."""
        return orjson.dumps(list(values)).decode() if self.sqlite else list(values)

    def chunked(self, build: Callable[[Any], Any], column: Any, values: Sequence[Any]) -> list[Any]:
        """Rows of `build(condition)` for all `values`, asked for in blocks."""
        found: list[Any] = []
        statement = build(self.among(column))
        for start in range(0, len(values), CHUNK):
            block = self.bind(values[start : start + CHUNK])
            found += self.plain(statement, {"keys": block})
        return found

    def allocate(self, name: str, count: int) -> range:
        """`count` fresh ids of one table."""
        table = schema.sequence
        add = sa.update(table).where(table.c.name == name).values(value=table.c.value + count)
        if not self.run(add):
            self.run(sa.insert(table).values(name=name, value=count))
        [[top]] = self.rows(sa.select(table.c.value).where(table.c.name == name))
        return range(top - count + 1, top + 1)

    def insert(
        self,
        table: sa.Table,
        names: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
        *,
        ignore: bool = False,
    ) -> None:
        """Insert rows in the order given; `ignore` passes over those that exist."""
        if self.sqlite or len(rows) < BULK:
            self._each(_inserting(table, self.sqlite, ignore), tuple(names), rows)
        else:
            copying.insert(self.connection, table, names, rows, ignore=ignore)

    def update(
        self, table: sa.Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Give rows of a table new values: each begins with its `id`, as `names` do.

        Where an id comes twice, what comes last stands.
        """
        names = tuple(names)
        if self.sqlite or len(rows) < BULK:
            self._each(_updating(table, names), tuple(f"b_{name}" for name in names), rows)
        else:
            last = {row[0]: row for row in rows}
            copying.update(self.connection, table, names, list(last.values()))

    def upsert(self, table: sa.Table) -> Any:
        """This database's own insert, which knows `on_conflict_do_update`."""
        return _own_insert(table, self.sqlite)

    def _each(
        self, statement: Any, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Carry out a statement once per row of values for `names`.

        Compiled once and handed to the driver as it is: SQLAlchemy's own way prepares parameters
        row by row, which took as long again as SQLite itself.
        """
        if not rows:
            return
        text, order = _compiled(statement, names, self.sqlite)
        if order is None:
            given: Any = [dict(zip(names, row, strict=True)) for row in rows]
        else:
            given = rows if order == names else list(map(_picked(names, order), rows))
        self.connection.exec_driver_sql(text, given)


@cache
def _compiled(
    statement: Any,
    names: tuple[str, ...],
    sqlite: bool,  # noqa: FBT001
) -> tuple[str, tuple[str, ...] | None]:
    """A statement as the driver takes it, and the order of its parameters, None for by name."""
    found = statement.compile(dialect=_dialect(sqlite), column_keys=names)
    return str(found), tuple(found.positiontup) if found.positional else None


def _dialect(sqlite: bool) -> Any:  # noqa: FBT001
    kind: Any = sa.dialects.registry.load("sqlite.pysqlite" if sqlite else "postgresql.psycopg")
    return kind()


def _picked(names: Sequence[str], order: Sequence[str]) -> Callable[[tuple[Any, ...]], Any]:
    return itemgetter(*(names.index(name) for name in order))


def _own_insert(table: sa.Table, sqlite: bool) -> Any:  # noqa: FBT001
    if sqlite:
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgres_insert

    return postgres_insert(table)


@cache
def _inserting(table: sa.Table, sqlite: bool, ignore: bool) -> Any:  # noqa: FBT001
    return _own_insert(table, sqlite).on_conflict_do_nothing() if ignore else sa.insert(table)


@cache
def _updating(table: sa.Table, names: tuple[str, ...]) -> Any:
    values: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in names[1:]}
    return sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(values)
