"""Gates: what a person should look at first, exact to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from oppbridge.decision import Proposal
from oppbridge.process.gates import (
    GATES,
    AmountSettings,
    DeletionSettings,
    DiscountSettings,
    FieldsSettings,
    amount_gate,
    deletion_gate,
    discount_gate,
    fields_gate,
)
from oppbridge.records.scalars import Money, decimal_text


def proposal(action="create", entity="quote", before=None, record=None, **after):
    return Proposal(entity, "uid", "scm", action, before or {}, after, record or {})


def line(number="1", key="a", **fields):
    path = f"lines/{key}"
    return {
        path: True,
        f"{path}/number": int(number),
        **{f"{path}/{k}": v for k, v in fields.items()},
    }


CENTS = st.integers(0, 10**12).map(lambda n: Decimal(n).scaleb(-2))


def eur(amount):
    return str(Money(amount, "EUR"))


def amounts(limit, **settings):
    return amount_gate(AmountSettings(limit=limit, **settings))


@given(CENTS, CENTS, st.sampled_from(["amount", "total"]), st.sampled_from([1, -1]))
def test_an_amount_is_held_exactly_when_it_is_above_its_limit(amount, limit, field, sign):
    held = amounts(eur(limit))(proposal(**{field: eur(sign * amount)}))
    assert (held is not None) == (amount > limit)


@given(st.lists(st.tuples(CENTS, st.integers(1, 99)), min_size=1, max_size=5), st.integers(-2, 2))
def test_lines_add_up_to_the_cent(priced, cents):
    worth = sum((price * many for price, many in priced), Decimal(0))
    limit = worth + Decimal(cents).scaleb(-2)
    if limit < 0:
        return
    paths = {}
    for key, (price, many) in enumerate(priced):
        paths |= line(key=str(key), price=eur(price), quantity=str(many))
    held = amounts(eur(limit))(proposal(**paths))
    assert (held is not None) == (cents < 0)


def test_the_reason_says_how_much_and_how_much_is_allowed():
    held = amounts("50000 EUR")(proposal(total="60000.5 EUR"))
    assert held == "60000.5 EUR is more than 50000 EUR"


def test_discounts_count_before_the_amount_is_compared():
    paths = line(price="100 EUR", quantity="10", discount="100 EUR", discount_percent="10")
    gate = amounts("720 EUR")
    assert gate(proposal(**paths, discount_percent="10")) is None
    assert gate(proposal(**paths, discount_percent="9.99")) is not None
    assert gate(proposal(**paths, discount="80 EUR")) is None
    assert gate(proposal(**paths, discount="79.99 EUR")) is not None


def test_a_stated_line_amount_counts_where_there_is_no_price():
    assert amounts("50 EUR")(proposal(**line(amount="50.01 EUR"))) is not None
    stale = line(amount="99 EUR", price="1 EUR", quantity="2")
    assert amounts("50 EUR")(proposal(**stale)) is None


def test_each_currency_has_its_own_limit_and_one_without_is_held():
    gate = amounts(["100 EUR", "200 USD"])
    assert gate(proposal(total="150 USD")) is None
    assert gate(proposal(total="150 EUR")) is not None
    assert gate(proposal(total="1 GBP")) == "1 GBP, and no limit is set for GBP"
    assert gate(proposal(total="0 GBP")) is None


def test_an_update_that_moves_no_money_passes_however_large_the_record():
    gate = amounts("1 EUR")
    large = {"total": "900 EUR", **line(price="900 EUR", quantity="1")}
    assert gate(proposal("update", record=large, description="hi")) is None
    assert (
        gate(proposal("update", record=large, before={"total": "900 EUR"}, total="900 EUR")) is None
    )
    changed = {"lines/a/quantity": "2"}
    assert gate(proposal("update", record=large, before={"lines/a/quantity": "1"}, **changed))


def test_a_removed_line_no_longer_counts():
    record = line(price="90 EUR", quantity="1") | line(key="b", price="20 EUR", quantity="1")
    removed = proposal("update", record=record, before={"lines/b": True}, **{"lines/b": None})
    assert amounts("100 EUR")(removed) is None
    kept = proposal(
        "update", record=record, before={"lines/a/price": "80 EUR"}, **{"lines/a/price": "90 EUR"}
    )
    assert amounts("100 EUR")(kept) is not None


def test_deletions_and_other_entities_are_not_its_business():
    gate = amounts("1 EUR")
    assert gate(proposal("delete", record={"total": "9 EUR"})) is None
    assert gate(proposal(entity="account", credit_limit="9 EUR")) is None
    chosen = amounts("1 EUR", entities=["account"], fields=["credit_limit"])
    assert chosen(proposal(entity="account", credit_limit="9 EUR"))


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.sampled_from(["NaN EUR", "1e99 EUR", "1 eur", "1 USD", "2 EUR", "-3", "Infinity"]),
)
PATHS = st.dictionaries(
    st.sampled_from(
        [
            "amount",
            "total",
            "discount",
            "discount_percent",
            "lines/a",
            "lines/a/price",
            "lines/a/quantity",
            "lines/a/discount",
            "lines/a/discount_percent",
            "lines/a/amount",
            "lines/a/number",
            "lines/b",
            "lines/b/price",
        ]
    ),
    ODD,
)
ALL = [
    amounts("1 EUR"),
    discount_gate(DiscountSettings(percent=10)),
    deletion_gate(DeletionSettings(parts=True)),
    fields_gate(FieldsSettings(fields=["total", "lines/*/price"])),
]


@given(PATHS, PATHS, PATHS, st.sampled_from(["create", "update", "delete"]))
def test_every_gate_answers_whatever_the_values(before, after, record, action):
    for gate in ALL:
        made = Proposal("quote", "uid", "scm", action, before, after, record)
        said = gate(made)
        assert said is None or said
        assert gate(made) == said


@pytest.mark.parametrize("unreadable", ["NaN EUR", "abc", "12 eur"])
def test_what_cannot_be_read_is_held(unreadable):
    assert "cannot be read" in amounts("1 EUR")(proposal(total=unreadable))
    gate = discount_gate(DiscountSettings(percent=10))
    assert "cannot be read" in gate(proposal(**line(price=unreadable, quantity="1")))


PERCENTS = st.integers(0, 10_000).map(lambda n: Decimal(n).scaleb(-2))


def discounts(percent):
    return discount_gate(DiscountSettings(percent=percent))


@given(PERCENTS, PERCENTS)
def test_a_line_s_percent_is_held_exactly_when_above_the_limit(percent, limit):
    paths = line(price="3 EUR", quantity="7", discount_percent=decimal_text(percent))
    assert (discounts(limit)(proposal(**paths)) is not None) == (percent > limit)


@given(CENTS.filter(bool), st.integers(1, 99), CENTS, PERCENTS)
def test_a_line_s_discount_in_money_is_compared_without_rounding(price, many, given_, limit):
    paths = line(price=eur(price), quantity=str(many), discount=eur(given_))
    above = Fraction(given_) * 100 > Fraction(limit) * Fraction(price) * many
    assert (discounts(limit)(proposal(**paths)) is not None) == above


@given(PERCENTS, PERCENTS, PERCENTS)
def test_header_and_line_are_taken_together(header, own, limit):
    paths = line(price="3 EUR", quantity="7", discount_percent=decimal_text(own))
    kept = (1 - Fraction(header) / 100) * (1 - Fraction(own) / 100)
    above = 1 - kept > Fraction(limit) / 100
    held = discounts(limit)(proposal(**paths, discount_percent=decimal_text(header)))
    assert (held is not None) == (above or header > limit)


def test_splitting_a_discount_does_not_get_it_through():
    paths = line("2", price="10 EUR", quantity="1", discount_percent="10")
    held = discounts(15)(proposal(**paths, discount_percent="10"))
    assert held == "19 % discount on line 2, header included is more than 15 %"


def test_a_header_discount_in_money_is_compared_with_the_lines():
    paths = line(price="50 EUR", quantity="2")
    assert discounts(20)(proposal(**paths, discount="20 EUR")) is None
    assert discounts(20)(proposal(**paths, discount="20.01 EUR")) is not None


def test_a_free_line_gives_no_discount_and_a_discount_on_nothing_is_one():
    assert discounts(10)(proposal(**line(price="0 EUR", quantity="1"))) is None
    assert discounts(10)(proposal(**line(price="0 EUR", quantity="1", discount="1 EUR")))


def test_a_header_percent_without_lines_is_looked_at():
    assert discounts(10)(proposal(discount_percent="11")) == "11 % discount is more than 10 %"


def test_other_edits_of_a_generous_quote_pass():
    record = line(price="1 EUR", quantity="1", discount_percent="90")
    assert discounts(10)(proposal("update", record=record, description="hi")) is None


def test_every_deletion_is_held_and_parts_if_so_set():
    gate, parts = deletion_gate(DeletionSettings()), deletion_gate(DeletionSettings(parts=True))
    assert gate(proposal("delete")) == "it deletes the quote in scm"
    removal = proposal("update", before={"lines/a": True}, **{"lines/a": None})
    assert gate(removal) is None
    assert parts(removal) == "it removes 1 of the lines"
    assert deletion_gate(DeletionSettings(entities=["account"]))(proposal("delete")) is None


def test_named_fields_are_held_when_they_change():
    gate = fields_gate(FieldsSettings(fields=["payment_terms", "lines/*/price"]))
    assert gate(proposal("update", payment_terms="60")) == "it changes payment_terms"
    assert gate(proposal("update", **{"lines/a/price": "1 EUR", "lines/b/price": "2 EUR"})) == (
        "it changes lines/*/price"
    )
    assert gate(proposal("update", description="hi")) is None
    assert gate(proposal("update", before={"payment_terms": "60"}, payment_terms="60")) is None
    assert gate(proposal("delete", payment_terms="60")) is None


def test_a_custom_field_can_be_held():
    gate = fields_gate(FieldsSettings(fields=["custom.tier"], actions=["update"]))
    assert gate(proposal("update", **{"custom.tier": "gold"}))
    assert gate(proposal("create", **{"custom.tier": "gold"})) is None


@pytest.mark.parametrize(
    ("settings", "given_", "told"),
    [
        (AmountSettings, {"limit": "much"}, "as in '1200.5 EUR'"),
        (AmountSettings, {"limit": ["1 EUR", "2 EUR"]}, "one limit"),
        (AmountSettings, {"limit": "-1 EUR"}, "zero or more"),
        (AmountSettings, {"limit": []}, "at least 1"),
        (AmountSettings, {"limit": "1 EUR", "entities": ["qote"]}, "did you mean 'quote'"),
        (DiscountSettings, {"percent": "NaN"}, "finite"),
        (DiscountSettings, {"percent": 101}, "less than or equal to 100"),
        (DiscountSettings, {"percent": True}, "not a number"),
        (FieldsSettings, {"fields": ["payment_term"]}, "did you mean 'payment_terms'"),
        (FieldsSettings, {"fields": []}, "at least 1"),
        (DeletionSettings, {"part": True}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings, given_, told):
    with pytest.raises(ValidationError, match=told):
        settings(**given_)


def test_the_gates_on_offer_are_built_from_their_settings():
    built = {
        "amount": {"limit": "5 EUR"},
        "discount": {"percent": "12.5"},
        "deletion": {},
        "fields": {"fields": ["total"]},
    }
    assert {offer.name for offer in GATES} == set(built)
    for offer in GATES:
        assert offer.build(offer.settings(**built[offer.name]))(proposal("update")) is None
