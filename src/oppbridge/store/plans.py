"""Plans as they were shown: who made and approved them, and the writes they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..records.scalars import Scalar
from .rows import load
from .schema import plan, plan_line, write
from .transaction import Tx

KEPT = 30 * 86_400.0  # seconds a plan is kept

_SAME = ("record_id", "system", "entity", "action", "key", "fields", "before", "digest")


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan by its digest: whose it is, and who said yes to it."""

    id: int
    digest: str
    flow: str
    made: float
    by: str | None
    approved: str | None


@dataclass(frozen=True, slots=True)
class Promise:
    """One write of a plan, as it was shown."""

    write_id: int
    record_id: int
    system: str
    entity: str
    action: str
    key: str | None
    fields: dict[str, Scalar]
    before: dict[str, Scalar]
    digest: str


def keep(tx: Tx, flow: str, digest: str, ids: Sequence[int], by: str | None, now: float) -> None:
    """Keep a plan made of these writes; the same plan of the same writes is kept once."""
    _forget(tx, now - KEPT)
    same = find(tx, digest)
    if same is not None and same.flow == flow and _ids(tx, same.id) == set(ids):
        return
    [fresh] = tx.allocate("plan", 1)
    tx.insert(plan, ("id", "digest", "flow", "made", "by"), [(fresh, digest, flow, now, by)])
    names = [write.c[name] for name in _SAME]
    chosen = sa.select(sa.literal(fresh), write.c.id, *names).where(tx.among(write.c.id))
    copy = sa.insert(plan_line).from_select(["plan_id", "write_id", *_SAME], chosen)
    for start in range(0, len(ids), 5000):
        tx.run(copy, {"keys": tx.bind(ids[start : start + 5000])})


def find(tx: Tx, digest: str) -> Kept | None:
    """The plan with this digest, the latest where content came up again."""
    query = sa.select(plan).where(plan.c.digest == digest).order_by(plan.c.id.desc()).limit(1)
    return next((_kept(row) for row in tx.rows(query)), None)


def recent(tx: Tx, limit: int = 200) -> list[Kept]:
    """The latest plans, newest first."""
    return [_kept(row) for row in tx.rows(sa.select(plan).order_by(plan.c.id.desc()).limit(limit))]


def approve(tx: Tx, id: int, by: str) -> None:
    """Note who said yes to a plan."""
    tx.run(sa.update(plan).where(plan.c.id == id).values(approved=by))


def promises(tx: Tx, id: int) -> list[Promise]:
    """The writes of a plan, in the order they were planned."""
    names = [plan_line.c[name] for name in _SAME]
    query = sa.select(plan_line.c.write_id, *names).where(plan_line.c.plan_id == id)
    return [
        Promise(
            write_id=row.write_id,
            record_id=row.record_id,
            system=row.system,
            entity=row.entity,
            action=row.action,
            key=row.key,
            fields=load(row.fields),
            before=load(row.before),
            digest=row.digest,
        )
        for row in tx.rows(query.order_by(plan_line.c.write_id))
    ]


def _ids(tx: Tx, id: int) -> set[int]:
    query = sa.select(plan_line.c.write_id).where(plan_line.c.plan_id == id)
    return {row[0] for row in tx.plain(query)}


def _forget(tx: Tx, before: float) -> None:
    old = [row[0] for row in tx.rows(sa.select(plan.c.id).where(plan.c.made < before))]
    for table in (plan_line.c.plan_id, plan.c.id) if old else ():
        tx.run(sa.delete(table.table).where(tx.among(table)), {"keys": tx.bind(old)})


def _kept(row: Any) -> Kept:
    return Kept(row.id, row.digest, row.flow, row.made, row.by, row.approved)
