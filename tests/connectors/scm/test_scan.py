"""Reading changes from a system that keeps no feed of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oppbridge.connectors.scm.cursor import Kind, parse
from oppbridge.errors import ConfigError

from .conftest import create, customer, line_part, walk

HOUR = timedelta(hours=1)


def order(line, *items, account="usmf|C1"):
    row = {"OrderingCustomerAccountNumber": account, "CurrencyCode": "USD"}
    company = account.partition("|")[0]
    parts = [
        line_part("SalesOrderLines", {"ItemNumber": f"{company}|{item}", "OrderedSalesQuantity": 2})
        for item in items
    ]
    [receipt] = line.write("order", [create(row, *parts)])
    assert receipt.error is None
    return receipt


def keys(pages):
    return [change.key for page in pages for change in page.changes]


def test_every_company_is_read_in_turn(trade, line):
    assert keys(walk(line, "account", 2)) == ["usmf|C1", "usmf|C2", "usmf|C3", "demf|C1"]


def test_a_company_that_does_not_take_part_is_not_read(trade, open_line):
    assert keys(walk(open_line(companies=["demf"]), "account")) == ["demf|C1"]


@pytest.mark.parametrize("size", [1, 2, 3, 10_000])
def test_pages_of_the_service_may_be_smaller_than_asked_for(trade, line, size):
    trade.scm.post("assume", page_size=size)
    trade.scm.post("assume", next_link="token")
    order(line, "1000", "2000", " RFI-TEST-002")
    assert len(keys(walk(line, "account"))) == 4
    assert len(keys(walk(line, "product"))) == 6
    [page] = walk(line, "order")[:1]
    assert len(page.changes[0].row["SalesOrderLines"]) == 3


def test_a_page_of_documents_has_the_lines_of_each(trade, line):
    made = [order(line, "1000"), order(line), order(line, "1000", "2000")]
    [page] = walk(line, "order")
    lines = {change.key: len(change.row["SalesOrderLines"]) for change in page.changes}
    assert lines == {made[0].key: 1, made[1].key: 0, made[2].key: 2}


def test_lines_are_read_for_a_whole_page_at_once(trade, line):
    for _ in range(30):
        order(line, "1000")
    trade.counters.reset()
    walk(line, "order", 30)
    assert trade.counters.requests("scm") <= 5, "one read of headers and one of lines, per company"


def test_documents_still_open_are_read_between_full_readings(trade, line):
    first, other = order(line, "1000"), order(line, "1000")
    trade.scm.post("confirm_order", company="usmf", number=other.key.partition("|")[2])
    cursor = walk(line, "order")[-1].cursor
    pages = walk(line, "order", 50, cursor)
    assert not any(page.sweep for page in pages)
    assert set(keys(pages)) == {first.key, other.key}


def test_a_document_that_is_closed_is_shown_once_more(trade, line):
    stays, goes = order(line, "1000"), order(line, "1000")
    number = goes.key.partition("|")[2]
    cursor = walk(line, "order")[-1].cursor
    trade.scm.post("cancel_order", company="usmf", number=number)
    pages = walk(line, "order", 50, cursor)
    shown = {change.key: change.row["SalesOrderStatus"] for p in pages for change in p.changes}
    assert shown == {stays.key: "Backorder", goes.key: "Canceled"}
    following = walk(line, "order", 50, pages[-1].cursor)
    assert keys(following) == [stays.key]


def test_documents_that_left_come_in_pages_too(trade, line):
    made = [order(line, "1000") for _ in range(5)]
    cursor = walk(line, "order")[-1].cursor
    for receipt in made:
        trade.scm.post("cancel_order", company="usmf", number=receipt.key.partition("|")[2])
    pages = walk(line, "order", 2, cursor)
    assert set(keys(pages)) == {receipt.key for receipt in made}
    assert all(len(page.changes) <= 2 for page in pages)


def test_a_document_deleted_meanwhile_is_left_to_the_full_reading(trade, line):
    stays, goes = order(line, "1000"), order(line, "1000")
    cursor = walk(line, "order")[-1].cursor
    trade.scm.delete("SalesOrderHeadersV2", *goes.key.split("|"))
    assert keys(walk(line, "order", 50, cursor)) == [stays.key]


def test_a_new_document_is_seen_by_the_next_reading(trade, line):
    cursor = walk(line, "order")[-1].cursor
    made = order(line, "1000")
    assert keys(walk(line, "order", 50, cursor)) == [made.key]


def test_a_full_reading_is_done_when_it_is_due(trade, open_line):
    line = open_line(full_every=timedelta(0))
    made = order(line, "1000")
    trade.scm.post("cancel_order", company="usmf", number=made.key.partition("|")[2])
    cursor = walk(line, "order")[-1].cursor
    pages = walk(line, "order", 50, cursor)
    assert pages[0].first
    assert all(page.sweep for page in pages)
    assert keys(pages) == [made.key]


def test_too_many_open_documents_are_read_in_full_each_time(trade, open_line):
    line = open_line(watched=1)
    order(line, "1000"), order(line, "1000")
    cursor = walk(line, "order")[-1].cursor
    assert walk(line, "order", 50, cursor)[0].first


@pytest.mark.parametrize(
    "cursor",
    ["", "of another time", '["full","2026-01-01T00:00:00+00:00",["gone"],0,"",false,"",""]'],
)
def test_a_cursor_that_means_nothing_starts_a_full_reading(trade, line, cursor):
    page = line.changes("account", cursor, 2)
    assert page.first
    assert page.sweep


def test_only_the_first_page_of_a_full_reading_is_the_first(trade, line):
    pages = walk(line, "account", 1)
    assert [page.first for page in pages] == [True] + [False] * (len(pages) - 1)
    assert parse(pages[-1].cursor).kind is Kind.FULL


def test_rows_that_come_and_go_while_pages_turn_lose_nobody(trade, line):
    page = line.changes("account", None, 2)
    trade.scm.delete("CustomersV3", "usmf", "C1")
    customer(trade, "usmf", "A0")
    rest = keys(walk(line, "account", 1, page.cursor))
    assert rest == ["usmf|C3", "demf|C1"], "an offset would have skipped one"


def test_a_cursor_of_other_companies_starts_a_full_reading(trade, open_line):
    cursor = open_line(companies=["usmf"]).changes("account", None, 1).cursor
    page = open_line(companies=["demf", "usmf"]).changes("account", cursor, 50)
    assert page.first
    assert len(page.changes) == 4


def test_a_company_that_is_misspelt_is_not_taken_for_an_empty_one(trade, open_line):
    line = open_line(companies=["usmf", "dmef"])
    with pytest.raises(ConfigError, match="'dmef'"):
        walk(line, "account")


def test_an_empty_company_is_just_empty(trade, open_line):
    assert keys(walk(open_line(companies=["dat"]), "account")) == []


def test_an_entity_that_rests_is_not_read_again_too_early(trade, open_line):
    line = open_line(rests={"product": "PT1H"})
    cursor = walk(line, "product", 4)[-1].cursor
    trade.counters.reset()
    [page] = walk(line, "product", 4, cursor)
    assert (page.changes, page.cursor, page.sweep) == ([], cursor, False)
    assert trade.counters.requests("scm") == 0
    rested = open_line(rests={"product": "PT0S"})
    assert walk(rested, "product", 4, cursor)[0].first
