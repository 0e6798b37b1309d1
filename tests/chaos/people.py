"""What people did in both systems since they last agreed: something of every kind to carry over."""

from __future__ import annotations

from typing import Any

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.generate.sales_desk import UNIT, currency, price_list

CUSTOMER, BUYER = "Fourth Coffee", "Tailspin Toys"
NEWCOMER, QUOTE = "Chaos Chandlery", "Ropes and lanterns"
LIMIT, PHONE = 4321, "+1 555 0100"
PRODUCTS = ("CHAOS-1", "CHAOS-2")


def busy(sandbox: Sandbox) -> None:
    """A day's work: edits, new parties, new products, a quote and an order, all uncontested."""
    edit_accounts(sandbox)
    add_parties(sandbox)
    add_products(sandbox)
    add_quote(sandbox)
    add_order(sandbox)


def sold_to(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """A customer of the configured company, as Supply Chain has it."""
    [found] = [
        row
        for row in sandbox.scm.rows("CustomersV3", dataAreaId="usmf")
        if row["OrganizationName"] == name
    ]
    return found


def account(sandbox: Sandbox, name: str) -> str:
    """The id of an account in Sales."""
    [found] = sandbox.dataverse.rows("account", "name = ?", name)
    return str(found["accountid"])


def edit_accounts(sandbox: Sandbox) -> None:
    """A phone number in Sales, a credit limit in Supply Chain."""
    sandbox.dataverse.edit("account", account(sandbox, CUSTOMER), {"telephone1": PHONE})
    key = ("usmf", sold_to(sandbox, BUYER)["CustomerAccount"])
    sandbox.scm.edit("CustomersV3", key, {"CreditLimit": LIMIT})


def add_parties(sandbox: Sandbox) -> None:
    """An account with a contact, in Sales."""
    row = {"name": NEWCOMER, "telephone1": PHONE, **currency("USD")}
    parent = sandbox.dataverse.put("account", row)
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({parent})"}
    sandbox.dataverse.put("contact", {"firstname": "Ida", "lastname": "Storm", **bind})


def add_products(sandbox: Sandbox) -> None:
    """Two products, in Supply Chain."""
    like = sandbox.scm.rows("ReleasedProductsV2", dataAreaId="usmf")[0]
    kept = ("InventoryUnitSymbol", "ItemModelGroupId", "ProductGroupId")
    dimensions = ("StorageDimensionGroupName", "TrackingDimensionGroupName")
    for at, number in enumerate(PRODUCTS):
        names = {"ProductNumber": number, "ProductName": f"Lantern {at}", "ProductType": "Item"}
        sandbox.scm.put("ProductsV2", names)
        released = {
            "dataAreaId": "usmf",
            "ItemNumber": number,
            "ProductNumber": number,
            "SalesPrice": 20 + at,
            **{name: like[name] for name in (*kept, *dimensions)},
        }
        sandbox.scm.put("ReleasedProductsV2", released)


def add_quote(sandbox: Sandbox, name: str = QUOTE, lines: int = 2) -> str:
    """A quote, in Sales; its id."""
    bind = {"customerid_account@odata.bind": f"/accounts({account(sandbox, CUSTOMER)})"}
    head = {"name": name, **bind, **currency("USD"), **price_list("USD")}
    quote = sandbox.dataverse.put("quote", head)
    for at, product in enumerate(known(sandbox)[:lines]):
        line = {
            "quoteid@odata.bind": f"/quotes({quote})",
            "productid@odata.bind": f"/products({product['productid']})",
            "uomid@odata.bind": f"/uoms({product['_defaultuomid_value'] or UNIT})",
            "ispriceoverridden": True,
            "priceperunit": 10 + at,
            "quantity": 3 + at,
            "lineitemnumber": at + 1,
        }
        sandbox.dataverse.put("quotedetail", line)
    return quote


def known(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The products that both systems had before, by number."""
    rows = sandbox.dataverse.rows("product")
    old = [row for row in rows if row["productnumber"] not in PRODUCTS]
    return sorted(old, key=lambda row: str(row["productnumber"]))


def add_order(sandbox: Sandbox, lines: int = 2) -> str:
    """An order, in Supply Chain; its number."""
    buyer = sold_to(sandbox, BUYER)["CustomerAccount"]
    names = ("OrderingCustomerAccountNumber", "InvoiceCustomerAccountNumber")
    head = {"dataAreaId": "usmf", **dict.fromkeys(names, buyer)}
    number = str(sandbox.scm.put("SalesOrderHeadersV2", head)["SalesOrderNumber"])
    for at, product in enumerate(known(sandbox)[:lines]):
        line = {
            "dataAreaId": "usmf",
            "SalesOrderNumber": number,
            "ItemNumber": product["productnumber"],
            "OrderedSalesQuantity": 2 + at,
            "SalesPrice": 30 + at,
        }
        sandbox.scm.put("SalesOrderLines", line)
    sandbox.scm.post("calculate_totals", company="usmf", number=number)
    return number
