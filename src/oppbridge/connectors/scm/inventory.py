"""What can be promised of items now and on the days to come.

With Inventory Visibility set up it is asked: on-hand, or available-to-promise by day. Without it,
the warehouse on-hand of the data service answers for today. An item without a place is asked for at
every warehouse of its company.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from oppbridge.errors import ContractBroken
from oppbridge.http.answer import Call
from oppbridge.http.decode import encode
from oppbridge.http.odata import eq
from oppbridge.http.session import Session

from .island import VERSION
from .rows import matching, where
from .settings import InventorySettings
from .shape import number
from .tables import COMPANY

PRODUCTS = 5_000  # in one question
PLACES = 100  # sites times locations, in one question

Place = tuple[str, str]
Item = TypeVar("Item", bound=tuple[str, str, str | None, str | None])


class Promise(NamedTuple):
    """From this day on, so many can be promised."""

    on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Inventory:
    """Asks Inventory Visibility."""

    session: Session
    settings: InventorySettings

    def promised(
        self, company: str, products: Sequence[str], places: Sequence[Place]
    ) -> dict[tuple[str, Place], list[Promise]]:
        """Promises by product and place; what the service has no stock of is left out."""
        found: dict[tuple[str, Place], list[Promise]] = {}
        for some in _chunks(products, PRODUCTS):
            for here in _chunks(places, PLACES):
                for row in self._asked(company, some, here):
                    key = (str(row.get("productId")), _place(row.get("dimensions") or {}))
                    found[key] = added(found.get(key, []), self._promises(row))
        return found

    def _asked(
        self, company: str, products: Sequence[str], places: Sequence[Place]
    ) -> Sequence[Mapping[str, Any]]:
        body = {
            "filters": {
                "organizationId": [company],
                "productId": list(products),
                "dimensions": ["siteId", "locationId"],
                "values": [list(place) for place in places],
            },
            "groupByValues": [],
            "returnNegative": True,
            "QueryATP": self.settings.atp is not None,
        }
        path = f"api/environment/{self.settings.environment}/onhand/exactquery"
        found = self.session.json(Call("POST", path, encode(body), VERSION, repeatable=True))
        if not isinstance(found, list):
            raise ContractBroken("Inventory Visibility did not answer with a list")
        return found

    def _promises(self, row: Mapping[str, Any]) -> list[Promise]:
        if self.settings.atp is None:
            quantity = measured(row.get("quantities"), self.settings.measure)
            return [Promise(datetime.now(UTC).date(), quantity)]
        days = row.get("atpQuantities") or {}
        return sorted(
            Promise(date.fromisoformat(str(day)[:10]), measured(values, self.settings.atp))
            for day, values in days.items()
        )


def available(
    session: Session, inventory: Inventory | None, items: Sequence[Item]
) -> dict[Item, Sequence[Promise]]:
    """What can be promised of each item, in order of day, the first as of now.

    Items the service knows nothing of are left out.
    """
    promised: dict[Item, Sequence[Promise]] = {}
    for company in dict.fromkeys(item[0].lower() for item in items):
        mine = [item for item in items if item[0].lower() == company]
        places = {item: list(_places(item, _warehouses(session, company, mine))) for item in mine}
        products = list(dict.fromkeys(item[1] for item in mine))
        wanted = list(dict.fromkeys(place for found in places.values() for place in found))
        if not wanted:
            continue
        if inventory is None:
            stock = on_hand(session, company, products)
        else:
            stock = inventory.promised(company, products, wanted)
        for item in mine:
            total: list[Promise] = []
            for place in places[item]:
                total = added(total, stock.get((item[1], place), []))
            if total:
                promised[item] = total
    return promised


def on_hand(
    session: Session, company: str, products: Sequence[str]
) -> dict[tuple[str, Place], list[Promise]]:
    """What lies unreserved in each warehouse today, by the data service."""
    quantity = "AvailableOnHandQuantity"
    key = (
        "ItemNumber",
        "ProductColorId",
        "ProductConfigurationId",
        "ProductSizeId",
        "ProductStyleId",
        "ProductVersionId",
        "InventorySiteId",
        "InventoryWarehouseId",
    )
    columns = (COMPANY, *key, quantity)
    today, found = datetime.now(UTC).date(), dict[tuple[str, Place], list[Promise]]()
    rows = matching(session, "WarehousesOnHandV2", columns, company, ("ItemNumber", products), key)
    for row in rows:
        place = (str(row["InventorySiteId"]), str(row["InventoryWarehouseId"]))
        here = (str(row["ItemNumber"]), place)
        found[here] = added(found.get(here, []), [Promise(today, number(row[quantity]))])
    return found


def added(some: Sequence[Promise], more: Sequence[Promise]) -> list[Promise]:
    """What two places can promise together, on every day that either speaks of."""
    if not some or not more:
        return list(some or more)
    days = sorted({promise.on for promise in (*some, *more)})
    return [Promise(day, _on(some, day) + _on(more, day)) for day in days]


def measured(quantities: Any, measure: str) -> Decimal:
    """A measure, `source.measure`, of the quantities; names are compared without case."""
    source, _, name = measure.lower().partition(".")
    sources = {str(key).lower(): value for key, value in (quantities or {}).items()}
    measures = {str(key).lower(): value for key, value in (sources.get(source) or {}).items()}
    return number(measures.get(name, 0))


def _on(promises: Sequence[Promise], day: date) -> Decimal:
    """What is promised on a day: what was said last before it, or else what is said first."""
    before = [promise.quantity for promise in promises if promise.on <= day]
    return before[-1] if before else promises[0].quantity


def _place(dimensions: Mapping[str, Any]) -> Place:
    lower = {str(name).lower(): str(value) for name, value in dimensions.items()}
    return lower.get("siteid", ""), lower.get("locationid", "")


def _warehouses(session: Session, company: str, items: Sequence[Item]) -> list[Place]:
    """The warehouses of the company with their sites; none are read where all items name theirs."""
    if all(item[2] and item[3] for item in items):
        return []
    columns, key = (COMPANY, "WarehouseId", "OperationalSiteId"), ("WarehouseId",)
    rows = where(session, "Warehouses", columns, key, eq(COMPANY, company))
    return [(str(row["OperationalSiteId"]), str(row["WarehouseId"])) for row in rows]


def _places(item: Item, warehouses: Iterable[Place]) -> Iterator[Place]:
    _, _, site, warehouse = item
    if site and warehouse:
        yield site, warehouse
        return
    for place in warehouses:
        if site in (None, "", place[0]) and warehouse in (None, "", place[1]):
            yield place


def _chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
