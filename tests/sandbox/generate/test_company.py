"""The generated company: the same for the same seed, each thing where it belongs."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import pytest

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.generate import (
    DEMO,
    SMALL,
    generate_company,
    generate_masters,
    generate_sales,
    load_customers,
    load_opportunities,
)
from oppbridge.sandbox.generate.story import tell

# What every run stamps anew.
STAMPS = ("createdon", "modifiedon", "_version", "OrderCreationDateTime", "LastEditDateTime")
SALES = ("account", "contact", "competitor", "opportunity", "opportunityproduct", "quote")
SCM = ("CustomersV3", "ContactPersons", "ReleasedProductsV2", "SalesOrderLines")


@pytest.fixture(scope="module")
def demo():
    with Sandbox.start() as sandbox:
        generate_company(sandbox, keyed=True)
        yield sandbox


def _rows(sandbox):
    out = {}
    for name in SALES:
        rows = sandbox.dataverse.rows(name)
        out[name] = [{k: v for k, v in row.items() if k not in STAMPS} for row in rows]
    for name in SCM:
        rows = sandbox.scm.rows(name)
        out[name] = [{k: v for k, v in row.items() if k not in STAMPS} for row in rows]
    return out


def test_the_same_seed_tells_the_same_story_and_another_another():
    assert tell(3, DEMO) == tell(3, DEMO)
    assert tell(3, DEMO) != tell(4, DEMO)


def test_a_larger_company_begins_as_the_smaller_one_does():
    small, large = tell(3, SMALL), tell(3, replace(SMALL, products=30, opportunities=60))
    assert large.accounts == small.accounts
    assert large.products[: SMALL.products] == small.products


def test_the_same_seed_gives_the_same_rows():
    found = []
    for _ in range(2):
        with Sandbox.start() as sandbox:
            generate_company(sandbox, seed=11, size=SMALL, keyed=True)
            found.append(_rows(sandbox))
    for name, rows in found[0].items():
        keys = [sorted(map(repr, one[name])) for one in found]
        assert rows
        assert keys[0] == keys[1], name


def test_generating_again_changes_nothing():
    with Sandbox.start() as sandbox:
        generate_company(sandbox, seed=5, size=SMALL)
        before = _rows(sandbox)
        generate_company(sandbox, seed=5, size=SMALL)
        assert _rows(sandbox) == before


def test_each_system_holds_what_it_owns_before_they_meet():
    with Sandbox.start() as sandbox:
        counts = generate_company(sandbox, size=SMALL)
        names = {row["accountnumber"] for row in sandbox.dataverse.rows("account")}
        assert len(names) == SMALL.prospects
        assert all(name.startswith("P-") for name in names)
        assert sandbox.dataverse.count("product") == 0
        accounts = {row["CustomerAccount"] for row in sandbox.scm.rows("CustomersV3")}
        assert len(accounts) == SMALL.accounts - SMALL.prospects
        assert not accounts & names
        assert sandbox.scm.rows("SalesQuotationHeadersV2") == []
        assert counts["deals"] == sandbox.dataverse.count("opportunity") > 0
        assert counts["waiting"] > 0


def test_deals_follow_once_sales_knows_their_accounts():
    with Sandbox.start() as sandbox:
        generate_masters(sandbox, size=SMALL)
        first = generate_sales(sandbox, size=SMALL)
        for row in sandbox.scm.rows("CustomersV3"):  # as a synchronisation would
            body = {"name": row["OrganizationName"], "accountnumber": row["CustomerAccount"]}
            sandbox.dataverse.put("account", body)
        second = generate_sales(sandbox, size=SMALL)
        assert first["waiting"] > 0
        assert second == {"deals": SMALL.opportunities, "waiting": 0}


def test_the_demo_company_has_its_size(demo):
    sales, scm = demo.dataverse, demo.scm
    assert sales.count("account") == DEMO.accounts
    assert sales.count("contact") == DEMO.accounts * DEMO.contacts
    assert sales.count("product") == DEMO.products
    assert sales.count("opportunity") == DEMO.opportunities
    assert sales.count("quote") == DEMO.quotes
    assert len(scm.rows("SalesOrderHeadersV2")) == DEMO.orders
    assert len(scm.rows("ReleasedProductsV2", dataAreaId="usmf")) == DEMO.products


def test_the_demo_company_is_believable(demo):
    states = Counter(row["statecode"] for row in demo.dataverse.rows("opportunity"))
    assert states[0] > 30
    assert states[1] > states[2] > 15
    quotes = {row["statecode"] for row in demo.dataverse.rows("quote")}
    assert quotes == {0, 1, 2, 3}
    progress = {row["SalesOrderProcessingStatus"] for row in demo.scm.rows("SalesOrderHeadersV2")}
    assert progress == {"Active", "Confirmed", "Delivered", "Invoiced"}
    assert demo.dataverse.count("connection") > DEMO.opportunities
    assert demo.dataverse.count("opportunitycompetitors") > 20
    assert {row["dataAreaId"] for row in demo.scm.rows("CustomersV3")} == {"usmf", "demf"}


def test_awkward_names_and_numbers_are_there(demo):
    names = " ".join(row["OrganizationName"] for row in demo.scm.rows("CustomersV3"))
    assert all(char in names for char in "'&*ü+%")
    assert demo.scm.get("ReleasedProductsV2", "usmf", " RFI-TEST-002") is not None
    holds = {row["OnHoldStatus"] for row in demo.scm.rows("CustomersV3")}
    assert holds == {"No", "Invoice", "All"}


def test_opportunities_add_up_to_their_lines(demo):
    lines = Counter()
    for row in demo.dataverse.rows("opportunityproduct"):
        lines[row["_opportunityid_value"]] += row["extendedamount"]
    for row in demo.dataverse.rows("opportunity"):
        assert row["totalamount"] == row["estimatedvalue"] == lines[row["opportunityid"]]


def test_closed_deals_closed_in_the_past_and_open_ones_did_not(demo):
    today = demo.clock.stamp()[:10]
    for row in demo.dataverse.rows("opportunity"):
        closed = row["actualclosedate"]
        assert (closed is not None) == (row["statecode"] != 0)
        assert closed is None or row["createdon"][:10] < closed < today
        assert row["createdon"][:10] <= today


def test_many_opportunities_load_fast_and_can_be_read():
    with Sandbox.start() as sandbox:
        began = time.process_time()
        assert load_opportunities(sandbox, 20_000, accounts=10) == 20_000
        assert load_customers(sandbox, 5_000) == 5_000
        assert time.process_time() - began < 10
        assert sandbox.dataverse.count("opportunity") == 20_000
        row = sandbox.dataverse.rows("opportunity", "name = ?", "Deal 19999")[0]
        assert row["_customerid_type"] == "account"
        assert row["_transactioncurrencyid_value"]
        customer = sandbox.scm.get("CustomersV3", "usmf", "B7-0004999")
        assert (customer["OrganizationName"], customer["OnHoldStatus"]) == (
            "Bulk customer 4999",
            "No",
        )
