"""What is known of all ready writes of one entity in one system: counted, stopped, let go.

A brake is a held write of its own, with no record: while it stands, only writes that a person
approved go.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from .rows import Planned
from .schema import link, write
from .transaction import Tx
from .writes import OPEN, READY, WHOLE_ROW, from_row

BRAKE = "brake"
Place = tuple[str, str]  # system, entity

_FREE = sa.or_(write.c.by.is_(None), write.c.by == "")
"""Ready writes nobody has approved."""


def standing(tx: Tx, flow: str) -> dict[Place, Planned]:
    """The brakes that hold a flow's writes, refused ones included."""
    query = WHOLE_ROW.where(write.c.flow == flow, write.c.action == BRAKE, OPEN)
    return {(one.system, one.entity): one for one in map(from_row, tx.rows(query))}


def waiting(tx: Tx, flow: str) -> dict[Place, dict[str, int]]:
    """How many ready writes of a flow nobody has approved, by place and action."""
    names = (write.c.system, write.c.entity, write.c.action)
    query = sa.select(*names, sa.func.count()).where(
        write.c.flow == flow, write.c.state.in_(READY), OPEN, _FREE
    )
    found: dict[Place, dict[str, int]] = {}
    for system, entity, action, count in tx.rows(query.group_by(*names)):
        found.setdefault((system, entity), {})[action] = count
    return found


def of_place(tx: Tx, flow: str, place: Place) -> Iterator[Planned]:
    """The ready writes of one place that nobody has approved."""
    after = 0
    query = (
        WHOLE_ROW.where(write.c.system == place[0], write.c.entity == place[1])
        .where(write.c.flow == flow, write.c.state.in_(READY), OPEN, _FREE)
        .where(write.c.id > sa.bindparam("after"))
        .order_by(write.c.id)
        .limit(5000)
    )
    while block := tx.rows(query, {"after": after}):
        after = block[-1].id
        yield from map(from_row, block)


def present(tx: Tx, place: Place) -> int:
    """How many rows of an entity are known to stand in a system."""
    query = sa.select(sa.func.count()).where(
        link.c.system == place[0], link.c.entity == place[1], link.c.gone == 0
    )
    [[count]] = tx.rows(query)
    return int(count)
