"""Documents add up to the cent, whatever the currency; what does not is named."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oppbridge.records.scalars import Money, decimal_text
from oppbridge.records.totals import DECIMALS, problems, rounded

currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF"])
prices = st.decimals("0.0001", "99999", places=4)
quantities = st.decimals("-1000", "1000", places=3)


def money(amount, currency):
    return str(Money(Decimal(amount), currency))


@st.composite
def documents(draw):
    currency = draw(currencies)
    values, net = {}, Decimal(0)
    for number in range(draw(st.integers(1, 5))):
        price, quantity = draw(prices), draw(quantities)
        amount = rounded(Money(price * quantity, currency))
        net += amount.amount
        stem = f"lines/{number}"
        values |= {
            stem: True,
            f"{stem}/price": money(price, currency),
            f"{stem}/quantity": decimal_text(quantity),
            f"{stem}/amount": str(amount),
        }
    freight = rounded(Money(draw(prices), currency))
    values["freight"] = str(freight)
    values["total"] = str(Money(net + freight.amount, currency))
    return currency, values


@given(documents())
def test_what_adds_up_has_no_problem(document):
    assert list(problems(document[1])) == []


@given(documents(), st.sampled_from([1, -1]))
def test_one_cent_more_or_less_is_named(document, sign):
    currency, values = document
    total = Money.parse(values["total"])
    cent = Decimal(1).scaleb(-DECIMALS.get(currency, 2)) * sign
    off = Money(total.amount + cent, currency)
    if not total.amount or not off.amount:
        return
    [said] = problems({**values, "total": str(off)})
    assert said.startswith(f"total: {off}, yet")
    assert str(total) in said


def test_a_line_that_does_not_add_up_says_its_number():
    values = {
        "lines/k": True,
        "lines/k/number": 3,
        "lines/k/price": "3.33 EUR",
        "lines/k/quantity": "3",
        "lines/k/amount": "10 EUR",
    }
    assert list(problems(values)) == [
        "lines/3: the amount is 10 EUR, yet 3 at 3.33 EUR make 9.99 EUR"
    ]


def test_discounts_count_per_line_and_on_the_header():
    values = {
        "lines/k": True,
        "lines/k/price": "10 EUR",
        "lines/k/quantity": "2",
        "lines/k/discount": "5 EUR",
        "lines/k/amount": "15 EUR",
        "discount_percent": "10",
        "tax": "1.35 EUR",
        "total": "14.85 EUR",
    }
    assert list(problems(values)) == []


def test_a_total_that_was_not_computed_yet_is_no_problem():
    values = {"lines/k": True, "lines/k/amount": "5 EUR", "total": "0 EUR"}
    assert list(problems(values)) == []


def test_yen_have_no_cents_and_dinars_have_three():
    assert rounded(Money(Decimal("10.5"), "JPY")).amount == 11
    assert rounded(Money(Decimal("1.2345"), "KWD")).amount == Decimal("1.235")
