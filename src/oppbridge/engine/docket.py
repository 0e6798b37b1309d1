"""One record on its way through a decision: what each step adds to and the next one reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..merge import Merged
from ..records.scalars import Scalar
from ..records.values import Values
from ..store import Link, Planned, Record
from .translate import News


@dataclass(frozen=True, slots=True)
class Twin:
    """Another record that a record may be, as it stands in one system.

    `key` is None where the other is still to be created there.
    """

    id: int
    key: str | None
    why: str
    values: Values = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.key or 'one that is created first'} ({self.why})"


@dataclass(slots=True)
class Decision:
    """One record on its way through `decide`."""

    record: Record
    links: list[Link]
    news: list[News]
    open_writes: list[Planned]
    merged: Merged
    base: dict[str, Scalar]
    problem: str | None = None
    added: dict[str, str] = field(default_factory=dict)  # path -> who added it
    twins: Mapping[str, Sequence[Twin]] = field(default_factory=dict)  # by system: who it may be
    left: Mapping[int, Mapping[str, Scalar]] = field(default_factory=dict)  # see store.undone
