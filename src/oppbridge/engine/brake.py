"""Holds everything where a run would do more than it may without asking.

A source that is broken, emptied or mapped wrongly changes all its records at once: a person looks
before any of it goes on. The same for a first contact that would create more than was expected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..store import Tx, links, writes
from .flow import Brake, EntityFlow
from .line import Line

SAID = "brake: "
LEAST = 20
"""Fewer changes than this are never a share worth asking about."""


def brake(line: Line, chosen: Sequence[EntityFlow]) -> None:
    """Hold the creates, or the other writes, of any entity in any system that are too many."""
    limits = line.flow.brake
    if limits == Brake():
        return
    entities = {one.entity for one in chosen}
    with line.store.read() as tx:
        waiting = Counter(
            (one.system, one.entity, one.action == "create")
            for one in writes.in_state(tx, ("planned", "wait", "held"), line.flow.name)
            if one.entity in entities and one.attempts == 0 and _counts(one.state, one.why)
        )
        told = {at: why for at, n in waiting.items() if (why := _too_many(tx, limits, *at, n))}
    if not told:
        return
    with line.write() as tx:
        for (system, entity, creates), why in told.items():
            actions = ("create",) if creates else ("update", "delete")
            writes.hold(tx, line.flow.name, system, entity, actions, SAID + why)
            line.report.notice(f"{SAID}{why}")


def _counts(state: str, why: str | None) -> bool:
    return state != "held" or (why or "").startswith(SAID)


def _too_many(
    tx: Tx,
    limits: Brake,
    system: str,
    entity: str,
    creates: bool,  # noqa: FBT001 - a key of the count
    count: int,
) -> str | None:
    if creates:
        if limits.creates is None or count <= limits.creates:
            return None
        return f"{count} {entity} records to create in {system}, more than {limits.creates}"
    if limits.changed is None or count < LEAST:
        return None
    there = links.count(tx, system, entity)
    if count * 100 <= limits.changed * there:
        return None
    return (
        f"{count} of {there} {entity} records to change in {system}, more than {limits.changed} %"
    )
