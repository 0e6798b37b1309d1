"""Which rules belong to which table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..desk import Desk

Row = dict[str, Any]


def nothing(*_: Any) -> None:
    """No rule."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Called around each write. `creating` and `changing` may alter the new values, or refuse.

    `creating(desk, row)`; `created(desk, row)`; `changing(desk, old, new values)`;
    `changed(desk, old, row as it is now)`; `deleting(desk, row)`; `deleted(desk, row)`.
    """

    creating: Callable[[Desk, Row], None] = nothing
    created: Callable[[Desk, Row], None] = nothing
    changing: Callable[[Desk, Row, Row], None] = nothing
    changed: Callable[[Desk, Row, Row], None] = nothing
    deleting: Callable[[Desk, Row], None] = nothing
    deleted: Callable[[Desk, Row], None] = nothing


_NONE = Rules()


def rules_of(logical: str) -> Rules:
    """The rules of a table; those of most tables do nothing."""
    from . import activities, catalogue, connections, documents, lines, parties

    if not _TABLES:
        for room in (activities, catalogue, connections, documents, lines, parties):
            _TABLES.update(room.RULES)
    return _TABLES.get(logical, _NONE)


_TABLES: dict[str, Rules] = {}
