"""Rows of the twin.

Read with their fillers, written with record ids and record versions for the etag.
"""

from __future__ import annotations

import base64
import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..database import Database, Row
from ..tables import quote
from .schema import Column, Entity, Schema
from .values import INDEXED, filler

FIRST_RECORD = 5_637_144_576  # where record ids of user data begin


class Rows:
    """Typed access to the database. Values are as shown on the wire; decimals are `Decimal`."""

    def __init__(self, database: Database, schema: Schema) -> None:
        self.database = database
        self._records = itertools.count(FIRST_RECORD + database.versions.last)
        self._random = random.Random(database.versions.last)
        self.reshape(schema)

    def reshape(self, schema: Schema) -> None:
        """Take these columns and names from now on; rows keep what they hold."""
        self.schema = schema
        self.fillers = {
            name: {column.name: filler(column, schema) for column in entity.columns.values()}
            for name, entity in schema.entities.items()
        }
        self._expressions = {
            name: {
                column.name: self._expression(entity, column) for column in entity.columns.values()
            }
            for name, entity in schema.entities.items()
        }

    def expression(self, entity: Entity, column: str) -> str:
        """SQL that yields the column's value or its filler."""
        return self._expressions[entity.name][column]

    def _expression(self, entity: Entity, column: Column) -> str:
        name = quote(column.name)
        empty = self.fillers[entity.name][column.name]
        if (
            empty is None
            or column.name in entity.key
            or column.name in INDEXED.get(entity.table, ())
        ):
            return name
        return (
            f"coalesce({name}, {empty})"
            if isinstance(empty, int)
            else f"coalesce({name}, '{empty}')"
        )

    def select(
        self,
        name: str,
        columns: Sequence[str],
        condition: str = "1",
        params: Sequence[Any] = (),
        tail: str = "",
    ) -> list[Row]:
        """Rows with these columns; `tail` is ORDER BY and LIMIT."""
        entity = self.schema.entities[name]
        listed = ", ".join(self.expression(entity, column) for column in columns)
        sql = f"SELECT {listed} FROM {quote(entity.table)} WHERE {condition} {tail}"
        decimals = [column for column in columns if entity.columns[column].kind == "n"]
        out = []
        for values in self.database.select(sql, params):
            row = dict(zip(columns, values, strict=True))
            for column in decimals:
                row[column] = Decimal(row[column])
            out.append(row)
        return out

    def get(self, name: str, key: Sequence[Any], columns: Sequence[str] = ()) -> Row | None:
        """One row under its key, with all columns unless some are named."""
        entity = self.schema.entities[name]
        found = self.select(
            name, columns or tuple(entity.columns), same(entity.key), key, "LIMIT 1"
        )
        return found[0] if found else None

    def exists(self, name: str, columns: Mapping[str, Any]) -> bool:
        """Whether a row has these values."""
        table = self.schema.entities[name].table
        sql = f"SELECT 1 FROM {quote(table)} WHERE {same(columns)} LIMIT 1"
        return bool(self.database.select(sql, list(columns.values())))

    def insert(self, name: str, values: Mapping[str, Any]) -> None:
        """Add a row with record version 1; raises `database.Duplicate`."""
        entity = self.schema.entities[name]
        kept = self.kept(entity, values)
        self.database.insert(entity.table, {**kept, "RecId": next(self._records), "RecVersion": 1})

    def kept(self, entity: Entity, values: Mapping[str, Any]) -> Row:
        """The values worth keeping.

        Those that differ from their filler, keys, and what an index serves.
        """
        always = (*entity.key, *INDEXED.get(entity.table, ()))
        empty = self.fillers[entity.name]
        out = {name: value for name, value in values.items() if value != empty[name]}
        for name in always:
            out[name] = values.get(name, empty[name])
        return out

    def update(
        self, name: str, key: Sequence[Any], values: Mapping[str, Any], *, moves_etag: bool = True
    ) -> None:
        """Change columns; totals and other computed ones do not move the etag."""
        entity = self.schema.entities[name]
        version = {"RecVersion": self._random.randrange(2, 2**31)} if moves_etag else {}
        self.database.update(entity.table, key, {**values, **version})

    def delete(self, name: str, key: Sequence[Any]) -> None:
        """Remove a row."""
        self.database.delete(self.schema.entities[name].table, key)

    def etag(self, name: str, key: Sequence[Any]) -> str | None:
        """The etag of the row under `key`, None when there is none."""
        entity = self.schema.entities[name]
        sql = f"SELECT RecVersion, RecId FROM {quote(entity.table)} WHERE {same(entity.key)}"
        found = self.database.select(sql, key)
        return etag(entity, *found[0]) if found else None

    def load(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """The fast way in for generated rows, past every rule.

        All have the columns of the first.
        """
        entity = self.schema.entities[name]
        pending = iter(rows)
        first = next(pending, None)
        if first is None:
            return 0
        columns = tuple(dict.fromkeys((*first, *entity.key, *INDEXED.get(entity.table, ()))))
        empty = self.fillers[name]
        fixed = (*columns, "RecId", "RecVersion")
        lines = (
            (*(_sql(row.get(column, empty[column])) for column in columns), next(self._records), 1)
            for row in itertools.chain((first,), pending)
        )
        return self.database.insert_many(entity.table, fixed, lines)


def etag(entity: Entity, version: int, record: int) -> str:
    """One `version,record` pair per data source, `0,0` for an absent one, quoted, in base64."""
    count, present = entity.sources
    pairs = [f"{version},{record}", *(f"1,{record + more}" for more in range(1, present))]
    pairs += ["0,0"] * (count - present)
    text = "'" + ";".join(pairs) + "'"
    return f'W/"{base64.b64encode(text.encode()).decode()}"'


def same(columns: Iterable[str]) -> str:
    """`"a" = ? AND "b" = ?`."""
    return " AND ".join(f"{quote(column)} = ?" for column in columns)


def _sql(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value
