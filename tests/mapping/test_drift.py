"""What stops a map, and what is merely told, when a table is not what it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.contract import Column, Description
from oppbridge.mapping import parse_map
from oppbridge.mapping.drift import Kind, Part, drifts
from oppbridge.mapping.snapshot import description_of, digest_of, text_of

MAP = parse_map(
    {
        "entity": "opportunity",
        "native": "deals",
        "origin": "uid",
        "constants": {"source": "bridge"},
        "fields": {
            "name": {"at": "title", "lens": "text", "length": 50, "required": True},
            "description": {"at": "notes", "lens": "text"},
            "amount": {"at": "amount", "lens": "money", "fixed_currency": "EUR", "precision": 2},
            "account": {"at": "customer", "lens": "reference"},
            "probability": {"at": "odds", "lens": "integer", "create_only": True},
            "rating": {"at": "heat", "lens": "choice", "words": {"hot": 1, "warm": 2, "cold": 3}},
            "status": {
                "at": ["state", "reason"],
                "lens": "state",
                "words": {"open": [0, 1], "won": [1, 3], "lost": [2, 4]},
            },
            "created": {"at": "made", "lens": "instant", "direction": "read"},
        },
        "collections": {
            "lines": {
                "at": "items",
                "key": "id",
                "fields": {
                    "quantity": {"at": "qty", "lens": "decimal", "precision": 2},
                    "price": {"at": "price", "lens": "money", "currency": "../currency"},
                },
            }
        },
    },
    "deal.yaml",
)
HEAT = {"1": "Hot", "2": "Warm", "3": "Cold", "9": "Odd"}
COLUMNS = (
    Column("uid", "text", length=36),
    Column("source", "text", length=10),
    Column("title", "text", length=100, required=True),
    Column("notes", "text", length=2000),
    Column("amount", "decimal", precision=4, minimum=0, maximum=1e9),
    Column("customer", "reference", target=("companies", "people")),
    Column("odds", "integer", minimum=0, maximum=100),
    Column("heat", "choice", choices=HEAT),
    Column("state", "choice", choices={"0": "Open", "1": "Won", "2": "Lost"}),
    Column("reason", "choice", choices={"1": "New", "3": "Signed", "4": "Gone"}),
    Column("made", "instant", creatable=False, updatable=False),
    Column("currency", "text", length=3),
    Column("unmapped", "text", length=10),
)
LINES = (Column("id", "text"), Column("qty", "decimal", precision=2), Column("price", "decimal"))
WAS = Description(
    "deals",
    {one.name: one for one in COLUMNS},
    {"items": Description("items", {one.name: one for one in LINES})},
)
PART = Part(natives={"account": "companies"})


def now(*, without=(), native="deals", lines=None, **changes):
    columns = {name: one for name, one in WAS.columns.items() if name not in without}
    for name, change in changes.items():
        old = columns.get(name, Column(name, change.get("kind", "text")))
        columns[name] = replace(old, **change)
    collections = WAS.collections if lines is None else lines
    return Description(native, columns, collections)


def found(after, part=PART, before=WAS):
    return [(one.kind, one.column, one.field) for one in drifts(MAP, before, after, part)]


STOPS = {
    "gone": (now(without=["notes"]), Kind.GONE, "notes", "description"),
    "read-only and gone": (now(without=["made"]), Kind.GONE, "made", "created"),
    "origin gone": (now(without=["uid"]), Kind.GONE, "uid", ""),
    "constant gone": (now(without=["source"]), Kind.GONE, "source", ""),
    "read by lines only": (now(without=["currency"]), Kind.GONE, "currency", "lines/*/price"),
    "renamed": (
        now(without=["notes"], remarks={"kind": "text", "length": 2000}),
        Kind.RENAMED,
        "notes",
        "description",
    ),
    "retyped": (now(odds={"kind": "decimal"}), Kind.RETYPED, "odds", "probability"),
    "narrowed": (now(notes={"length": 500}), Kind.NARROWED, "notes", "description"),
    "narrower than the map": (now(title={"length": 40}), Kind.NARROWED, "title", "name"),
    "shorter than an id": (now(uid={"length": 30}), Kind.NARROWED, "uid", ""),
    "smaller range": (now(odds={"maximum": 10}), Kind.NARROWED, "odds", "probability"),
    "coarser": (now(amount={"precision": 1}), Kind.COARSER, "amount", "amount"),
    "read-only": (now(amount={"updatable": False}), Kind.READ_ONLY, "amount", "amount"),
    "not on create": (now(odds={"creatable": False}), Kind.READ_ONLY, "odds", "probability"),
    "option gone": (
        now(heat={"choices": {"1": "Hot", "2": "Warm", "9": "Odd"}}),
        Kind.OPTION_GONE,
        "heat",
        "rating",
    ),
    "option of a second column": (
        now(reason={"choices": {"1": "New", "3": "Signed"}}),
        Kind.OPTION_GONE,
        "reason",
        "status",
    ),
    "target gone": (now(customer={"target": ("people",)}), Kind.TARGET_GONE, "customer", "account"),
    "made required": (now(unmapped={"required": True}), Kind.REQUIRED, "unmapped", ""),
    "new and required": (now(fresh={"required": True}), Kind.REQUIRED, "fresh", ""),
    "renamed table": (now(native="opportunities"), Kind.TABLE, "", ""),
    "collection gone": (now(lines={}), Kind.TABLE, "items", "lines"),
}


@pytest.mark.parametrize("name", STOPS)
def test_what_a_map_uses_and_cannot_use_any_more_stops_it(name):
    after, kind, column, field = STOPS[name]
    [one] = [each for each in drifts(MAP, WAS, after, PART) if each.stops]
    assert (one.kind, one.column, one.field) == (kind, column, field)
    assert one.message
    assert one.advice, "what to do"


TOLD = {
    "new": (now(fresh={"kind": "text"}), Kind.ADDED),
    "longer": (now(notes={"length": 4000}), Kind.WIDENED),
    "no longer bounded": (now(notes={"length": None}), Kind.WIDENED),
    "finer": (now(amount={"precision": 6}), Kind.WIDENED),
    "larger range": (now(odds={"maximum": 1000}), Kind.WIDENED),
    "one more target": (now(customer={"target": ("companies", "people", "x")}), Kind.WIDENED),
    "one more option": (now(heat={"choices": {**HEAT, "4": "Ice"}}), Kind.OPTION_ADDED),
    "mapped and mandatory": (now(notes={"required": True}), Kind.MANDATORY),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_only_adds_is_told_and_stops_nothing(name):
    after, kind = TOLD[name]
    [one] = drifts(MAP, WAS, after, PART)
    assert (one.kind, one.stops) == (kind, False)


@pytest.mark.parametrize(
    "after",
    [
        now(without=["unmapped"]),
        now(unmapped={"length": 3, "kind": "text"}),
        now(title={"length": 60}),  # the map cuts at 50
        now(amount={"precision": 2}),  # the map rounds to 2
        now(heat={"choices": {"1": "Hot", "2": "Warm", "3": "Cold"}}),  # 9 has no word
        now(customer={"target": ("companies",)}),  # people are not what the field points at
        now(title={"required": True}),
        now(source={"required": True}),
        now(odds={"updatable": False}),  # written on create only
        now(made={"creatable": False}),
    ],
)
def test_what_a_map_does_not_use_is_nothing_to_it(after):
    assert found(after) == []


def test_an_option_without_a_word_is_told_as_such():
    [one] = drifts(MAP, WAS, now(heat={"choices": {**HEAT, "4": "Ice"}}), PART)
    assert "no word" in one.message


def test_a_system_that_is_only_read_may_be_read_only_and_demanding():
    after = now(amount={"updatable": False}, fresh={"required": True}, odds={"maximum": 10})
    assert found(after, Part(writes=False, creates=False)) == []
    assert found(after, Part(creates=False)) == [
        (Kind.READ_ONLY, "amount", "amount"),
        (Kind.NARROWED, "odds", "probability"),
    ]


def test_lines_are_compared_as_well():
    lines = {name: one for name, one in WAS.collections["items"].columns.items() if name != "qty"}
    after = now(lines={"items": Description("items", lines)})
    assert found(after) == [(Kind.GONE, "qty", "lines/*/quantity")]


def test_a_table_that_is_not_there_yet_is_not_compared():
    assert found(replace(now(without=["notes"]), assumed=True)) == []
    assert found(now(without=["notes"]), before=replace(WAS, assumed=True)) == []


KINDS = st.sampled_from(["text", "integer", "decimal", "choice", "reference"])
SIZES = st.none() | st.integers(0, 3000)


@st.composite
def tables(draw):
    """The table with any of its columns gone or altered, and others beside them."""
    columns = {}
    for one in (*COLUMNS, Column("more", "text"), Column("extra", "choice", choices=HEAT)):
        if draw(st.integers(0, 9)):
            columns[one.name] = one
        if one.name in columns and not draw(st.integers(0, 3)):
            columns[one.name] = replace(
                one,
                kind=draw(KINDS | st.just(one.kind)),
                length=draw(SIZES),
                precision=draw(st.none() | st.integers(0, 10)),
                minimum=draw(st.none() | st.floats(-1e9, 0)),
                maximum=draw(st.none() | st.floats(0, 1e9)),
                choices=draw(st.none() | st.just(HEAT) | st.just({"1": "Hot", "7": "Rare"})),
                creatable=draw(st.booleans()),
                updatable=draw(st.booleans()),
                required=draw(st.booleans()),
                target=draw(st.sampled_from([(), ("companies",), ("people", "companies")])),
            )
    return Description("deals", columns, WAS.collections)


@given(tables())
def test_what_did_not_change_never_drifts(table):
    assert drifts(MAP, table, table, PART) == []


@given(tables())
def test_text_and_back_is_the_same_table(table):
    again = description_of(text_of(table))
    assert drifts(MAP, table, again, PART) == []
    assert digest_of(text_of(again)) == digest_of(text_of(table))


@given(tables())
def test_the_order_of_columns_and_targets_is_no_change(table):
    turned = {
        name: replace(one, target=tuple(reversed(one.target)))
        for name, one in reversed(table.columns.items())
    }
    assert text_of(replace(table, columns=turned)) == text_of(table)


@given(tables(), tables())
def test_another_table_is_another_text_if_it_drifts(one, other):
    if drifts(MAP, one, other, PART):
        assert text_of(one) != text_of(other)


@given(tables(), tables())
def test_a_mapped_column_never_goes_unnoticed(one, other):
    gone = {name for name in one.columns if name not in other.columns} - {"unmapped"}
    told = {d.column for d in drifts(MAP, one, other, PART) if d.stops and d.absent}
    assert gone - {"more", "extra"} <= told
    assert told <= gone


@given(tables(), tables())
def test_what_only_adds_columns_and_options_stops_nothing(one, other):
    """The second table with all that the first has: only mandatory columns may stop a map."""
    both = replace(one, columns={**other.columns, **one.columns})
    stops = {d.kind for d in drifts(MAP, one, both, PART) if d.stops}
    assert stops <= {Kind.REQUIRED}


@given(tables(), tables(), st.booleans())
def test_a_stop_says_what_and_what_to_do(one, other, writes):
    for each in drifts(MAP, one, other, Part(writes=writes, natives=PART.natives)):
        assert each.table
        assert each.message
        assert each.advice or not each.stops
