"""Whether a sales pipeline arrived in Sales: its CSV files against the twin's rows, nothing else."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from oppbridge.sandbox.dataverse.direct import Direct
from tests.migration.compared import Shown, keyed, unlike
from tests.migration.exports import Row, read

STATES = {"Prospecting": 0, "Engaging": 0, "Won": 1, "Lost": 2}
STAGES = {"Prospecting": 0, "Engaging": 1, "Won": 3, "Lost": 3}


def differences(twin: Direct, export: Path) -> list[str]:
    """Every source row that is not there with equal values, and every row nothing stands for."""
    pairs = {
        "account": (_accounts(export), _stored_accounts(twin)),
        "agent": (_agents(export), _stored_agents(twin)),
        "product": (_products(export), _stored_products(twin)),
        "deal": (_deals(export), _stored_deals(twin)),
    }
    return unlike(pairs)


def _accounts(export: Path) -> Shown:
    return {
        row["account"]: {
            "sector": row["sector"],
            "founded": int(row["year_established"]),
            "revenue": Decimal(row["revenue"]) * 1_000_000,
            "employees": int(row["employees"]),
            "country": row["office_location"],
            "parent": row["subsidiary_of"] or None,
        }
        for row in read(export / "accounts.csv")
    }


def _stored_accounts(twin: Direct) -> Shown:
    names = _names(twin, "account")
    return keyed(
        (
            row["name"],
            {
                "sector": row["new_sector"],
                "founded": row["new_founded"],
                "revenue": row["revenue"],
                "employees": row["numberofemployees"],
                "country": row["address1_country"],
                "parent": names.get(row["_parentaccountid_value"]),
            },
        )
        for row in twin.rows("account")
    )


def _agents(export: Path) -> Shown:
    return {
        row["sales_agent"]: {"manager": row["manager"], "office": row["regional_office"]}
        for row in read(export / "sales_teams.csv")
    }


def _stored_agents(twin: Direct) -> Shown:
    return keyed(
        (row["lastname"], {"manager": row["new_manager"], "office": row["new_office"]})
        for row in twin.rows("contact")
    )


def _products(export: Path) -> Shown:
    return {
        row["product"]: {"series": row["series"], "prices": [Decimal(row["sales_price"])]}
        for row in read(export / "products.csv")
    }


def _stored_products(twin: Direct) -> Shown:
    prices: dict[str, list[Decimal]] = {}
    for item in twin.rows("productpricelevel"):
        prices.setdefault(item["_productid_value"], []).append(item["amount"])
    return keyed(
        (
            row["productnumber"],
            {"series": row["new_series"], "prices": prices.get(row["productid"])},
        )
        for row in twin.rows("product")
    )


def _deals(export: Path) -> Shown:
    listed = {row["product"]: Decimal(row["sales_price"]) for row in read(export / "products.csv")}
    return {
        row["opportunity_id"]: _deal(row, listed) for row in read(export / "sales_pipeline.csv")
    }


def _deal(row: Row, listed: dict[str, Decimal]) -> dict[str, Any]:
    stage, value = row["deal_stage"], Decimal(row["close_value"]) if row["close_value"] else None
    product = {"GTXPro": "GTX Pro"}.get(row["product"], row["product"])
    price = listed[product] if value is None else value
    return {
        "agent": row["sales_agent"],
        "account": row["account"] or None,
        "state": STATES[stage],
        "stage": STAGES[stage],
        "engaged": row["engage_date"] or None,
        "closed": row["close_date"] or None,
        "value": (value, value),
        "lines": [(product, Decimal(1), price)],
        "closings": [value] if STATES[stage] else [],
    }


def _stored_deals(twin: Direct) -> Shown:
    accounts, products = _names(twin, "account"), _names(twin, "product")
    lines: dict[str, list[Any]] = {}
    for row in twin.rows("opportunityproduct"):
        line = (products.get(row["_productid_value"]), row["quantity"], row["extendedamount"])
        lines.setdefault(row["_opportunityid_value"], []).append(line)
    closings: dict[str, list[Any]] = {}
    for row in twin.rows("opportunityclose"):
        closings.setdefault(row["_opportunityid_value"], []).append(row["actualrevenue"])
    return keyed(
        (
            row["name"],
            {
                "agent": row["new_seller"],
                "account": accounts.get(row["_customerid_value"]),
                "state": row["statecode"],
                "stage": row["salesstage"],
                "engaged": row["new_engaged"],
                "closed": row["actualclosedate"],
                "value": (row["estimatedvalue"], row["actualvalue"]),
                "lines": lines.get(row["opportunityid"]),
                "closings": closings.get(row["opportunityid"], []),
            },
        )
        for row in twin.rows("opportunity")
    )


def _names(twin: Direct, table: str) -> dict[str, str]:
    return {row[f"{table}id"]: row["name"] for row in twin.rows(table)}


def totals(twin: Direct) -> dict[str, Decimal]:
    """What the won deals came to, three times over: deals, closings, lines."""
    won = {row["opportunityid"]: row for row in twin.rows("opportunity", "statecode = 1")}
    found: Counter[str] = Counter()
    for row in won.values():
        found["deals"] += row["actualvalue"]
    for table, column in (
        ("opportunityclose", "actualrevenue"),
        ("opportunityproduct", "extendedamount"),
    ):
        for row in twin.rows(table):
            if row["_opportunityid_value"] in won:
                found[table] += row[column]
    return dict(found)


def total(export: Path) -> Decimal:
    """What the export says that the won deals came to."""
    return sum(
        (
            Decimal(row["close_value"])
            for row in read(export / "sales_pipeline.csv")
            if row["deal_stage"] == "Won"
        ),
        Decimal(0),
    )
