"""Queries: what is quoted comes back as it was, and text cannot become syntax."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odata_query.grammar import ODataLexer, ODataParser

from oppbridge.http import odata
from oppbridge.http.odata import (
    Query,
    after,
    eq,
    every,
    ge,
    gt,
    key,
    le,
    literal,
    lt,
    ne,
    one_of,
    raw,
    some,
    unquoted,
)


@given(st.text())
def test_quoted_text_parses_back_to_itself(text):
    assert unquoted(literal(text)) == text


@given(st.text(), st.text())
def test_a_quote_in_a_value_stays_inside_it(first, second):
    found = every([eq("a", first), eq("b", second)]).text
    pieces = found.split("' ")
    assert pieces  # the outer shape is known: (a eq '..') and (b eq '..')
    start = len("(a eq ")
    assert found[start : start + len(literal(first))] == literal(first)
    assert found.endswith(f"{literal(second)})")


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"])))
def test_another_parser_reads_the_same_text(text):
    tree = ODataParser().parse(ODataLexer().tokenize(eq("name", text).text))
    assert tree.right.val == text


def test_literals_are_spelled_as_odata_wants_them():
    assert literal(None) == "null"
    assert literal(True) == "true"
    assert literal(3) == "3"
    assert literal(Decimal("1E+3")) == "1000"
    assert literal(date(2026, 1, 2)) == "2026-01-02"
    assert (
        literal(datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))))
        == "2026-01-02T01:00:00Z"
    )
    assert literal(UUID(int=1)) == "00000000-0000-0000-0000-000000000001"
    with pytest.raises(ValueError, match="no time zone"):
        literal(datetime.fromisoformat("2026-01-02T00:00:00"))


def test_comparisons_are_spelled():
    found = [f("a", 1).text for f in (eq, ne, gt, ge, lt, le)]
    assert found == ["a eq 1", "a ne 1", "a gt 1", "a ge 1", "a lt 1", "a le 1"]


def test_filters_combine_with_their_brackets():
    assert (
        eq("a", 1) & (eq("b", 2) | raw("c eq Enum'X'"))
    ).text == "(a eq 1) and ((b eq 2) or (c eq Enum'X'))"
    assert one_of("k", ["x", "y"]).text == "(k eq 'x') or (k eq 'y')"
    with pytest.raises(ValueError):
        some([])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), unique=True),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_a_keyset_walk_goes_on_exactly_after_its_place(rows, place):
    text = after(["a", "b"], place).text.replace(" eq ", " == ").replace(" gt ", " > ")
    found = [row for row in rows if eval(text, {"a": row[0], "b": row[1]})]
    assert found == [row for row in rows if row > place]


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"])))
def test_a_query_survives_its_encoding(text):
    link = Query(select=["a", "b"], filter=eq("name", text), top=3, count=True).of("accounts")
    options = parse_qs(urlsplit("https://h/" + link).query, strict_parsing=True)
    assert options["$select"] == ["a,b"]
    assert unquoted(options["$filter"][0].removeprefix("name eq ")) == text
    assert options["$top"] == ["3"]
    assert options["$count"] == ["true"]


def test_a_key_is_encoded_for_a_path():
    assert key(dataAreaId="usmf", No="A/1 'x'&?") == "(dataAreaId='usmf',No='A%2F1%20''x''%26%3F')"
    assert Query().of("accounts") == "accounts"


def test_all_comparisons_are_public_functions():
    assert all(callable(getattr(odata, name)) for name in ("eq", "ne", "gt", "ge", "lt", "le"))
