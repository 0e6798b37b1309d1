"""Whether a shop's orders arrived in Supply Chain: its CSV files against the twin's rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from oppbridge.sandbox.scm.direct import Direct
from tests.migration.compared import Shown, keyed, unlike
from tests.migration.exports import Row, read, write

CENT = Decimal("0.01")
SHORT = {"Isle of Wight": "IOW", "Nueva Esparta": "ESPARTA"}
CODES = """
    Argentina=AR Austria=AT Belgium=BE Brazil=BR Canada=CA Denmark=DK Finland=FI France=FR
    Germany=DE Ireland=IE Italy=IT Mexico=MX Norway=NO Poland=PL Portugal=PT Spain=ES Sweden=SE
    Switzerland=CH UK=GB USA=US Venezuela=VE"""
COUNTRIES = dict(pair.split("=") for pair in CODES.split())
QUERIES = {
    "customers": """
        SELECT CustomerID, CompanyName, Address, City, Region, PostalCode, Country, Phone, Fax
        FROM Customers""",
    "contacts": """
        SELECT CustomerID, substr(ContactName, 1, instr(ContactName || ' ', ' ') - 1) AS FirstName,
            substr(ContactName, instr(ContactName || ' ', ' ') + 1) AS LastName, ContactTitle
        FROM Customers""",
    "products": """
        SELECT ProductID, ProductName, CategoryID, QuantityPerUnit, UnitPrice, Discontinued
        FROM Products
        UNION ALL SELECT 'FREIGHT', 'Freight', NULL, NULL, NULL, '0'""",
    "orders": """
        SELECT OrderID, CustomerID, EmployeeID, OrderDate, RequiredDate, ShippedDate, ShipVia,
            ShipName, ShipAddress, ShipCity, ShipRegion, ShipPostalCode, ShipCountry
        FROM Orders WHERE OrderID % :step = 0""",
    "order_lines": """
        SELECT OrderID, ProductID, UnitPrice, Quantity, Discount
        FROM [Order Details] WHERE OrderID % :step = 0
        UNION ALL SELECT OrderID, 'FREIGHT', Freight, 1, 0 FROM Orders WHERE OrderID % :step = 0""",
}


def exported(source: Path, export: Path, step: int = 1) -> None:
    """The shop's database as CSV files; with `step`, only every so many of its orders."""
    script = (source / "create.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(":memory:")) as shop:
        shop.executescript(script)
        for name, query in QUERIES.items():
            rows = shop.execute(query, {"step": step})
            write(export / f"{name}.csv", [column[0] for column in rows.description], rows)


def differences(twin: Direct, export: Path, number: str = "SalesOrderNumber") -> list[str]:
    """Every source row that is not there with equal values, and every row nothing stands for.

    `number` is the column of an order in which its old number stands.
    """
    pairs = {
        "customer": (_customers(export), _stored_customers(twin)),
        "contact": (_contacts(export), _stored_contacts(twin)),
        "product": (_products(export), _stored_products(twin)),
        "order": (_orders(export), _stored_orders(twin, number)),
    }
    return unlike(pairs)


def _place(row: Row, prefix: str) -> list[str]:
    street, region, country = (
        row[f"{prefix}Address"],
        row[f"{prefix}Region"],
        row[f"{prefix}Country"],
    )
    city, code = row[f"{prefix}City"], row[f"{prefix}PostalCode"]
    return [street, city, SHORT.get(region, region), code, COUNTRIES.get(country, country)]


def _stored_place(row: dict[str, Any], prefix: str, state: str) -> list[str]:
    columns = ("Street", "City", state, "ZipCode", "CountryRegionISOCode")
    return [row[f"{prefix}Address{column}"] for column in columns]


def _customers(export: Path) -> Shown:
    return {
        row["CustomerID"].rstrip(" "): {  # Supply Chain keeps no blanks at the end
            "name": row["CompanyName"],
            "place": _place(row, ""),
            "phones": (row["Phone"], row["Fax"]),
        }
        for row in read(export / "customers.csv")
    }


def _stored_customers(twin: Direct) -> Shown:
    return keyed(
        (
            row["CustomerAccount"],
            {
                "name": row["OrganizationName"],
                "place": _stored_place(row, "", "State"),
                "phones": (row["PrimaryContactPhone"], row["PrimaryContactFax"]),
            },
        )
        for row in twin.rows("CustomersV3")
    )


def _contacts(export: Path) -> Shown:
    return {
        row["CustomerID"].rstrip(" "): {
            "name": (row["FirstName"], row["LastName"]),
            "title": row["ContactTitle"],
        }
        for row in read(export / "contacts.csv")
    }


def _stored_contacts(twin: Direct) -> Shown:
    customers = {row["PartyNumber"]: row["CustomerAccount"] for row in twin.rows("CustomersV3")}
    return keyed(
        (
            customers[row["AssociatedPartyNumber"]],
            {"name": (row["FirstName"], row["LastName"]), "title": row["EmploymentJobTitle"]},
        )
        for row in twin.rows("ContactPersons")
    )


def _products(export: Path) -> Shown:
    return {
        row["ProductID"]: {
            "name": row["ProductName"],
            "category": row["CategoryID"],
            "content": row["QuantityPerUnit"],
            "price": (Decimal(row["UnitPrice"] or 0), 1),
            "kind": "Service" if row["ProductID"] == "FREIGHT" else "Item",
            "state": {"0": "Active", "1": "Retired"}[row["Discontinued"]],
        }
        for row in read(export / "products.csv")
    }


def _stored_products(twin: Direct) -> Shown:
    return keyed(
        (
            row["ItemNumber"],
            {
                "name": row["ProductName"],
                "category": row["ProductGroupId"],
                "content": row["ProductDescription"],
                "price": (row["SalesPrice"], row["SalesPriceQuantity"]),
                "kind": row["ProductType"],
                "state": row["ProductLifecycleStateId"],
            },
        )
        for row in twin.rows("ReleasedProductsV2")
    )


def _amount(line: Row) -> Decimal:
    gross = Decimal(line["UnitPrice"]) * Decimal(line["Quantity"])
    return (gross * (1 - Decimal(line["Discount"]))).quantize(CENT, ROUND_HALF_UP)


def _orders(export: Path) -> Shown:
    lines: dict[str, list[Any]] = {}
    for row in read(export / "order_lines.csv"):
        terms = [
            Decimal(row["UnitPrice"]),
            Decimal(row["Quantity"]),
            Decimal(row["Discount"]) * 100,
        ]
        lines.setdefault(row["OrderID"], []).append((row["ProductID"], *terms, _amount(row)))
    return {
        row["OrderID"]: {
            "customer": row["CustomerID"],
            "days": [row[name][:10] for name in ("OrderDate", "RequiredDate", "ShippedDate")],
            "by": (row["EmployeeID"], row["ShipVia"]),
            "place": [row["ShipName"], *_place(row, "Ship")],
            "lines": sorted(lines[row["OrderID"]]),
            "total": sum(line[-1] for line in lines[row["OrderID"]]),
        }
        for row in read(export / "orders.csv")
    }


def _stored_orders(twin: Direct, number: str) -> Shown:
    lines: dict[str, list[Any]] = {}
    for row in twin.rows("SalesOrderLines"):
        names = ("ItemNumber", "SalesPrice", "OrderedSalesQuantity", "LineDiscountPercentage")
        line = (*(row[name] for name in names), row["LineAmount"])
        lines.setdefault(row["SalesOrderNumber"], []).append(line)
    found = keyed(
        (row[number], _stored_order(row, lines.pop(row["SalesOrderNumber"], [])))
        for row in twin.rows("SalesOrderHeadersV2")
    )
    return found | {f"lines of {document}": {"lines": left} for document, left in lines.items()}


def _stored_order(row: dict[str, Any], lines: list[Any]) -> dict[str, Any]:
    days = (row["OrderedOn_Custom"], row["RequestedShippingDate"], row["ConfirmedShippingDate"])
    return {
        "customer": row["OrderingCustomerAccountNumber"],
        "days": ["" if day.startswith("1900") else day[:10] for day in days],
        "by": (row["OrderTakerPersonnelNumber"], row["ShippingCarrierId"]),
        "place": [row["DeliveryAddressName"], *_stored_place(row, "Delivery", "StateId")],
        "lines": sorted(lines),
        "total": row["OrderTotalAmount"],
    }


def total(twin: Direct) -> Decimal:
    """What all orders came to."""
    return sum((row["OrderTotalAmount"] for row in twin.rows("SalesOrderHeadersV2")), Decimal(0))
