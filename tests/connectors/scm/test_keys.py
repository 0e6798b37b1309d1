"""Native keys: company and number, never trimmed, compared without case."""

from __future__ import annotations

from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.connectors.scm.keys import (
    by_company,
    folded,
    key_of,
    number_from,
    parts_of,
    row_path,
)
from oppbridge.connectors.scm.tables import TABLES
from oppbridge.contract import join_key
from oppbridge.errors import Invalid

NUMBERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@given(NUMBERS)
def test_a_key_keeps_its_number_whole(number):
    row = {"dataAreaId": "USMF", "ItemNumber": number}
    key = key_of(TABLES["product"], row)
    assert parts_of(key) == ("usmf", number)


def test_a_leading_blank_is_part_of_a_number():
    assert parts_of("usmf| RFI-TEST-002") == ("usmf", " RFI-TEST-002")
    assert "ItemNumber='%20RFI-TEST-002'" in row_path(TABLES["product"], "usmf| RFI-TEST-002")


def test_a_quote_in_a_number_is_doubled_in_its_path():
    path = row_path(TABLES["account"], "usmf|O'Neil")
    assert "CustomerAccount='O''Neil'" in unquote(path)
    assert path.endswith("?cross-company=true")


@given(NUMBERS)
def test_a_path_holds_no_character_that_would_end_it(number):
    inside = row_path(TABLES["account"], join_key("usmf", number)).partition("(")[2]
    key, _, query = inside.rpartition(")?")
    assert query == "cross-company=true"
    assert not set(key) & set("?#&+ /\\")


@pytest.mark.parametrize("text", ["usmf", "usmf|", "|US-001", "usmf|a|b", ""])
def test_other_text_is_no_key(text):
    with pytest.raises(Invalid):
        parts_of(text)


def test_numbers_are_asked_for_by_company_and_once():
    assert by_company(["usmf|1", "USMF|1", "demf|1", "nothing", "usmf|2"]) == {
        "usmf": ["1", "2"],
        "demf": ["1"],
    }


@given(st.uuids(), st.uuids())
def test_a_number_depends_on_the_record_alone_and_fits(one, other):
    number = number_from(str(one))
    assert number == number_from(str(one).upper())
    assert len(number) == 20
    assert number.isalnum()
    assert (number == number_from(str(other))) == (one.int >> 28 == other.int >> 28)


def test_only_a_record_id_makes_a_number():
    with pytest.raises(Invalid):
        number_from("US-001")
    assert number_from(str(UUID(int=0))) == "0" * 20


def test_keys_are_compared_without_case():
    assert folded("USMF|us-001") == folded("usmf|US-001")
