"""Where each reading stands, and what was remembered of each observed change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..decision import Observed
from ..errors import Unavailable
from .prepared import Prepared
from .rows import dump, load
from .schema import cursor, history
from .transaction import Tx


@dataclass(slots=True)
class Place:
    """A reading's cursor text, the links a running sweep has seen, the revision to move it from."""

    text: str | None = None
    sweep: bytes | None = None
    revision: int = 0


_HERE = (cursor.c.system == sa.bindparam("system"), cursor.c.entity == sa.bindparam("entity"))
_MOVED = ("text", "sweep", "revision", "moved")
_PLACE = Prepared(
    lambda _: sa.select(cursor.c.text, cursor.c.sweep, cursor.c.revision).where(*_HERE)
)
_MOVE = Prepared(
    lambda _: (
        sa.update(cursor)
        .where(*_HERE, cursor.c.revision == sa.bindparam("before"))
        .values(
            {name: sa.bindparam(f"b_{name}") for name in ("text", "sweep", "revision", "moved")}
        )
    )
)
_OBSERVED = Prepared(lambda among: sa.select(history).where(among(history.c.record_id)))


def place(tx: Tx, system: str, entity: str) -> Place:
    """Where the reading of one entity in one system stands."""
    rows = tx.ask(_PLACE, system=system, entity=entity)
    return Place(*rows[0]) if rows else Place()


def move(tx: Tx, system: str, entity: str, at: Place, now: float) -> None:
    """Move a cursor on, if nobody else has meanwhile; raises Unavailable when somebody has."""
    values = {"text": at.text, "sweep": at.sweep, "revision": at.revision + 1, "moved": now}
    here = {"system": system, "entity": entity}
    if at.revision == 0:
        statement = tx.upsert(cursor).values(**here, **values)
        moved = tx.run(statement.on_conflict_do_nothing())
    else:
        told = {f"b_{name}": value for name, value in values.items()}
        moved = tx.tell(_MOVE, before=at.revision, **here, **told)
    if moved != 1:
        raise Unavailable(f"{system}/{entity}: another run is reading it; try again later")
    at.revision += 1


def places(tx: Tx) -> list[Any]:
    """Every cursor: (system, entity, moved)."""
    query = sa.select(cursor.c.system, cursor.c.entity, cursor.c.moved)
    return tx.rows(query.order_by(cursor.c.system, cursor.c.entity))


def forget(tx: Tx, system: str, entity: str) -> None:
    """Read everything again next time."""
    where = (cursor.c.system == system, cursor.c.entity == entity)
    tx.run(sa.update(cursor).where(*where).values(text=None, sweep=None))


def note_changes(tx: Tx, rows: Sequence[tuple[int, str, str, str, dict[str, Any]]]) -> None:
    """Keep observed changes: (record id, system, since, seen, changed paths)."""
    if not rows:
        return
    ids = tx.allocate("history", len(rows))
    tx.insert(
        history,
        ("id", "record_id", "system", "since", "seen", "changed"),
        [
            (fresh, record_id, system, since, seen, dump(changed))
            for fresh, (record_id, system, since, seen, changed) in zip(ids, rows, strict=True)
        ],
    )


def observed(tx: Tx, ids: Sequence[int]) -> dict[int, list[Observed]]:
    """Every observed change of these records, in the order it was seen."""
    found: dict[int, list[Observed]] = {}
    for _, record_id, system, since, seen, changed in sorted(tx.ask_each(_OBSERVED, ids)):
        moments = datetime.fromisoformat(since), datetime.fromisoformat(seen)
        found.setdefault(record_id, []).append(Observed(system, *moments, load(changed)))
    return found
