"""One call of `write`: its writes, what each asks for, and what became of them so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from oppbridge.contract import Action, Write

from .desk import Desk, Entity
from .jobs import Run
from .parcels import Parcel
from .parts import Known


@dataclass(slots=True)
class Work:
    """The writes of one call, what each asks for, and what is known about them.

    `keys` and `part_keys` hold, by write, the keys of rows that the service chose itself.
    """

    desk: Desk
    entity: Entity
    run: Run
    writes: dict[str, Write]
    parcels: dict[str, Parcel] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    existed: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    part_keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def open(self) -> list[Write]:
        """The writes of which nothing became yet."""
        settled = self.run.done | self.run.refused.keys() | self.existed
        return [write for write in self.writes.values() if write.id not in settled]

    def succeeded(self) -> list[str]:
        """The ids of the writes that went."""
        ids = self.run.done | self.existed
        return [id for id in self.writes if id in ids and id not in self.run.refused]

    def key(self, id: str) -> str:
        """The native key of a write's row."""
        write = self.writes[id]
        if id in self.keys:
            return self.keys[id]
        return write.origin.lower() if write.action is Action.CREATE else str(write.key)
