"""What went through: the writes of runs, in the order in which they were settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .prepared import Prepared
from .rows import Planned, dump, load
from .schema import write
from .transaction import Tx
from .writes import WHOLE, is_one_of, planned_of

MOVING = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Went:
    """A write that went through, and the run that sent it."""

    run_id: int
    write: Planned


def of_run(tx: Tx, run_id: int) -> dict[tuple[str, str], list[int]]:
    """The records that a run wrote, by (system, entity), in id order."""
    return _written(tx, write.c.run_id == run_id)


def of_flow(tx: Tx, flow: str) -> dict[tuple[str, str], list[int]]:
    """The records that a flow wrote, by (system, entity), in id order."""
    return _written(tx, write.c.flow == flow)


def _written(tx: Tx, condition: Any) -> dict[tuple[str, str], list[int]]:
    columns = (write.c.system, write.c.entity, write.c.record_id)
    query = sa.select(*columns).where(
        condition, write.c.state == "done", write.c.action.in_(MOVING)
    )
    found: dict[tuple[str, str], list[int]] = {}
    for system, entity, record_id in tx.plain(query.distinct().order_by(write.c.record_id)):
        found.setdefault((system, entity), []).append(record_id)
    return found


_GONE = sa.and_(write.c.state == "done", is_one_of(write.c.action, MOVING))
_DONE = Prepared(
    lambda among: WHOLE.add_columns(write.c.run_id, write.c.besides, write.c.settled).where(
        _GONE, among(write.c.record_id)
    )
)
_STANDING = Prepared(
    lambda among: sa.select(write.c.record_id, write.c.id, write.c.digest).where(
        among(write.c.record_id)
    )
)


def done(tx: Tx, records: Sequence[int], system: str | None = None) -> dict[int, list[Went]]:
    """Everything that went through about these records, oldest first, in one system or in all."""
    found: dict[int, list[Went]] = {}
    rows = tx.ask_each(_DONE, records)
    for row in sorted(rows, key=lambda row: (row[-1] or 0.0, row[0])):
        run_id, besides, _ = row[-3:]
        if system not in (None, row[4]):
            continue
        one = planned_of(row[:-3])
        one.besides = None if besides is None else load(besides)
        found.setdefault(row[2], []).append(Went(run_id or 0, one))
    return found


def standing(tx: Tx, records: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """(id, digest) of every write about these records, whatever became of it."""
    found: dict[int, list[tuple[int, str]]] = {}
    for record_id, id, digest in tx.ask_each(_STANDING, records):
        found.setdefault(record_id, []).append((id, digest))
    return found


def narrow(tx: Tx, arrived: Sequence[Planned], now: float) -> None:
    """Mark writes as done that were found to have arrived, with the fields that did."""
    rows = [
        (one.id, dump(one.fields), dump(one.before) if one.before else None, "done", None, now)
        for one in arrived
    ]
    tx.update(write, ("id", "fields", "before", "state", "why", "settled"), rows)
