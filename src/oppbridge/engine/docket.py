"""One record on its way through a decision: what each step adds to and the next one reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..merge import Merged
from ..records.scalars import Scalar
from ..store import Link, Planned, Record
from .translate import News


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
