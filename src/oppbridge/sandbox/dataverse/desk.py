"""One caller at work: rows read and written raw, with stamps, in the name of that caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..clock import instant
from ..database import Database, Row
from ..tables import quote
from .refusals import no_such_row
from .schema.book import Book
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose name is on the rows written; `real` is the caller behind an impersonated user."""

    user: str
    real: str | None = None
    integration: bool = False


@dataclass(frozen=True, slots=True)
class Currency:
    """What prices need to know of a currency."""

    id: str
    code: str
    symbol: str
    precision: int
    rate: Decimal


@dataclass(slots=True)
class Desk:
    """The rows as one caller reads and writes them. Nothing is checked here: rules do that."""

    book: Book
    database: Database
    settings: Settings
    caller: Caller
    detecting: bool = False  # duplicate-detection rules apply to the write going on
    _currencies: dict[str, Currency] = field(default_factory=dict)
    _organization: Row | None = None

    def now(self) -> str:
        """The stamp of writes made now."""
        return instant(self.database.versions.time())

    def get(self, logical: str, row_id: str | None) -> Row | None:
        """A row by its id."""
        return self.database.get(logical, [row_id]) if row_id else None

    def need(self, logical: str, row_id: str | None) -> Row:
        """A row by its id; refuses with 404."""
        row = self.get(logical, row_id)
        if row is None:
            raise no_such_row(logical, str(row_id))
        return row

    def has(self, logical: str, row_id: str) -> bool:
        """Whether there is a row with this id."""
        key = quote(self.book[logical].definition.key)
        sql = f"SELECT 1 FROM {quote(logical)} WHERE {key} = ?"
        return bool(self.database.select(sql, [row_id]))

    def find(self, logical: str, **equal: Any) -> list[Row]:
        """Rows whose properties have these values."""
        condition = " AND ".join(f'"{name}" = ?' for name in equal) or "1"
        return self.database.rows(logical, condition, list(equal.values()))

    def insert(self, logical: str, row: Mapping[str, Any]) -> None:
        """Add a row as it is, stamped."""
        now = self.now()
        stamps: dict[str, Any] = {}
        if "createdon" in self.book[logical].columns:
            stamps = {
                "createdon": row.get("overriddencreatedon") or now,
                "modifiedon": now,
                "_createdby_value": self.caller.user,
                "_modifiedby_value": self.caller.user,
                "_createdonbehalfby_value": self.caller.real,
                "_modifiedonbehalfby_value": self.caller.real,
            }
        whole = {**row, **stamps}
        self.database.insert(logical, {n: value for n, value in whole.items() if value is not None})

    def change(
        self, logical: str, row_id: str, values: Mapping[str, Any], *, stamped: bool = True
    ) -> None:
        """Change a row as it is; `stamped` False leaves modifiedon alone (system recalculation)."""
        stamps: dict[str, Any] = {}
        if stamped and "modifiedon" in self.book[logical].columns:
            stamps = {
                "modifiedon": self.now(),
                "_modifiedby_value": self.caller.user,
                "_modifiedonbehalfby_value": self.caller.real,
            }
        self.database.update(logical, [row_id], {**values, **stamps})

    def drop(self, logical: str, row_id: str) -> None:
        """Delete a row as it is."""
        self.database.delete(logical, [row_id])

    def organization(self) -> Row:
        """The organisation's row."""
        if self._organization is None:
            self._organization = self.database.rows("organization", tail="LIMIT 1")[0]
        return self._organization

    def currency(self, row_id: str | None) -> Currency:
        """A currency; the base currency for None."""
        wanted = row_id or str(self.organization()["_basecurrencyid_value"])
        if wanted not in self._currencies:
            row = self.need("transactioncurrency", wanted)
            self._currencies[wanted] = Currency(
                wanted,
                row["isocurrencycode"],
                row["currencysymbol"],
                row["currencyprecision"],
                row["exchangerate"],
            )
        return self._currencies[wanted]
