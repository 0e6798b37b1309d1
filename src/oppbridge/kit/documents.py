"""What a row becomes when columns and parts are changed: checked, spelled and totalled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..contract import Description
from . import columns
from .dialects import Dialect
from .faults import Refused
from .tables import Row


@dataclass(frozen=True, slots=True)
class PartCall:
    """One change of a part: `action` is create, update or delete; `id` may be chosen on create."""

    collection: str
    action: str
    id: str | None
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class House:
    """What the rules need to know of the CRM they apply in."""

    dialect: Dialect
    exists: Callable[[str, str], bool]
    new_id: Callable[[str], str]
    unique: bool
    cut: int | None


def merged(
    house: House, kind: str, old: Row | None, given: Mapping[str, Any], parts: Sequence[PartCall]
) -> Row:
    """The row after the change, a new one. Raises Refused; then nothing has changed."""
    table = house.dialect.kinds[kind]
    row = _applied(house, table, old, given)
    lists: dict[str, list[Row]] = {
        name: list(old[name]) if old else [] for name in table.collections
    }
    for part in parts:
        if part.collection not in lists:
            raise Refused(422, "unknown_column", f"{kind} has no {part.collection}")
        _apply_part(house, table.collections[part.collection], lists[part.collection], part)
    row |= lists
    return row | columns.total(house.dialect, kind, row)


def _applied(house: House, table: Description, old: Row | None, given: Mapping[str, Any]) -> Row:
    columns.check(table, given, creating=old is None)
    spelled = {
        name: columns.spell(house.dialect, table.columns[name], value, house.cut)
        for name, value in given.items()
    }
    columns.check_references(table, spelled, house.exists)
    return {**(old or columns.empty_row(house.dialect, table)), **spelled}


def _apply_part(house: House, table: Description, rows: list[Row], part: PartCall) -> None:
    if part.action == "create":
        if _known(house, rows, part) is None:
            row = _applied(house, table, None, part.row)
            rows.append({"id": part.id or house.new_id(table.native), **row})
        return
    at = next((n for n, row in enumerate(rows) if row["id"] == part.id), None)
    if part.action == "delete":
        if at is not None:
            del rows[at]
        return
    if at is None:
        raise Refused(409, "no_part", f"no {part.collection} with id {part.id}")
    rows[at] = _applied(house, table, rows[at], part.row)


def _known(house: House, rows: list[Row], part: PartCall) -> Row | None:
    """The part this very create made before, where ids or references are unique."""
    if part.id is not None:
        return next((row for row in rows if row["id"] == part.id), None)
    reference = part.row.get("ref")
    if not house.unique or not reference:
        return None
    return next((row for row in rows if row.get("ref") == reference), None)
