"""Has open deals scored anew, though nothing about them changed: they age, and others close."""

from __future__ import annotations

from ..store import Store, records

ENTITY = "opportunity"
BATCH = 2000


def rescore(store: Store, flow: str) -> int:
    """Ask for a decision of every open deal that is agreed. Returns how many."""
    after, count = 0, 0
    while True:
        with store.read() as tx:
            ids = records.after(tx, ENTITY, after, BATCH)
            known = records.by_id(tx, ids)
        if not ids:
            return count
        after = ids[-1]
        open_ones = [id for id, one in known.items() if one.agreed.get("status") == "open"]
        with store.write() as tx:
            records.ask(tx, [flow], ENTITY, open_ones)
        count += len(open_ones)
