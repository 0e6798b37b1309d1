"""Brings together records that two systems held before they met: equal natural keys, one each."""

from __future__ import annotations

from collections.abc import Sequence

from ..records.scalars import Scalar
from ..store import Link, Record, Tx, links, records
from .flow import EntityFlow
from .line import Line

BATCH = 2000


def adopt(line: Line, flow: EntityFlow) -> None:
    """Join records to decide with those that have the same natural key in other systems."""
    after = 0
    while True:
        with line.store.read() as tx:
            ids = records.asked(tx, line.flow.name, flow.entity, after, BATCH)
        if not ids:
            return
        after = ids[-1]
        with line.write() as tx:
            _adopt(tx, line, flow, ids)


def _adopt(tx: Tx, line: Line, flow: EntityFlow, ids: Sequence[int]) -> None:
    held = links.of_records(tx, ids)
    known = records.by_id(tx, ids)
    keys = [
        (id, field, value)
        for id, record in known.items()
        for field, value in _natural(flow, record, held.get(id, []))
    ]
    records.set_natural(tx, flow.entity, keys)
    fresh = {id for id, record in known.items() if not record.agreed}
    for field in flow.match:
        wanted = [(value, id) for id, name, value in keys if name == field and id in fresh]
        candidates: dict[str, set[int]] = {}
        for value, id in records.with_natural(tx, flow.entity, field, [v for v, _ in wanted]):
            candidates.setdefault(value, set()).add(id)
        for value, id in wanted:
            fresh -= _join(tx, line, flow, candidates.get(value, set()) - {id}, id)


def _join(tx: Tx, line: Line, flow: EntityFlow, others: set[int], id: int) -> set[int]:
    """Join one new record to the only candidate that has no link in its systems."""
    held = links.of_records(tx, [id, *others])
    mine = {link.system for link in held.get(id, [])}
    fit = [o for o in others if held.get(o) and not mine & {k.system for k in held[o]}]
    if not mine or len(fit) != 1:
        return set()
    records.join(tx, fit[0], id)
    records.ask(tx, line.flows(flow.entity), flow.entity, fit)
    return {id}


def _natural(flow: EntityFlow, record: Record, held: Sequence[Link]) -> list[tuple[str, str]]:
    """The natural keys of a record: as agreed, else as its links show them."""
    found: list[tuple[str, str]] = []
    for field in flow.match:
        value: Scalar = record.agreed.get(field)
        for link in held:
            value = value if value is not None else (link.news or {}).get(field)
        if value is not None and (text := str(value).strip().casefold()):
            found.append((field, text))
    return found
