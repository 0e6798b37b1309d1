"""The stored reasoning about one record: what each system shows, what was agreed, and why."""

from __future__ import annotations

from typing import Any

import orjson

from ..errors import ConfigError
from ..records.totals import problems
from ..store import Link, Store, cursors, joins, links, records, writes
from ..store.rows import WHOLE, load


def why(store: Store, system: str, key: str, entities: list[str]) -> dict[str, Any]:
    """Everything the store knows about the record behind a native key. Raises ConfigError."""
    with store.read() as tx:
        found = [
            link for entity in entities for link in links.by_key(tx, system, entity, [key]).values()
        ]
        if not found:
            raise ConfigError(f"{system} has shown no row with the key {key!r}")
        record = records.by_id(tx, [found[0].record_id])[found[0].record_id]
        held = links.of_records(tx, [record.id]).get(record.id, [])
        history = cursors.observed(tx, [record.id]).get(record.id, [])
        past = writes.of_record(tx, record.id)
        joined = joins.joined_to(tx, record.id)
    return {
        "entity": record.entity,
        "uid": record.uid,
        "agreed": dict(sorted(record.agreed.items())),
        "problems": list(problems(record.agreed)),
        "score": _reasons(record.agreed.get("reasons")),
        "systems": {link.system: _seat(link) for link in held},
        "joined": [{"uid": uid, "why": reason} for uid, reason in joined],
        "writes": [_write(row) for row in past],
        "history": [
            {
                "system": one.system,
                "since": one.since.isoformat(),
                "seen": one.seen.isoformat(),
                "values": dict(one.values),
            }
            for one in history
        ],
    }


def _seat(link: Link) -> dict[str, Any]:
    return {
        "key": link.key,
        "gone": link.gone,
        "version": link.version,
        "seen": link.seen,
        "shown": link.shown or {},
        "behind": link.lag,
        "news": link.news,
    }


def _reasons(text: object) -> Any:
    if not isinstance(text, str):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _write(row: dict[str, Any]) -> dict[str, Any]:
    before, reasons = load(row["before"]), load(row["reasons"])
    whole = reasons.get(WHOLE)
    return {
        "id": row["id"],
        "flow": row["flow"],
        "system": row["system"],
        "action": row["action"],
        "state": row["state"],
        "why": row["why"],
        "attempts": row["attempts"],
        "by": row["by"],
        "fields": {
            path: {"before": before.get(path), "after": after, "why": reasons.get(path) or whole}
            for path, after in sorted(load(row["fields"]).items())
        },
    }
