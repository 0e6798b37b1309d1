"""Taking things out of the store for good: a record with all its traces, what has grown old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from .schema import (
    alias,
    awaits,
    history,
    link,
    metadata,
    natural,
    pair,
    plan,
    planned,
    record,
    run,
    todo,
    undone,
    write,
)
from .transaction import Tx

GONE = "(forgotten)"
"""What stands in a report where a forgotten value stood."""


def erase(tx: Tx, record_id: int) -> dict[str, int]:
    """Take a record out of every table. Returns how many rows went, by table."""
    links = sa.select(link.c.id).where(link.c.record_id == record_id)
    conditions: list[tuple[sa.Table, Any]] = [
        (undone, undone.c.link_id.in_(links)),
        (pair, sa.or_(pair.c.left_id == record_id, pair.c.right_id == record_id)),
        *(
            (table, table.c.record_id == record_id)
            for table in (write, planned, history, natural, alias, todo, awaits, link)
        ),
        (record, record.c.id == record_id),
    ]
    counts = {str(table.name): tx.run(sa.delete(table).where(which)) for table, which in conditions}
    return {name: count for name, count in counts.items() if count}


def scrub(tx: Tx, words: Sequence[str]) -> int:
    """Take words out of the reports of runs. Returns how many reports held one."""
    found = 0
    for id, report in tx.plain(sa.select(run.c.id, run.c.report)):
        clean = report or ""
        for word in words:
            clean = clean.replace(word, GONE)
        if clean != (report or ""):
            found += 1
            tx.run(
                sa.update(run).where(run.c.id == id).values(report=tx.sealed(run.c.report, clean))
            )
    return found


def traces(tx: Tx, words: Sequence[str]) -> dict[str, int]:
    """By table and column, in how many places one of these words still stands, in any case."""
    wanted = [word.casefold() for word in words]
    found: dict[str, int] = {}
    for table in metadata.sorted_tables:
        for column in table.c:
            if not isinstance(column.type, sa.String):
                continue
            texts = (row[0] for row in tx.plain(sa.select(column)) if row[0])
            count = sum(any(word in text.casefold() for word in wanted) for text in texts)
            if count:
                found[f"{table.name}.{column.name}"] = count
    return found


def purge(tx: Tx, now: float, days: Mapping[str, int | None]) -> dict[str, int]:
    """Take out what is older than its days. Returns how many rows went, by table.

    `writes` are those that are settled, with their runs and plans; `history` is observed changes.
    """
    conditions: list[tuple[sa.Table, Any]] = []
    if (kept := days.get("writes")) is not None:
        last = now - kept * 86400
        over = sa.func.coalesce(write.c.settled, write.c.planned) < last
        conditions += [
            (write, sa.and_(write.c.state.in_(("done", "refused")), over)),
            (planned, planned.c.plan.in_(sa.select(plan.c.digest).where(plan.c.made < last))),
            (plan, plan.c.made < last),
            (run, sa.and_(run.c.finished < last, ~sa.exists().where(write.c.run_id == run.c.id))),
        ]
    if (kept := days.get("history")) is not None:
        conditions.append((history, history.c.seen < _stamp(now - kept * 86400)))
    counts = {str(table.name): tx.run(sa.delete(table).where(which)) for table, which in conditions}
    return {name: count for name, count in counts.items() if count}


def _stamp(seconds: float) -> str:
    from datetime import UTC, datetime

    from ..records.scalars import instant_text

    return instant_text(datetime.fromtimestamp(seconds, UTC))
