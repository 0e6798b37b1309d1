"""The digest takes whatever a system sends."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from oppbridge.mapping.digest import digester

DIGEST = digester(("a", "b"), {"lines": ("k",)}, b"print")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (2**80, 2**80 + 1),
        ("\ud800", "\ud801"),
        (Decimal("1.1"), Decimal("1.2")),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
        ({"x": 1}, {"x": 2}),
        (True, "x"),
        (None, ""),
    ],
)
def test_what_differs_is_told_apart(one, other):
    for column in ("a", "b"):
        assert DIGEST({column: one}) != DIGEST({column: other})
    assert DIGEST({"lines": [{"k": one}]}) != DIGEST({"lines": [{"k": other}]})


def test_a_missing_column_is_an_empty_one():
    assert DIGEST({"a": 1}) == DIGEST({"a": 1, "b": None, "c": 5})
    assert DIGEST({}) == DIGEST({"a": None, "b": None, "lines": None})


def test_a_line_is_not_taken_for_a_column():
    flat, deep = {"a": 1, "b": 2}, {"a": 1, "b": 2, "lines": [{}]}
    assert DIGEST(flat) != DIGEST(deep)


def test_maps_with_other_columns_digest_otherwise():
    row = {"a": 1, "b": 2}
    assert digester(("a",), {}, b"x")(row) == digester(("a",), {}, b"x")({"a": 1})
    assert digester(("a",), {}, b"x")(row) != digester(("a",), {}, b"y")(row)
    assert digester((), {}, b"x")(row) == digester((), {}, b"x")({})
