"""The files connector keeps every promise of the contract, in each format and spelling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from oppbridge.connectors.files import SPEC, Settings
from oppbridge.kit import ConnectorTests

MAPS = Path(__file__).parent / "maps"


def settings_for(folder: Path, ending: str, **spelling: Any) -> Settings:
    orders = {"lines": {"file": f"lines.{ending}", "parent": "order", "key": "line"}}
    return Settings.model_validate(
        {
            "folder": folder,
            "entities": {
                "account": {"file": f"accounts.{ending}", "key": "id", **spelling},
                "order": {
                    "file": f"orders.{ending}",
                    "key": "record_id",
                    "origin": "record_id",
                    "collections": orders,
                    **spelling,
                },
            },
        }
    )


class TestCsv(ConnectorTests):
    spec = replace(SPEC, maps={name: MAPS / f"{name}.yaml" for name in ("account", "order")})
    excused: ClassVar[dict[str, str]] = {
        "test_a_reference_to_nothing_is_refused": "files follow no references; their readers do"
    }

    @pytest.fixture
    def settings(self, tmp_path):
        return settings_for(tmp_path, "csv")

    @pytest.fixture
    def forget(self, tmp_path):

        return lambda: [path.touch() for path in tmp_path.glob("*.csv")]


class TestSemicolonsInUtf16(TestCsv):
    @pytest.fixture
    def settings(self, tmp_path):
        return settings_for(tmp_path, "csv", encoding="utf-16", delimiter=";")


class TestParquet(TestCsv):
    @pytest.fixture
    def settings(self, tmp_path):
        return settings_for(tmp_path, "parquet")

    @pytest.fixture
    def forget(self, tmp_path):
        return lambda: [path.touch() for path in tmp_path.glob("*.parquet")]
