"""Carries out one plan: what it lists and nothing else, as far as it still holds."""

from __future__ import annotations

from collections.abc import Sequence

from ..store import Planned, Tx, records, trail, writes
from ..store.plans import Item
from .behind import undoes
from .line import Line
from .report import Report
from .run import PASSES, asked_again, carry_out, count_open, judge, tell_restless, watch
from .scope import Scope
from .undo import plan_undo


def apply(line: Line, items: Sequence[Item]) -> Report:
    """Observe, decide afresh, and send the writes of a plan that are still decided.

    Safe to stop anywhere and to run again: what went is not sent twice.
    """
    entities = {item.entity for item in items}
    chosen = line.chosen(entities)
    run_id = undoes(line.flow.name)
    line.scope = _scope(line, items)
    try:
        watch(line, chosen)
        for _ in range(PASSES):
            if run_id is None:
                judge(line, chosen)
            else:
                plan_undo(line, run_id)
            if not carry_out(line, chosen) and not asked_again(line):
                break
        count_open(line, chosen)
        tell_restless(line, chosen)
        _tell_drift(line, items)
    finally:
        line.finish()
    return line.report


def _scope(line: Line, items: Sequence[Item]) -> Scope:
    """What may be sent. What went of it before says what completes it."""
    scope = Scope(frozenset(item.digest for item in items))
    with line.store.read() as tx:
        went = trail.done(tx, sorted({item.record_id for item in items}))
    for all in went.values():
        scope.went(one.write for one in all if one.write.digest in scope.digests)
    return scope


def _tell_drift(line: Line, items: Sequence[Item]) -> None:
    """Name every write of the plan that is decided otherwise by now."""
    ids = sorted({item.record_id for item in items})
    with line.store.read() as tx:
        there = trail.standing(tx, ids)
        lost = [item for item in items if not _stands(item, there.get(item.record_id, ()))]
        for item in lost:
            line.report.drift(_told(tx, line, item))


def _stands(item: Item, there: Sequence[tuple[int, str]]) -> bool:
    """Whether a write of the plan went or is still to go, maybe planned anew with equal content."""
    return any(id >= item.write_id and digest == item.digest for id, digest in there)


def _told(tx: Tx, line: Line, item: Item) -> str:
    record = records.by_id(tx, [item.record_id]).get(item.record_id)
    name = "(joined to another)" if record is None else record.name
    what = f"{item.entity} {name} in {item.system}: the planned {item.action} no longer holds"
    open = writes.open_of(tx, [item.record_id], line.flow.name).get(item.record_id, [])
    now = next((one for one in open if one.system == item.system), None)
    return f"{what}; {_now(now)}"


def _now(now: Planned | None) -> str:
    if now is None:
        return "nothing is to be written there now"
    fields = ", ".join(
        f"{path}: {now.before.get(path)!r} -> {value!r}" for path, value in now.fields.items()
    )
    return f"planned now: {now.action} {fields}"[:300]
