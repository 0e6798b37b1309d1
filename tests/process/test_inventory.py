"""What can be promised of each line: asked once per item, for open documents, until the deadline."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from oppbridge.contract import join_key
from oppbridge.decision import Subject
from oppbridge.errors import ConfigError, Throttled, Unavailable
from oppbridge.process.inventory import (
    ENRICHERS,
    Availability,
    Inventory,
    InventorySettings,
    Item,
    Promise,
)

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
SOON = NOW + timedelta(seconds=10)
TODAY = NOW.date()


class Stock:
    """A small honest stock: what there is now, and what comes later; counts its questions."""

    def __init__(self, promised, fails=None):
        self.promised, self.asked, self.fails = promised, [], fails or {}

    def available(self, items):
        self.asked.append(list(items))
        if error := self.fails.get(len(self.asked)):
            raise error
        return {item: self.promised[item.item] for item in items if item.item in self.promised}


STOCK = {
    "A1": [Promise(TODAY, Decimal(5)), Promise(date(2026, 5, 9), Decimal("12.50"))],
    "B2": [Promise(TODAY, Decimal(0))],
}
KEYS = {"p-a": join_key("usmf", "A1"), "p-b": join_key("usmf", "B2"), "p-z": "usmf|Z9", "p-x": "A1"}


def keys(products):
    return {product: KEYS[product] for product in products if product in KEYS}


def inventory(stock, clock=lambda: NOW, **settings):
    return Inventory(InventorySettings(system="scm", **settings)).wired(stock, keys, clock)


def document(*lines, entity="quote", status="active", **more):
    values = {"status": status, **more}
    for key, fields in enumerate(lines):
        values[f"lines/{key}"] = True
        values |= {f"lines/{key}/{name}": value for name, value in fields.items()}
    return Subject(entity, "uid", values, {})


def a_line(product="p-a", quantity="3", **more):
    return {"product": product, "quantity": quantity, **more}


def test_a_line_that_can_be_served_now_is_available_today():
    assert inventory(Stock(STOCK)).enrich([document(a_line())], SOON) == [
        {"lines/0/available": "5", "lines/0/available_on": "2026-05-04"}
    ]


def test_a_line_that_must_wait_says_until_when():
    (added,) = inventory(Stock(STOCK)).enrich([document(a_line(quantity="12.5"))], SOON)
    assert added == {"lines/0/available": "5", "lines/0/available_on": "2026-05-09"}


def test_where_no_day_is_in_sight_the_day_is_emptied():
    (added,) = inventory(Stock(STOCK)).enrich([document(a_line("p-b"))], SOON)
    assert added == {"lines/0/available": "0", "lines/0/available_on": None}


def test_each_item_is_asked_for_once_and_many_at_a_time():
    stock = Stock(STOCK)
    subjects = [document(a_line(), a_line("p-b"), a_line()), document(a_line(quantity="9"))]
    added = inventory(stock).enrich(subjects, SOON)
    assert stock.asked == [[Item("usmf", "A1", None, None), Item("usmf", "B2", None, None)]]
    assert added[1]["lines/0/available_on"] == "2026-05-09"


def test_a_site_or_warehouse_is_another_question():
    stock = Stock(STOCK)
    inventory(stock).enrich([document(a_line(site="1", warehouse="11"), a_line(site="2"))], SOON)
    assert stock.asked[0] == [Item("usmf", "A1", "1", "11"), Item("usmf", "A1", "2", None)]


def test_a_key_without_a_company_takes_the_document_s():
    stock = Stock(STOCK)
    inventory(stock).enrich([document(a_line("p-x"), company="dat"), document(a_line("p-x"))], SOON)
    assert stock.asked == [[Item("dat", "A1", None, None)]]


@pytest.mark.parametrize(
    ("entity", "status", "asks"),
    [
        ("quote", "draft", True),
        ("quote", "active", True),
        ("quote", None, True),
        ("quote", "won", False),
        ("quote", "revised", False),
        ("order", "confirmed", True),
        ("order", "in_progress", True),
        ("order", "shipped", False),
        ("order", "canceled", False),
    ],
)
def test_only_open_documents_are_asked_about(entity, status, asks):
    stock = Stock(STOCK)
    (added,) = inventory(stock).enrich([document(a_line(), entity=entity, status=status)], SOON)
    assert bool(stock.asked) is bool(added) is asks


def test_removed_lines_and_lines_of_no_known_item_are_left_alone():
    stock = Stock(STOCK)
    gone = document(a_line())
    gone = Subject("quote", "uid", {**gone.values, "lines/0": None}, {})
    others = document({"text": "Freight"}, a_line("p-unknown"), a_line("p-z"))
    assert inventory(stock).enrich([gone, others], SOON)[0] == {}
    assert stock.asked == [[Item("usmf", "Z9", None, None)]]


def test_an_item_without_stock_loses_what_was_known_of_it():
    (added,) = inventory(Stock(STOCK)).enrich([document(a_line("p-z", available="7"))], SOON)
    assert added == {"lines/0/available": None, "lines/0/available_on": None}


def test_an_unreadable_quantity_still_shows_what_there_is():
    (added,) = inventory(Stock(STOCK)).enrich([document(a_line(quantity="many"))], SOON)
    assert added == {"lines/0/available": "5"}


def test_past_the_deadline_nothing_more_is_asked_and_lines_keep_what_they_had():
    stock, times = Stock(STOCK), iter([NOW, SOON, SOON])
    added = inventory(stock, lambda: next(times), batch=1).enrich(
        [document(a_line(), a_line("p-b"))], SOON
    )
    assert len(stock.asked) == 1
    assert [path.split("/")[1] for path in added[0]] == ["0", "0"]


def test_trouble_midway_keeps_the_answers_there_are():
    stock = Stock(STOCK, {2: Throttled("slow down", 5)})
    (added,) = inventory(stock, batch=1).enrich([document(a_line(), a_line("p-b"))], SOON)
    assert set(added) == {"lines/0/available", "lines/0/available_on"}


def test_trouble_from_the_start_is_told():
    with pytest.raises(Unavailable):
        inventory(Stock(STOCK, {1: Unavailable("down")})).enrich([document(a_line())], SOON)


def test_without_a_system_to_ask_it_says_so():
    (offer,) = ENRICHERS
    unwired = offer.build(offer.settings(system="scm"))
    with pytest.raises(ConfigError, match="'scm' does not tell what is available"):
        unwired.enrich([document(a_line())], SOON)


def test_nothing_to_ask_asks_nothing():
    stock = Stock(STOCK)
    assert inventory(stock).enrich([], SOON) == []
    assert stock.asked == []
    assert isinstance(stock, Availability)
