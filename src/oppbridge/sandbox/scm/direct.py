"""The twin's rows without HTTP: for tests, demonstrations and independent comparisons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from ..database import Row
from .schema import Schema, altered
from .values import tables

if TYPE_CHECKING:
    from .chain import SupplyChain


class Direct:
    """What a person at the service's own screen sees and does: the same rules, another door.

    Rows are as shown on the wire, amounts as `Decimal`. Refused writes raise `refusals.Refused`.
    """

    def __init__(self, service: SupplyChain) -> None:
        self._service = service
        self._twin = service.twin

    def rows(self, entity: str, **equal: Any) -> list[Row]:
        """Rows of an entity set in key order; keywords narrow them down by equal columns."""
        found = self._twin.rows.schema.entities[entity]
        where = " AND ".join(
            ["1", *(f"{self._twin.rows.expression(found, name)} = ?" for name in equal)]
        )
        order = f"ORDER BY {', '.join(found.key)}"
        columns = tuple(found.columns)
        return self._twin.rows.select(entity, columns, where, list(equal.values()), order)

    def get(self, entity: str, *key: Any) -> Row | None:
        """One row under its key (company first where rows belong to one)."""
        return self._twin.rows.get(entity, key)

    def put(self, entity: str, row: Mapping[str, Any]) -> Row:
        """Create a row; returns it whole."""
        found = self._twin.rows.schema.entities[entity]
        with self._twin.rows.database.transaction():
            return self._service.writer.create(found, row, "usmf", None)

    def bring(self, entity: str, row: Mapping[str, Any]) -> Row:
        """Create a row under its own number, as a migration does."""
        numbers = self._twin.numbers
        numbers.importing = True
        try:
            return self.put(entity, row)
        finally:
            numbers.importing = False

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is written together."""
        return self._twin.rows.database.transaction()

    def edit(self, entity: str, key: Iterable[Any], values: Mapping[str, Any]) -> None:
        """Change columns of a row; raises `refusals.Missing` when it is not there."""
        found = self._twin.rows.schema.entities[entity]
        with self._twin.rows.database.transaction():
            self._service.writer.update(found, tuple(key), values)

    def delete(self, entity: str, *key: Any) -> None:
        """Delete a row; raises `refusals.Missing` when it is not there."""
        found = self._twin.rows.schema.entities[entity]
        with self._twin.rows.database.transaction():
            self._service.writer.delete(found, key)

    def alter(
        self, entity: str, *, add: str = "", drop: Collection[str] = (), called: str = ""
    ) -> None:
        """Change an entity set as an update of the service would: see `schema.altered`.

        Metadata, queries and validation follow at once.
        """
        self._reshape(altered(self._service.schema, entity, add, drop, called))

    def alter_enum(self, enum: str, members: Mapping[str, int]) -> None:
        """Give an enumeration other members."""
        schema = self._service.schema
        self._reshape(Schema(schema.entities, {**schema.enums, enum: dict(members)}))

    def _reshape(self, schema: Schema) -> None:
        self._twin.rows.reshape(schema)
        for table in tables(schema):
            self._twin.rows.database.define(table)

    def load(self, entity: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add generated rows past every rule, fast; returns how many."""
        return self._twin.rows.load(entity, rows)

    def post(self, command: str, /, **body: Any) -> Any:
        """Carry out a control command: see `commands`."""
        return self._service.command(command, body)
