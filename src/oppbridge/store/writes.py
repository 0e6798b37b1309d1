"""Questions about writes - planned, held, sent, dead - and their changes.

States: planned (to be sent), wait (a reference has no twin yet), held (a person must look),
approved (a person did), sent (the answer is not known yet), dead (refused by the system or
unreadable), refused (by a person), done.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from .prepared import Prepared
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
OPEN = write.c.state != sa.literal_column("'done'")
"""Spelled as in the partial index, without which SQLite reads every write there ever was."""
WHOLE = sa.select(*(write.c[name] for name in _SHOWN))
"""Every column of a write that `planned_of` reads."""


FLOW = write.c.flow == sa.bindparam("flow")
HERE = (write.c.system == sa.bindparam("system"), write.c.entity == sa.bindparam("entity"))
_STANDING = Prepared(
    lambda among: WHOLE.where(write.c.state != "done", FLOW, among(write.c.record_id))
)
_DROP = Prepared(lambda among: sa.delete(write).where(among(write.c.id)))


def is_one_of(column: Any, values: Sequence[str]) -> Any:
    """A condition that a column is one of a few words of ours, spelled out in the statement."""
    return column.in_([sa.literal_column(f"'{value}'") for value in values])


def open_of(tx: Tx, records: Sequence[int], flow: str) -> dict[int, list[Planned]]:
    """Every write of these records that has not gone."""
    found: dict[int, list[Planned]] = {}
    for row in tx.ask_each(_STANDING, records, flow=flow):
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
    tx.tell_each(_DROP, ids)


_ABOUT = Prepared(
    lambda among: WHOLE.where(
        write.c.action == sa.bindparam("action"),
        write.c.state == sa.bindparam("state"),
        among(write.c.record_id),
    )
)


def about(tx: Tx, records: Sequence[int], action: str, state: str) -> list[Planned]:
    """The writes of one action about these records that are in a state, oldest first."""
    rows = tx.ask_each(_ABOUT, records, action=action, state=state)
    found = [planned_of(row) for row in rows]
    return sorted(found, key=lambda one: one.id)


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


_BY_ID = Prepared(lambda among: WHOLE.where(among(write.c.id)))
_SAID = Prepared(
    lambda among: (
        sa.update(write)
        .where(among(write.c.id))
        .values(state=sa.bindparam("said"), by=sa.bindparam("who"))
    )
)


def by_id(tx: Tx, ids: Sequence[int]) -> dict[int, Planned]:
    """Writes by id."""
    return {row[0]: planned_of(row) for row in tx.ask_each(_BY_ID, ids)}


def decided_by(tx: Tx, ids: Sequence[int], state: str, who: str) -> None:
    """Store what a person said of held writes."""
    tx.tell_each(_SAID, ids, said=state, who=who)


def hold(tx: Tx, flow: str, system: str, entity: str, actions: Sequence[str], why: str) -> None:
    """Hold every write of these actions that is about to go."""
    there = (write.c.flow == flow, write.c.system == system, write.c.entity == entity)
    going = (write.c.state.in_(("planned", "wait")), write.c.action.in_(actions), OPEN)
    tx.run(
        sa.update(write).where(*there, *going).values(state="held", why=tx.sealed(write.c.why, why))
    )


def of_record(tx: Tx, record_id: int, limit: int = 50) -> list[dict[str, Any]]:
    """The last writes about one record, newest first, by column."""
    query = sa.select(write).where(write.c.record_id == record_id)
    rows = tx.rows(query.order_by(write.c.id.desc()).limit(limit))
    return [dict(zip(write.c.keys(), row, strict=True)) for row in rows]


def of_run(tx: Tx, run_id: int, limit: int) -> list[Planned]:
    """What a run sent, or decided and has not sent, oldest first."""
    query = WHOLE.where(write.c.run_id == run_id).order_by(write.c.id).limit(limit)
    return [planned_of(row) for row in tx.rows(query)]


def values_of(tx: Tx, record_id: int) -> list[list[dict[str, Any]]]:
    """The values in every write about one record, whatever became of it: fields, before, besides.

    `besides` is in system space, the others in record space.
    """
    columns = (write.c.fields, write.c.before, write.c.besides)
    rows = tx.plain(sa.select(*columns).where(write.c.record_id == record_id))
    return [[load(text) for text in row if text] for row in rows]


_KINDS = (write.c.flow, write.c.system, write.c.entity, write.c.state)
_TALLY = Prepared(
    lambda _: sa.select(*_KINDS, sa.func.count()).where(OPEN).group_by(*_KINDS).order_by(*_KINDS)
)
_UNREADABLE = Prepared(
    lambda among: sa.select(write.c.key, write.c.id, write.c.why).where(
        *HERE,
        write.c.action == "read",
        is_one_of(write.c.state, ("dead", "refused")),
        OPEN,
        among(write.c.key),
    )
)


def tally(tx: Tx) -> list[Any]:
    """Counts of writes not done: (flow, system, entity, state, count)."""
    return tx.ask(_TALLY)


def unreadable(
    tx: Tx, system: str, entity: str, keys: Sequence[str]
) -> dict[str, tuple[int, str | None]]:
    """(id, reason) of dead letters about rows that could not be read, by native key."""
    rows = tx.ask_each(_UNREADABLE, keys, system=system, entity=entity)
    return {row[0]: (row[1], row[2]) for row in rows}


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
