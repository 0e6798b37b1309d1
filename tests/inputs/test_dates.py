"""Days and instants as calendars, zones and systems make them: 24 values."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from .export import deal, exported
from .place import ABSORBED, LISTED, NEIGHBOUR, trading

pytestmark = pytest.mark.integration

IN_SALES = {
    "closes": "estimatedclosedate",
    "closed": "actualclosedate",
    "moment": "new_moment",
    "berlin": "new_berlin",
    "dotted": "new_dotted",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A cell of a CSV file, and what Sales then shows; or what the reason names."""

    id: str
    column: str
    given: str
    arrives: str | None = None
    listed: tuple[str, ...] = ()
    status: str = "Open"


CASES = (
    Moment("the first day", "closes", "0001-01-01", listed=("01/01/1753", "closes 0001-01-01")),
    Moment("a day too early", "closes", "1752-12-31", listed=("01/01/1753", "closes 1752-12-31")),
    Moment("the first day of SQL Server", "closes", "1753-01-01", "1753-01-01"),
    Moment("1900 where it is a day", "closes", "1900-01-01", "1900-01-01"),
    Moment("the last day", "closes", "9999-12-31", "9999-12-31"),
    Moment("a day after the last", "closes", "10000-01-01", listed=("closes = '10000-01-01'",)),
    Moment("29 February", "closes", "2024-02-29", "2024-02-29"),
    Moment("29 February that never was", "closes", "2023-02-29", listed=("closes = '2023-02-29'",)),
    Moment("29 February 1900", "closes", "1900-02-29", listed=("closes = '1900-02-29'",)),
    Moment("leap second", "moment", "2016-12-31T23:59:60Z", listed=("moment = '2016-12-31T23",)),
    Moment("offset +14", "moment", "2026-05-31T12:00:00+14:00", "2026-05-30T22:00:00Z"),
    Moment("offset -14", "moment", "2026-05-31T12:00:00-14:00", "2026-06-01T02:00:00Z"),
    Moment("a stamp without a zone", "berlin", "2026-05-31T12:00:00", "2026-05-31T10:00:00Z"),
    Moment("a day for an instant", "berlin", "2026-01-31", "2026-01-30T23:00:00Z"),
    Moment("an hour that never was", "berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
    Moment("an hour that was twice", "berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
    Moment("seconds since 1970", "closes", "1767225600", listed=("closes = '1767225600'",)),
    Moment("milliseconds since 1970", "moment", "1767225600000", listed=("'1767225600000'",)),
    Moment("a day with time and zone", "closes", "2026-05-31T23:30:00-14:00", "2026-05-31"),
    Moment("month before day", "dotted", "05/31/2026", listed=("dotted = '05/31/2026'",)),
    Moment("won long ago", "closed", "2017-03-01", "2017-03-01", status="Won"),
)


@pytest.fixture(scope="module")
def export():
    deals = [
        {"id": case.id, case.column: case.given, "currency": "USD", "status": case.status}
        for case in CASES
    ]
    with exported(deals) as found:
        found.settle()
        yield found


@pytest.fixture(scope="module")
def trade():
    with trading() as found:
        found.product("LAMP")
        buyer = found.account(name="Buyer")
        found.settle()
        found.quotes = {
            "empty": found.quote(buyer, "empty", "LAMP"),
            "far": found.quote(buyer, "far", "LAMP", expireson="9999-12-31"),
            "local": found.quote(buyer, "local", "LAMP", requestdeliveryby="2026-12-31T22:30:00Z"),
            "good": found.quote(buyer, NEIGHBOUR, "LAMP", expireson="2027-02-28"),
        }
        found.settle()
        yield found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_date(export, expected, case):
    expected(LISTED if case.listed else ABSORBED)
    said, there = export.said_of(case.id), deal(export, case.id)
    if case.listed:
        assert there is None
        assert len(said) == 1
        assert [word for word in case.listed if word not in said[0]] == [], said
    else:
        assert said == []
        assert there[IN_SALES[case.column]] == case.arrives


def test_1900_where_it_is_nothing(trade, expected):
    expected(ABSORBED)
    quotation = trade.quotation_of(trade.quotes["empty"])
    assert quotation["SalesQuotationExpiryDate"] == "1900-01-01T12:00:00Z"
    assert trade.sandbox.dataverse.row("quote", trade.quotes["empty"])["expireson"] is None


def test_later_than_supply_chain_knows(trade, expected):
    expected(LISTED)
    assert trade.quotation_of(trade.quotes["far"]) is None
    [said] = trade.said_of(trade.quotes["far"])
    assert "SalesQuotationExpiryDate" in said
    assert "9999-12-31" in said


def test_a_day_that_a_user_sees_in_his_own_zone(trade, expected):
    expected(ABSORBED)
    quotation = trade.quotation_of(trade.quotes["local"])
    assert quotation["RequestedShippingDate"] == "2026-12-31T12:00:00Z"


def test_the_neighbours_arrive(export, trade):
    assert deal(export, NEIGHBOUR)["budgetamount"] == 100
    good = trade.quotation_of(trade.quotes["good"])
    assert good["SalesQuotationExpiryDate"] == "2027-02-28T12:00:00Z"
    assert len(CASES) + 3 == 24
