"""Sales as the people who work in it see it: rows by table, actions by name, ids by natural key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ..dataverse.addresses import Segment
from ..dataverse.direct import Direct
from ..dataverse.operations import unbound
from ..dataverse.seed import UNIT, UNIT_GROUP, stock_id
from ..dataverse.write import associate
from ..wire import Request

Row = Mapping[str, Any]
UNITS = {"ea": UNIT}


class SalesDesk:
    """Writes with ids of its own, so that doing it again changes nothing."""

    def __init__(self, direct: Direct) -> None:
        self.direct = direct

    def has(self, table: str, row_id: str) -> bool:
        """Whether the row is there."""
        return self.direct.desk().get(table, row_id) is not None

    def put(self, table: str, key: str, row_id: str, row: Row) -> str:
        """Create a row under its id unless it is there; returns the id."""
        if not self.has(table, row_id):
            self.direct.put(table, {key: row_id, **row})
        return row_id

    def edit(self, table: str, row_id: str, values: Row) -> None:
        """Change a row."""
        self.direct.edit(table, row_id, values)

    def find(self, table: str, column: str, value: str) -> dict[str, Any] | None:
        """The row with this natural key, whoever created it; None when Sales does not know it."""
        rows = self.direct.rows(table, f'"{column}" = ?', value)
        return rows[0] if rows else None

    def link_competitor(self, opportunity_id: str, competitor_id: str) -> None:
        """Say that a competitor is after the same opportunity."""
        pair = {"opportunityid": opportunity_id, "competitorid": competitor_id}
        with self.direct.database.transaction():
            associate(self.direct.desk(), "opportunitycompetitors", pair)

    def act(self, name: str, body: Row) -> None:
        """Carry out an action of the Web API. Raises `AssertionError` when it is refused."""
        request = Request(
            "POST", f"/api/data/v9.2/{name}", {}, {}, orjson.dumps(body), "https://sandbox"
        )
        with self.direct.database.transaction():
            answer = unbound(self.direct.desk(), Segment(name), request)
        assert answer.status < 300, answer.body


def currency(code: str) -> dict[str, str]:
    """The bind of a currency."""
    row_id = stock_id(f"currency:{code}")
    return {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({row_id})"}


def price_list(code: str) -> dict[str, str]:
    """The bind of the price list of a currency."""
    return {"pricelevelid@odata.bind": f"/pricelevels({stock_id(f'prices:{code}')})"}


def role(name: str) -> str:
    """The address of a stock connection role."""
    return f"/connectionroles({stock_id(f'role:{name}')})"


__all__ = ["UNIT", "UNITS", "UNIT_GROUP", "SalesDesk", "currency", "price_list", "role"]
