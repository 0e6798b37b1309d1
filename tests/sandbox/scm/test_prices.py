from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oppbridge.sandbox.scm.prices import line_amount, round_amount, totals

money = st.decimals("0", "99999", places=2)
percent = st.decimals("0", "100", places=2)


def _line(**values):
    empty = {
        "SalesPrice": Decimal(0),
        "SalesPriceQuantity": Decimal(1),
        "FixedPriceCharges": Decimal(0),
        "LineDiscountAmount": Decimal(0),
        "LineDiscountPercentage": Decimal(0),
        "MultilineDiscountAmount": Decimal(0),
        "MultilineDiscountPercentage": Decimal(0),
    }
    return empty | {name: Decimal(value) for name, value in values.items()}


@given(price=money, quantity=st.integers(1, 999), charges=money)
def test_a_line_without_discounts_is_price_times_quantity_plus_charges(price, quantity, charges):
    line = _line(SalesPrice=price, FixedPriceCharges=charges)
    assert line_amount(line, Decimal(quantity), "USD", "multiply") == price * quantity + charges


@given(price=money, quantity=st.integers(1, 999), first=percent, second=percent)
def test_ways_to_combine_percentages_keep_their_order(price, quantity, first, second):
    line = _line(SalesPrice=price, LineDiscountPercentage=first, MultilineDiscountPercentage=second)
    larger, multiply, add = (
        line_amount(line, Decimal(quantity), "USD", combine)
        for combine in ("larger", "multiply", "add")
    )
    assert larger >= multiply >= add


@given(price=money, per=st.integers(1, 1000), quantity=st.integers(1, 999))
def test_the_price_unit_divides(price, per, quantity):
    line = _line(SalesPrice=price, SalesPriceQuantity=per)
    exact = price / per * quantity
    assert abs(line_amount(line, Decimal(quantity), "USD", "multiply") - exact) <= Decimal("0.005")


@given(lines=st.lists(st.tuples(money, st.sampled_from(["", "VAT"])), max_size=8), off=percent)
def test_totals_add_up_to_the_cent(lines, off):
    result = totals(lines, off, {"VAT": Decimal(19)}, "EUR")
    assert result.lines == sum(amount for amount, _ in lines)
    assert result.amount == result.lines - result.discount + result.tax
    assert result.amount == round_amount(result.amount, "EUR")


def test_halves_round_away_from_zero_in_the_currencys_digits():
    assert round_amount(Decimal("2.675"), "USD") == Decimal("2.68")
    assert round_amount(Decimal("-2.675"), "USD") == Decimal("-2.68")
    assert round_amount(Decimal("2.5"), "JPY") == Decimal(3)


def test_the_customers_own_price_beats_its_groups_and_everybodys(scm):
    item, account = scm.item(), scm.customer(DiscountPriceGroupId="WHOLE")
    order = scm.order(account=account)
    agree = {"company": "usmf", "item": item, "currency": "USD"}
    assert scm.line(order, item)["SalesPrice"] == 100
    scm.command("agree_price", price=90, **agree)
    assert scm.line(order, item)["SalesPrice"] == 90
    scm.command("agree_price", price=95, group="WHOLE", **agree)
    assert scm.line(order, item)["SalesPrice"] == 95
    scm.command("agree_price", price=97, account=account, **agree)
    assert scm.line(order, item)["SalesPrice"] == 97
    rows = scm.value(f"SalesPriceAgreements?$filter=ItemNumber eq '{item}'")
    assert sorted(row["Price"] for row in rows) == [90, 95, 97]


def test_the_largest_break_that_is_reached_sets_the_price(scm):
    item, order = scm.item(), scm.order()
    for start, price in ((0, 90), (10, 80), (100, 70)):
        scm.command(
            "agree_price", company="usmf", item=item, currency="USD", price=price,
            from_quantity=start,
        )  # fmt: skip
    assert [scm.line(order, item, n)["SalesPrice"] for n in (9, 10, 250)] == [90, 80, 70]
    scm.command("agree_price", company="usmf", item=item, currency="EUR", price=1)
    assert scm.line(order, item)["SalesPrice"] == 90


def test_the_price_unit_of_an_agreement_counts(scm):
    item, order = scm.item(), scm.order()
    scm.command("agree_price", company="usmf", item=item, currency="USD", price=250, price_unit=100)
    line = scm.line(order, item, 10)
    assert (line["SalesPrice"], line["SalesPriceQuantity"], line["LineAmount"]) == (250, 100, 25)


def test_a_price_that_is_sent_stays_and_a_found_one_follows_the_quantity(scm):
    item, order = scm.item(), scm.order()
    scm.command(
        "agree_price", company="usmf", item=item, currency="USD", price=50, from_quantity=10
    )
    own, found = scm.line(order, item, SalesPrice=99), scm.line(order, item)
    for line in (own, found):
        lot = f"SalesOrderLines(dataAreaId='usmf',InventoryLotId='{line['InventoryLotId']}')"
        scm.patch(lot, {"OrderedSalesQuantity": 10})
        line["after"] = scm.get(lot).json()
    assert (own["after"]["SalesPrice"], own["after"]["LineAmount"]) == (99, 990)
    assert (found["after"]["SalesPrice"], found["after"]["LineAmount"]) == (50, 500)


def test_a_net_amount_that_is_sent_does_not_stick_unless_assumed(scm):
    item, order = scm.item(), scm.order()
    assert scm.line(order, item, 2, LineAmount=1)["LineAmount"] == 200
    scm.assume(recalculates_net_amount=False)
    assert scm.line(order, item, 2, LineAmount=1)["LineAmount"] == 1


def test_discounts_per_unit_and_in_percent_both_count(scm):
    line = scm.line(scm.order(), scm.item(), 3, LineDiscountAmount=10, LineDiscountPercentage=50)
    assert line["LineAmount"] == 135
