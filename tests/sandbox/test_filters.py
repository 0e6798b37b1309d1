"""`$filter` to SQL, apart from any service."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from oppbridge.sandbox.odata.filters import Dialect, Literal, Sql, compile_filter
from oppbridge.sandbox.odata.options import BadQuery, parse_options, split_outside
from oppbridge.sandbox.tables import Kind

KINDS = {
    "name": Kind.TEXT,
    "allocated": Kind.DECIMAL,
    "anything": Kind.INTEGER,
    "nullable": Kind.BOOLEAN,
    "day": Kind.DATE,
    "at": Kind.INSTANT,
}


@dataclass(frozen=True)
class Plain:
    """A dialect of six columns without functions."""

    def path(self, names: tuple[str, ...]) -> Sql:
        if names[-1] not in KINDS:
            raise BadQuery(f"no column {names[-1]}")
        return Sql(f'"{names[-1]}"', (), KINDS[names[-1]])

    def collection(self, names: tuple[str, ...], variable: str) -> tuple[Sql, Dialect]:
        raise BadQuery("no collections")

    def call(self, name: str, arguments: Sequence[Any]) -> Sql | Literal:
        if len(arguments) == 1 and isinstance(arguments[0], Literal):
            return Literal(f"{name}:{arguments[0].value}", str)  # an enum literal
        raise BadQuery(f"no function {name}")

    def compare(self, operator: str, left: Sql, right: Literal) -> Sql | None:
        return None


ROWS = [
    ("A", "5000.0000", 1, 1, "2026-01-01", "2026-01-01T00:00:00Z"),
    ("b's [x]", "9.5000", None, 0, "2026-02-01", "2026-02-01T10:00:00Z"),
    (None, None, 3, None, None, None),
]


def found(text: str) -> list[int]:
    """Which rows match, by number."""
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE TABLE t (name TEXT COLLATE NOCASE, allocated TEXT, anything, nullable, day, at)"
    )
    db.executemany("INSERT INTO t VALUES (?,?,?,?,?,?)", ROWS)
    condition = compile_filter(text, Plain())
    rows = db.execute(f"SELECT rowid FROM t WHERE {condition.text}", condition.params).fetchall()
    db.close()
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("name eq 'a'", [1]),
        ("name ne 'a'", [2, 3]),
        ("name eq 'b''s [x]'", [2]),
        ("name in ['A','b''s [x]']", [1, 2]),
        ("allocated gt 9.5", [1]),
        ("allocated eq 9.50", [2]),
        ("10 gt allocated", [2]),
        ("allocated lt 100000000000000000000000", [1, 2]),
        ("anything eq 3 or nullable eq true", [1, 3]),
        ("anything eq 99999999999999999999999", []),
        ("not (nullable eq true)", [2, 3]),
        ("nullable eq null", [3]),
        ("at ge 2026-02-01T12:00:00+02:00", [2]),
        ("at ge 2026-01-01 and day lt 2026-02-01", [1]),
        ("name eq Some.Enum'x'", []),
        ("name eq 'Some.Enum''x'", []),
        (" or ".join(["anything eq 1"] * 3000), [1]),
        ("(((name eq 'a')))", [1]),
    ],
)
def test_a_filter_means_what_odata_says(text: str, rows: list[int]) -> None:
    assert found(text) == rows


@pytest.mark.parametrize(
    "text",
    ["", "name", "name eq", "eq 'a'", "1 eq 1", "name eq 5", "nosuch eq 1", "day eq true", "('a')"],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        compile_filter(text, Plain())


def test_expand_options_nest() -> None:
    options = parse_options(
        {"$expand": "a($select=x,y;$filter=n eq 'it''s; (odd),';$expand=b($top=2)),c/$ref"}
    )
    first, second = options.expand
    assert (first.name, first.options.select) == ("a", ("x", "y"))
    assert first.options.filter == "n eq 'it''s; (odd),'"
    assert first.options.expand[0].options.top == 2
    assert (second.name, second.reference) == ("c", True)


def test_text_is_split_outside_quotes_and_brackets() -> None:
    assert split_outside("a,(b,c),'d,e',[f,g]", ",") == ["a", "(b,c)", "'d,e'", "[f,g]"]
