"""Rows, versions, tombstones, nested transactions, late commits."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.sandbox.clock import Clock
from oppbridge.sandbox.database import Database, Duplicate
from oppbridge.sandbox.tables import Field, Kind, Table

THING = Table(
    "thing",
    ("id",),
    (
        Field("id", Kind.GUID),
        Field("code"),
        Field("amount", Kind.DECIMAL),
        Field("on", Kind.BOOLEAN),
    ),
    unique=(("code",),),
)


def opened(path: Path | None = None) -> Database:
    return Database(path, [THING], Clock())


def test_a_row_comes_back_as_it_went_in() -> None:
    db = opened()
    version = db.insert(
        "thing", {"id": "a", "code": "X", "amount": Decimal("5000.0000"), "on": True}
    )
    assert db.get("thing", ["a"]) == {
        "id": "a",
        "code": "X",
        "amount": Decimal("5000.0000"),
        "on": True,
        "_version": version,
    }
    assert str(db.rows("thing")[0]["amount"]) == "5000.0000"


def test_unique_columns_ignore_case_and_trailing_blanks() -> None:
    db = opened()
    db.insert("thing", {"id": "a", "code": "X1"})
    with pytest.raises(Duplicate):
        db.insert("thing", {"id": "b", "code": "x1  "})
    db.insert("thing", {"id": "c", "code": None})
    db.insert("thing", {"id": "d", "code": None})
    found = db.get("thing", ["x1 "], ("code",))
    assert found is not None
    assert found["id"] == "a"


def _fail_after_inserting(db: Database, key: str) -> None:
    with db.transaction():
        db.insert("thing", {"id": key})
        raise ZeroDivisionError


def test_a_failed_inner_transaction_leaves_the_outer_one_alone() -> None:
    db = opened()
    with db.transaction():
        db.insert("thing", {"id": "a"})
        with pytest.raises(ZeroDivisionError):
            _fail_after_inserting(db, "b")
        db.insert("thing", {"id": "c"})
    assert [row["id"] for row in db.rows("thing")] == ["a", "c"]


def test_versions_go_on_after_a_restart(tmp_path: Path) -> None:
    db = opened(tmp_path / "x.db")
    with db.transaction():
        first = db.insert("thing", {"id": "a"})
    db.close()
    again = opened(tmp_path / "x.db")
    assert again.insert("thing", {"id": "b"}) > first
    again.close()


def test_a_late_commit_appears_behind_what_was_seen_and_holds_the_settled_version_back() -> None:
    db = opened()
    stamp = db.versions.reserve()
    seen = db.insert("thing", {"id": "a"})
    assert db.versions.settled() < seen
    with db.transaction(stamp):
        late = db.insert("thing", {"id": "b"})
    db.versions.release(stamp)
    assert late < seen
    assert db.versions.settled() == db.versions.last


@given(st.lists(st.tuples(st.sampled_from("idu"), st.integers(0, 5)), max_size=40))
def test_changes_since_any_version_rebuild_the_rows(steps: list[tuple[str, int]]) -> None:
    db = opened()
    copies: list[tuple[int, dict[str, object]]] = [(db.versions.last, {})]
    for step, number in steps:
        key, there = str(number), db.get("thing", [str(number)]) is not None
        if step == "i" and not there:
            db.insert("thing", {"id": key})
        elif step == "u" and there:
            db.update("thing", [key], {"amount": Decimal(db.versions.last)})
        elif step == "d" and there:
            db.delete("thing", [key])
        copies.append((db.versions.last, {row["id"]: row["amount"] for row in db.rows("thing")}))
    final = copies[-1][1]
    for version, copy in copies:
        for _, key in db.tombstones("thing", version):
            copy.pop(key, None)
        for row in db.rows("thing", "_version > ?", [version]):
            copy[row["id"]] = row["amount"]
        assert copy == final
