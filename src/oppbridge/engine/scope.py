"""What an approved plan lets through: the writes it lists, and what completes those that went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..records.scalars import Scalar
from ..store import Planned


@dataclass(slots=True)
class Scope:
    """The digests of a plan's writes, and what those that went have told each system.

    A reference that was cut when its record was created is told by an update later: the plan did
    not list it, yet it says nothing that the plan had not said.
    """

    digests: frozenset[str]
    told: dict[tuple[int, str], dict[str, Scalar]] = field(default_factory=dict)

    def allows(self, write: Planned) -> bool:
        """Whether a write may be sent."""
        if write.digest in self.digests:
            return True
        told = self.told.get((write.record_id or 0, write.system))
        if told is None or write.action != "update":
            return False
        return all(path in told and told[path] == value for path, value in write.fields.items())

    def went(self, writes: Iterable[Planned]) -> None:
        """Note what went through."""
        for one in writes:
            if one.state == "done":
                self.told.setdefault((one.record_id or 0, one.system), {}).update(one.fields)
