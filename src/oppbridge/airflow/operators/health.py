"""Looks at the store alone, and fails by name: lag, silence, dead letters, forgotten approvals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...errors import ConfigError
from .opening import BridgeOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from ...bridge import Bridge


class HealthOperator(BridgeOperator):
    """Fails where somebody should look.

    :param silent: minutes without a finished run after which a flow is silent.
    """

    def __init__(self, *, silent: int = 180, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.silent = silent

    def execute(self, context: Context) -> dict[str, Any]:
        """Look. Returns the open writes by state."""
        with self.opened() as bridge:
            flow = bridge.status()["flows"][self.flow]
            told = list(self._complaints(bridge, flow, datetime.now(UTC)))
        if told:
            raise ConfigError(f"{self.flow}: " + "; ".join(told))
        return dict(flow["writes"])

    def _complaints(self, bridge: Bridge, flow: Mapping[str, Any], now: datetime) -> Iterator[str]:
        last, writes = flow["last"], flow["writes"]
        if last is None:
            yield "has never run"
            return
        ended = last["outcome"] != "unfinished" and last["finished"]
        age = (now - datetime.fromisoformat(ended or last["started"])).total_seconds() / 60
        if age > self.silent and ended:
            yield f"no run has finished for {age:.0f} minutes"
        if age > self.silent and not ended:
            yield f"run {last['id']} began {age:.0f} minutes ago and has not ended"
        if last["outcome"] in ("stopped", "retry"):
            said = (last["report"] or {}).get("stopped") or (last["report"] or {}).get("problems")
            yield f"the last run ended as {last['outcome']}: {'; '.join(said or ())}"
        if writes.get("dead", 0) > bridge.limit(self.flow):
            yield f"{writes['dead']} dead letters"
