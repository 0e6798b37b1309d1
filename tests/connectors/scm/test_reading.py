"""What rows show: columns of other sets, names that filters could trip over, the customer of a contact."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oppbridge.connectors.scm.rows import CHAIN, any_of
from oppbridge.contract import join_key
from oppbridge.errors import AccessDenied, ConfigError, SchemaDrift, Unlinked

from .conftest import SELECTIONS, create, customer, settings_of, walk


@pytest.mark.parametrize("number", ["A*B", "O'Neil", "50%", "A&B", "C++", "Ü#1", "a b"])
def test_keys_of_any_spelling_are_found(trade, line, number):
    customer(trade, "usmf", number)
    customer(trade, "usmf", number.replace("*", "x") + "x")
    key = join_key("usmf", number)
    assert [change.key for change in line.fetch("account", [key])] == [key]


def test_a_star_in_a_value_finds_only_itself(trade, line):
    customer(trade, "usmf", "S1", OrganizationName="Star * Shine")
    customer(trade, "usmf", "S2", OrganizationName="Star and Shine")
    found = line.find("account", "OrganizationName", ["Star * Shine"])
    assert [change.key for change in found] == ["usmf|S1"]


def test_values_are_looked_for_in_every_company(trade, line):
    names = ["O'Brien & Söhne C1", "nobody"]
    found = line.find("account", "OrganizationName", names)
    assert [change.key for change in found] == ["usmf|C1", "demf|C1"]


def test_companies_and_numbers_are_compared_without_case(trade, line):
    assert [change.key for change in line.fetch("account", ["USMF|c1"])] == ["usmf|C1"]


def test_many_keys_are_asked_for_in_short_chains(trade, line):
    keys = [f"usmf|{number}" for number in range(60)]
    assert line.fetch("account", [*keys, "usmf|C1"])[0].key == "usmf|C1"
    chains = list(any_of("CustomerAccount", [str(number) for number in range(60)]))
    assert [len(wanted) for _, wanted in chains] == [CHAIN, CHAIN, 10]
    long = list(any_of("ExternalItemNumber", [f"{number}" * 100 for number in range(9)]))
    assert all(len(chain.text) < 2_000 for chain, _ in long)


def test_a_product_shows_columns_of_three_sets(trade, line):
    [change] = line.fetch("product", ["usmf|1000"])
    assert change.row["ProductName"] == "Product 1000"
    assert change.row["CurrencyCode"] == "USD"
    assert change.row["IsSalesStopped"] == "No"
    trade.scm.post("stop_item", company="usmf", item="1000")
    [stopped] = line.fetch("product", ["usmf|1000"])
    assert stopped.row["IsSalesStopped"] == "Yes"


def test_a_product_is_the_same_row_scanned_or_fetched(trade, line):
    scanned = {change.key: change for page in walk(line, "product", 2) for change in page.changes}
    assert {change.key: change for change in line.fetch("product", list(scanned))} == scanned


def test_a_price_for_a_hundred_is_shown_for_one(trade, line):
    trade.scm.edit("ReleasedProductsV2", ("usmf", "1000"), {"SalesPriceQuantity": 100})
    assert line.fetch("product", ["usmf|1000"])[0].row["UnitPrice"] == Decimal("1.5")


def test_a_contact_shows_the_customer_of_its_party(trade, line):
    [receipt] = line.write(
        "contact", [create({"CustomerAccount": "usmf|C2", "FirstName": "Ada", "LastName": "Byron"})]
    )
    assert receipt.row["CustomerAccount"] == "C2"
    [page] = walk(line, "contact")[:1]
    assert [change.row["CustomerAccount"] for change in page.changes] == ["C2"]


def test_a_contact_of_a_customer_that_is_not_there_waits_for_it(trade, line):
    write = create({"CustomerAccount": "usmf|later", "FirstName": "Ada", "LastName": "Byron"})
    [receipt] = line.write("contact", [write])
    assert isinstance(receipt.error, Unlinked)


def test_a_product_released_to_one_company_is_only_released_to_the_next(trade, line):
    row = {"ItemNumber": "9000", "ProductName": "Nine", "dataAreaId": "usmf"}
    first, second = create(row), create({**row, "dataAreaId": "demf"})
    receipts = line.write("product", [first, second])
    assert [receipt.error for receipt in receipts] == [None, None]
    assert [receipt.key for receipt in receipts] == ["usmf|9000", "demf|9000"]
    assert len(trade.scm.rows("ProductsV2", ProductNumber="9000")) == 1


def test_a_customer_number_of_ours_finds_the_customer_that_has_it(trade, open_line):
    for company in ("usmf", "demf"):
        trade.scm.post("sequence", company=company, name="CustomerAccount", mode="manual")
    line = open_line(numbers={"account": "ours"})
    new, known = (create({"CustomerAccount": n, "OrganizationName": "Ours"}) for n in ("N-1", "C1"))
    receipts = line.write("account", [new, known])
    assert [(r.key, r.existed) for r in receipts] == [("usmf|N-1", False), ("usmf|C1", True)]


def test_another_column_can_keep_the_record_id(trade, open_line):
    line = open_line(origins={"account": "KnownAs"})
    write = create({"OrganizationName": "Elsewhere"})
    [first] = line.write("account", [write])
    [again] = line.write("account", [write])
    assert first.key == again.key
    assert trade.scm.get("CustomersV3", *first.key.split("|"))["KnownAs"] == write.origin


def test_another_version_of_the_order_set_can_be_read(trade):
    from dataclasses import replace

    from oppbridge.connectors.scm import SPEC

    selection = replace(SELECTIONS["order"], native="SalesOrderHeadersV3")
    line = SPEC.open(settings_of(trade), {"order": selection})
    try:
        assert line.describe("order").native == "SalesOrderHeadersV3"
        assert line.changes("order", None, 5).changes == []
    finally:
        line.close()


class TestTrouble:
    """Access and addresses, told so that somebody can act."""

    def test_a_wrong_secret_is_access_denied_and_not_shown(self, trade, open_line):
        with pytest.raises(AccessDenied) as caught:
            open_line(secret="wrong-secret").changes("account", None, 1)
        assert "wrong-secret" not in str(caught.value)

    def test_an_address_that_is_none_is_a_mistake_of_the_configuration(self, trade, open_line):
        with pytest.raises((ConfigError, ValueError)):
            open_line(url="http://scm.example")

    def test_a_set_the_service_does_not_have_is_drift(self, trade):
        from dataclasses import replace

        from oppbridge.connectors.scm import SPEC

        selection = replace(SELECTIONS["order"], native="SalesOrderHeadersV9")
        line = SPEC.open(settings_of(trade), {"order": selection})
        try:
            with pytest.raises(SchemaDrift, match="SalesOrderHeadersV9"):
                line.changes("order", None, 1)
        finally:
            line.close()

    def test_a_refusal_in_another_language_is_told_as_it_stands(self, trade, line):
        subject = trade.world.identity.client_id
        trade.scm.post("user", subject=subject, company="usmf", language="de")
        [receipt] = line.write(
            "account", [create({"OrganizationName": "x", "PaymentTerms": "nix"})]
        )
        trade.scm.post("user", subject=subject, company="usmf", language="en-us")
        assert "nicht gefunden" in str(receipt.error)


def test_an_entity_is_described_by_the_services_own_metadata(trade, line):
    found = line.describe("order")
    assert found.columns["SalesOrderStatus"].choices == {
        name: name for name in ("None", "Backorder", "Delivered", "Invoiced", "Canceled")
    }
    assert not found.columns["SalesOrderStatus"].updatable
    assert found.columns["OrderingCustomerAccountNumber"].required
    lines = found.collections["SalesOrderLines"]
    assert lines.columns["UnitPrice"].updatable
    assert not lines.columns["LineNumber"].creatable
