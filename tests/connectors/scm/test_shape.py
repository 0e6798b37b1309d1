"""Prices for a price unit, discounts per line: what is written is what the line then costs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.connectors.scm.settings import ScmSettings
from oppbridge.connectors.scm.shape import (
    discount_columns,
    each,
    finish,
    header_sent,
    line_discount,
    line_sent,
)
from oppbridge.connectors.scm.view import view_of
from oppbridge.sandbox.scm.prices import line_amount

from .conftest import SELECTIONS

SETTINGS = ScmSettings.model_validate(
    {
        "url": "https://scm.example",
        "tenant": "t",
        "client_id": "c",
        "secret": "s",
        "companies": ["usmf"],
    }
)
VIEW = view_of(SELECTIONS["order"], SETTINGS)
QUANTITY = "OrderedSalesQuantity"
CENTS = st.integers(-(10**7), 10**7).map(lambda cents: Decimal(cents) / 100)
COUNTS = st.integers(1, 10**5).map(Decimal)
PER = st.sampled_from((Decimal(1), Decimal(10), Decimal(100)))


def line(price: Decimal, count: Decimal, **more: Decimal) -> dict[str, Decimal]:
    blank = dict.fromkeys(
        (
            "LineDiscountAmount",
            "FixedPriceCharges",
            "LineDiscountPercentage",
            "MultilineDiscountAmount",
            "MultilineDiscountPercentage",
        ),
        Decimal(0),
    )
    whole = {
        **blank,
        "SalesPrice": price,
        "SalesPriceQuantity": Decimal(1),
        QUANTITY: count,
        **more,
    }
    return {**whole, "LineAmount": line_amount(whole, whole[QUANTITY], "USD", "multiply")}


def _priced(whole: dict[str, Decimal]) -> dict[str, Decimal]:
    return {**whole, "LineAmount": line_amount(whole, whole[QUANTITY], "USD", "multiply")}


def test_ten_off_three_pieces_leaves_a_cent_to_the_charges():
    sent = discount_columns(Decimal(10), Decimal(3), Decimal(1))
    assert sent["LineDiscountAmount"] == Decimal("3.33")
    assert sent["FixedPriceCharges"] == Decimal("-0.01")


@given(CENTS, CENTS, COUNTS, PER)
def test_a_discount_takes_off_exactly_what_it_says(price, discount, count, per):
    stored = line(price, count, SalesPriceQuantity=per)
    after = _priced({**stored, **discount_columns(discount, count, per)})
    gross = price * count / per
    assert abs(gross - discount - after["LineAmount"]) <= Decimal("0.005")
    assert line_discount(after, QUANTITY) == discount


@given(CENTS, CENTS, COUNTS, COUNTS, PER)
def test_a_discount_stands_when_the_quantity_changes(price, discount, count, other, per):
    stored = line(price, count, SalesPriceQuantity=per)
    stored = _priced({**stored, **discount_columns(discount, count, per)})
    sent = line_sent(VIEW, {QUANTITY: other}, stored)
    numbers = {name: Decimal(str(value)) for name, value in sent.items()}
    if stored["LineDiscountAmount"]:
        assert line_discount(_priced({**stored, **numbers}), QUANTITY) == discount


@given(CENTS, CENTS, COUNTS, PER)
def test_a_discount_stands_when_the_price_becomes_one_of_a_single_unit(price, discount, count, per):
    stored = _priced(
        {
            **line(Decimal(5), count, SalesPriceQuantity=per),
            **discount_columns(discount, count, per),
        }
    )
    sent = line_sent(VIEW, {"UnitPrice": price}, stored)
    after = _priced({**stored, **{name: Decimal(str(value)) for name, value in sent.items()}})
    assert after["SalesPrice"] / after["SalesPriceQuantity"] == price
    if stored["LineDiscountAmount"]:
        assert line_discount(after, QUANTITY) == discount


def test_a_percentage_shows_as_what_it_takes_off():
    shown = line(Decimal(100), Decimal(3), LineDiscountPercentage=Decimal(10))
    assert line_discount(shown, QUANTITY) == Decimal(30)


def test_an_update_of_other_columns_leaves_the_discount_alone():
    stored = _priced(
        {**line(Decimal(5), Decimal(3)), **discount_columns(Decimal(1), Decimal(3), Decimal(1))}
    )
    assert line_sent(VIEW, {"LineDescription": "x"}, stored) == {"LineDescription": "x"}


def test_a_line_without_quantity_keeps_its_discount_in_the_charges():
    sent = discount_columns(Decimal(10), Decimal(0), Decimal(1))
    assert (sent["LineDiscountAmount"], sent["FixedPriceCharges"]) == (0, -10)


@pytest.mark.parametrize(
    ("price", "per", "expected"),
    [("150", 1, "150"), ("150", 100, "1.5"), ("1", 3, "0.3333333333"), ("7", 0, "7")],
)
def test_a_price_is_shown_for_one_unit(price, per, expected):
    assert each(Decimal(price), per) == Decimal(expected)


def test_totals_not_calculated_yet_are_empty_and_not_zero():
    row = {"AreTotalsCalculated": "No", "OrderTotalAmount": 0, "OrderTotalTaxAmount": 7}
    finish(VIEW, row)
    assert (row["OrderTotalAmount"], row["OrderTotalTaxAmount"]) == (None, 7)
    calculated = {"AreTotalsCalculated": "Yes", "OrderTotalAmount": 0}
    finish(VIEW, calculated)
    assert calculated["OrderTotalAmount"] == 0


def test_nothing_is_spelled_as_empty_text_and_never_as_null():
    assert header_sent({"SalesOrderName": None, "UnitPrice": None}) == {"SalesOrderName": ""}
