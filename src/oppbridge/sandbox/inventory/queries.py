"""On-hand and available-to-promise queries: filters, grouping, limits, answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .measures import Measure, Quantities, calculate, promised, shown
from .stock import DIMENSIONS, PLACE, Cell, Stock

PRODUCTS_LIMIT = 5000
PLACES_LIMIT = 100
ATP: Measure = ("iv", "onhandavailable")


class BadInventory(Exception):
    """The request cannot be carried out; the message is what the caller reads."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is wanted. `tuples`, where given, are explicit combinations of filtered dimensions."""

    organization: str
    products: tuple[str, ...]
    filters: Mapping[str, frozenset[str]]
    group_by: tuple[str, ...]
    negative: bool
    promise: bool
    tuples: tuple[Mapping[str, str], ...] = ()


def index_query(body: Mapping[str, Any]) -> Query:
    """The body of `indexquery`. Raises `BadInventory`."""
    filters = {name.lower(): _list(value, name) for name, value in _filters(body).items()}
    organizations = filters.pop("organizationid", [])
    products = filters.pop("productid", [])
    _check_place(len(filters.get("siteid", [])), len(filters.get("locationid", [])))
    return Query(
        organization=_one(organizations),
        products=_products(products),
        filters={name: frozenset(value) for name, value in filters.items()},
        group_by=tuple(body.get("groupByValues") or ()),
        negative=bool(body.get("returnNegative")) or _flag(body, "QueryATP"),
        promise=_flag(body, "QueryATP"),
    )


def exact_query(body: Mapping[str, Any]) -> Query:
    """The body of `exactquery`: dimensions, and the tuples of values wanted of them."""
    filters = {name.lower(): value for name, value in _filters(body).items()}
    names = [str(name) for name in filters.get("dimensions", [])]
    lower = [name.lower() for name in names]
    if not set(PLACE) <= set(lower):
        raise BadInventory("siteId and locationId must be among the dimensions.")
    tuples = tuple(
        dict(zip(lower, map(str, one), strict=False)) for one in filters.get("values", [])
    )
    if any(len(one) != len(names) for one in tuples):
        raise BadInventory("Each tuple of values needs as many values as there are dimensions.")
    return Query(
        organization=_one(_list(filters.get("organizationid", []), "organizationId")),
        products=_products(_list(filters.get("productid", []), "productId")),
        filters={},
        group_by=(
            *(name for name in names if name.lower() not in PLACE),
            *(body.get("groupByValues") or ()),
        ),
        negative=bool(body.get("returnNegative")) or _flag(body, "QueryATP"),
        promise=_flag(body, "QueryATP"),
        tuples=tuples,
    )


def url_query(options: Mapping[str, str]) -> Query:
    """The GET form: the same by URL parameters."""
    lower = {name.lower(): value for name, value in options.items()}
    apart = ("groupby", "returnnegative", "queryatp")
    return index_query(
        {
            "filters": {
                name: value.split(",") for name, value in lower.items() if name not in apart
            },
            "groupByValues": [name for name in lower.get("groupby", "").split(",") if name],
            "returnNegative": lower.get("returnnegative") == "true",
            "QueryATP": lower.get("queryatp") == "true",
        }
    )


def run(query: Query, stock: Stock, days: int) -> list[dict[str, Any]]:
    """One row per product, group and place. Unknown products give none."""
    groups: dict[tuple[str, ...], tuple[list[Cell], Quantities]] = {}
    for cell, quantities in _wanted(query, stock):
        values = dict(cell.dimensions)
        place = (cell.product, cell.site, cell.location)
        group = (*place, *(values.get(name.lower(), "") for name in query.group_by))
        cells, total = groups.setdefault(group, ([], {}))
        cells.append(cell)
        for measure, quantity in quantities.items():
            total[measure] = total.get(measure, Decimal(0)) + quantity
    rows = []
    for group, (cells, total) in sorted(groups.items(), key=lambda one: one[0]):
        product, site, location, *by = group
        if not query.negative and _negative(total):
            continue
        dimensions = dict(zip(query.group_by, by, strict=True))
        dimensions |= {"siteid": site, "locationid": location}
        row = {"productId": product, "dimensions": dimensions, "quantities": shown(total)}
        rows.append({**(_promise(stock, cells, total, days) if query.promise else {}), **row})
    return rows


