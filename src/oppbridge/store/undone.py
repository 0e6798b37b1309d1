"""Where links were left behind on purpose: an undo restored a value, and the record kept its own.

A mark holds while the record's agreed value is the one it was left behind; a later value is told.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import sqlalchemy as sa

from ..records.scalars import Scalar
from .prepared import Prepared
from .schema import undone
from .transaction import Tx

_MARK = (undone.c.link_id, undone.c.path, undone.c.agreed)
_ANY = Prepared(lambda _: sa.select(undone.c.link_id).limit(1))
_OF_LINKS = Prepared(lambda among: sa.select(*_MARK).where(among(undone.c.link_id)))
_FORGET = Prepared(lambda among: sa.delete(undone).where(among(undone.c.link_id)))
_FORGET_PATH = Prepared(
    lambda among: sa.delete(undone).where(
        undone.c.path == sa.bindparam("told"), among(undone.c.link_id)
    )
)


def of_links(tx: Tx, ids: Sequence[int]) -> dict[int, dict[str, Scalar]]:
    """By link, the paths left behind with the agreed value each was left behind."""
    if not tx.ask(_ANY):
        return {}
    found: dict[int, dict[str, Scalar]] = {}
    for id, path, agreed in tx.ask_each(_OF_LINKS, ids):
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
    if paths is None:
        tx.tell_each(_FORGET, ids)
    for path in sorted(paths or ()):
        tx.tell_each(_FORGET_PATH, ids, told=path)
