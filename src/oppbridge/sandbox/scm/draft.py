"""A row about to be written, and the twin whose rules it must pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..clock import Clock
from ..database import Row
from .assumptions import Assumptions
from .numbers import Numbers
from .refusals import label, told
from .rows import Rows
from .schema import Entity


@dataclass(slots=True)
class Twin:
    """What rules work with. `assumptions` may be replaced while running."""

    rows: Rows
    numbers: Numbers
    clock: Clock
    assumptions: Assumptions

    def today(self) -> str:
        """Today as dates are shown: noon UTC."""
        return f"{self.clock.stamp()[:10]}T12:00:00Z"


@dataclass(slots=True)
class Draft:
    """A create (`old` is None) or an update.

    `sent` are the columns the caller gave; `new` is what will be written.
    """

    entity: Entity
    company: str
    sent: Row
    old: Row | None
    empty: Row
    new: Row = field(default_factory=dict)

    def get(self, column: str) -> Any:
        """The column as it will be."""
        if column in self.new:
            return self.new[column]
        return self.empty[column] if self.old is None else self.old[column]

    def has(self, column: str) -> bool:
        """Whether the column will hold more than its filler."""
        return bool(self.get(column) != self.empty[column])

    def default(self, column: str, value: Any) -> None:
        """Fill a column the caller left out of a create, or left empty."""
        if self.old is None and not self.has(column):
            self.new[column] = value

    def changes(self, *columns: str) -> bool:
        """Whether any of the columns will differ from what was there; always on a create."""
        return self.old is None or any(self.get(column) != self.old[column] for column in columns)

    def require(self, *columns: str) -> None:
        """Raise unless each column is filled."""
        for column in columns:
            if not self.has(column):
                raise told("mandatory", field=label(column))

    def key(self) -> tuple[Any, ...]:
        """The key as it will be."""
        return tuple(self.get(column) for column in self.entity.key)


def nothing(twin: Twin, draft: Draft) -> None:
    """No rule."""


def free(twin: Twin, row: Row) -> None:
    """No restriction on deletion."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What an entity does at each step of a write, in this order; each may raise `Refused`.

     `defaults` fills in, `check` refuses, `before` numbers and computes, `after` updates other
    rows. `deletable` refuses a deletion and `deleted` follows one.
    """

    defaults: Callable[[Twin, Draft], None] = nothing
    check: Callable[[Twin, Draft], None] = nothing
    before: Callable[[Twin, Draft], None] = nothing
    after: Callable[[Twin, Draft], None] = nothing
    deletable: Callable[[Twin, Row], None] = free
    deleted: Callable[[Twin, Row], None] = free
    initial: tuple[tuple[str, Any], ...] = ()
