"""Records that turned out to be one: made one, and what their uids go on to mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from . import pairs
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
    for table, condition in ((link, None), (history, None), (write, write.c.state == "done")):
        rows = [(id, into[of]) for id, of in _ids(tx, table, gone, condition)]
        tx.update(table, ("id", "record_id"), rows)
    _keep_names(tx, joins, into)
    for table in (todo, natural, write, awaits):
        _delete(tx, table, table.c.record_id, gone)
    _delete(tx, record, record.c.id, gone)
    return pairs.joined(tx, into)


def _ids(tx: Tx, table: sa.Table, records: Sequence[int], condition: Any) -> list[Any]:
    """(id, record id) of a table's rows about these records."""

    def build(among: Any) -> Any:
        query = sa.select(table.c.id, table.c.record_id).where(among)
        return query if condition is None else query.where(condition)

    return tx.chunked(build, table.c.record_id, records)


def _keep_names(tx: Tx, joins: Sequence[Join], into: dict[int, int]) -> None:
    older = tx.chunked(sa.select(alias).where, alias.c.record_id, list(into))
    _delete(tx, alias, alias.c.record_id, list(into))
    columns = (record.c.id, record.c.entity, record.c.uid)
    names = {
        r[0]: (r[1], r[2]) for r in tx.chunked(sa.select(*columns).where, columns[0], list(into))
    }
    rows = [(entity, uid, into[of], why) for entity, uid, of, why in older]
    rows += [(*names[dropped], kept, why) for kept, dropped, why in joins]
    tx.insert(alias, ("entity", "uid", "record_id", "why"), rows)


def _delete(tx: Tx, table: sa.Table, column: Any, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 5000):
        block = tx.bind(ids[start : start + 5000])
        tx.run(sa.delete(table).where(tx.among(column)), {"keys": block})


def renamed(tx: Tx, entity: str, uids: Sequence[str]) -> dict[str, str]:
    """For uids of records that were joined to others: the uids of those others."""

    def build(among: Any) -> Any:
        pairs = sa.select(alias.c.uid, record.c.uid).join(record, record.c.id == alias.c.record_id)
        return pairs.where(alias.c.entity == entity, among)

    return {row[0]: row[1] for row in tx.chunked(build, alias.c.uid, uids)}


def any_joined(tx: Tx) -> bool:
    """Whether any record was ever joined to another."""
    return bool(tx.rows(sa.select(alias.c.uid).limit(1)))


def joined_to(tx: Tx, id: int) -> list[tuple[str, str]]:
    """(uid, why) of every record that was joined to this one."""
    query = sa.select(alias.c.uid, alias.c.why).where(alias.c.record_id == id)
    return tx.plain(query.order_by(alias.c.uid))
