"""Parquet: typed values in, typed values out, resumed at any row."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from oppbridge.connectors.files.parquet_file import pyarrow
from oppbridge.contract import Action, Write
from oppbridge.errors import ConfigError, SchemaDrift
from tests.connectors.files.folders import changes, opened, pages, rows

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def save(folder, groups: int = 100):
    table = pa.table(
        {
            "id": pa.array(range(25), pa.int64()),
            "name": [f"n{n}" for n in range(25)],
            "amount": pa.array([Decimal("1.10")] * 25, pa.decimal128(12, 2)),
            "day": pa.array([date(2026, 5, 31)] * 25),
            "at": pa.array([datetime(2026, 5, 31, 12, tzinfo=UTC)] * 25, pa.timestamp("us", "UTC")),
            "open": [True] * 25,
        }
    )
    parquet.write_table(table, folder / "deals.parquet", row_group_size=groups)
    return opened(folder, file="deals.parquet")


def test_values_keep_their_types(tmp_path):
    assert rows(save(tmp_path))["7"] == {
        "id": 7,
        "name": "n7",
        "amount": Decimal("1.10"),
        "day": date(2026, 5, 31),
        "at": datetime(2026, 5, 31, 12, tzinfo=UTC),
        "open": True,
    }


@pytest.mark.parametrize("groups", [1, 3, 10, 100])
@pytest.mark.parametrize("size", [1, 4, 25])
def test_reading_resumes_at_any_row_of_any_row_group(tmp_path, groups, size):
    line = save(tmp_path, groups)
    walked = pages(line, size)
    assert [c.key for page in walked for c in page.changes] == [str(n) for n in range(25)]
    for number, page in enumerate(walked):
        rest = [c.key for later in pages(line, size, page.cursor) for c in later.changes]
        assert rest == [c.key for later in walked[number + 1 :] for c in later.changes]


def test_a_write_keeps_the_schema_and_the_other_rows(tmp_path):
    line = save(tmp_path)
    before, schema = rows(line), parquet.read_schema(tmp_path / "deals.parquet")
    row = {
        "amount": Decimal("2.5"),
        "day": "2026-06-01",
        "at": "2026-06-01T00:00:00Z",
        "open": None,
    }
    [receipt] = line.write("account", [Write("u", Action.UPDATE, "o", "7", row)])
    after = rows(line)
    assert receipt.row == after["7"]
    assert after["7"]["amount"] == Decimal("2.50")
    assert after["7"]["day"] == date(2026, 6, 1)
    assert after["7"]["open"] is None
    assert {k: v for k, v in after.items() if k != "7"} == {
        k: v for k, v in before.items() if k != "7"
    }
    assert parquet.read_schema(tmp_path / "deals.parquet").equals(schema)


def test_a_value_that_does_not_fit_its_column_is_refused(tmp_path):
    line = save(tmp_path)
    [receipt] = line.write("account", [Write("u", Action.UPDATE, "o", "7", {"amount": "much"})])
    assert "deals.parquet: amount:" in str(receipt.error)


def test_describe_tells_the_kinds(tmp_path):
    columns = save(tmp_path).describe("account").columns
    assert [columns[name].kind for name in ("id", "name", "amount", "day", "at", "open")] == [
        "integer",
        "text",
        "decimal",
        "date",
        "instant",
        "boolean",
    ]


def test_what_is_not_parquet_is_told(tmp_path):
    (tmp_path / "deals.parquet").write_bytes(b"id,name\n1,a\n")
    with pytest.raises(SchemaDrift, match=r"deals\.parquet: is not Parquet"):
        changes(opened(tmp_path, file="deals.parquet"))


def test_a_missing_pyarrow_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'oppbridge\[parquet\]'"):
        pyarrow()
