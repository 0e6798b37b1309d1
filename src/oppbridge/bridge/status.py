"""What an operator wants to see first: last runs, how old each reading is, what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from ..errors import ConfigError
from ..store import Store, cursors, runs, writes
from .plans import shown


def status(store: Store, flows: Sequence[str]) -> dict[str, Any]:
    """Plain data: per flow its last run and open writes; per system and entity its cursor's age."""
    now = store.clock()
    with store.read() as tx:
        tally = writes.tally(tx)
        places = cursors.places(tx)
        last = {flow: runs.last_of(tx, flow) for flow in flows}
    return {
        "flows": {flow: _flow(flow, last[flow], tally) for flow in flows},
        "cursors": [
            {"system": system, "entity": entity, "age": round(now - moved, 1)}
            for system, entity, moved in places
        ],
    }


def recent(store: Store, flow: str, limit: int) -> list[dict[str, Any]]:
    """The latest runs of a flow, newest first."""
    with store.read() as tx:
        return [_run(row) for row in runs.recent(tx, flow, limit)]


def one_run(store: Store, run: int, limit: int) -> dict[str, Any]:
    """A run with what it wrote. Raises ConfigError where there is no such run."""
    with store.read() as tx:
        row = runs.find(tx, run)
        if row is None:
            raise ConfigError(f"there is no run {run}")
        written = shown(tx, writes.of_run(tx, run, limit))
    return {**_run(row), "flow": row["flow"], "key": row["key"], "writes": written}


def _flow(flow: str, last: dict[str, Any] | None, tally: Sequence[Any]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for name, _system, _entity, state, count in tally:
        if name == flow:
            counts[state] = counts.get(state, 0) + count
    return {"last": None if last is None else _run(last), "writes": counts}


def _run(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "started": _moment(row["started"]),
        "finished": _moment(row["finished"]),
        "outcome": row["outcome"] or "unfinished",
        "report": orjson.loads(row["report"]) if row["report"] else None,
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
