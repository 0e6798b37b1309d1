"""What lies where.

Quantities by product, place and dimensions, their planned changes, reservations.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from ..clock import Clock
from ..database import Database
from ..scm.direct import Direct
from ..tables import Field, Kind, Table
from ..world import World
from .measures import Measure, Quantities

# Base dimensions by lower-case name, as they are shown.
DIMENSIONS = {
    name.lower(): name
    for name in ("ColorId", "SizeId", "StyleId", "ConfigId", "VersionId", "BatchId", "SerialId")
}
PLACE = ("siteid", "locationid")
# What data sources call the base dimensions themselves.
SOURCE_NAMES = {
    "fno": {
        "inventcolorid": "colorid",
        "inventsizeid": "sizeid",
        "inventstyleid": "styleid",
        "inventsiteid": "siteid",
        "inventlocationid": "locationid",
        "inventbatchid": "batchid",
        "inventserialid": "serialid",
        "inventversionid": "versionid",
        "configid": "configid",
    }
}
_ON_HAND = {
    "colorid": "ProductColorId",
    "sizeid": "ProductSizeId",
    "styleid": "ProductStyleId",
    "configid": "ProductConfigurationId",
    "versionid": "ProductVersionId",
}
_FNO = {
    "physicalinvent": "OnHandQuantity",
    "reservphysical": "ReservedOnHandQuantity",
    "availphysical": "AvailableOnHandQuantity",
    "ordered": "OrderedQuantity",
    "reservordered": "ReservedOrderedQuantity",
    "availordered": "AvailableOrderedQuantity",
    "onorder": "OnOrderQuantity",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One product in one place with one set of dimensions (lower-case names, sorted)."""

    organization: str
    product: str
    site: str
    location: str
    dimensions: tuple[tuple[str, str], ...] = ()

    def key(self) -> list[str]:
        """As table columns."""
        rest = orjson.dumps(dict(self.dimensions)).decode()
        return [self.organization, self.product, self.site, self.location, rest]


_CELL = tuple(Field(name) for name in ("organization", "product", "site", "location", "dimensions"))
_CELL_KEY = tuple(field.name for field in _CELL)
_MEASURE = (Field("source"), Field("measure"))
TABLES = (
    Table(
        "quantities",
        (*_CELL_KEY, "source", "measure"),
        (*_CELL, *_MEASURE, Field("quantity", Kind.DECIMAL)),
    ),
    Table(
        "plans",
        (*_CELL_KEY, "day", "source", "measure"),
        (*_CELL, Field("day", Kind.DATE), *_MEASURE, Field("quantity", Kind.DECIMAL)),
    ),
    Table(
        "allocations",
        (*_CELL_KEY, "groups"),
        (*_CELL, Field("groups"), Field("quantity", Kind.DECIMAL)),
    ),
    Table("events", ("id",), (Field("id"), Field("answer"))),
    Table("reservations", ("id",), (Field("id"), *_CELL, *_MEASURE)),
)


