"""The values the store gives and takes, and how they are spelled as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from ..records.scalars import Scalar

WHOLE = "*"
"""The path under which a write's `reasons` keep what holds for every field of it."""


def dump(values: Any) -> str:
    """JSON text."""
    return orjson.dumps(values).decode()


def canonical(values: Any) -> str:
    """JSON text that is equal for equal values: keys in order, which costs as much again."""
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def load(text: str | None) -> dict[str, Any]:
    """The mapping a JSON text spells; empty for None."""
    return orjson.loads(text) if text else {}


@dataclass(slots=True)
class Record:
    """One thing both systems are about: its own id, uid and agreed values."""

    id: int
    entity: str
    uid: str
    agreed: dict[str, Scalar]
    rulings: dict[str, str]

    @property
    def name(self) -> str:
        """What people call it: its name, its number; its id where it has neither."""
        named = (self.agreed.get(path) for path in ("name", "number", "last_name"))
        return next((str(value) for value in named if value), self.uid)


@dataclass(slots=True)
class Link:
    """One record's place in one system.

    `shown` (system space) is what the system last showed and was dealt with, None before first
    contact was settled. The link stands for the record's agreed values, except for the paths in
    `lag` (record space). `parts` maps the path stem of a native part (`lines/NATIVE`) to the
    part's id; `news` is what was seen since and not yet decided.
    """

    id: int
    record_id: int
    system: str
    entity: str
    key: str
    gone: bool = False
    version: str | None = None
    digest: bytes | None = None
    shown: dict[str, Scalar] | None = None
    lag: dict[str, Scalar] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    news: dict[str, Scalar] | None = None
    at: str | None = None
    seen: str | None = None


@dataclass(slots=True)
class Planned:
    """A write as the store keeps it. `fields` and `before` are in record space.

    `besides` (system space) is what a row showed, once it was written, that was not written so; of
    a fresh row all of it, None where it was not shown.
    """

    id: int
    flow: str
    record_id: int | None
    link_id: int | None
    system: str
    entity: str
    action: str
    key: str | None
    fields: dict[str, Scalar]
    before: dict[str, Scalar]
    reasons: dict[str, str]
    state: str
    digest: str
    why: str | None = None
    cut: list[str] = field(default_factory=list)
    attempts: int = 0
    planned: float = 0.0
    besides: dict[str, Scalar] | None = None

    def reason(self, path: str) -> str | None:
        """Why a field is written."""
        return self.reasons.get(path) or self.reasons.get(WHOLE)
