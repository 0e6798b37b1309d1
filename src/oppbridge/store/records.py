"""Questions about records, what is to be decided about them, and their changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from .rows import Record, dump, load
from .schema import alias, learned, link, natural, record, todo, write
from .transaction import Tx


def by_uid(tx: Tx, entity: str, uids: Sequence[str]) -> dict[str, int]:
    """Record ids by uid, also by that of a record that was joined to another since."""

    def build(among: Any) -> Any:
        return sa.select(record.c.uid, record.c.id).where(record.c.entity == entity, among)

    def build_joined(among: Any) -> Any:
        return sa.select(alias.c.uid, alias.c.record_id).where(alias.c.entity == entity, among)

    found = {row[0]: row[1] for row in tx.chunked(build, record.c.uid, uids)}
    others = [uid for uid in uids if uid not in found]
    return found | {row[0]: row[1] for row in tx.chunked(build_joined, alias.c.uid, others)}


def uids(tx: Tx, ids: Sequence[int]) -> dict[int, str]:
    """Record uids by id."""
    rows = tx.chunked(lambda a: sa.select(record.c.id, record.c.uid).where(a), record.c.id, ids)
    return {row[0]: row[1] for row in rows}


def by_id(tx: Tx, ids: Sequence[int]) -> dict[int, Record]:
    """Whole records by id."""
    rows = tx.chunked(lambda a: sa.select(record).where(a), record.c.id, ids)
    return {row[0]: _record(*row) for row in rows}


def after(tx: Tx, entity: str, id: int, limit: int) -> list[int]:
    """The next records of an entity, in id order."""
    query = sa.select(record.c.id).where(record.c.entity == entity, record.c.id > id)
    return [row[0] for row in tx.plain(query.order_by(record.c.id).limit(limit))]


def insert(tx: Tx, rows: Sequence[tuple[int, str, str]]) -> None:
    """Add records (id, entity, uid) that nothing is agreed about yet."""
    tx.insert(record, ("id", "entity", "uid"), rows)


def update(tx: Tx, records: Sequence[Record]) -> None:
    """Store what is now agreed."""
    rows = [(r.id, dump(r.agreed), dump(r.rulings) if r.rulings else None) for r in records]
    tx.update(record, ("id", "agreed", "rulings"), rows)


def ask(tx: Tx, flows: Sequence[str], entity: str, ids: Iterable[int]) -> None:
    """Have these records decided, in each flow that moves their entity."""
    rows = [(flow, entity, id) for id in ids for flow in flows]
    tx.insert(todo, ("flow", "entity", "record_id"), rows, ignore=True)


def asked(tx: Tx, flow: str, entity: str, after: int, limit: int) -> list[int]:
    """Records to decide, in id order, none that has a write whose answer is not known."""
    doubtful = sa.exists().where(write.c.record_id == todo.c.record_id, write.c.state == "sent")
    query = (
        sa.select(todo.c.record_id)
        .where(todo.c.flow == flow, todo.c.entity == entity, todo.c.record_id > after, ~doubtful)
        .order_by(todo.c.record_id)
        .limit(limit)
    )
    return [row[0] for row in tx.rows(query)]


def any_asked(tx: Tx, flow: str, entity: str) -> bool:
    """Whether any record of an entity is to be decided."""
    query = sa.select(todo.c.record_id).where(todo.c.flow == flow, todo.c.entity == entity)
    return bool(tx.rows(query.limit(1)))


def count_asked(tx: Tx, flow: str, entity: str) -> int:
    """How many records of an entity are to be decided."""
    query = sa.select(sa.func.count()).where(todo.c.flow == flow, todo.c.entity == entity)
    [[found]] = tx.rows(query)
    return int(found)


def restless(tx: Tx, flow: str, entity: str, ids: Sequence[int]) -> set[int]:
    """Those of these records that are still to be decided."""

    def build(among: Any) -> Any:
        return sa.select(todo.c.record_id).where(
            todo.c.flow == flow, todo.c.entity == entity, among
        )

    return {row[0] for row in tx.chunked(build, todo.c.record_id, ids)}


def answered(tx: Tx, flow: str, entity: str, ids: Sequence[int]) -> None:
    """Take these records off the list of `ask`."""
    for start in range(0, len(ids), 5000):
        where = (todo.c.flow == flow, todo.c.entity == entity, tx.among(todo.c.record_id))
        tx.run(sa.delete(todo).where(*where), {"keys": tx.bind(ids[start : start + 5000])})


def lacking(tx: Tx, entity: str, system: str) -> list[int]:
    """Records of an entity that no row stands for in one system."""
    there = sa.exists().where(
        link.c.record_id == record.c.id, link.c.system == system, link.c.gone == 0
    )
    query = sa.select(record.c.id).where(record.c.entity == entity, ~there)
    return [row[0] for row in tx.plain(query)]


def set_natural(
    tx: Tx, entity: str, keys: Sequence[tuple[int, str, str]], ids: Iterable[int] = ()
) -> None:
    """Store the natural keys (record id, field, value) of records; `ids` may have none left."""
    told = sorted({row[0] for row in keys} | set(ids))
    for start in range(0, len(told), 5000):
        block = tx.bind(told[start : start + 5000])
        tx.run(sa.delete(natural).where(tx.among(natural.c.record_id)), {"keys": block})
    rows = [(entity, *row) for row in keys]
    tx.insert(natural, ("entity", "record_id", "field", "value"), rows, ignore=True)


def natural_of(tx: Tx, ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """The natural keys (record id, field, value) of records."""

    def build(among: Any) -> Any:
        return sa.select(natural.c.record_id, natural.c.field, natural.c.value).where(among)

    return [(row[0], row[1], row[2]) for row in tx.chunked(build, natural.c.record_id, ids)]


def with_natural(tx: Tx, entity: str, field: str, values: Sequence[str]) -> list[tuple[str, int]]:
    """(value, record id) of records with one of these natural keys."""

    def build(among: Any) -> Any:
        return sa.select(natural.c.value, natural.c.record_id).where(
            natural.c.entity == entity, natural.c.field == field, among
        )

    return [(row[0], row[1]) for row in tx.chunked(build, natural.c.value, values)]


def recall(tx: Tx, name: str) -> str | None:
    """What a scorer learned so far."""
    rows = tx.rows(sa.select(learned.c.text).where(learned.c.name == name))
    return rows[0][0] if rows else None


def remember(tx: Tx, name: str, text: str) -> None:
    """Keep what a scorer learned."""
    statement = tx.upsert(learned).values(name=name, text=text)
    tx.run(statement.on_conflict_do_update(index_elements=["name"], set_={"text": text}))


def _record(id: int, entity: str, uid: str, agreed: str | None, rulings: str | None) -> Record:
    return Record(id, entity, uid, load(agreed), load(rulings))
