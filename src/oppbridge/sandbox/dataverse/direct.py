"""The rows without HTTP: for tests that play a person, and for independent comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..database import Database, Row
from ..wire import Stamp
from .addresses import need_row, place_of, split_path
from .desk import Caller, Desk
from .refusals import no_such_set
from .remove import delete_row
from .schema.book import Book, Entry, bind_book, stored
from .schema.model import Column
from .seed import PERSON
from .settings import Settings
from .single import change
from .write import create


class Direct:
    """Reads and writes through every business rule, in the name of `PERSON` unless told otherwise.

    Tables go by logical name (`account`) or set name (`accounts`). Bodies are what the Web API
    takes, `@odata.bind` included; refusals are `Refused`.
    """

    def __init__(self, book: Book, database: Database, settings: Settings) -> None:
        self.book = book
        self.database = database
        self.settings = settings

    def rows(self, table: str, condition: str = "1", *params: Any) -> list[Row]:
        """All rows by JSON names, amounts as `Decimal`; `condition` is SQL over those names."""
        return self.database.rows(self._entry(table).logical, condition, params)

    def row(self, table: str, row_id: str) -> Row:
        """One row; raises `Refused` when it is not there."""
        return self.desk().need(self._entry(table).logical, row_id)

    def put(
        self, table: str, row: Mapping[str, Any], *, user: str = PERSON, stamp: Stamp | None = None
    ) -> str:
        """Create a row and return its id."""
        with self.database.transaction(stamp):
            return create(self.desk(user), self._entry(table), row)

    def edit(
        self,
        table: str,
        row_id: str,
        values: Mapping[str, Any],
        *,
        user: str = PERSON,
        stamp: Stamp | None = None,
    ) -> None:
        """Change a row; `row_id` is an id or a key (`accountnumber='A1'`)."""
        entry = self._entry(table)
        with self.database.transaction(stamp):
            desk = self.desk(user)
            place = place_of(desk, split_path(f"{entry.definition.entity_set}({row_id})")[0])
            change(desk, entry, need_row(desk, place), values)

    def delete(self, table: str, row_id: str, *, user: str = PERSON) -> None:
        """Delete a row with what falls with it."""
        entry = self._entry(table)
        with self.database.transaction():
            desk = self.desk(user)
            delete_row(desk, entry.logical, desk.need(entry.logical, row_id))

    def alter(
        self,
        table: str,
        *,
        add: Sequence[Column] = (),
        drop: Sequence[str] = (),
        called: str | None = None,
    ) -> None:
        """Change a table as a customiser would: add or replace columns, drop some by name.

        `called` is a new set name. Rows keep what they hold; metadata, queries and validation
        follow at once.
        """
        logical = self._entry(table).logical
        gone = {*drop, *(column.name for column in add)}
        stock = self.book[logical].definition
        kept = tuple(column for column in stock.columns if column.name not in gone)
        altered = replace(stock, columns=(*kept, *add), entity_set=called or stock.entity_set)
        definitions = [e.definition for e in self.book.entries.values() if e.logical != logical]
        self.book = bind_book([*definitions, altered])
        self.database.define(stored(self.book[logical]))

    def count(self, table: str) -> int:
        """How many rows there are."""
        return int(
            self.database.select(f'SELECT count(*) FROM "{self._entry(table).logical}"')[0][0]
        )

    def reserve(self) -> Stamp:
        """Versions and an instant set aside now, for an edit that commits later (see `release`)."""
        return self.database.versions.reserve()

    def release(self, stamp: Stamp) -> None:
        """Say that the late edit is in, or will never be."""
        self.database.versions.release(stamp)

    def desk(self, user: str = PERSON) -> Desk:
        """A desk for `user`, to call rules and actions on."""
        return Desk(self.book, self.database, self.settings, Caller(user))

    def _entry(self, table: str) -> Entry:
        found = self.book.entries.get(table) or self.book.sets.get(table)
        if found is None:
            raise no_such_set(table)
        return found
