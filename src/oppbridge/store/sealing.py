"""Brings a store under a key, or under a newer one, and refuses one whose key is not given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from ..errors import ConfigError, Unavailable
from . import schema
from .database import Store
from .transaction import Tx
from .vault import Vault

PAGE = 5000
_CHECK, _PLACE, _TEXT = "seal", "setting.text", "oppbridge"


def lock(store: Store, keys: Sequence[str]) -> None:
    """Open a store with its keys, the one in use first; seals all of it where it is not yet.

    Raises ConfigError without the right key, Unavailable while runs go on in a store to be sealed.
    """
    vault = Vault(keys) if keys else None
    with store.read() as tx:
        told = _told(tx)
    if vault is None:
        if told is not None:
            raise ConfigError("store.key: the store is encrypted; name the key it is under")
        return
    if told is not None and vault.open(told, _PLACE) != _TEXT:
        raise ConfigError("store.key: this key is not the store's")
    if told is None or not vault.newest(told):
        with store.write() as tx:
            _seal(tx, vault, None if _told(tx) is None else vault, store.clock())
        store.compact()
    store.vault = vault


def _told(tx: Tx) -> str | None:
    table = schema.setting
    rows = tx.plain(sa.select(table.c.text).where(table.c.name == _CHECK))
    return rows[0][0] if rows else None


def _seal(tx: Tx, vault: Vault, before: Vault | None, now: float) -> None:
    if tx.plain(sa.select(schema.lease.c.name).where(schema.lease.c.until > now)):
        raise Unavailable("the store is to be encrypted, and a run is using it; try again later")
    for table in schema.metadata.sorted_tables:
        columns = [column for column in table.c if column.info.get("kept") == schema.SEALED]
        if columns:
            _rewrite(tx, table, columns, vault, before)
    # blind keys cannot be told from others': the next run finds them anew
    tx.run(sa.delete(schema.natural))
    tx.run(sa.delete(schema.learned).where(schema.learned.c.name.like("match/%")))
    table = schema.setting
    tx.run(sa.delete(table).where(table.c.name == _CHECK))
    tx.insert(table, ("name", "text"), [(_CHECK, vault.seal(_TEXT, _PLACE))])


def _rewrite(
    tx: Tx, table: sa.Table, columns: Sequence[Any], vault: Vault, before: Vault | None
) -> None:
    keys = list(table.primary_key.columns)
    where = [key == sa.bindparam(f"k_{key.name}") for key in keys]
    values: dict[str, Any] = {column.name: sa.bindparam(f"v_{column.name}") for column in columns}
    said = sa.update(table).where(*where).values(values)
    for page in _pages(tx, table, keys, columns):
        rows = []
        for row in page:
            told = dict(zip((f"k_{key.name}" for key in keys), row, strict=False))
            for column, text in zip(columns, row[len(keys) :], strict=True):
                place = schema.place(column)
                plain = text if before is None or text is None else before.open(text, place)
                told[f"v_{column.name}"] = None if plain is None else vault.seal(plain, place)
            rows.append(told)
        tx.connection.execute(said, rows)


def _pages(
    tx: Tx, table: sa.Table, keys: Sequence[Any], columns: Sequence[Any]
) -> Iterator[list[Any]]:
    """Every row of a table, in order of its key; those under a key of several parts at once."""
    query = sa.select(*keys, *columns).order_by(*keys)
    if len(keys) > 1:
        yield from filter(None, [tx.plain(query)])
        return
    page = tx.plain(query.limit(PAGE))
    while page:
        yield page
        page = tx.plain(query.where(keys[0] > page[-1][0]).limit(PAGE))
