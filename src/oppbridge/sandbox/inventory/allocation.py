"""Ring-fencing: stock set aside for groups (a channel, a region), consumed from there.

Source: supply-chain `inventory-visibility-allocation.md`. Answers and the shape of `query` are not
published in full; they follow those of changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from .changes import Event, measure_of, number_of, once
from .measures import calculate
from .queries import BadInventory
from .stock import Cell, Stock

LEVELS = 8
_SIGNS = {"Addition": 1, "Subtraction": -1}


def allocate(stock: Stock, event: Event) -> dict[str, Any]:
    """Set stock aside for a group, at most what can be allocated."""

    def apply(cell: Cell) -> dict[str, Any]:
        quantity, groups = _quantity(event), _groups(event, "groups")
        if quantity > _free(stock, cell):
            return _failed("The quantity exceeds the quantity available to allocate.")
        _allot(stock, cell, groups, quantity)
        stock.add(cell, ("@iv", "@cumulative_allocated"), quantity)
        return {}

    return once(stock, event, apply)


def unallocate(stock: Stock, event: Event) -> dict[str, Any]:
    """Give stock back from a group, at most what it has."""

    def apply(cell: Cell) -> dict[str, Any]:
        quantity, groups = _quantity(event), _groups(event, "groups")
        if quantity > stock.allotted(cell, groups):
            return _failed("The quantity exceeds the allocated quantity.")
        _allot(stock, cell, groups, -quantity)
        return {}

    return once(stock, event, apply)


def reallocate(stock: Stock, event: Event) -> dict[str, Any]:
    """Move stock from one group to another."""

    def apply(cell: Cell) -> dict[str, Any]:
        quantity, source = _quantity(event), _groups(event, "sourceGroups")
        if quantity > stock.allotted(cell, source):
            return _failed("The quantity exceeds the allocated quantity.")
        _allot(stock, cell, source, -quantity)
        _allot(stock, cell, _groups(event, "groups"), quantity)
        return {}

    return once(stock, event, apply)


def consume(stock: Stock, event: Event) -> dict[str, Any]:
    """Use up what a group has, and change physical measures along with it."""

    def apply(cell: Cell) -> dict[str, Any]:
        quantity, groups = _quantity(event), _groups(event, "groups")
        if quantity > stock.allotted(cell, groups):
            return _failed("The quantity exceeds the allocated quantity.")
        for source, values in (event.get("physicalMeasures") or {}).items():
            for name, word in values.items():
                if word not in _SIGNS:
                    raise BadInventory(f"{word} is neither Addition nor Subtraction.")
                stock.add(cell, measure_of(source, name), _SIGNS[word] * quantity)
        _allot(stock, cell, groups, -quantity)
        stock.add(cell, ("@iv", "@consumed"), quantity)
        stock.add(cell, ("@iv", "@cumulative_consumed"), quantity)
        return {}

    return once(stock, event, apply)


def query(stock: Stock, body: Event) -> list[dict[str, Any]]:
    """What groups have of a product in an organisation."""
    organization, product = str(body.get("organizationId", "")).lower(), body.get("productId")
    if not organization or not product:
        raise BadInventory("organizationId and productId are mandatory.")
    where = '"organization" = ? AND "product" = ?'
    rows = stock.database.rows("allocations", where, [organization, product])
    return [
        {
            "productId": row["product"],
            "dimensions": {
                "siteid": row["site"],
                "locationid": row["location"],
                **orjson.loads(row["dimensions"]),
            },
            "groups": orjson.loads(row["groups"]),
            "quantities": {"@iv": {"@allocated": float(row["quantity"])}},
        }
        for row in rows
    ]


def _free(stock: Stock, wanted: Cell) -> Decimal:
    for cell, quantities in stock.cells(wanted.organization, wanted.product):
        if cell == wanted:
            return calculate(("@iv", "@available_to_allocate"), quantities)
    return Decimal(0)


def _allot(stock: Stock, cell: Cell, groups: str, quantity: Decimal) -> None:
    stock.allot(cell, groups, quantity)
    stock.add(cell, ("@iv", "@allocated"), quantity)


def _quantity(event: Event) -> Decimal:
    quantity = number_of(event.get("quantity"))
    if quantity <= 0:
        raise BadInventory("The quantity must be positive.")
    return quantity


def _groups(event: Event, name: str) -> str:
    """The groups in a form that compares: sorted JSON."""
    groups = event.get(name)
    if not isinstance(groups, Mapping) or not 0 < len(groups) <= LEVELS:
        raise BadInventory(f"{name} must name one to {LEVELS} levels.")
    return orjson.dumps(dict(groups), option=orjson.OPT_SORT_KEYS).decode()


def _failed(message: str) -> dict[str, Any]:
    return {"processingStatus": "failed", "message": message, "statusCode": 400}
