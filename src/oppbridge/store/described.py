"""What each system's tables looked like when the maps were last found to fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from .schema import described
from .transaction import Tx


@dataclass(frozen=True, slots=True)
class Described:
    """One entity's table in one system: its description as text, and that text's digest.

    `stamp` is what the system said of its metadata as a whole, None where it says nothing.
    """

    system: str
    entity: str
    text: str
    digest: str
    stamp: str | None = None


def digests(tx: Tx) -> dict[tuple[str, str], tuple[str, str | None]]:
    """By system and entity, the digest and the stamp of what is kept."""
    table = described.c
    rows = tx.plain(sa.select(table.system, table.entity, table.digest, table.stamp))
    return {(system, entity): (digest, stamp) for system, entity, digest, stamp in rows}


def text(tx: Tx, system: str, entity: str) -> str:
    """The description that is kept, which must be there."""
    where = (described.c.system == system, described.c.entity == entity)
    [[found]] = tx.plain(sa.select(described.c.text).where(*where))
    return str(found)


def keep(tx: Tx, rows: Sequence[Described], now: float) -> None:
    """Keep these in place of those there were."""
    for row in rows:
        values = {"text": row.text, "digest": row.digest, "stamp": row.stamp, "seen": now}
        statement = tx.upsert(described).values(system=row.system, entity=row.entity, **values)
        tx.run(statement.on_conflict_do_update(index_elements=["system", "entity"], set_=values))
