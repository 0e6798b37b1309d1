"""Compares the two systems by their own rows: names, amounts and lines, each thing once.

Nothing here asks the engine, its maps or its store.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from oppbridge.sandbox import Sandbox

View = dict[tuple[str, str], dict[str, Any]]
CENT = Decimal("0.01")


def cents(value: Any) -> Decimal:
    """An amount to the cent; nothing is nothing."""
    return Decimal(str(value or 0)).quantize(CENT)


def sales(sandbox: Sandbox) -> tuple[View, list[str]]:
    """What Sales has, in comparable terms, and what it has twice."""
    db = sandbox.dataverse
    accounts = {row["accountid"]: row["name"] for row in db.rows("account")}
    products = {row["productid"]: row["productnumber"] for row in db.rows("product")}
    found = [
        ("account", row["name"], _party(row["telephone1"], row["creditlimit"]))
        for row in db.rows("account")
    ]
    found += [
        (
            "contact",
            f"{row['firstname']} {row['lastname']}",
            {"account": accounts.get(row["_parentcustomerid_value"])},
        )
        for row in db.rows("contact")
    ]
    found += [
        ("product", row["productnumber"], {"name": row["name"]}) for row in db.rows("product")
    ]
    for kind, table, number in (
        ("quote", "quote", "quotenumber"),
        ("order", "salesorder", "ordernumber"),
    ):
        parts: dict[str, list[Any]] = {}
        for line in db.rows(f"{table}detail"):
            at = [products.get(line["_productid_value"]), cents(line["quantity"])]
            parts.setdefault(line[f"_{table}id_value"], []).append(
                (*at, cents(line["priceperunit"]))
            )
        for row in db.rows(table):
            called = row["name"] if kind == "quote" else row[number]
            shown = {
                "account": accounts.get(row["_customerid_value"]),
                "lines": sorted(parts.get(row[f"{table}id"], []), key=str),
                "total": cents(row["totalamount"]),
            }
            found.append((kind, called, shown))
    return _each_once("sales", found)


def chain(sandbox: Sandbox) -> tuple[View, list[str]]:
    """What Supply Chain has of the configured company, in the same terms."""
    scm = sandbox.scm
    customers = scm.rows("CustomersV3", dataAreaId="usmf")
    accounts = {row["CustomerAccount"]: row["OrganizationName"] for row in customers}
    parties = {row["PartyNumber"]: row["OrganizationName"] for row in customers}
    found = [
        (
            "account",
            row["OrganizationName"],
            _party(row["PrimaryContactPhone"], row["CreditLimit"]),
        )
        for row in customers
    ]
    found += [
        (
            "contact",
            f"{row['FirstName']} {row['LastName']}",
            {"account": parties.get(row["AssociatedPartyNumber"])},
        )
        for row in scm.rows("ContactPersons")
        if row["AssociatedPartyNumber"] in parties
    ]
    found += [
        ("product", row["ItemNumber"], {"name": row["ProductName"]})
        for row in scm.rows("ReleasedProductsV2", dataAreaId="usmf")
    ]
    found += _documents(
        scm.rows("SalesQuotationHeadersV2", dataAreaId="usmf"),
        scm.rows("SalesQuotationLines", dataAreaId="usmf"),
        accounts,
        QUOTES,
    )
    found += _documents(
        scm.rows("SalesOrderHeadersV2", dataAreaId="usmf"),
        scm.rows("SalesOrderLines", dataAreaId="usmf"),
        accounts,
        ORDERS,
    )
    return _each_once("scm", found)


QUOTES = (
    "quote",
    "SalesQuotationNumber",
    "SalesQuotationName",
    "RequestingCustomerAccountNumber",
    "RequestedSalesQuantity",
    "SalesPrice",
)
ORDERS = (
    "order",
    "SalesOrderNumber",
    "SalesOrderNumber",
    "OrderingCustomerAccountNumber",
    "OrderedSalesQuantity",
    "SalesPrice",
)


def _documents(heads: Any, rows: Any, accounts: Any, names: Any) -> list[Any]:
    kind, number, called, customer, quantity, price = names
    parts: dict[str, list[Any]] = {}
    sums: Counter[str] = Counter()
    for line in rows:
        parts.setdefault(line[number], []).append(
            (line["ItemNumber"], cents(line[quantity]), cents(line[price]))
        )
        sums[line[number]] += line["LineAmount"]
    return [
        (
            kind,
            row[called],
            {
                "account": accounts.get(row[customer]),
                "lines": sorted(parts.get(row[number], []), key=str),
                "total": cents(sums[row[number]]),
            },
        )
        for row in heads
    ]


def _party(phone: Any, limit: Any) -> dict[str, Any]:
    return {"phone": phone or "", "limit": cents(limit)}


def _each_once(side: str, found: Any) -> tuple[View, list[str]]:
    count = Counter((kind, name) for kind, name, _ in found)
    twins = [f"{side}: {key} stands {n} times" for key, n in count.items() if n > 1]
    return {(kind, name): shown for kind, name, shown in found}, twins


def differences(sandbox: Sandbox) -> list[str]:
    """What is not in both systems, once, with equal values: O1, O2, O6 in words."""
    left, twins = sales(sandbox)
    right, more = chain(sandbox)
    said = [*twins, *more]
    said += [f"only in sales: {key}" for key in sorted(left.keys() - right.keys(), key=str)]
    said += [f"only in scm: {key}" for key in sorted(right.keys() - left.keys(), key=str)]
    for key in sorted(left.keys() & right.keys(), key=str):
        for name, value in left[key].items():
            if value != right[key][name]:
                said.append(f"{key} {name}: sales {value!r}, scm {right[key][name]!r}")
    return said


def unbound(sandbox: Sandbox) -> list[str]:
    """Accounts and documents whose cross-reference is not one to one: O5."""
    pairs = (
        ("account", "accountid", "CustomersV3", "IdentificationNumber"),
        ("quote", "quoteid", "SalesQuotationHeadersV2", "CustomersReference"),
        ("salesorder", "salesorderid", "SalesOrderHeadersV2", "CustomersOrderReference"),
    )
    said = []
    for table, key, entity, column in pairs:
        ids = {row[key] for row in sandbox.dataverse.rows(table)}
        named = [row[column] for row in sandbox.scm.rows(entity) if row[column] in ids]
        said += [f"{entity}: {id} is named {n} times" for id, n in Counter(named).items() if n > 1]
    return said


MOVING = frozenset(
    {"createdon", "modifiedon", "versionnumber", "_version", "overriddencreatedon", "closedon"}
)
TABLES = ("account", "contact", "product", "quote", "quotedetail", "salesorder", "salesorderdetail")
SETS = (
    "CustomersV3",
    "ContactPersons",
    "ReleasedProductsV2",
    "SalesQuotationHeadersV2",
    "SalesQuotationLines",
    "SalesOrderHeadersV2",
    "SalesOrderLines",
)
Raw = dict[tuple[str, str], dict[str, Any]]


def raw(sandbox: Sandbox) -> Raw:
    """Every column of every row that may be moved, under its native key: for O3."""
    out: Raw = {}
    for table in TABLES:
        for row in sandbox.dataverse.rows(table):
            out[table, str(row[f"{table}id"])] = row
    for entity in SETS:
        found = sandbox.scm._twin.rows.schema.entities[entity]
        for row in sandbox.scm.rows(entity):
            out[entity, "|".join(str(row[name]) for name in found.key)] = row
    return out


def meddled(before: Raw, calm: Raw, now: Raw) -> list[str]:
    """Columns of rows that stood before, which no calm day would have left as they are: O3."""
    said = []
    for key in before:
        if key not in now:
            if key in calm:
                said.append(f"{key} is gone")
            continue
        for name, value in now[key].items():
            if name not in MOVING and value != calm.get(key, {}).get(name):
                said.append(f"{key} {name}: {value!r}, not {calm.get(key, {}).get(name)!r}")
    return said
