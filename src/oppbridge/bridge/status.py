"""What an operator wants to see first: last runs, how old each reading is, what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from ..errors import ConfigError
from ..records import ENTITIES
from ..store import Store, cursors, records, runs, writes
from .plans import PlannedWrite, shown

UID = 36
"""Characters of a record's id."""


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


def names(store: Store, listed: Sequence[PlannedWrite]) -> dict[str, str]:
    """By record id, the names of the records that these writes point at."""
    uids = sorted(
        {
            text
            for write in listed
            for change in write.fields.values()
            for text in (change.before, change.after)
            if isinstance(text, str) and len(text) == UID
        }
    )
    found: dict[str, str] = {}
    with store.read() as tx:
        for entity in ENTITIES if uids else ():
            known = records.by_id(tx, list(records.by_uid(tx, entity, uids).values()))
            found |= {one.uid: one.name for one in known.values() if one.name != one.uid}
    return found


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
