"""Questions about records, what is to be decided about them, and their changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from .prepared import Prepared
from .rows import Record, dump, load
from .schema import alias, learned, link, natural, record, todo, write
from .transaction import Tx

_BY_UID = Prepared(
    lambda among: sa.select(record.c.uid, record.c.id).where(
        record.c.entity == sa.bindparam("entity"), among(record.c.uid)
    )
)
_BY_ALIAS = Prepared(
    lambda among: sa.select(alias.c.uid, alias.c.record_id).where(
        alias.c.entity == sa.bindparam("entity"), among(alias.c.uid)
    )
)
_UIDS = Prepared(lambda among: sa.select(record.c.id, record.c.uid).where(among(record.c.id)))
_BY_ID = Prepared(lambda among: sa.select(record).where(among(record.c.id)))


def by_uid(tx: Tx, entity: str, uids: Sequence[str]) -> dict[str, int]:
    """Record ids by uid, also by that of a record that was joined to another since."""
    found = dict(tx.ask_each(_BY_UID, uids, entity=entity))
    others = [uid for uid in uids if uid not in found]
    return found | dict(tx.ask_each(_BY_ALIAS, others, entity=entity))


def uids(tx: Tx, ids: Sequence[int]) -> dict[int, str]:
    """Record uids by id."""
    return dict(tx.ask_each(_UIDS, ids))


_STANDING = Prepared(
    lambda among: sa.select(record.c.id, record.c.uid, record.c.agreed).where(among(record.c.id))
)


def standing(tx: Tx, ids: Sequence[int]) -> dict[int, str]:
    """Record uids by id, of those that nobody has agreed to remove."""
    rows = tx.ask_each(_STANDING, ids)
    return {id: uid for id, uid, agreed in rows if agreed is None or '"@":true' in agreed}


def by_id(tx: Tx, ids: Sequence[int]) -> dict[int, Record]:
    """Whole records by id."""
    return {row[0]: _record(*row) for row in tx.ask_each(_BY_ID, ids)}


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


_HERE = (todo.c.flow == sa.bindparam("flow"), todo.c.entity == sa.bindparam("entity"))
_ASKED = Prepared(
    lambda _: (
        sa.select(todo.c.record_id)
        .where(
            *_HERE,
            todo.c.record_id > sa.bindparam("after"),
            ~sa.exists().where(write.c.record_id == todo.c.record_id, write.c.state == "sent"),
        )
        .order_by(todo.c.record_id)
        .limit(sa.bindparam("limit"))
    )
)
_ANY_ASKED = Prepared(lambda _: sa.select(todo.c.record_id).where(*_HERE).limit(1))
_COUNT_ASKED = Prepared(lambda _: sa.select(sa.func.count()).select_from(todo).where(*_HERE))
_RESTLESS = Prepared(
    lambda among: sa.select(todo.c.record_id).where(*_HERE, among(todo.c.record_id))
)
_ANSWERED = Prepared(lambda among: sa.delete(todo).where(*_HERE, among(todo.c.record_id)))


def asked(tx: Tx, flow: str, entity: str, after: int, limit: int) -> list[int]:
    """Records to decide, in id order, none that has a write whose answer is not known."""
    rows = tx.ask(_ASKED, flow=flow, entity=entity, after=after, limit=limit)
    return [row[0] for row in rows]


def any_asked(tx: Tx, flow: str, entity: str) -> bool:
    """Whether any record of an entity is to be decided."""
    return bool(tx.ask(_ANY_ASKED, flow=flow, entity=entity))


def count_asked(tx: Tx, flow: str, entity: str) -> int:
    """How many records of an entity are to be decided."""
    [[found]] = tx.ask(_COUNT_ASKED, flow=flow, entity=entity)
    return int(found)


def restless(tx: Tx, flow: str, entity: str, ids: Sequence[int]) -> set[int]:
    """Those of these records that are still to be decided."""
    return {row[0] for row in tx.ask_each(_RESTLESS, ids, flow=flow, entity=entity)}


def answered(tx: Tx, flow: str, entity: str, ids: Sequence[int]) -> None:
    """Take these records off the list of `ask`."""
    tx.tell_each(_ANSWERED, ids, flow=flow, entity=entity)


def lacking(tx: Tx, entity: str, system: str) -> list[int]:
    """Records of an entity that no row stands for in one system."""
    there = sa.exists().where(
        link.c.record_id == record.c.id, link.c.system == system, link.c.gone == 0
    )
    query = sa.select(record.c.id).where(record.c.entity == entity, ~there)
    return [row[0] for row in tx.plain(query)]


_NO_NATURAL = Prepared(lambda among: sa.delete(natural).where(among(natural.c.record_id)))
_NATURAL_OF = Prepared(
    lambda among: sa.select(natural.c.record_id, natural.c.field, natural.c.value).where(
        among(natural.c.record_id)
    )
)
_WITH_NATURAL = Prepared(
    lambda among: sa.select(natural.c.value, natural.c.record_id).where(
        natural.c.entity == sa.bindparam("entity"),
        natural.c.field == sa.bindparam("field"),
        among(natural.c.value),
    )
)


def set_natural(
    tx: Tx, entity: str, keys: Sequence[tuple[int, str, str]], ids: Iterable[int] = ()
) -> None:
    """Store the natural keys (record id, field, value) of records; `ids` may have none left."""
    told = sorted({row[0] for row in keys} | set(ids))
    tx.tell_each(_NO_NATURAL, told)
    rows = [(entity, *row) for row in keys]
    tx.insert(natural, ("entity", "record_id", "field", "value"), rows, ignore=True)


def natural_of(tx: Tx, ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """The natural keys (record id, field, value) of records."""
    return tx.ask_each(_NATURAL_OF, ids)


def with_natural(tx: Tx, entity: str, field: str, values: Sequence[str]) -> list[tuple[str, int]]:
    """(value, record id) of records with one of these natural keys."""
    return tx.ask_each(_WITH_NATURAL, values, entity=entity, field=field)


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
