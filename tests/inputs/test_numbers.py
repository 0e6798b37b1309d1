"""Numbers and money as files, forms and arithmetic make them: 30 values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from .export import deal, exported
from .place import ABSORBED, LISTED, NEIGHBOUR, trading

pytestmark = pytest.mark.integration

IN_SALES = {
    "budget": "budgetamount",
    "cents": "new_cents",
    "count": "new_count",
    "rate": "new_rate",
    "euro": "new_euro",
    "chance": "closeprobability",
}
CURRENCIES = {"KWD": (3, "0.3"), "CLF": (4, "0.02")}  # which Sales has not from the beginning


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a cell of a CSV file, and what Sales then shows; or what its reason names."""

    id: str
    column: str
    given: str
    arrives: str | None = None
    currency: str = "USD"
    listed: tuple[str, ...] = ()


CASES = (
    Number("minus zero", "budget", "-0.0", "0"),
    Number("NaN", "budget", "NaN", listed=("budget", "'NaN' is not a finite number")),
    Number("Infinity", "budget", "Infinity", listed=("budget", "'Infinity'")),
    Number("1e308", "budget", "1e308", listed=("budget", "'1e308' has more than 38 digits")),
    Number("with an exponent", "budget", "1.2e3", "1200"),
    Number("0.1 + 0.2", "budget", "0.30000000000000004", "0.3"),
    Number("28 digits", "budget", "1" * 28, listed=("'budgetamount'", "1" * 28)),
    Number("28 digits of a fraction", "rate", "12.34567890123456789012345678", "12.34568"),
    Number("no decimals: JPY", "budget", "1000.4", "1000", "JPY"),
    Number("two decimals: USD", "budget", "1234567890.12", "1234567890.12"),
    Number("three decimals: KWD", "budget", "1.234", "1.234", "KWD"),
    Number("four decimals: CLF", "cents", "1.2345", "1.2345", "CLF"),
    Number("rate missing", "budget", "5", currency="CHF", listed=("isocurrencycode 'CHF'",)),
    Number("no currency", "budget", "5", currency="", listed=("budget = '5'", "'currency'")),
    Number("no such currency", "budget", "5", currency="usd", listed=("'usd' is not an ISO code",)),
    Number("over the ceiling", "budget", "1000000000001", listed=("budgetamount", "1000000000001")),
    Number("less than may be", "budget", "-5", listed=("budgetamount", "-5 USD")),
    Number("2^31", "count", "2147483648", listed=("new_count", "2147483648")),
    Number("2^31 - 1", "count", "2147483647", "2147483647"),
    Number("half of a whole", "count", "75.5", listed=("count = '75.5' is not a whole number",)),
    Number("percent over 100", "chance", "101", listed=("closeprobability", "101")),
    Number("half up", "budget", "2.345", "2.35"),
    Number("half away from zero", "rate", "-0.000005", "-0.00001"),
    Number("grouping commas", "budget", "1,234.50", listed=("budget = '1,234.50'",)),
    Number("thin spaces", "budget", "1\u202f234.50", listed=("budget", "is not a number")),
    Number("German", "euro", "1.234,50", "1234.5"),
)
ORDERS = {  # name: line in Supply Chain, the line's quantity, price and amount in Sales
    "ten over three": (
        {"OrderedSalesQuantity": 3, "SalesPrice": 10, "SalesPriceQuantity": 3},
        ("3", "3.33", "9.99"),
    ),
    "negative quantity": ({"OrderedSalesQuantity": -1, "SalesPrice": 30}, ("-1", "30", "-30")),
    "zero quantity": ({"OrderedSalesQuantity": 0, "SalesPrice": 30}, ("0", "30", "0")),
    "good": ({"OrderedSalesQuantity": 2, "SalesPrice": 30}, ("2", "30", "60")),
}


@pytest.fixture(scope="module")
def export():
    deals = [{"id": case.id, case.column: case.given, "currency": case.currency} for case in CASES]
    with exported(deals) as found:
        for code, (precision, rate) in CURRENCIES.items():
            row = {"isocurrencycode": code, "currencyname": code, "currencysymbol": code}
            more = {"currencyprecision": precision, "exchangerate": Decimal(rate)}
            found.sandbox.dataverse.put("transactioncurrency", {**row, **more})
        found.settle()
        yield found


@pytest.fixture(scope="module")
def trade():
    with trading() as found:
        found.product("LAMP")
        found.customer("INP-1", CreditLimit=100)
        found.settle()
        [before] = found.sandbox.dataverse.rows("account")
        assert before["creditlimit"] == 100
        found.sandbox.scm.edit("CustomersV3", ("usmf", "INP-1"), {"CreditLimit": 0})
        for name, (line, _) in ORDERS.items():
            found.order("INP-1", name, "LAMP", **line)
        found.notices = found.run().notices
        found.settle()
        yield found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_number(export, expected, case):
    expected(LISTED if case.listed else ABSORBED)
    said, there = export.said_of(case.id), deal(export, case.id)
    if case.listed:
        assert there is None
        assert len(said) == 1
        assert [word for word in case.listed if word not in said[0]] == [], said
    else:
        assert said == []
        assert there[IN_SALES[case.column]] == Decimal(case.arrives)


@pytest.mark.parametrize("name", [name for name in ORDERS if name != "good"])
def test_an_amount_of_an_order(trade, expected, name):
    expected(LISTED if name == "ten over three" else ABSORBED)
    order = trade.sales_order(name)
    lines = "_salesorderid_value = ?"
    [line] = trade.sandbox.dataverse.rows("salesorderdetail", lines, order["salesorderid"])
    shown = (line["quantity"], line["priceperunit"], line["extendedamount"])
    quantity, price, amount = map(Decimal, ORDERS[name][1])
    assert shown == (quantity, price, amount)
    assert order["totalamount"] == amount
    told = [one for one in trade.notices if "total" in one]
    if name == "ten over three":  # a price with two decimals cannot make ten: it is told
        assert len(told) == 1
        assert "total: 10 USD, yet sales makes it 9.99 USD" in told[0]


def test_a_limit_set_to_zero_is_taken_away(trade, expected):
    expected(ABSORBED)
    [account] = trade.sandbox.dataverse.rows("account")
    assert account["creditlimit"] is None  # Supply Chain has no other word for no limit


def test_the_neighbours_arrive(export, trade):
    assert deal(export, NEIGHBOUR)["budgetamount"] == 100
    assert trade.sales_order("good")["totalamount"] == 60
    assert len(CASES) + len(ORDERS) - 1 + 1 == 30
