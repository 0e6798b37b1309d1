"""What a compiled map reads, writes and foresees."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oppbridge.errors import ConfigError, Invalid
from oppbridge.mapping import compile_map, parse_map
from tests.mapping.maps import DEAL, deal_map, row

DEALS = deal_map()


def test_a_row_reads_as_flat_canonical_values_in_system_space():
    values = DEALS.read(row())
    assert values["name"] == "Big deal"
    assert values["number"] is None
    assert values["account"] == "usmf|US-001"
    assert values["amount"] == "1200.5 EUR"
    assert values["closes"] == "2026-05-31"
    assert values["status"] == "open"
    assert values["custom.region"] is None
    assert values["lines/1"] is True
    assert values["lines/1/quantity"] == "2"
    assert values["lines/1/price"] == "9.99 EUR"
    assert values["lines/a%2Fb/quantity"] == "0.3"
    assert values["lines/a%2Fb/price"] is None
    assert "description" not in values


def test_only_columns_that_are_read_are_selected():
    assert DEALS.selection.columns[0] == "uid"
    assert "memo" not in DEALS.selection.columns
    assert "cur" in DEALS.selection.columns
    assert DEALS.selection.collections == {"deal_lines": ("line_id", "item", "qty", "price", "uom")}
    assert DEALS.selection.options == {"logical": "deal"}


def test_the_map_says_what_it_can_do():
    assert "description" in DEALS.writable - DEALS.readable
    assert "actual_amount" in DEALS.readable - DEALS.writable
    assert DEALS.assigned == {"actual_amount"}
    assert DEALS.create_only == {"created"}
    assert DEALS.required == {"name", "lines/*/product"}
    assert DEALS.references == {
        "account": "account",
        "contact": "contact",
        "lines/*/product": "product",
    }
    assert DEALS.optional_references == {"account", "contact"}
    assert DEALS.collections == {"lines": "deal_lines"}


def test_an_unreadable_value_names_field_column_and_value():
    with pytest.raises(Invalid, match=r"opportunity\.probability: odds = 'many' cannot be read"):
        DEALS.read(row(odds="many"))
    with pytest.raises(Invalid, match=r"opportunity\.rating: heat = 99 has no word for 99"):
        DEALS.read(row(heat=99))
    with pytest.raises(Invalid, match=r"opportunity\.lines\.quantity: qty = 'x'"):
        DEALS.read(row(deal_lines=[{"line_id": 1, "item": "P", "qty": "x"}]))


def test_a_broken_row_is_refused_in_the_connectors_own_words():
    broken = {"__error__": "deals.csv line 17: 3 cells, the header has 5"}
    with pytest.raises(Invalid, match="^deals.csv line 17: 3 cells, the header has 5$"):
        DEALS.read(broken)
    assert DEALS.digest(broken) != DEALS.digest({"__error__": "deals.csv line 18"})
    assert DEALS.digest(broken) == DEALS.digest(dict(broken))


def test_an_amount_without_currency_is_refused():
    with pytest.raises(Invalid, match="amount without a currency"):
        DEALS.read(row(cur=None))
    with pytest.raises(Invalid, match="'eur' is not an ISO code"):
        DEALS.read(row(cur="eur"))


def test_parts_need_keys_of_their_own():
    with pytest.raises(Invalid, match="a part has no key in line_id"):
        DEALS.read(row(deal_lines=[{"item": "P"}]))
    with pytest.raises(Invalid, match="two parts have the key '1'"):
        DEALS.read(row(deal_lines=[{"line_id": 1}, {"line_id": "1"}]))


def test_writing_spells_only_the_fields_given():
    assert DEALS.write({"amount": "12.345 EUR", "name": None}) == {
        "amount": Decimal("12.35"),
        "cur": "EUR",
        "title": None,
    }
    assert DEALS.write({"actual_amount": "5 EUR", "@": True}) == {}


def test_a_money_that_needs_another_currency_than_its_neighbour_is_refused():
    both = deal_map(
        budget={"at": "budget", "lens": "money", "currency": "cur", "write_currency": "cur"}
    )
    assert both.write({"amount": "1 EUR", "budget": "2 EUR"})["cur"] == "EUR"
    with pytest.raises(Invalid, match="budget: needs cur = 'USD', but another field needs 'EUR'"):
        both.write({"amount": "1 EUR", "budget": "2 USD"})


def test_a_reference_of_two_columns_writes_the_last_component():
    assert DEALS.write({"account": "usmf|US-001"}) == {"customer": "US-001"}
    assert DEALS.predict({"account": "usmf|US-001"}) == {"account": "usmf|US-001"}


def test_a_reference_with_a_format_writes_the_whole_key():
    deals = deal_map(
        contact={
            "at": "_c_value",
            "lens": "reference",
            "write": "c@odata.bind",
            "format": "/contacts({key})",
        }
    )
    assert deals.write({"contact": "7"}) == {"c@odata.bind": "/contacts(7)"}
    assert deals.write({"contact": None}) == {"c@odata.bind": None}
    assert deals.read(row(_c_value="7"))["contact"] == "7"


def test_state_reads_a_full_match_first_then_the_first_column():
    assert DEALS.read(row(state=0, reason=2))["status"] == "on_hold"
    assert DEALS.read(row(state="2", reason="5"))["status"] == "canceled"
    assert DEALS.read(row(state=1, reason=9))["status"] == "won"
    assert DEALS.read(row(state=2, reason=77))["status"] == "lost"
    assert DEALS.read(row(state=None, reason=None))["status"] is None
    assert DEALS.write({"status": "won"}) == {"state": 1, "reason": 3}


def test_otherwise_takes_codes_the_map_does_not_list():
    deals = deal_map(
        rating={"at": "heat", "lens": "choice", "words": {"hot": 1}, "otherwise": "cold"}
    )
    assert deals.read(row(heat=5))["rating"] == "cold"
    assert deals.read(row(heat=None))["rating"] is None


def test_a_create_brings_defaults_and_constants():
    made = DEALS.created({"name": "New", "status": None})
    assert made == {"title": "New", "state": 0, "reason": 1, "origin_code": 5}
    assert DEALS.created_part("lines", {"product": "P1"}) == {"item": "P1", "uom": "ea", "kind": 1}


def test_a_create_without_a_required_field_is_refused():
    with pytest.raises(Invalid, match="cannot be created without name"):
        DEALS.created({"amount": "1 EUR"})
    with pytest.raises(Invalid, match="opportunity.lines: cannot be created without product"):
        DEALS.created_part("lines", {"quantity": "1"})


def test_a_word_without_code_is_not_written():
    with pytest.raises(Invalid, match="has no native code for 'tepid'"):
        DEALS.write({"rating": "tepid"})


def test_a_default_that_cannot_be_written_is_a_configuration_error():
    with pytest.raises(ConfigError, match="rating.default"):
        deal_map(rating={"at": "h", "lens": "choice", "words": {"hot": 1}, "default": "tepid"})


def test_a_word_without_code_may_leave_the_column_empty():
    words = {"at": "heat", "lens": "choice", "words": {"hot": 1}, "blank_unknown": True}
    deals = deal_map(rating=words)
    assert deals.write({"rating": "tepid"}) == {"heat": None}
    assert deals.predict({"rating": "tepid"}) == {"rating": None}


def test_a_blank_state_is_nothing():
    assert DEALS.read(row(state="", reason=""))["status"] is None


def test_text_is_cut_inside_its_length_never_inside_a_character():
    assert DEALS.write({"name": "x" * 30}) == {"title": "x" * 10}
    cut = DEALS.write({"name": "123456789🚚"})["title"]
    assert cut == "123456789"


@pytest.mark.parametrize(
    ("given", "cut"),
    [
        ("12345678\U0001f468\u200d\U0001f469", "12345678"),
        ("123456789e\u0301", "123456789"),
        ("\u0301" * 11, "\u0301" * 10),
    ],
)
def test_text_is_cut_before_what_is_read_as_one_character(given, cut):
    assert DEALS.write({"name": given})["title"] == cut
    assert DEALS.predict({"name": "123456789🚚"}) == {"name": "123456789"}
    assert DEALS.write({"name": "12345678🚚"}) == {"title": "12345678🚚"}


def test_leading_blanks_are_kept():
    assert DEALS.read(row(person=" A1"))["contact"] == " A1"


def test_the_origin_is_the_text_of_its_column():
    assert DEALS.origin_of(row()) == "8a3f0c9e-0000-4000-8000-000000000001"
    assert DEALS.origin_of(row(uid="")) is None
    assert DEALS.origin_of({}) is None
    assert compile_map(parse_map({**DEAL, "origin": None}, "x")).origin_of(row()) is None


def test_the_fingerprint_and_every_digest_change_with_the_map():
    other = deal_map(number={"at": "no", "lens": "text"})
    assert other.fingerprint != DEALS.fingerprint
    assert other.digest(row()) != DEALS.digest(row())
    assert deal_map().fingerprint == DEALS.fingerprint


def test_a_part_shows_the_id_it_carries():
    lines = {**DEAL["collections"]["lines"], "origin": "ref"}
    deals = compile_map(parse_map({**DEAL, "collections": {"lines": lines}}, "deal.yaml"))
    assert deals.part_origins == {"lines": "ref"}
    assert "ref" in deals.selection.collections["deal_lines"]
    read = deals.read(row(deal_lines=[{"line_id": 1, "ref": "r1"}, {"line_id": 2, "ref": None}]))
    assert read["lines/1/@"] == "r1"
    assert "lines/2/@" not in read
