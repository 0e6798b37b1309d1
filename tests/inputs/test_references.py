"""What rows point at: what is missing, comes later, points at itself, has gone, or is elsewhere."""

from __future__ import annotations

import pytest

from .export import deal, exported
from .place import ABSORBED, LISTED, NEIGHBOUR, trading

pytestmark = pytest.mark.integration

ACCOUNTS = (  # id, name, parent
    ("a1", "First", "a9"),  # its parent comes later in the file
    ("a2", "Second", "a2"),  # itself
    ("a3", "Third", "a4"),
    ("a4", "Fourth", "a3"),  # each other
    ("a5", "Fifth", "missing"),
    ("a/6", "Sixth", ""),
    ("A1", "Upper", ""),  # equal but for case
    ("{7}", "Seventh", ""),
    ("a8 ", "Eighth", ""),
    ("a9", "Ninth", ""),
)
DEALS = {  # deal: the account it names, and the name that account has in Sales; None: it waits
    "of a good account": ("a9", "Ninth"),
    "key with a slash": ("a/6", "Sixth"),
    "key equal but for case": ("A1", "Upper"),
    "key in braces": ("{7}", "Seventh"),
    "key with a blank behind": ("a8 ", "Eighth"),
    "key with a quote": ("o'7", None),
    "missing account": ("nobody", None),
    "no account": ("", ""),
}


@pytest.fixture(scope="module")
def export():
    deals = [{"id": name, "account": key, "currency": "USD"} for name, (key, _) in DEALS.items()]
    accounts = [{"id": id, "name": name, "parent": parent} for id, name, parent in ACCOUNTS]
    with exported(deals, accounts) as found:
        found.settle()
        yield found


def noticed(export):
    return [one for report in export.reports for one in report.notices]


def parent_of(export, name):
    """The name of an account's parent in Sales."""
    names = {row["accountid"]: row["name"] for row in export.sandbox.dataverse.rows("account")}
    [row] = export.sandbox.dataverse.rows("account", "name = ?", name)
    return names.get(row["_parentaccountid_value"])


@pytest.mark.parametrize("name", DEALS)
def test_a_deal(export, expected, name):
    _, account = DEALS[name]
    expected(LISTED if account is None else ABSORBED)
    there = deal(export, name)
    if account is None:
        assert there["_customerid_value"] is None  # the deal arrives; what it points at is told
        assert [one for one in noticed(export) if f"opportunity {name} in export points at" in one]
        return
    names = {row["accountid"]: row["name"] for row in export.sandbox.dataverse.rows("account")}
    assert names.get(there["_customerid_value"], "") == account


def test_a_parent_that_comes_later(export, expected):
    expected(ABSORBED)
    assert parent_of(export, "First") == "Ninth"


def test_a_row_that_is_its_own_parent(export, expected):
    expected(LISTED)
    assert parent_of(export, "Second") in (None, "Second")


def test_two_that_are_each_others_parent(export, expected):
    expected(ABSORBED)
    assert {parent_of(export, "Third"), parent_of(export, "Fourth")} <= {"Third", "Fourth", None}
    assert "Third" in (parent_of(export, "Fourth"), export.said_of("Fourth") and "Third")


def test_a_parent_that_nobody_has(export, expected):
    expected(LISTED)
    assert parent_of(export, "Fifth") is None
    assert [one for one in noticed(export) if "Fifth" in one and "'missing'" in one]


@pytest.fixture(scope="module")
def trade():
    with trading() as found:
        found.product("LAMP")
        found.buyer = found.account(name="Buyer Ltd", accountnumber="B-1")
        found.settle()
        yield found


def test_the_ends_of_a_circle_of_account_and_contact(trade, expected):
    expected(ABSORBED)
    account = trade.account(name="Circle Ltd", accountnumber="C-1")
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    contact = trade.sandbox.dataverse.put(
        "contact", {"firstname": "Ida", "lastname": "Ring", **bind}
    )
    trade.force("account", account, _primarycontactid_value=contact)
    trade.settle()
    assert trade.customer_of(account) is not None
    [person] = trade.sandbox.scm.rows("ContactPersons", LastName="Ring")
    assert person["IdentityCardNumber"] == contact


