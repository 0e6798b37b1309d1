"""What judges a record on its way: the values policies, enrichers, scorers and gates see and give.

Each of them is a plain callable over frozen values. None does network I/O, except an enricher.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from .records.scalars import Scalar


@dataclass(frozen=True, slots=True)
class Clash:
    """A field two systems changed differently since they agreed on `base`."""

    entity: str
    path: str
    base: Scalar
    values: Mapping[str, Scalar]  # by system
    at: Mapping[str, datetime | None]  # when each system says it changed
    owner: str | None = None  # the system the configuration says owns the field


Policy = Callable[[Clash], str | None]
"""Names the winning system; None asks a person."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One observed change: `values` became true in the source at `since`, was seen at `seen`."""

    system: str
    since: datetime
    seen: datetime
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Subject:
    """A record being decided: merged values, what was agreed before, and what it was when.

    `values` and `before` are flat, record space. `history` is in order of `seen`, only for
    entities that are remembered (opportunity).
    """

    entity: str
    uid: str
    values: Mapping[str, Scalar]
    before: Mapping[str, Scalar]
    history: Sequence[Observed] = ()


class Enricher(Protocol):
    """Adds values from elsewhere, such as what can be promised of a product."""

    entities: frozenset[str]

    def enrich(
        self, subjects: Sequence[Subject], deadline: datetime
    ) -> Sequence[Mapping[str, Scalar]]:
        """Return values to add, one mapping per subject, in order; stop by `deadline`."""
        ...


class Scorer(Protocol):
    """Adds score and reasons to records of one entity."""

    entity: str

    def score(
        self, subjects: Sequence[Subject], as_of: datetime, learned: str | None
    ) -> tuple[Sequence[Mapping[str, Scalar]], str | None]:
        """Return values to add, one mapping per subject, in order, and what was learned.

        `learned` is the text this scorer returned before (None at first); the engine keeps it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Proposal:
    """A write about to be planned: enough for a gate to say why a person should look first."""

    entity: str
    uid: str
    system: str
    action: str  # create, update, delete
    before: Mapping[str, Scalar]  # what the system holds, record space, only the touched paths
    after: Mapping[str, Scalar]
    record: Mapping[str, Scalar] = field(default_factory=dict)  # the whole agreed record


Gate = Callable[[Proposal], str | None]
"""Says why to hold a write, or None to let it pass."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Offer(Generic[T]):
    """A named part a plugin brings: `build` makes it from its own typed settings."""

    name: str
    build: Callable[[Any], T]
    settings: type[Any]
