"""Changes to stock.

Deltas, absolute quantities, plans by day, soft reservations and their reversal.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from .measures import Measure, calculate, physical
from .queries import BadInventory
from .stock import DIMENSIONS, PLACE, SOURCE_NAMES, Cell, Stock

BULK_LIMIT = 512
AVAILABLE: Measure = ("iv", "availabletoreserve")  # what the modifier SoftReservPhysical draws on
Event = Mapping[str, Any]


def change(stock: Stock, event: Event) -> dict[str, Any]:
    """Add deltas; an id that was seen before changes nothing."""
    return once(stock, event, lambda cell: _apply(stock, cell, event, absolute=False))


def overwrite(stock: Stock, source: str, event: Event) -> dict[str, Any]:
    """Replace the quantities of one data source."""
    quantities = {source: event.get("quantities", {}).get(source, {})}
    changed = {**event, "quantities": quantities}
    return once(stock, changed, lambda cell: _apply(stock, cell, changed, absolute=True))


def plan(stock: Stock, days: int, event: Event) -> dict[str, Any]:
    """Add planned changes by day; days outside the period are refused."""
    by_day = event.get("quantitiesByDate")
    if not isinstance(by_day, dict):
        raise BadInventory("quantitiesByDate is missing.")
    today = date.fromisoformat(stock.clock.stamp()[:10])
    for day in by_day:
        if not today <= _day(day) < today + timedelta(days=days):
            raise BadInventory(f"The date {day} lies outside the schedule period.")

    def apply(cell: Cell) -> dict[str, Any]:
        for day, quantities in by_day.items():
            for measure, quantity in _measures(quantities):
                stock.add(cell, measure, quantity, _day(day).isoformat())
        return {}

    return once(stock, event, apply)


def reserve(stock: Stock, event: Event) -> dict[str, Any]:
    """Reserve softly; checked against what is available unless the caller says otherwise."""
    source = str(event.get("quantityDataSource") or "iv")
    measure = physical(source, str(event.get("modifier") or "softReservPhysical"))
    if measure is None or measure[0] == "fno":
        raise BadInventory("The modifier is not a measure that reservations can be kept in.")
    quantity = number_of(event.get("quantity"))

    def apply(cell: Cell) -> dict[str, Any]:
        if event.get("ifCheckAvailForReserv", True) and quantity > _available(stock, cell):
            text = "The quantity to reserve exceeds the quantity available for reservation."
            return {"processingStatus": "failed", "message": text, "statusCode": 400}
        stock.add(cell, measure, quantity)
        return {"reservationId": stock.reservation(cell, measure)}

    return once(stock, event, apply, "ohre")


def unreserve(stock: Stock, event: Event) -> dict[str, Any]:
    """Take a reservation back, at most what is reserved; the excess is told."""
    found = stock.reserved(str(event.get("reservationId", "")))
    if found is None:
        raise BadInventory("The reservation id is not known.")
    cell, measure = found
    offset = number_of(event.get("OffsetQty", event.get("offsetQty")))

    def apply(_: Cell) -> dict[str, Any]:
        taken = min(offset, stock.get(cell, measure))
        stock.add(cell, measure, -taken)
        status = "success" if taken == offset else "partialSuccess"
        return {
            "reservationId": event["reservationId"],
            "processingStatus": status,
            "totalInvalidOffsetQtyByReservId": float(offset - taken),
        }

    return once(stock, event, apply, "ohoe", cell)


def _available(stock: Stock, wanted: Cell) -> Decimal:
    cells = stock.cells(wanted.organization, wanted.product)
    inside = set(wanted.dimensions)
    total = Decimal(0)
    for cell, quantities in cells:
        same_place = (cell.site, cell.location) == (wanted.site, wanted.location)
        if same_place and inside <= set(cell.dimensions):
            total += calculate(AVAILABLE, quantities)
    return total


def once(
    stock: Stock, event: Event, apply: Any, prefix: str = "oh", cell: Cell | None = None
) -> dict[str, Any]:
    """Apply an event unless its id was seen before; the answer it is or was given."""
    number = str(event.get("id") or "")
    if not number:
        raise BadInventory("The id is missing.")
    seen = stock.once(number)
    if seen is not None:
        return dict(seen)
    result = apply(cell or cell_of(event))
    random_part = random.Random(number).randrange(10**6)
    answer = {
        "id": f"{prefix}~id-{random_part}" if prefix != "oh" else number,
        "processingStatus": "success",
        "message": "",
        "statusCode": 200,
        **(result or {}),
    }
    stock.remember(number, answer)
    return answer


def _apply(stock: Stock, cell: Cell, event: Event, *, absolute: bool) -> dict[str, Any]:
    quantities = event.get("quantities")
    if not isinstance(quantities, dict) or not quantities:
        raise BadInventory("quantities are missing.")
    for measure, quantity in _measures(quantities):
        if absolute:
            stock.set(cell, measure, quantity)
        else:
            stock.add(cell, measure, quantity)
    return {}


def _measures(quantities: Mapping[str, Any]) -> list[tuple[Measure, Decimal]]:
    out = []
    for source, values in quantities.items():
        for name, quantity in values.items():
            out.append((measure_of(source, name), number_of(quantity)))
    return out


def measure_of(source: str, name: str) -> Measure:
    """A physical measure that callers may change. Raises `BadInventory` for others."""
    measure = physical(source, name)
    if measure is None:
        raise BadInventory(f"{source}.{name} is not a configured physical measure.")
    if measure[0] in ("fno", "@iv"):
        raise BadInventory(f"The data source {measure[0]} is read-only.")
    return measure


def cell_of(event: Event) -> Cell:
    """The place and dimensions an event speaks of, in base dimensions."""
    source = SOURCE_NAMES.get(str(event.get("dimensionDataSource") or "").lower(), {})
    given: dict[str, str] = {}
    for name, value in (event.get("dimensions") or {}).items():
        base = source.get(name.lower(), name.lower())
        if base in DIMENSIONS or base in PLACE:
            given[base] = str(value)
        elif not event.get("dimensionDataSource"):
            raise BadInventory(f"The dimension {name} is not a base dimension.")
    if not all(given.get(name) for name in PLACE):
        raise BadInventory("The dimensions siteId and locationId are mandatory.")
    organization, product = event.get("organizationId"), event.get("productId")
    if not organization or not product:
        raise BadInventory("organizationId and productId are mandatory.")
    rest = tuple(sorted((name, value) for name, value in given.items() if name not in PLACE))
    return Cell(str(organization).lower(), str(product), given["siteid"], given["locationid"], rest)


def number_of(value: Any) -> Decimal:
    """A quantity; raises `BadInventory`."""
    try:
        return Decimal(str(value))
    except InvalidOperation as problem:
        raise BadInventory(f"'{value}' is not a quantity.") from problem


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as problem:
        raise BadInventory(f"'{text}' is not a date.") from problem
