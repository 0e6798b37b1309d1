"""Plans and what people say of writes: the values they are shown in, and how they settle them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import ConfigError
from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..store import Planned, Store, Tx, records, writes
from .matching import settle_match


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a planned write: what the system holds, what it would hold, and why."""

    before: Scalar
    after: Scalar
    why: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """One write as people see it. `system` is empty for a clash that somebody must settle."""

    id: int
    flow: str
    system: str
    entity: str
    action: str
    key: str | None
    uid: str
    name: str
    state: str
    why: str | None
    fields: Mapping[str, FieldChange]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """The writes of a flow that were decided and not delivered, under one digest."""

    flow: str
    digest: str
    writes: Sequence[PlannedWrite]
    problems: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        listed = [write.to_json() for write in self.writes]
        return {
            "flow": self.flow,
            "digest": self.digest,
            "writes": listed,
            "problems": list(self.problems),
        }


def plan_of(store: Store, flow: str, problems: Sequence[str] = ()) -> Plan:
    """What a flow would send now; `problems` kept the plan from being whole."""
    with store.read() as tx:
        ready = writes.in_state(tx, writes.READY, flow)
        held = writes.in_state(tx, ("held",), flow)
        return Plan(flow, digest_of(ready), shown(tx, [*ready, *held]), problems)


def digest_of(ready: Sequence[Planned]) -> str:
    """Names exactly these writes, whatever their order."""
    text = "\n".join(sorted(write.digest for write in ready))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def shown(tx: Tx, listed: Sequence[Planned]) -> list[PlannedWrite]:
    """Writes as people see them."""
    ids = sorted({write.record_id for write in listed if write.record_id is not None})
    known = records.by_id(tx, ids)
    out: list[PlannedWrite] = []
    for write in listed:
        record = known.get(write.record_id or 0)
        fields = {
            path: FieldChange(write.before.get(path), after, write.reason(path))
            for path, after in sorted(write.fields.items())
            if path != PRESENCE
        }
        out.append(
            PlannedWrite(
                write.id,
                write.flow,
                write.system,
                write.entity,
                write.action,
                write.key,
                record.uid if record else "",
                _name(write, record.agreed if record else {}),
                write.state,
                write.why,
                fields,
            )
        )
    return out


def _name(write: Planned, agreed: Mapping[str, Scalar]) -> str:
    for field in ("name", "number", "last_name"):
        if value := write.fields.get(field) or agreed.get(field):
            return str(value)
    return write.key or ""


def approve(store: Store, ids: Sequence[int], by: str, choice: str | None, flows: Any) -> int:
    """Let held writes go; for a clash, `choice` names the system that wins. Returns how many."""
    with store.write() as tx:
        chosen = _held(tx, ids)
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
        return len(chosen)


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
        return len(chosen)


def retry(store: Store, ids: Sequence[int]) -> list[Planned]:
    """Have dead writes sent with the next run; letters about unreadable rows are returned."""
    with store.write() as tx:
        chosen = _in_state(tx, ids, "dead")
        again = [write.id for write in chosen if write.action != "read"]
        writes.decided_by(tx, again, "planned", "")
        return [write for write in chosen if write.action == "read"]


def drop(store: Store, ids: Sequence[int], by: str) -> int:
    """Set dead letters aside for good; a change of content brings them up again."""
    with store.write() as tx:
        chosen = _in_state(tx, ids, "dead")
        writes.decided_by(tx, [write.id for write in chosen], "refused", by)
        return len(chosen)


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
