"""List prices: the item of the configured price list for a product in its own unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from oppbridge.errors import ConfigError, Invalid

from .columns import CURRENCY, LIST_PRICE, LIST_PRICE_ISO, PRICE_LIST
from .desk import Desk
from .finding import rows_where
from .jobs import Job, operation

_CURRENCY_AMOUNT = 1


def price_lists(desk: Desk) -> dict[str, str]:
    """The id of the configured price list for each currency code. Raises ConfigError.

    One list configured for all currencies serves the currency it is kept in.
    """
    configured = desk.settings.price_list
    if configured is None:
        return {}
    try:
        if isinstance(configured, Mapping):
            return {iso: desk.names.id(PRICE_LIST, name) for iso, name in configured.items()}
        id = desk.names.id(PRICE_LIST, configured)
    except Invalid as error:
        raise ConfigError(f"setting price_list: {error}") from error
    row = desk.names.rows(PRICE_LIST)[id]
    iso = desk.names.name(CURRENCY, row.get("_transactioncurrencyid_value"))
    return {iso: id} if iso else {}


def join_prices(
    desk: Desk, rows: Sequence[dict[str, Any]], items: Sequence[Mapping[str, Any]]
) -> None:
    """Show each product's list price and its currency, from the items of the configured lists.

    Where several lists have the product, the one in the product's own currency decides.
    """
    lists = price_lists(desk)
    here = _by_place(items)
    for row in rows:
        own = desk.names.name(CURRENCY, row.get("_transactioncurrencyid_value"))
        row[LIST_PRICE] = row[LIST_PRICE_ISO] = None
        for iso in dict.fromkeys([own, *lists]):
            place = str(row["productid"]), lists.get(iso or ""), row.get("_defaultuomid_value")
            if place in here:
                row[LIST_PRICE], row[LIST_PRICE_ISO] = here[place].get("amount"), iso
                break


def show_own_prices(desk: Desk, rows: Sequence[dict[str, Any]]) -> None:
    """Without a price list, the list price is the product's own."""
    for row in rows:
        row[LIST_PRICE] = row.get("price")
        row[LIST_PRICE_ISO] = desk.names.name(CURRENCY, row.get("_transactioncurrencyid_value"))


def _by_place(
    items: Sequence[Mapping[str, Any]],
) -> dict[tuple[str, str | None, str | None], Mapping[str, Any]]:
    """The items by product, price list and unit: at most one each."""
    return {
        (str(i["_productid_value"]), i.get("_pricelevelid_value"), i.get("_uomid_value")): i
        for i in items
    }


@dataclass(frozen=True, slots=True)
class Priced:
    """A product (its row) and the list price it shall have; `id` is that of the write."""

    id: str
    product: Mapping[str, Any]
    amount: Any
    iso: str | None


def price_jobs(desk: Desk, wanted: Sequence[Priced]) -> Iterator[Job | tuple[str, Invalid]]:
    """What puts list prices into the configured lists, or why one cannot be put there.

    The item of that list, product and unit is changed where it is there, and added otherwise.
    """
    lists = price_lists(desk)
    ids = [str(priced.product["productid"]) for priced in wanted]
    columns = ("productpricelevelid", "_productid_value", "_pricelevelid_value", "_uomid_value")
    items = rows_where(desk, "productpricelevels", "productid", ids, columns)
    here = _by_place(items)
    for priced in wanted:
        product_id, unit = (
            str(priced.product["productid"]),
            priced.product.get("_defaultuomid_value"),
        )
        list_id = _list(lists, priced)
        if priced.amount is None:
            places = [(product_id, one, unit) for one in lists.values()]
            yield from _removals(priced, [here[place] for place in places if place in here])
        elif list_id is None:
            text = f"no price list is configured for currency {priced.iso!r}: see `price_list`"
            yield priced.id, Invalid(text)
        elif unit is None:
            yield priced.id, Invalid("a product without a unit cannot have a list price")
        else:
            yield _price_job(priced, list_id, unit, here.get((product_id, list_id, unit)))


def _removals(priced: Priced, items: Sequence[Mapping[str, Any]]) -> Iterator[Job]:
    paths = [f"productpricelevels({item['productpricelevelid']})" for item in items]
    if paths:
        yield Job(priced.id, [operation("DELETE", path, None, If_Match="*") for path in paths])


def _list(lists: Mapping[str, str], priced: Priced) -> str | None:
    if priced.iso is None and len(lists) == 1:
        return next(iter(lists.values()))
    return lists.get(priced.iso or "")


def _price_job(priced: Priced, list_id: str, unit: str, item: Mapping[str, Any] | None) -> Job:
    product_id = str(priced.product["productid"])
    if item is not None:
        path = f"productpricelevels({item['productpricelevelid']})"
        body = {"amount": priced.amount}
        return Job(priced.id, [operation("PATCH", path, body, If_Match="*")])
    body = {
        "productpricelevelid": str(uuid5(NAMESPACE_URL, f"{list_id}/{product_id}/{unit}")),
        "pricelevelid@odata.bind": f"/pricelevels({list_id})",
        "productid@odata.bind": f"/products({product_id})",
        "uomid@odata.bind": f"/uoms({unit})",
        "amount": priced.amount,
        "pricingmethodcode": _CURRENCY_AMOUNT,
    }
    return Job(priced.id, [operation("POST", "productpricelevels", body)])
