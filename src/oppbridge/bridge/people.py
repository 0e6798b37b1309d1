"""What people say of writes: that held ones may go or may not, what becomes of dead letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import ConfigError
from ..store import Planned, Store, Tx, audit, plans, records, writes
from .matching import settle_match

Strict = Callable[[Tx, str], bool]


def _lenient(tx: Tx, flow: str) -> bool:
    """Anybody may approve."""
    return False


def approve(
    store: Store,
    ids: Sequence[int],
    by: str,
    choice: str | None,
    flows: Any,
    strict: Strict = _lenient,
) -> int:
    """Let held writes go; for a clash, `choice` names the system that wins. Returns how many.

    `strict` says of a flow whether nobody approves there what they planned themselves.
    """
    with store.write() as tx:
        chosen = _held(tx, ids)
        _not_ones_own(tx, chosen, by, strict)
        clashes = [write for write in chosen if write.action == "clash"]
        if clashes and not choice:
            said = "; ".join(f"{p}: {w}" for p, w in clashes[0].reasons.items())
            raise ConfigError(f"write {clashes[0].id} is a clash; say which system wins ({said})")
        for write in clashes:
            _rule(tx, write, str(choice), flows)
        matches = [write for write in chosen if write.action == "match"]
        for write in matches:
            settle_match(tx, write, choice, flows)
        answered = [write.id for write in (*clashes, *matches)]
        writes.decided_by(tx, [w.id for w in chosen if w.id not in answered], "approved", by)
        writes.decided_by(tx, answered, "done", by)
        _note(store, tx, by, "approved", chosen, choice=choice)
        return len(chosen)


def approve_plan(store: Store, digest: str, by: str, strict: Strict) -> int:
    """Approve a plan, and all that is held in it but questions. Returns how many were held."""
    with store.write() as tx:
        plan = known_plan(tx, digest)
        if strict(tx, plan.flow) and alike(plan.by, by):
            raise ConfigError(f"{by} made plan {digest}: somebody else must approve it")
        held = _held_in(tx, plan)
        writes.decided_by(tx, [write.id for write in held], "approved", by)
        plans.approve(tx, digest, by)
        _note(store, tx, by, "approved", held, plan=digest)
        return len(held)


def refuse_plan(store: Store, digest: str, by: str) -> int:
    """Keep from going all that is held in a plan but questions. Returns how many."""
    with store.write() as tx:
        held = _held_in(tx, known_plan(tx, digest))
        writes.decided_by(tx, [write.id for write in held], "refused", by)
        _note(store, tx, by, "refused", held, plan=digest)
        return len(held)


def _held_in(tx: Tx, plan: plans.Kept) -> list[Planned]:
    listed = {item.digest for item in plans.items(tx, plan.digest)}
    return [w for w in writes.in_state(tx, ("held",), plan.flow) if w.digest in listed]


def known_plan(tx: Tx, digest: str) -> plans.Kept:
    """The plan of a digest. Raises ConfigError where nobody was shown one."""
    found = plans.find(tx, digest)
    if found is None:
        raise ConfigError(f"there is no plan {digest}; `oppbridge plan FLOW` makes one")
    return found


def alike(one: str, other: str) -> bool:
    """Whether two names are the same person's."""
    return one.strip().casefold() == other.strip().casefold()


def _not_ones_own(tx: Tx, chosen: Sequence[Planned], by: str, strict: Strict) -> None:
    planners = plans.planners(tx, [write.id for write in chosen])
    own = [w for w in chosen if any(alike(by, one) for one in planners.get(w.id, ()))]
    for write in own:
        if strict(tx, write.flow):
            raise ConfigError(f"{by} planned write {write.id}: somebody else must approve it")


def _rule(tx: Tx, write: Planned, choice: str, flows: Any) -> None:
    record = records.by_id(tx, [write.record_id or 0])[write.record_id or 0]
    systems = {
        part.partition(":")[0] for said in write.reasons.values() for part in said.split("; ")
    }
    if choice not in systems:
        raise ConfigError(f"{choice!r} is no side of write {write.id}; choose {sorted(systems)}")
    record.rulings |= dict.fromkeys(write.fields, choice)
    records.update(tx, [record])
    records.ask(tx, flows(write.entity), write.entity, [record.id])


def refuse(store: Store, ids: Sequence[int], by: str) -> int:
    """Keep held writes from going; they come up again only when their content changes."""
    with store.write() as tx:
        chosen = _held(tx, ids)
        writes.decided_by(tx, [write.id for write in chosen], "refused", by)
        _note(store, tx, by, "refused", chosen)
        return len(chosen)


def retry(store: Store, ids: Sequence[int], by: str = "") -> list[Planned]:
    """Have dead writes sent with the next run; letters about unreadable rows are returned."""
    with store.write() as tx:
        chosen = _in_state(tx, ids, "dead")
        again = [write.id for write in chosen if write.action != "read"]
        writes.decided_by(tx, again, "planned", "")
        _note(store, tx, by, "retried", chosen)
        return [write for write in chosen if write.action == "read"]


def drop(store: Store, ids: Sequence[int], by: str) -> int:
    """Set dead letters aside for good; a change of content brings them up again."""
    with store.write() as tx:
        chosen = _in_state(tx, ids, "dead")
        writes.decided_by(tx, [write.id for write in chosen], "refused", by)
        _note(store, tx, by, "dropped", chosen)
        return len(chosen)


def _note(
    store: Store, tx: Tx, by: str, what: str, chosen: Sequence[Planned], **more: str | None
) -> None:
    """Put what a person said into the audit trail."""
    told: dict[str, Any] = {"writes": [[one.id, one.action, one.digest] for one in chosen]}
    told |= {name: value for name, value in more.items() if value is not None}
    audit.note(tx, store.clock(), by, what, told)


def _held(tx: Tx, ids: Sequence[int]) -> list[Planned]:
    return _in_state(tx, ids, "held")


def _in_state(tx: Tx, ids: Sequence[int], state: str) -> list[Planned]:
    known = writes.by_id(tx, ids)
    for id in ids:
        if id not in known:
            raise ConfigError(f"there is no write {id}")
        if known[id].state != state:
            raise ConfigError(f"write {id} is {known[id].state}, not {state}")
    return list(known.values())