def _wanted(query: Query, stock: Stock) -> Iterable[tuple[Cell, Quantities]]:
    for product in query.products or ("",):
        for cell, quantities in stock.cells(query.organization, product):
            values = dict(cell.dimensions) | {"siteid": cell.site, "locationid": cell.location}
            fits = all(values.get(name, "") in some for name, some in query.filters.items())
            if query.tuples:
                fits = any(
                    all(values.get(name, "") == value for name, value in one.items())
                    for one in query.tuples
                )
            if fits:
                yield cell, quantities


def _negative(total: Quantities) -> bool:
    return any(quantity < 0 for quantity in total.values()) or calculate(ATP, total) < 0


def _promise(stock: Stock, cells: list[Cell], total: Quantities, days: int) -> dict[str, Any]:
    """`quantitiesByDate` (days with plans) and `atpQuantities` (every day of the period)."""
    plans: dict[str, Quantities] = {}
    for cell in cells:
        for day, measure, quantity in stock.plans(cell):
            of_day = plans.setdefault(day, {})
            of_day[measure] = of_day.get(measure, Decimal(0)) + quantity
    today = date.fromisoformat(stock.clock.stamp()[:10])
    period = [(today + timedelta(days=ahead)).isoformat() for ahead in range(days)]
    net = [calculate(ATP, plans.get(day, {})) for day in period]
    promises = promised(calculate(ATP, total), net)
    return {
        "quantitiesByDate": {
            f"{day}T00:00:00": _planned(plans[day]) for day in period if day in plans
        },
        "atpQuantities": {
            f"{day}T00:00:00Z": {ATP[0]: {ATP[1]: float(quantity)}}
            for day, quantity in zip(period, promises, strict=True)
        },
    }


def _planned(quantities: Quantities) -> dict[str, dict[str, float]]:
    """A day's plans, with the day's net change of the promised measure beside them."""
    out: dict[str, dict[str, float]] = {}
    for (source, measure), quantity in {**quantities, ATP: calculate(ATP, quantities)}.items():
        out.setdefault(source, {})[measure] = float(quantity)
    return out


def _filters(body: Mapping[str, Any]) -> Mapping[str, Any]:
    filters = body.get("filters")
    if not isinstance(filters, dict):
        raise BadInventory("The query needs filters.")
    known = {*DIMENSIONS, *PLACE, "organizationid", "productid", "dimensions", "values"}
    unknown = [name for name in filters if name.lower() not in known]
    if unknown:
        raise BadInventory(f"The dimension {unknown[0]} is not a base dimension.")
    return filters


def _list(value: Any, name: str) -> list[str]:
    if not isinstance(value, list):
        raise BadInventory(f"The filter {name} must be an array.")
    return [str(one) for one in value]


def _one(organizations: list[str]) -> str:
    if len(organizations) != 1:
        raise BadInventory("organizationId must hold exactly one value.")
    return organizations[0].lower()


def _products(products: list[str]) -> tuple[str, ...]:
    if len(products) > PRODUCTS_LIMIT:
        raise BadInventory(f"productId holds more than {PRODUCTS_LIMIT} values.")
    return tuple(products)


def _check_place(sites: int, locations: int) -> None:
    if not sites or not locations:
        raise BadInventory("The filters siteId and locationId are mandatory.")
    if sites * locations > PLACES_LIMIT:
        raise BadInventory(f"siteId times locationId may not exceed {PLACES_LIMIT}.")


def _flag(body: Mapping[str, Any], name: str) -> bool:
    return any(bool(value) for key, value in body.items() if key.lower() == name.lower())
