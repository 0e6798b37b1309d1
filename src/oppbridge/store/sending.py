"""What may be sent, what is being sent, and what nobody knows the answer to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from .prepared import Prepared
from .rows import Planned
from .schema import write
from .transaction import Tx
from .writes import FLOW, HERE, OPEN, READY, WHOLE, is_one_of, move, planned_of

_LATER = write.c.id > sa.bindparam("after")
_READY = Prepared(
    lambda _: (
        WHOLE.where(*HERE, FLOW, is_one_of(write.c.state, READY), _LATER)
        .where(is_one_of(write.c.action, ("create", "update", "delete")))
        .order_by(write.c.id)
        .limit(sa.bindparam("limit"))
    )
)
_FIRST_READY = Prepared(
    lambda _: sa.select(sa.func.min(write.c.id)).where(*HERE, is_one_of(write.c.state, READY), OPEN)
)
_IN_DOUBT = Prepared(
    lambda _: (
        WHOLE.where(*HERE, write.c.state == "sent", _LATER, OPEN)
        .order_by(write.c.id)
        .limit(sa.bindparam("limit"))
    )
)


def ready(tx: Tx, flow: str, system: str, entity: str, after: int, limit: int) -> list[Planned]:
    """Writes that may be sent now, in the order they were planned.

    Walked by id (see `first_ready`): sorting what is open for each block would read it all again.
    Nobody else sends them: whoever sends holds the system's lease, so no row needs a lock.
    """
    rows = tx.ask(_READY, system=system, entity=entity, flow=flow, after=after, limit=limit)
    return [planned_of(row) for row in rows]


def first_ready(tx: Tx, system: str, entity: str) -> int:
    """The least id of a write that may be sent, by the index alone; 0 where there is none."""
    [[least]] = tx.ask(_FIRST_READY, system=system, entity=entity)
    return int(least or 0)


def in_doubt(tx: Tx, system: str, entity: str, after: int, limit: int) -> list[Planned]:
    """Writes that were sent and whose answer nobody has lived to see."""
    rows = tx.ask(_IN_DOUBT, system=system, entity=entity, after=after, limit=limit)
    return [planned_of(row) for row in rows]


_UNDER_WAY = Prepared(
    lambda among: sa.select(write.c.record_id).where(
        write.c.state == "sent", among(write.c.record_id)
    )
)
_PAIR = (write.c.system, write.c.entity)
_DOUBTFUL = Prepared(lambda _: sa.select(*_PAIR).where(write.c.state == "sent", OPEN).distinct())
_SENDABLE = Prepared(
    lambda _: (
        sa.select(*_PAIR).where(FLOW, is_one_of(write.c.state, (*READY, "sent")), OPEN).distinct()
    )
)


def under_way(tx: Tx, records: Sequence[int]) -> set[int]:
    """Those of these records that have a write whose answer is not known."""
    return {row[0] for row in tx.ask_each(_UNDER_WAY, records)}


def doubtful(tx: Tx) -> set[tuple[str, str]]:
    """The (system, entity) pairs with writes in doubt."""
    return set(tx.ask(_DOUBTFUL))


def sendable(tx: Tx, flow: str) -> set[tuple[str, str]]:
    """The (system, entity) pairs of a flow with writes to send, or in doubt."""
    return set(tx.ask(_SENDABLE, flow=flow))


_RUN: dict[str, Any] = {"run_id": sa.bindparam("by_run")}
_SENT = Prepared(
    lambda among: (
        sa.update(write)
        .where(among(write.c.id))
        .values(state="sent", attempts=write.c.attempts + 1, cut=None, **_RUN)
    )
)
_SENT_BY = Prepared(lambda among: sa.update(write).where(among(write.c.id)).values(**_RUN))


def sent(tx: Tx, writes: Sequence[Planned], run_id: int | None) -> None:
    """Note that a run is about to send these writes, once more."""
    for one in writes:
        one.state, one.attempts = "sent", one.attempts + 1
    changed = [one for one in writes if one.cut or one.why]
    move(tx, changed)
    plain = [one.id for one in writes if not (one.cut or one.why)]
    tx.tell_each(_SENT, plain, by_run=run_id)
    tx.tell_each(_SENT_BY, [one.id for one in changed], by_run=run_id)
