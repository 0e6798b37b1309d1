"""Real CRM exports through real maps: every row read, every total to the cent."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from oppbridge.connectors.files import SPEC, Settings
from oppbridge.mapping import compile_map, load_map
from oppbridge.records import Money, build

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "maven-crm-opportunities"
MAPS = Path(__file__).parent / "maps"
DEALS = compile_map(load_map(MAPS / "pipeline.yaml"))
COMPANIES = compile_map(load_map(MAPS / "company.yaml"))

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not here"),
]


def read(entity: str):
    parts = {"file": "sales_pipeline.csv", "parent": "opportunity_id", "key": "opportunity_id"}
    settings = Settings.model_validate(
        {
            "folder": DATA,
            "read_only": True,
            "entities": {
                "account": {"file": "accounts.csv", "key": "account"},
                "opportunity": {
                    "file": "sales_pipeline.csv",
                    "key": "opportunity_id",
                    "collections": {"lines": parts},
                },
            },
        }
    )
    maps = {"account": COMPANIES, "opportunity": DEALS}
    line = SPEC.open(settings, {name: one.selection for name, one in maps.items()})
    cursor, found = None, {}
    while True:
        page = line.changes(entity, cursor, 999)
        found |= {change.key: maps[entity].read(change.row) for change in page.changes}
        cursor = page.cursor
        if not page.more:
            return found


def original(name: str):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_deal_is_read_with_its_value_stage_and_product():
    deals, rows = read("opportunity"), original("sales_pipeline.csv")
    assert len(deals) == len(rows) == 8800
    paid = sum(Money.parse(deal["amount"]).amount for deal in deals.values() if deal["amount"])
    assert paid == sum(Decimal(row["close_value"] or 0) for row in rows)
    assert Counter(deal["status"] for deal in deals.values()) == {
        "won": 4238,
        "lost": 2473,
        "open": 2089,
    }
    products = {row["product"] for row in original("products.csv")}
    assert {deal[f"lines/{key}/product"] for key, deal in deals.items()} == products
    assert sum(deal["account"] is None for deal in deals.values()) == 1425
    for deal in deals.values():
        build("opportunity", deal)


def test_every_company_is_read_with_revenue_in_dollars_and_its_parent():
    companies, rows = read("account"), original("accounts.csv")
    assert companies.keys() == {row["account"] for row in rows}
    assert companies["Acme Corporation"]["revenue"] == "1100040000 USD"
    assert companies["Acme Corporation"]["industry"] == "technology"
    parents = {company["parent"] for company in companies.values()} - {None}
    assert parents <= companies.keys()
    assert len(parents) > 1
