"""Compares the two local systems with each other, row by row, trusting no connector and no map."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..sandbox import Sandbox

COMPANY = "usmf"
ACCOUNT = {
    "OrganizationName": "name",
    "PrimaryContactPhone": "telephone1",
    "PrimaryContactEmail": "emailaddress1",
    "AddressCity": "address1_city",
    "AddressStreet": "address1_line1",
    "CreditLimit": "creditlimit",
}
ORDER_STATES = {
    "Active": 0,
    "Confirmed": 0,
    "Picked": 1,
    "PartiallyDelivered": 1,
    "Delivered": 3,
    "Invoiced": 4,
    "Canceled": 2,
}
"""Processing status of an order in Supply Chain -> its state in Sales."""


def differences(twins: Sandbox, set_aside: Collection[str] = ()) -> list[str]:
    """What one system holds and the other does not, but for names that were set aside."""
    return [*_accounts(twins, set_aside), *_products(twins), *_quotes(twins), *_orders(twins)]


def _accounts(twins: Sandbox, set_aside: Collection[str]) -> Iterator[str]:
    ours = {row["accountnumber"]: row for row in twins.dataverse.rows("account")}
    theirs = {
        row["CustomerAccount"]: row for row in twins.scm.rows("CustomersV3", dataAreaId=COMPANY)
    }
    for number in sorted(str(one) for one in ours.keys() | theirs.keys() if one):
        mine, yours = ours.get(number), theirs.get(number)
        if mine is None or yours is None:
            name = (mine or {}).get("name") or (yours or {}).get("OrganizationName")
            if name not in set_aside:
                yield f"account {number} ({name}) is only in {'Sales' if mine else 'Supply Chain'}"
        else:
            yield from _unlike(f"account {number}", yours, mine, ACCOUNT)


def _products(twins: Sandbox) -> Iterator[str]:
    ours = {row["productnumber"] for row in twins.dataverse.rows("product")}
    rows = twins.scm.rows("ReleasedProductsV2", dataAreaId=COMPANY)
    missing = {str(row["ItemNumber"]) for row in rows} - ours
    yield from (f"product {number} is not in Sales" for number in sorted(missing))


def _quotes(twins: Sandbox) -> Iterator[str]:
    theirs = {
        row["CustomersReference"]: row
        for row in twins.scm.rows("SalesQuotationHeadersV2", dataAreaId=COMPANY)
    }
    for row in twins.dataverse.rows("quote"):
        twin = theirs.get(row["quoteid"])
        if twin is None:
            yield f"quote {row['quotenumber']} is not in Supply Chain"
            continue
        number = twin["SalesQuotationNumber"]
        lines = twins.scm.rows(
            "SalesQuotationLines", dataAreaId=COMPANY, SalesQuotationNumber=number
        )
        mine = twins.dataverse.rows("quotedetail", "_quoteid_value = ?", row["quoteid"])
        sold = sorted(_sold(one, "RequestedSalesQuantity", "SalesPrice") for one in lines)
        if sold != sorted(_sold(one, "quantity", "priceperunit") for one in mine):
            yield f"quote {row['quotenumber']} has other lines in Supply Chain"
        if twin["SalesQuotationStatus"] == "Confirmed" and row["statecode"] != 2:
            yield f"quote {row['quotenumber']} is confirmed, and not won in Sales"


def _orders(twins: Sandbox) -> Iterator[str]:
    ours = {row["ordernumber"]: row for row in twins.dataverse.rows("salesorder")}
    for row in twins.scm.rows("SalesOrderHeadersV2", dataAreaId=COMPANY):
        number = row["SalesOrderNumber"]
        if number not in ours:
            yield f"order {number} is not in Sales"
            continue
        lines = twins.scm.rows("SalesOrderLines", dataAreaId=COMPANY, SalesOrderNumber=number)
        order = ours[number]["salesorderid"]
        mine = twins.dataverse.rows("salesorderdetail", "_salesorderid_value = ?", order)
        sold = sorted(_sold(one, "OrderedSalesQuantity", "SalesPrice") for one in lines)
        if sold != sorted(_sold(one, "quantity", "priceperunit") for one in mine):
            yield f"order {number} has other lines in Sales"
        if ORDER_STATES[row["SalesOrderProcessingStatus"]] != ours[number]["statecode"]:
            yield f"order {number} stands elsewhere in Sales"


def _sold(line: Mapping[str, Any], quantity: str, price: str) -> tuple[Decimal, Decimal]:
    return Decimal(str(line[quantity] or 0)), Decimal(str(line[price] or 0))


def _unlike(
    what: str, yours: Mapping[str, Any], mine: Mapping[str, Any], columns: Mapping[str, str]
) -> Iterator[str]:
    for theirs, ours in columns.items():
        if (yours[theirs] or None) != (mine[ours] or None):
            yield f"{what}: {theirs} {yours[theirs]!r} is not {ours} {mine[ours]!r}"
