"""Links from a task, or a request for approval, to OppBridge's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink, conf
from airflow.sdk.execution_time.xcom import XCom

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator

PREFIX = "/oppbridge"


def _page(path: str) -> str:
    base = str(conf.get("api", "base_url", fallback="") or "").rstrip("/")
    return f"{base}{PREFIX}{path}"


def held_page(flow: str) -> str:
    """Where the held writes of a flow are listed with their values."""
    return _page(f"/held?flow={quote(flow, safe='')}")


class RunLink(BaseOperatorLink):
    """The run that a task was part of."""

    name = "OppBridge run"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """The page of the run whose id the task returned; empty before it did."""
        value = XCom.get_value(key="return_value", ti_key=ti_key)
        run = value.get("run") if isinstance(value, dict) else None
        return _page(f"/runs/{int(run)}") if run else ""
