"""Questions about links, and their changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from .prepared import Prepared
from .rows import Link, dump, load
from .schema import awaits, link
from .transaction import Tx

_HERE = (link.c.system == sa.bindparam("system"), link.c.entity == sa.bindparam("entity"))
_LOOK = (link.c.key, link.c.id, link.c.digest, link.c.version, link.c.gone)
_MARKS = Prepared(lambda among: sa.select(*_LOOK).where(*_HERE, among(link.c.key)))
_BY_KEY = Prepared(lambda among: sa.select(link).where(*_HERE, among(link.c.key)))
_OF_RECORDS = Prepared(lambda among: sa.select(link).where(among(link.c.record_id)))


def marks(tx: Tx, system: str, entity: str, keys: Sequence[str]) -> dict[str, Any]:
    """By key, what tells an unchanged row: (key, id, digest, version, gone)."""
    rows = tx.ask_each(_MARKS, sorted(keys), system=system, entity=entity)
    return {row[0]: row for row in rows}


def by_key(tx: Tx, system: str, entity: str, keys: Sequence[str]) -> dict[str, Link]:
    """Links of one system by native key."""
    rows = tx.ask_each(_BY_KEY, keys, system=system, entity=entity)
    return {row[4]: _link(row) for row in rows}


def of_records(tx: Tx, records: Sequence[int], system: str | None = None) -> dict[int, list[Link]]:
    """Every link of these records, or those in one system."""
    found: dict[int, list[Link]] = {}
    for row in sorted(tx.ask_each(_OF_RECORDS, records), key=itemgetter(0)):
        if system is None or row[2] == system:
            found.setdefault(row[1], []).append(_link(row))
    return found


_RECORDS_OF = Prepared(
    lambda among: sa.select(link.c.key, link.c.record_id, link.c.gone).where(
        *_HERE, among(link.c.key)
    )
)
_PLACE = (link.c.record_id, link.c.key, link.c.system, link.c.gone)
_WHERE = Prepared(lambda among: sa.select(*_PLACE).where(among(link.c.record_id)))


def records_of(tx: Tx, system: str, entity: str, keys: Sequence[str]) -> dict[str, int | None]:
    """The record id behind each native key that is linked; None where its row has gone."""
    rows = tx.ask_each(_RECORDS_OF, keys, system=system, entity=entity)
    return {row[0]: None if row[2] else row[1] for row in rows}


def keys_of(tx: Tx, system: str, records: Sequence[int]) -> dict[int, str]:
    """The live native key of each of these records in one system.

    The system is looked at here: asked for it, SQLite walks all its links instead of the records'.
    """
    rows = tx.ask_each(_WHERE, records)
    return {row[0]: row[1] for row in rows if row[2] == system and not row[3]}


def systems_of(tx: Tx, records: Sequence[int]) -> dict[int, dict[str, bool]]:
    """By record, the systems in which it has or had a row, and whether the row is there."""
    found: dict[int, dict[str, bool]] = {}
    for id, _, system, gone in tx.ask_each(_WHERE, records):
        found.setdefault(id, {})[system] = not gone
    return found


def mentioning(tx: Tx, system: str, key: str) -> list[Link]:
    """Live links of a system whose shown values hold this native key."""
    inside = dump(key)
    query = sa.select(link).where(link.c.system == system, link.c.gone == 0)
    if tx.vault is None:
        query = query.where(link.c.shown.contains(inside, autoescape=True))
    shown = list(link.c).index(link.c.shown)
    return [_link(row) for row in tx.plain(query) if inside in (row[shown] or "")]


_LATER = (*_HERE, link.c.key > sa.bindparam("after"))
_ALL_AFTER = Prepared(
    lambda _: (
        sa.select(link.c.key, link.c.id)
        .where(*_LATER)
        .order_by(link.c.key)
        .limit(sa.bindparam("limit"))
    )
)
_LIVE_AFTER = Prepared(
    lambda _: (
        sa.select(link)
        .where(*_LATER, link.c.gone == 0)
        .order_by(link.c.key)
        .limit(sa.bindparam("limit"))
    )
)


def all_after(tx: Tx, system: str, entity: str, after: str, limit: int) -> list[tuple[str, int]]:
    """(key, id) of links in key order, from the index alone: what a sweep is checked against."""
    return tx.ask(_ALL_AFTER, system=system, entity=entity, after=after, limit=limit)


def live_after(tx: Tx, system: str, entity: str, after: str, limit: int) -> list[Link]:
    """Links that stand for a row, in key order."""
    rows = tx.ask(_LIVE_AFTER, system=system, entity=entity, after=after, limit=limit)
    return [_link(row) for row in rows]


def count(tx: Tx, system: str, entity: str) -> int:
    """How many links stand for a row."""
    where = (link.c.system == system, link.c.entity == entity, link.c.gone == 0)
    [[found]] = tx.rows(sa.select(sa.func.count()).select_from(link).where(*where))
    return int(found)


def versions(tx: Tx, system: str, entity: str) -> list[tuple[str, str | None]]:
    """(key, version) of every link that stands for a row."""
    query = sa.select(link.c.key, link.c.version).where(
        link.c.system == system, link.c.entity == entity, link.c.gone == 0
    )
    return tx.plain(query)


def restless(tx: Tx, entity: str, systems: Sequence[str]) -> list[int]:
    """Records with a link that lags or has news, in any of these systems."""
    query = sa.select(link.c.record_id).where(
        link.c.entity == entity,
        link.c.system.in_(systems),
        sa.or_(link.c.lag.is_not(None), link.c.news.is_not(None)),
    )
    return [row[0] for row in tx.plain(query.distinct())]


_LIVE = Prepared(lambda among: sa.select(link.c.key).where(link.c.gone == 0, among(link.c.id)))
_DELETE = Prepared(lambda among: sa.delete(link).where(among(link.c.id)))


def live(tx: Tx, ids: Sequence[int]) -> list[str]:
    """The keys of those of these links whose row has not gone."""
    return [row[0] for row in tx.ask_each(_LIVE, ids)]


def insert(tx: Tx, links: Iterable[Link]) -> None:
    """Add links whose ids were allocated before."""
    tx.insert(link, ("id", "system", "entity", *_STATE), [_fresh(one) for one in links])


def update(tx: Tx, links: Sequence[Link]) -> None:
    """Store these links as they stand."""
    tx.update(link, ("id", *_STATE), [(one.id, *_state(one)) for one in links])


def delete(tx: Tx, ids: Sequence[int]) -> None:
    """Forget links that turned out to be another's."""
    tx.tell_each(_DELETE, ids)


