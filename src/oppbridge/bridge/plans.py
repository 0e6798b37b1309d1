"""Plans and the writes in them, as people see them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..store import Planned, Record, Tx, records, writes


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
    stays: Sequence[str] = ()  # what an undo leaves as it is, and why

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        listed = [write.to_json() for write in self.writes]
        return {
            "flow": self.flow,
            "digest": self.digest,
            "writes": listed,
            "problems": list(self.problems),
            "stays": list(self.stays),
        }


def listed_of(tx: Tx, flow: str) -> list[Planned]:
    """The writes of a flow that were decided and not delivered, held ones last."""
    ready = writes.in_state(tx, writes.READY, flow)
    return [*ready, *writes.in_state(tx, ("held",), flow)]


def sendable(listed: Sequence[Planned]) -> list[Planned]:
    """Those that are writes, and no questions."""
    return [write for write in listed if write.action in ("create", "update", "delete")]


def digest_of(listed: Sequence[Planned]) -> str:
    """Names exactly these writes, whatever their order, held or not."""
    text = "\n".join(sorted(write.digest for write in sendable(listed)))
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
                _name(write, record),
                write.state,
                write.why,
                fields,
            )
        )
    return out


def _name(write: Planned, record: Record | None) -> str:
    for field in ("name", "number", "last_name"):
        if value := write.fields.get(field):
            return str(value)
    named = record is not None and record.name != record.uid
    return record.name if record is not None and named else write.key or ""
