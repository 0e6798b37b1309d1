"""Where links were left behind on purpose: an undo restored a value, and the record kept its own.

A mark holds while the record's agreed value is the one it was left behind; a later value is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from ..records.scalars import Scalar
from .schema import undone
from .transaction import Tx


def of_links(tx: Tx, ids: Sequence[int]) -> dict[int, dict[str, Scalar]]:
    """By link, the paths left behind with the agreed value each was left behind."""
    if not tx.rows(sa.select(undone.c.link_id).limit(1)):
        return {}
    found: dict[int, dict[str, Scalar]] = {}

    def build(among: Any) -> Any:
        return sa.select(undone.c.link_id, undone.c.path, undone.c.agreed).where(among)

    for id, path, agreed in tx.chunked(build, undone.c.link_id, ids):
        found.setdefault(id, {})[path] = None if agreed is None else orjson.loads(agreed)
    return found


def mark(tx: Tx, rows: Sequence[tuple[int, str, Scalar]]) -> None:
    """Leave (link, path) behind an agreed value, instead of what they were left behind before."""
    forget(tx, sorted({row[0] for row in rows}), {row[1] for row in rows})
    told = [
        (link_id, path, None if agreed is None else orjson.dumps(agreed).decode())
        for link_id, path, agreed in rows
    ]
    tx.insert(undone, ("link_id", "path", "agreed"), told, ignore=True)


def forget(tx: Tx, ids: Sequence[int], paths: set[str] | None = None) -> None:
    """Take the marks of these links away, all or those of some paths."""
    for start in range(0, len(ids), 5000):
        where = [tx.among(undone.c.link_id)]
        if paths is not None:
            where.append(undone.c.path.in_(sorted(paths)))
        tx.run(sa.delete(undone).where(*where), {"keys": tx.bind(ids[start : start + 5000])})