def test_a_quote_for_a_contact_in_place_of_an_account(trade, expected):
    expected(LISTED)
    person = trade.sandbox.dataverse.put("contact", {"firstname": "Uno", "lastname": "Alone"})
    quote = trade.quote(trade.buyer, "For a person", "LAMP")
    trade.force("quote", quote, _customerid_value=person, _customerid_type="contact")
    for _ in range(3):
        trade.run()
    assert trade.quotation_of(quote) is None
    assert trade.said_of("For a person") or trade.waiting("For a person")


def test_a_record_that_is_made_again_with_its_number(trade, expected):
    expected(ABSORBED)
    first = trade.account(name="Again Ltd", accountnumber="AG-1")
    trade.settle()
    assert trade.customer_of(first) is not None
    trade.sandbox.dataverse.delete("account", first)
    second = trade.account(name="Again Ltd", accountnumber="AG-1")
    for _ in range(4):
        trade.run()
    rows = trade.sandbox.scm.rows("CustomersV3", CustomerAccount="AG-1")
    assert len(rows) == 1
    assert len(trade.sandbox.dataverse.rows("account", "accountnumber = ?", "AG-1")) == 1
    assert second != first


def test_a_customer_of_another_company(trade, expected):
    expected(ABSORBED)
    trade.customer("DE-1", dataAreaId="demf", OrganizationName="Elsewhere GmbH")
    trade.settle()
    assert trade.sandbox.dataverse.rows("account", "name = ?", "Elsewhere GmbH") == []


def test_a_row_deleted_before_anybody_saw_it(trade, expected):
    expected(ABSORBED)
    account = trade.account(name="Mayfly Ltd")
    trade.sandbox.dataverse.delete("account", account)
    trade.settle()
    assert trade.customer_of(account) is None


def test_an_owner_that_is_a_team(trade, expected):
    expected(ABSORBED)
    [team] = trade.sandbox.dataverse.rows("team")[:1]
    account = trade.account(name="Team Ltd", accountnumber="T-1")
    trade.force("account", account, _ownerid_value=team["teamid"], _ownerid_type="team")
    trade.settle()
    assert trade.customer_of(account)["OrganizationName"] == "Team Ltd"


def test_an_owner_who_has_left(trade, expected):
    expected(ABSORBED)
    [user] = trade.sandbox.dataverse.rows("systemuser")[:1]
    account = trade.account(name="Orphan Ltd", accountnumber="O-1")
    trade.force("account", account, _ownerid_value=user["systemuserid"], _ownerid_type="systemuser")
    trade.force("systemuser", user["systemuserid"], isdisabled=1)
    trade.settle()
    customer = trade.customer_of(account)
    trade.sandbox.scm.edit("CustomersV3", ("usmf", customer["CustomerAccount"]), {"CreditLimit": 4})
    trade.settle()
    trade.force("systemuser", user["systemuserid"], isdisabled=0)
    [row] = trade.sandbox.dataverse.rows("account", "accountid = ?", account)
    assert row["creditlimit"] == 4


def test_a_line_for_a_product_the_other_system_has_not(trade, expected):
    expected(LISTED)
    product = trade.sandbox.dataverse.put("product", {"name": "Only here", "productnumber": "ONLY"})
    quote = trade.quote(trade.buyer, "With a stranger", "LAMP")
    [line] = trade.sandbox.dataverse.rows("quotedetail", "_quoteid_value = ?", quote)
    trade.force("quotedetail", line["quotedetailid"], _productid_value=product)
    for _ in range(3):
        trade.run()
    assert trade.waiting("With a stranger") or trade.said_of("With a stranger")


def test_the_neighbours_arrive(export, trade):
    assert deal(export, NEIGHBOUR)["budgetamount"] == 100
    assert trade.customer_of(trade.buyer)["OrganizationName"] == "Buyer Ltd"
    assert len(DEALS) + 4 + 8 == 20
