"""What `map check` finds between a map and a system's live metadata."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oppbridge.contract import Column, Description
from oppbridge.mapping import FieldMap, check_map, parse_map
from oppbridge.mapping.lenses import Lens
from oppbridge.mapping.roundtrip import broken_laws
from oppbridge.mapping.text import LENSES

MAP: dict[str, Any] = {
    "entity": "opportunity",
    "native": "deals",
    "fields": {
        "name": {"at": "title", "lens": "text", "length": 100, "required": True},
        "amount": {
            "at": "amount",
            "lens": "money",
            "currency": "cur",
            "precision": 2,
            "write_currency": "cur",
        },
        "account": {"at": "customer", "lens": "reference", "entity": "account"},
        "status": {
            "at": "state",
            "lens": "choice",
            "words": {"open": 0, "on_hold": 3, "won": 1, "lost": 2, "canceled": 4},
        },
    },
    "collections": {
        "lines": {
            "at": "items",
            "key": "id",
            "fields": {"quantity": {"at": "qty", "lens": "decimal", "precision": 2}},
        }
    },
}
CHOICES = {"0": "Open", "1": "Won", "2": "Lost", "3": "On hold", "4": "Canceled"}


def table(**changes: Column | None) -> Description:
    columns = {
        "title": Column("title", "text", length=100, required=True),
        "amount": Column("amount", "decimal", precision=2),
        "cur": Column("cur", "text"),
        "customer": Column("customer", "reference", target=("companies",)),
        "state": Column("state", "choice", choices=CHOICES),
    }
    for name, column in changes.items():
        if column is None:
            del columns[name]
        else:
            columns[name] = column
    lines = Description(
        "items", {"id": Column("id", "text"), "qty": Column("qty", "decimal", precision=2)}
    )
    return Description("deals", columns, {"items": lines})


def found(
    description: Description, natives: dict[str, str] | None = None, **fields: Any
) -> list[str]:
    data = {**MAP, "fields": {**MAP["fields"], **fields}}
    findings = check_map(parse_map(data, "deal.yaml"), description, natives)
    return [f"{f.severity} {f.field or '-'} {f.column}: {f.message}" for f in findings]


def test_a_map_that_fits_has_no_findings():
    assert found(table(), {"account": "companies"}) == []


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"title": None, "titel": Column("titel", "text")},
            "error name title: deals has no column 'title'; did you mean 'titel'?",
        ),
        (
            {"title": Column("title", "text", 100, creatable=False, updatable=False)},
            "error name title: is read-only",
        ),
        (
            {"title": Column("title", "text", 100, updatable=False)},
            "error name title: can be set on create only",
        ),
        (
            {"title": Column("title", "text", 100, creatable=False)},
            "warning name title: cannot be set on create",
        ),
        (
            {"title": Column("title", "text", 50)},
            "error name title: holds 50 characters, and the map writes up to 100",
        ),
        (
            {"amount": Column("amount", "decimal", precision=0)},
            "error amount amount: keeps 0 decimal places, and the map writes 2",
        ),
        (
            {"amount": Column("amount", "date")},
            "error amount amount: is date, which lens 'money' does not read",
        ),
        (
            {"state": Column("state", "choice", choices={**CHOICES, "7": "Parked"})},
            "error status state: can be 7 (Parked), for which the map has no word",
        ),
        (
            {"state": Column("state", "choice", choices={"0": "Open"})},
            "error status state: never is 1, which the map lists",
        ),
        (
            {"owner": Column("owner", "reference", required=True)},
            "error - owner: deals needs it, and nothing writes it",
        ),
        (
            {"cur": Column("cur", "text", required=True)},
            "warning amount cur: deals needs it, and the field may be empty",
        ),
    ],
)
def test_each_misfit_is_found(columns, said):
    assert said in found(table(**columns))


def test_a_reference_must_point_at_the_right_table():
    assert found(table(), {"account": "accounts"}) == [
        "error account customer: points at companies, not at accounts"
    ]


def test_a_word_without_code_is_found():
    status = {
        "at": "state",
        "lens": "choice",
        "words": {"open": 0, "won": 1, "lost": 2, "canceled": [3, 4]},
    }
    assert found(table(), status=status) == [
        "warning status state: the word 'on_hold' has no native code"
    ]


def test_a_missing_collection_is_found():
    bare = replace(table(), collections={})
    assert "error lines items: deals has no such collection" in found(bare)


def test_missing_columns_of_parts_are_found():
    lines = Description(
        "items", {"id": Column("id", "text"), "quantity": Column("quantity", "decimal")}
    )
    said = found(replace(table(), collections={"items": lines}))
    assert "error lines/*/quantity qty: items has no column 'qty'" in said[0]


def test_two_words_for_one_code_cannot_round_trip():
    status = {
        "at": "state",
        "lens": "choice",
        "words": {"open": 0, "on_hold": 0, "won": 1, "lost": 2, "canceled": [3, 4]},
    }
    assert found(table(), status=status) == []  # foretold: what is on hold shows as open


def test_a_lens_that_forgets_is_caught():
    field = FieldMap.model_validate({"at": "x", "lens": "text"})
    good = LENSES["text"](field)
    forgetful = Lens(
        good.columns, good.written, good.read, None, lambda v: {"x": "a"}, lambda v, _: v
    )
    assert "is written as {'x': 'a'}" in next(iter(broken_laws(field, forgetful)))


def test_a_lens_that_foretells_wrongly_is_caught():
    field = FieldMap.model_validate({"at": "x", "lens": "text", "length": 5})
    good = LENSES["text"](field)
    proud = Lens(good.columns, good.written, good.read, None, good.spell, lambda v, _: v)
    assert "read back as" in next(iter(broken_laws(field, proud)))
