"""Questions about writes - planned, held, sent, dead - and their changes.

States: planned (to be sent), wait (a reference has no twin yet), held (a person must look),
approved (a person did), sent (the answer is not known yet), dead (refused by the system or
unreadable), refused (by a person), done.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from .rows import Planned, dump, load
from .schema import write
from .transaction import Tx

READY = ("planned", "approved", "wait")
UNSETTLED = ("planned", "approved", "wait", "held", "dead", "refused")


_COLUMNS = (
    "id",
    "flow",
    "record_id",
    "link_id",
    "system",
    "entity",
    "action",
    "key",
    "fields",
    "before",
    "reasons",
    "cut",
    "state",
    "digest",
    "why",
    "attempts",
    "run_id",
    "planned",
)
_SHOWN = (
    *_COLUMNS[:9],
    "before",
    "reasons",
    "state",
    "digest",
    "why",
    "cut",
    "attempts",
    "planned",
)
_OPEN = write.c.state != sa.literal_column("'done'")
"""Spelled as in the partial index, without which SQLite reads every write there ever was."""
WHOLE = sa.select(*(write.c[name] for name in _SHOWN))
"""Every column of a write that `planned_of` reads."""


def open_of(tx: Tx, records: Sequence[int], flow: str) -> dict[int, list[Planned]]:
    """Every write of these records that has not gone."""
    found: dict[int, list[Planned]] = {}

    def build(among: Any) -> Any:
        return WHOLE.where(write.c.state != "done", write.c.flow == flow, among)

    for row in tx.chunked(build, write.c.record_id, records):
        found.setdefault(row[2], []).append(planned_of(row))
    return found


def insert(tx: Tx, writes: Sequence[Planned], run_id: int | None) -> None:
    """Add writes, allocating their ids."""
    if not writes:
        return
    for one, fresh in zip(writes, tx.allocate("write", len(writes)), strict=True):
        one.id = fresh
    tx.insert(write, _COLUMNS, [_row(one, run_id) for one in writes])


def drop(tx: Tx, ids: Sequence[int]) -> None:
    """Forget writes that are no longer wanted and were never sent."""
    for start in range(0, len(ids), 5000):
        block = tx.bind(ids[start : start + 5000])
        tx.run(sa.delete(write).where(tx.among(write.c.id)), {"keys": block})


def ready(tx: Tx, flow: str, system: str, entity: str, after: int, limit: int) -> list[Planned]:
    """Writes that may be sent now, in the order they were planned.

    Walked by id (see `first_ready`): sorting what is open for each block would read it all again.
    Nobody else sends them: whoever sends holds the system's lease, so no row needs a lock.
    """
    query = (
        WHOLE.where(write.c.system == system, write.c.entity == entity, write.c.flow == flow)
        .where(write.c.state.in_(READY), write.c.id > after)
        .where(write.c.action.in_(("create", "update", "delete")))
        .order_by(write.c.id)
        .limit(limit)
    )
    return [planned_of(row) for row in tx.rows(query)]


def first_ready(tx: Tx, system: str, entity: str) -> int:
    """The least id of a write that may be sent, by the index alone; 0 where there is none."""
    query = sa.select(sa.func.min(write.c.id)).where(
        write.c.system == system, write.c.entity == entity, write.c.state.in_(READY), _OPEN
    )
    [[least]] = tx.rows(query)
    return int(least or 0)


def in_doubt(tx: Tx, system: str, entity: str, after: int, limit: int) -> list[Planned]:
    """Writes that were sent and whose answer nobody has lived to see."""
    query = (
        WHOLE.where(write.c.system == system, write.c.entity == entity, write.c.state == "sent")
        .where(write.c.id > after, _OPEN)
        .order_by(write.c.id)
        .limit(limit)
    )
    return [planned_of(row) for row in tx.rows(query)]


def about(tx: Tx, records: Sequence[int], action: str, state: str) -> list[Planned]:
    """The writes of one action about these records that are in a state, oldest first."""

    def build(among: Any) -> Any:
        return WHOLE.where(write.c.action == action, write.c.state == state, among)

    found = [planned_of(row) for row in tx.chunked(build, write.c.record_id, records)]
    return sorted(found, key=lambda one: one.id)


def under_way(tx: Tx, records: Sequence[int]) -> set[int]:
    """Those of these records that have a write whose answer is not known."""

    def build(among: Any) -> Any:
        return sa.select(write.c.record_id).where(write.c.state == "sent", among)

    return {row[0] for row in tx.chunked(build, write.c.record_id, records)}


def doubtful(tx: Tx) -> set[tuple[str, str]]:
    """The (system, entity) pairs with writes in doubt."""
    query = sa.select(write.c.system, write.c.entity).where(write.c.state == "sent", _OPEN)
    return {(row[0], row[1]) for row in tx.rows(query.distinct())}


def sendable(tx: Tx, flow: str) -> set[tuple[str, str]]:
    """The (system, entity) pairs of a flow with writes to send, or in doubt."""
    states = (*READY, "sent")
    query = sa.select(write.c.system, write.c.entity).where(
        write.c.flow == flow, write.c.state.in_(states), _OPEN
    )
    return {(row[0], row[1]) for row in tx.rows(query.distinct())}


def sent(tx: Tx, writes: Sequence[Planned], run_id: int | None) -> None:
    """Note that a run is about to send these writes, once more."""
    for one in writes:
        one.state, one.attempts = "sent", one.attempts + 1
    changed = [one for one in writes if one.cut or one.why]
    move(tx, changed)
    plain = [one.id for one in writes if not (one.cut or one.why)]
    values = {"state": "sent", "attempts": write.c.attempts + 1, "cut": None, "run_id": run_id}
    _set(tx, plain, values)
    _set(tx, [one.id for one in changed], {"run_id": run_id})


def _set(tx: Tx, ids: Sequence[int], values: Any) -> None:
    said = sa.update(write).where(tx.among(write.c.id)).values(values)
    for start in range(0, len(ids), 5000):
        tx.run(said, {"keys": tx.bind(ids[start : start + 5000])})


_MOVED = ("link_id", "state", "why", "cut", "attempts", "key", "settled", "besides")


def move(tx: Tx, changes: Sequence[Planned], now: float | None = None) -> None:
    """Store state, reason, cut paths and attempts of these writes."""
    rows = [
        (
            one.id,
            one.link_id,
            one.state,
            one.why,
            dump(one.cut) if one.cut else None,
            one.attempts,
            one.key,
            now,
            None if one.besides is None else dump(one.besides),
        )
        for one in changes
    ]
    tx.update(write, ("id", *_MOVED), rows)


def in_state(tx: Tx, states: Sequence[str], flow: str | None = None) -> list[Planned]:
    """Writes in these states, oldest first."""
    query = WHOLE.where(write.c.state.in_(states)).order_by(write.c.id)
    if flow is not None:
        query = query.where(write.c.flow == flow)
    return [planned_of(row) for row in tx.rows(query)]


def by_id(tx: Tx, ids: Sequence[int]) -> dict[int, Planned]:
    """Writes by id."""
    rows = tx.chunked(WHOLE.where, write.c.id, ids)
    return {row[0]: planned_of(row) for row in rows}


def decided_by(tx: Tx, ids: Sequence[int], state: str, who: str) -> None:
    """Store what a person said of held writes."""
    _set(tx, ids, {"state": state, "by": who})


def hold(tx: Tx, flow: str, system: str, entity: str, actions: Sequence[str], why: str) -> None:
    """Hold every write of these actions that is about to go."""
    there = (write.c.flow == flow, write.c.system == system, write.c.entity == entity)
    going = (write.c.state.in_(("planned", "wait")), write.c.action.in_(actions), _OPEN)
    tx.run(sa.update(write).where(*there, *going).values(state="held", why=why))


def of_record(tx: Tx, record_id: int, limit: int = 50) -> list[Any]:
    """The last writes about one record, newest first, as rows."""
    query = sa.select(write).where(write.c.record_id == record_id)
    return tx.rows(query.order_by(write.c.id.desc()).limit(limit))


def tally(tx: Tx) -> list[Any]:
    """Counts of writes not done: (flow, system, entity, state, count)."""
    columns = (write.c.flow, write.c.system, write.c.entity, write.c.state)
    query = sa.select(*columns, sa.func.count()).where(_OPEN)
    return tx.rows(query.group_by(*columns).order_by(*columns))


def unreadable(
    tx: Tx, system: str, entity: str, keys: Sequence[str]
) -> dict[str, tuple[int, str | None]]:
    """(id, reason) of dead letters about rows that could not be read, by native key."""

    def build(among: Any) -> Any:
        return sa.select(write.c.key, write.c.id, write.c.why).where(
            write.c.system == system,
            write.c.entity == entity,
            write.c.action == "read",
            write.c.state.in_(("dead", "refused")),
            _OPEN,
            among,
        )

    return {row[0]: (row[1], row[2]) for row in tx.chunked(build, write.c.key, keys)}


def _row(one: Planned, run_id: int | None) -> tuple[Any, ...]:
    return (
        one.id,
        one.flow,
        one.record_id,
        one.link_id,
        one.system,
        one.entity,
        one.action,
        one.key,
        dump(one.fields),
        dump(one.before) if one.before else None,
        dump(one.reasons) if one.reasons else None,
        dump(one.cut) if one.cut else None,
        one.state,
        one.digest,
        one.why,
        one.attempts,
        run_id,
        one.planned,
    )


def planned_of(row: Any) -> Planned:
    """The write a row of `WHOLE` holds; by position, which halves what reading one costs."""
    fields, before, reasons, state, digest, why, cut, attempts, planned = row[8:]
    told = load(fields), load(before), load(reasons)
    left_out = list(load(cut)) if cut else []
    whole = (*row[:8], *told, state, digest, why, left_out, attempts, planned)
    return Planned(*whole)