def touch(tx: Tx, versions: Sequence[tuple[int, str | None]]) -> None:
    """Note newer versions of rows that are otherwise unchanged."""
    tx.update(link, ("id", "version"), versions)


def note_awaited(tx: Tx, rows: Iterable[tuple[str, str, str, int]]) -> None:
    """Remember which records wait for (system, entity, key) to be linked."""
    tx.insert(awaits, ("system", "entity", "key", "record_id"), list(rows), ignore=True)


_THERE = (awaits.c.system == sa.bindparam("system"), awaits.c.entity == sa.bindparam("entity"))
_ANY_AWAITED = Prepared(lambda _: sa.select(awaits.c.key).where(*_THERE).limit(1))
_AWAITING = Prepared(
    lambda among: sa.select(awaits.c.record_id).where(*_THERE, among(awaits.c.key))
)
_AWAITED = Prepared(lambda among: sa.delete(awaits).where(*_THERE, among(awaits.c.key)))


def take_awaiting(tx: Tx, system: str, entity: str, keys: Sequence[str]) -> list[int]:
    """Records that waited for these keys; they no longer do."""
    here = {"system": system, "entity": entity}
    if not tx.ask(_ANY_AWAITED, **here):
        return []
    found = tx.ask_each(_AWAITING, keys, **here)
    if found:
        tx.tell_each(_AWAITED, keys, **here)
    return sorted({row[0] for row in found})


_STATE = (
    "record_id",
    "key",
    "gone",
    "version",
    "digest",
    "shown",
    "lag",
    "parts",
    "news",
    "at",
    "seen",
)


def _state(one: Link) -> tuple[Any, ...]:
    return (
        one.record_id,
        one.key,
        int(one.gone),
        one.version,
        one.digest,
        None if one.shown is None else dump(one.shown),
        dump(one.lag) if one.lag else None,
        dump(one.parts) if one.parts else None,
        None if one.news is None else dump(one.news),
        one.at,
        one.seen,
    )


def _fresh(one: Link) -> tuple[Any, ...]:
    return (one.id, one.system, one.entity, *_state(one))


def _link(row: Any) -> Link:
    """The link a whole row holds; by position, which halves what reading one costs."""
    id, record_id, system, entity, key, gone, version, digest, shown, lag, parts, news, *when = row
    return Link(
        id,
        record_id,
        system,
        entity,
        key,
        bool(gone),
        version,
        digest,
        None if shown is None else load(shown),
        load(lag),
        load(parts),
        None if news is None else load(news),
        *when,
    )