class Stock:
    """Quantities: those of `fno` come from the Supply Chain twin, the others are kept here."""

    def __init__(self, world: World, scm: Direct) -> None:
        self.database = Database(world.database_path("inventory"), TABLES, world.clock)
        self.clock: Clock = world.clock
        self._scm = scm

    def cells(self, organization: str, product: str) -> Iterator[tuple[Cell, Quantities]]:
        """Everything known about a product (all products when it is empty)."""
        found = dict(self._from_scm(organization, product))
        where, params = '"organization" = ?', [organization]
        if product:
            where, params = f'{where} AND "product" = ?', [organization, product]
        for row in self.database.rows("quantities", where, params):
            quantities = found.setdefault(_cell(row), {})
            quantities[row["source"], row["measure"]] = row["quantity"]
        yield from found.items()

    def plans(self, cell: Cell) -> Iterator[tuple[str, Measure, Decimal]]:
        """(day, measure, quantity) planned for a cell from today on."""
        where = " AND ".join(f'"{name}" = ?' for name in _CELL_KEY)
        today = self.clock.stamp()[:10]
        for row in self.database.rows("plans", f'{where} AND "day" >= ?', [*cell.key(), today]):
            yield row["day"], (row["source"], row["measure"]), row["quantity"]

    def add(self, cell: Cell, measure: Measure, quantity: Decimal, day: str = "") -> None:
        """Change a quantity, or what is planned for a day."""
        table, extra = ("plans", [day]) if day else ("quantities", [])
        key = [*cell.key(), *extra, *measure]
        row = self.database.get(table, key)
        self._put(table, key, quantity + (row["quantity"] if row else Decimal(0)))

    def set(self, cell: Cell, measure: Measure, quantity: Decimal) -> None:
        """Overwrite a quantity."""
        self._put("quantities", [*cell.key(), *measure], quantity)

    def get(self, cell: Cell, measure: Measure) -> Decimal:
        """A kept quantity."""
        row = self.database.get("quantities", [*cell.key(), *measure])
        return Decimal(row["quantity"]) if row else Decimal(0)

    def allotted(self, cell: Cell, groups: str) -> Decimal:
        """What is set aside for a group."""
        row = self.database.get("allocations", [*cell.key(), groups])
        return Decimal(row["quantity"]) if row else Decimal(0)

    def allot(self, cell: Cell, groups: str, quantity: Decimal) -> None:
        """Change what is set aside for a group."""
        held = self.allotted(cell, groups)
        self._put("allocations", [*cell.key(), groups], held + quantity)

    def reservation(self, cell: Cell, measure: Measure) -> str:
        """The id reservations of this cell share; made on first use."""
        columns = (*_CELL_KEY, "source", "measure")
        row = self.database.get("reservations", [*cell.key(), *measure], columns)
        if row:
            return str(row["id"])
        number = str(uuid.uuid5(uuid.NAMESPACE_OID, "|".join([*cell.key(), *measure])))
        values = dict(zip(columns, [*cell.key(), *measure], strict=True))
        self.database.insert("reservations", {"id": number, **values})
        return number

    def reserved(self, reservation: str) -> tuple[Cell, Measure] | None:
        """What a reservation id stands for."""
        row = self.database.get("reservations", [reservation])
        return (_cell(row), (row["source"], row["measure"])) if row else None

    def once(self, event: str) -> Mapping[str, Any] | None:
        """The answer an event was given before, None for a new one."""
        row = self.database.get("events", [event])
        return orjson.loads(row["answer"]) if row else None

    def remember(self, event: str, answer: Mapping[str, Any]) -> None:
        """Keep the answer to an event, so that sending it again changes nothing."""
        self.database.insert("events", {"id": event, "answer": orjson.dumps(answer).decode()})

    def _put(self, table: str, key: list[str], quantity: Decimal) -> None:
        if self.database.get(table, key):
            self.database.update(table, key, {"quantity": quantity})
            return
        values = dict(zip(self.database.tables[table].key, key, strict=True))
        self.database.insert(table, {**values, "quantity": quantity})

    def _from_scm(self, organization: str, product: str) -> Iterator[tuple[Cell, Quantities]]:
        wanted = {"dataAreaId": organization} | ({"ItemNumber": product} if product else {})
        for row in self._scm.rows("WarehousesOnHandV2", **wanted):
            given = {name: row[column] for name, column in _ON_HAND.items() if row[column]}
            place = (row["InventorySiteId"], row["InventoryWarehouseId"])
            cell = Cell(organization, row["ItemNumber"], *place, tuple(sorted(given.items())))
            yield cell, {("fno", name): row[column] for name, column in _FNO.items()}


def _cell(row: Mapping[str, Any]) -> Cell:
    given = tuple(sorted(orjson.loads(row["dimensions"]).items()))
    return Cell(row["organization"], row["product"], row["site"], row["location"], given)
