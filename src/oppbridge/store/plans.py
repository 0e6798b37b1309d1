"""Plans as they were shown to people: which writes each one lists, who made and approved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from .prepared import Prepared
from .rows import Planned
from .schema import plan, planned
from .transaction import Tx


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan that was shown: its flow, who made it and who approved it."""

    digest: str
    flow: str
    made: float
    by: str
    approved: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """One write of a plan. Its row in `write` goes when it is decided anew; this stays."""

    write_id: int
    digest: str
    record_id: int
    system: str
    entity: str
    action: str


def keep(tx: Tx, new: Kept, writes: Sequence[Planned]) -> None:
    """Remember a plan. Made once more by somebody else, it stays the first one's."""
    row = (new.digest, new.flow, new.made, new.by)
    tx.insert(plan, ("digest", "flow", "made", "by"), [row], ignore=True)
    columns = ("plan", "write_id", "digest", "record_id", "system", "entity", "action")
    rows = [
        (new.digest, one.id, one.digest, one.record_id, one.system, one.entity, one.action)
        for one in writes
    ]
    tx.insert(planned, columns, rows, ignore=True)


def find(tx: Tx, digest: str) -> Kept | None:
    """The plan of this digest, None where nobody was shown one."""
    rows = tx.rows(sa.select(plan).where(plan.c.digest == digest))
    return Kept(*rows[0]) if rows else None


def items(tx: Tx, digest: str) -> list[Item]:
    """The writes of a plan, in the order they were planned.

    A write that was planned anew with the same content stands here twice, under both ids.
    """
    columns = [column for column in planned.c if column.name != "plan"]
    query = sa.select(*columns).where(planned.c.plan == digest).order_by(planned.c.write_id)
    return [Item(*row) for row in tx.plain(query)]


_PLANNERS = Prepared(
    lambda among: (
        sa.select(planned.c.write_id, plan.c.by)
        .join(plan, plan.c.digest == planned.c.plan)
        .where(among(planned.c.write_id))
    )
)


def planners(tx: Tx, writes: Sequence[int]) -> dict[int, set[str]]:
    """By write, everybody who made a plan that lists it."""
    found: dict[int, set[str]] = {}
    for id, by in tx.ask_each(_PLANNERS, writes):
        found.setdefault(id, set()).add(by)
    return found


def approve(tx: Tx, digest: str, by: str) -> None:
    """Note who approved a plan."""
    tx.run(sa.update(plan).where(plan.c.digest == digest).values(approved=by))
