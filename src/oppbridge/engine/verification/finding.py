"""What a verification found: counts, and each difference with the values of every side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from ...records.scalars import Scalar

PEOPLE = ("held", "dead", "refused")


class Kind(StrEnum):
    """How a system differs."""

    MISSING = "missing"  # the record stands elsewhere, and should stand here
    EXTRA = "extra"  # it is agreed to be gone, or stands here twice
    DIFFERENT = "different"  # fields differ
    UNLINKED = "unlinked"  # a row nobody has met
    UNREADABLE = "unreadable"  # a row that its map cannot read


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which one system differs from the others.

    `fields` gives, by record path, the value each system stands for. `state` and `why` name what
    is known to bring it about: an open write (planned, wait, held, dead...), `asked` where the
    next run decides, None where nothing explains it.
    """

    kind: Kind
    entity: str
    system: str
    key: str | None
    uid: str | None
    fields: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    state: str | None = None
    why: str | None = None


@dataclass(slots=True)
class Counted:
    """One entity in one system: its rows, the links that stand for rows, calls it took."""

    entity: str
    system: str
    rows: int = 0
    links: int = 0
    foreign: int = 0  # rows of others, in a system that is only written to
    calls: int = 0
    ranged: bool = False


@dataclass(slots=True)
class Verification:
    """What comparing a flow's systems came to. `problems` name what could not be compared."""

    flow: str
    counts: list[Counted] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    denied: bool = False  # a system refused to be read

    @property
    def equal(self) -> bool:
        """Whether everything was compared and nothing differs."""
        return not self.differences and not self.problems

    @property
    def waits(self) -> bool:
        """Whether all that differs waits for a person."""
        return bool(self.differences) and all(d.state in PEOPLE for d in self.differences)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"equal": self.equal, **asdict(self)}
