"""How an open deal's score comes about now: the scorer's whole reasoning, for `why`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..config import build
from ..decision import Subject
from ..store import Store, cursors, records
from .assembly import Assembly


def explained(assembly: Assembly, store: Store, entity: str, uid: str) -> dict[str, Any] | None:
    """The reasoning of the first flow that scores the record, as plain data.

    None where no flow scores it, its scorer cannot tell, or it is closed and keeps its last score.
    """
    from ..scoring import Judge, explain
    from ..scoring.known import is_closed

    for name, section in assembly.found.flows.items():
        if section.scorer is None or entity not in section.entities or entity != "opportunity":
            continue
        path = ("flows", name, "scorer")
        scorer = build(assembly.found, section.scorer, assembly.plugins.scorers(), path)
        if not isinstance(scorer, Judge):
            return None
        with store.read() as tx:
            number = records.by_uid(tx, entity, [uid])[uid]
            agreed = records.by_id(tx, [number])[number].agreed
            history = cursors.observed(tx, [number]).get(number, [])
            learned = records.recall(tx, f"{name}/{entity}")
        if is_closed(agreed):
            return None
        now = datetime.fromtimestamp(store.clock(), UTC)
        return explain(scorer, Subject(entity, uid, agreed, agreed, history), now, learned)
    return None
