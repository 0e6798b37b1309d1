"""Records that turned out to be one: made one, and what their uids go on to mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from . import pairs
from .prepared import Prepared
from .schema import alias, awaits, history, link, natural, record, todo, write
from .transaction import Tx

Join = tuple[int, int, str]
"""The record that stays, the one that goes, and why they are one."""


def join(tx: Tx, joins: Sequence[Join]) -> list[int]:
    """Make records one: links and history of those that go become those of the ones that stay.

    What was written stays written; what was only planned is decided anew. The uid of a record that
    went goes on to mean the one that stayed. Returns the records thought to be one with any.
    """
    into = {dropped: kept for kept, dropped, _ in joins}
    gone = list(into)
    for table, ids in _MOVING.items():
        rows = [(id, into[of]) for id, of in tx.ask_each(ids, gone)]
        tx.update(table, ("id", "record_id"), rows)
    _keep_names(tx, joins, into)
    for deletion in _LEAVING:
        tx.tell_each(deletion, gone)
    return pairs.joined(tx, into)


def _ids(table: sa.Table, *conditions: Any) -> Prepared:
    """(id, record id) of a table's rows about records."""
    columns = (table.c.id, table.c.record_id)
    return Prepared(lambda among: sa.select(*columns).where(*conditions, among(columns[1])))


def _deletion(column: Any) -> Prepared:
    return Prepared(lambda among: sa.delete(column.table).where(among(column)))


_MOVING = {
    link: _ids(link),
    history: _ids(history),
    write: _ids(write, write.c.state == "done"),
}
_LEAVING = [
    *(_deletion(table.c.record_id) for table in (todo, natural, write, awaits)),
    _deletion(record.c.id),
]
_NAMES = Prepared(lambda among: sa.select(alias).where(among(alias.c.record_id)))
_NAMELESS = _deletion(alias.c.record_id)
_NAMED = (record.c.id, record.c.entity, record.c.uid)
_OWN_NAMES = Prepared(lambda among: sa.select(*_NAMED).where(among(record.c.id)))


def _keep_names(tx: Tx, joins: Sequence[Join], into: dict[int, int]) -> None:
    older = tx.ask_each(_NAMES, list(into))
    tx.tell_each(_NAMELESS, list(into))
    names = {row[0]: row[1:] for row in tx.ask_each(_OWN_NAMES, list(into))}
    rows = [(entity, uid, into[of], why) for entity, uid, of, why in older]
    rows += [(*names[dropped], kept, why) for kept, dropped, why in joins]
    tx.insert(alias, ("entity", "uid", "record_id", "why"), rows)


_RENAMED = Prepared(
    lambda among: (
        sa.select(alias.c.uid, record.c.uid)
        .join(record, record.c.id == alias.c.record_id)
        .where(alias.c.entity == sa.bindparam("entity"), among(alias.c.uid))
    )
)


def renamed(tx: Tx, entity: str, uids: Sequence[str]) -> dict[str, str]:
    """For uids of records that were joined to others: the uids of those others."""
    return dict(tx.ask_each(_RENAMED, uids, entity=entity))


def any_joined(tx: Tx) -> bool:
    """Whether any record was ever joined to another."""
    return bool(tx.rows(sa.select(alias.c.uid).limit(1)))


def joined_to(tx: Tx, id: int) -> list[tuple[str, str]]:
    """(uid, why) of every record that was joined to this one."""
    query = sa.select(alias.c.uid, alias.c.why).where(alias.c.record_id == id)
    return tx.plain(query.order_by(alias.c.uid))
