"""Options and states: words nobody knows, words in other tongues, documents that are closed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from .export import deal, exported
from .place import ABSORBED, LISTED, NEIGHBOUR, trading

pytestmark = pytest.mark.integration


@dataclass(frozen=True, slots=True)
class Word:
    """A cell of an export, and what Sales then shows; or what the reason says of it."""

    id: str
    column: str
    given: str
    shown: tuple[str, object] = ("statecode", 0)
    listed: str = ""


WORDS = (
    Word("unknown option", "rating", "Purple", listed="rating = 'Purple'"),
    Word("translated label", "rating", "Heiss", listed="rating = 'Heiss'"),
    Word("retired option still read", "rating", "Frozen", ("opportunityratingcode", 3)),
    Word("option in other case", "rating", "hot", listed="rating = 'hot'"),
    Word("option with a blank behind", "rating", "Hot ", listed="rating = 'Hot '"),
    Word("option as its number", "rating", "1", listed="rating = '1'"),
    Word("several at once", "tags", "Rot;Blau", ("new_tags", "3,1")),
    Word("several, one of them unknown", "tags", "Rot;Lila", listed="Lila"),
    Word("no option", "rating", "", ("opportunityratingcode", 2)),
    Word("state that is none", "status", "Open/Won", listed="status = 'Open/Won'"),
)


@pytest.fixture(scope="module")
def export():
    with exported(
        [{"id": one.id, one.column: one.given, "currency": "USD"} for one in WORDS]
    ) as found:
        found.settle()
        yield found


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.id)
def test_word(export, expected, word):
    expected(LISTED if word.listed else ABSORBED)
    said, there = export.said_of(word.id), deal(export, word.id)
    if word.listed:
        assert there is None
        assert len(said) == 1
        assert word.listed in said[0]
        return
    assert said == []
    assert there is not None
    column, value = word.shown
    assert there[column] == value


@pytest.fixture(scope="module")
def trade():
    with trading() as found:
        found.product("LAMP")
        found.buyer = found.account(name="Buyer Ltd", accountnumber="B-1")
        found.settle()
        yield found


def test_a_won_deal_with_an_open_quote(trade, expected):
    expected(ABSORBED)
    row = {"name": "Won early", "parentaccountid@odata.bind": f"/accounts({trade.buyer})"}
    opportunity = trade.sandbox.dataverse.put("opportunity", row)
    bind = {"opportunityid@odata.bind": f"/opportunities({opportunity})"}
    quote = trade.quote(trade.buyer, "Still open", "LAMP", **bind)
    trade.force("opportunity", opportunity, statecode=1, statuscode=3)
    trade.settle()
    assert trade.quotation_of(quote) is not None
    [deal_] = trade.sandbox.dataverse.rows("opportunity", "opportunityid = ?", opportunity)
    assert deal_["statecode"] == 1


def test_an_edit_of_an_active_quote(trade, expected):
    expected(ABSORBED)
    quote = trade.quote(trade.buyer, "Active", "LAMP")
    trade.settle()
    trade.sandbox.dataverse.edit("quote", quote, {"statecode": 1, "statuscode": 2})
    trade.settle()
    number = trade.quotation_of(quote)["SalesQuotationNumber"]
    [line] = trade.sandbox.scm.rows("SalesQuotationLines", SalesQuotationNumber=number)
    trade.sandbox.scm.edit(
        "SalesQuotationLines", ("usmf", line["InventoryLotId"]), {"SalesPrice": 77}
    )
    trade.settle()
    [there] = trade.sandbox.dataverse.rows("quotedetail", "_quoteid_value = ?", quote)
    assert there["priceperunit"] == 77
    [head] = trade.sandbox.dataverse.rows("quote", "quoteid = ?", quote)
    assert head["statecode"] == 1  # reopened for it, and active again


def test_an_order_that_is_shipped_already(trade, expected):
    expected(ABSORBED)
    customer = trade.customer_of(trade.buyer)["CustomerAccount"]
    number = trade.order(customer, "Shipped", "LAMP", OrderedSalesQuantity=1, SalesPrice=5)
    for step in ("confirm_order", "pick_order", "pack_order"):
        trade.sandbox.scm.post(step, company="usmf", number=number)
    trade.settle()
    assert trade.sales_order("Shipped")["statecode"] == 3  # fulfilled, in one go


def test_a_product_that_is_retired(trade, expected):
    expected(ABSORBED)
    trade.product("OLD")
    trade.settle()
    [product] = trade.sandbox.dataverse.rows("product", "productnumber = ?", "OLD")
    trade.force("product", product["productid"], statecode=1, statuscode=2)
    trade.sandbox.scm.edit("ReleasedProductsV2", ("usmf", "OLD"), {"SalesPrice": 33})
    trade.settle()
    rows = trade.sandbox.dataverse.rows("product", "productnumber = ?", "OLD")
    assert [row["statecode"] for row in rows] in ([0], [1])


def test_a_member_of_an_enumeration_that_nobody_knows(trade, expected):
    expected(ABSORBED)  # the map reads what it does not name as no hold, and leaves it alone
    trade.customer("ODD", OrganizationName="Odd One", OnHoldStatus="All")
    trade.sandbox.faults.add(
        "rewrite", service="scm", path="CustomersV3", times=None, find='"All"', put='"Quarantine"'
    )
    report = trade.run()
    trade.sandbox.faults.clear()
    assert report.outcome == "done"
    assert trade.account_of(("usmf", "ODD"))["name"] == "Odd One"
    assert trade.sandbox.scm.get("CustomersV3", "usmf", "ODD")["OnHoldStatus"] == "All"


def test_a_customer_that_is_set_inactive_while_it_is_ordered_for(trade, expected):
    expected(ABSORBED)
    account = trade.account(name="Leaving Ltd", accountnumber="L-1")
    quote = trade.quote(account, "Last one", "LAMP")
    trade.force("account", account, statecode=1, statuscode=2)
    for _ in range(4):
        trade.run()
    assert trade.customer_of(account) is not None
    assert trade.quotation_of(quote) is not None


def test_the_neighbours_arrive(export, trade):
    assert deal(export, NEIGHBOUR)["budgetamount"] == 100
    assert trade.customer_of(trade.buyer)["OrganizationName"] == "Buyer Ltd"
    assert len(WORDS) + 6 == 16
