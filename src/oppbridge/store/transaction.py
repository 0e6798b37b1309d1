"""One transaction, and how it asks and tells either database: bulk goes the database's own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import copying, schema
from .prepared import Prepared, Text, inserting, own_insert, sealed_in, updating
from .vault import Vault

CHUNK = 5000
BULK = 400  # rows from which PostgreSQL copies; a merge costs 3 ms to begin, then half as much


@dataclass(slots=True)
class Tx:
    """One transaction: a connection that commits as a whole or not at all."""

    connection: Connection
    sqlite: bool
    vault: Vault | None = None

    def rows(self, statement: Any, parameters: Any = None) -> list[Any]:
        """Every row a query gives."""
        found = self.connection.execute(statement, parameters or {}).all()
        return list(found) if self.vault is None else self._opened(found, sealed_in(statement))

    def plain(self, statement: Any, parameters: Any = None) -> list[Any]:
        """Every row a query gives, as the driver's own tuples: half the cost of `rows`.

        For columns that both drivers give as they are: numbers, text, bytes.
        """
        done = self.connection.execute(statement, parameters or {})
        found = list(done.cursor.fetchall()) if done.cursor is not None else []
        return found if self.vault is None else self._opened(found, sealed_in(statement))

    def run(self, statement: Any, parameters: Any = None) -> int:
        """Carry out a statement, once per mapping where several are given; rows touched."""
        if isinstance(parameters, list) and not parameters:
            return 0
        counted = {"preserve_rowcount": True}
        done = self.connection.execute(statement, parameters or {}, execution_options=counted)
        return int(done.rowcount)

    def bind(self, values: Sequence[Any]) -> Any:
        """The values of an `Among` condition as this database takes them."""
        return orjson.dumps(list(values)).decode() if self.sqlite else list(values)

    def ask(self, question: Prepared, **values: Any) -> list[Any]:
        """Every row a prepared question gives, as the driver's own tuples."""
        text = question.text(sqlite=self.sqlite)
        done = self.connection.exec_driver_sql(text.text, text.parameters(values))
        found = list(done.cursor.fetchall()) if done.cursor is not None else []
        return found if self.vault is None else self._opened(found, text.sealed)

    def ask_each(self, question: Prepared, keys: Sequence[Any], **values: Any) -> list[Any]:
        """The rows of a question about `keys`, asked for in blocks."""
        found: list[Any] = []
        for start in range(0, len(keys), CHUNK):
            found += self.ask(question, keys=self.bind(keys[start : start + CHUNK]), **values)
        return found

    def tell(self, statement: Prepared, **values: Any) -> int:
        """Carry out a prepared change; rows touched."""
        text = statement.text(sqlite=self.sqlite)
        return int(self.connection.exec_driver_sql(text.text, text.parameters(values)).rowcount)

    def tell_each(self, statement: Prepared, keys: Sequence[Any], **values: Any) -> None:
        """Carry out a prepared change of `keys`, in blocks."""
        for start in range(0, len(keys), CHUNK):
            self.tell(statement, keys=self.bind(keys[start : start + CHUNK]), **values)

    def allocate(self, name: str, count: int) -> range:
        """`count` fresh ids of one table."""
        if not self.tell(_ADVANCE, sequence=name, count=count):
            self.insert(schema.sequence, ("name", "value"), [(name, count)])
        [[top]] = self.ask(_TOP, sequence=name)
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
        rows = self._kept(table, names, rows)
        if self.sqlite or len(rows) < BULK:
            names = tuple(names)
            text = inserting(table, names, sqlite=self.sqlite, ignore=ignore)
            self._each(text, names, rows)
        else:
            copying.insert(self.connection, table, names, rows, ignore=ignore)

    def update(
        self, table: sa.Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Give rows of a table new values: each begins with its `id`, as `names` do.

        Where an id comes twice, what comes last stands.
        """
        names, rows = tuple(names), self._kept(table, names, rows)
        if self.sqlite or len(rows) < BULK:
            text = updating(table, names, sqlite=self.sqlite)
            self._each(text, tuple(f"b_{name}" for name in names), rows)
        else:
            last = {row[0]: row for row in rows}
            copying.update(self.connection, table, names, list(last.values()))

    def upsert(self, table: sa.Table) -> Any:
        """This database's own insert, which knows `on_conflict_do_update`."""
        return own_insert(table, sqlite=self.sqlite)

    def sealed(self, column: sa.Column[str], text: str) -> str:
        """A value for a statement of one's own to put into a column."""
        return text if self.vault is None else self.vault.seal(text, schema.place(column))

    def _kept(
        self, table: sa.Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> Sequence[tuple[Any, ...]]:
        """Rows as they are kept: sealed, or blind, where the store has a key."""
        vault = self.vault
        kept = {at: table.c[name] for at, name in enumerate(names) if table.c[name].info}
        if vault is None or not kept:
            return rows
        out = [list(row) for row in rows]
        for at, column in kept.items():
            blind, place = column.info["kept"] == schema.BLIND, schema.place(column)
            for row in out:
                if row[at] is not None:
                    row[at] = vault.blind(row[at]) if blind else vault.seal(row[at], place)
        return [tuple(row) for row in out]

    def _opened(self, rows: Sequence[Any], sealed: Sequence[tuple[int, str]]) -> list[Any]:
        """Rows with their sealed columns opened."""
        if self.vault is None or not sealed:
            return list(rows)
        out = [list(row) for row in rows]
        for at, place in sealed:
            for row in out:
                if row[at] is not None:
                    row[at] = self.vault.open(row[at], place)
        return [tuple(row) for row in out]

    def _each(self, text: Text, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """Carry out a statement once per row of values for `names`.

        Handed to the driver as it is: SQLAlchemy's own way prepares parameters row by row, which
        took as long again as SQLite itself.
        """
        if not rows:
            return
        if text.order is None:
            given: Any = [dict(zip(names, row, strict=True)) for row in rows]
        else:
            given = rows if text.order == names else list(map(_picked(names, text.order), rows))
        self.connection.exec_driver_sql(text.text, given)


def _picked(names: Sequence[str], order: Sequence[str]) -> Callable[[tuple[Any, ...]], Any]:
    return itemgetter(*(names.index(name) for name in order))


_TABLE = schema.sequence
_NAMED = _TABLE.c.name == sa.bindparam("sequence")
_ADVANCE = Prepared(
    lambda _: sa.update(_TABLE).where(_NAMED).values(value=_TABLE.c.value + sa.bindparam("count"))
)
_TOP = Prepared(lambda _: sa.select(_TABLE.c.value).where(_NAMED))
